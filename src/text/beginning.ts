// The beginning of what somebody else sends, however long they go on.

/** What came until more than `mostBytes` were there, the last piece whole; all of a shorter one. @throws what reading throws. */
export async function beginningOf(body: AsyncIterable<Uint8Array> | null, mostBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    sizeBytes += chunk.length
    if (sizeBytes > mostBytes) break
  }
  return Buffer.concat(chunks)
}
