// Loses whole websocket frames on their way to a client: those of a server are unmasked (RFC 6455 §5.2), so their length is all to know.

/** Takes bytes as they come and gives back those of the frames that get through; counts the others into `frames`. */
export function createFrameFilter(frames: { readonly every: number; dropped: number }): (chunk: Buffer) => Buffer {
  let waiting: Buffer = Buffer.alloc(0)
  let count = 0
  return (chunk) => {
    waiting = Buffer.concat([waiting, chunk])
    const passing: Buffer[] = []
    for (;;) {
      const size = sizeOf(waiting)
      if (size === undefined || waiting.length < size) return Buffer.concat(passing)
      const isText = ((waiting[0] ?? 0) & 0x0f) === 1
      if (isText) count += 1
      if (isText && frames.every > 0 && count % frames.every === 0) frames.dropped += 1
      else passing.push(waiting.subarray(0, size))
      waiting = waiting.subarray(size)
    }
  }
}

function sizeOf(bytes: Buffer): number | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes.readUInt8(1) & 0x7f
  if (short < 126) return 2 + short
  if (short === 126) return bytes.length < 4 ? undefined : 4 + bytes.readUInt16BE(2)
  return bytes.length < 10 ? undefined : 10 + Number(bytes.readBigUInt64BE(2))
}
