// What a subcommand reads: a file, or standard input, until the person interrupts it.

import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { World } from './subcommand.ts'

/** `-`: standard input. @throws {UserError} while it is read, where the file cannot be, or once the signal is given. */
export async function* inputOf(
  file: string,
  { stdin, cwd, signal }: Pick<World, 'stdin' | 'cwd' | 'signal'>,
): AsyncGenerator<Uint8Array | string> {
  const path = resolve(cwd, file)
  const chunks = (file === '-' ? stdin : createReadStream(path))[Symbol.asyncIterator]()
  const waited = new AbortController()
  const stopped = signal.aborted ? Promise.resolve() : once(signal, 'abort', { signal: waited.signal })
  // Nobody waits for it once the input is read.
  const interrupted = stopped.catch(() => undefined).then(() => 'interrupted' as const)
  try {
    for (;;) {
      const next = await Promise.race([chunks.next(), interrupted])
      if (next === 'interrupted') throw new UserError(wasInterrupted)
      if (next.done) return
      yield Buffer.from(next.value)
    }
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error
    throw new UserError(
      { fr: `${path} ne peut pas être lu\u00a0: ${error.message}`, en: `${path} cannot be read: ${error.message}` },
      { cause: error },
    )
  } finally {
    waited.abort()
  }
}

const wasInterrupted = {
  fr: 'Interrompu\u00a0: ce qui a été lu jusque-là est pris. Recommencez quand vous voulez\u00a0: rien ne sera doublé.',
  en: 'Interrupted: what was read until then is taken. Do it again whenever you like: nothing will be doubled.',
}
