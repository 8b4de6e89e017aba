// The drain's yardstick: nothing but createPost, as many at a time as Vigie has in hand, in a process of its own. Prints what it took.

const [url = '', token = '', input = '{}'] = process.argv.slice(2)
const { channels, count, post }: { channels: string[]; count: number; post: { message: string; props: object } } =
  JSON.parse(input)

/** As many as the outbox sends at a time (src/flow/outbox.ts). */
const atATime = 16
let next = 0

async function loop(): Promise<void> {
  while (next < count) {
    const number = next
    next += 1
    const response = await fetch(`${url}/api/v4/posts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        channel_id: channels[number % channels.length],
        pending_post_id: `${process.pid}:${number}`,
        ...post,
      }),
    })
    await response.text()
    if (response.status !== 201) throw new Error(`createPost: ${response.status}`)
  }
}

const startedAt = performance.now()
await Promise.all(Array.from({ length: atATime }, loop))
console.log(JSON.stringify({ tookMs: performance.now() - startedAt }))
