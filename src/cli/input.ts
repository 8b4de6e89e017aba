// What a subcommand reads: a file, or standard input, until the person interrupts it.

import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { UserError } from '../errors.ts'
import { unlessStopped } from './output.ts'
import type { World } from './subcommand.ts'

/** `-`: standard input. @throws {UserError} while it is read, where the file cannot be, or once the signal is given. */
export async function* inputOf(
  file: string,
  { stdin, cwd, signal }: Pick<World, 'stdin' | 'cwd' | 'signal'>,
): AsyncGenerator<Uint8Array | string> {
  const path = resolve(cwd, file)
  const chunks = (file === '-' ? stdin : createReadStream(path))[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await unlessStopped(chunks.next(), signal)
      if (next.done) return
      yield Buffer.from(next.value)
    }
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error
    throw new UserError(
      { fr: `${path} ne peut pas être lu\u00a0: ${error.message}`, en: `${path} cannot be read: ${error.message}` },
      { cause: error },
    )
  }
}
