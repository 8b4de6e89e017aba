// Where a subcommand writes what may be long: a file that appears whole or not at all, or standard output at the reader's pace.

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { UserError } from '../errors.ts'
import type { World } from './subcommand.ts'

/** `-`: standard output. Resolves once all is written. @throws {UserError} where the file cannot be, or once the signal is given. */
export async function writeOut(
  file: string,
  world: Pick<World, 'cwd' | 'stdout' | 'write' | 'signal'>,
  work: (to: Writable) => Promise<void>,
): Promise<void> {
  if (file === '-') {
    const to = outOf(world)
    await unlessStopped(work(to), world.signal)
    if (!to.writableEnded) to.end()
    return await finished(to)
  }
  const path = resolve(world.cwd, file)
  // A device or a pipe (`/dev/stdout`) is written to, not replaced.
  const isSpecial = (await stat(path).catch(() => undefined))?.isFile() === false
  const aside = isSpecial ? path : `${path}.part`
  try {
    const to = createWriteStream(aside, { mode: 0o600 })
    // What goes wrong is told by `finished`.
    to.on('error', () => undefined)
    await unlessStopped(Promise.race([work(to), finished(to)]), world.signal)
    if (!to.writableEnded) to.end()
    await finished(to)
    if (!isSpecial) await rename(aside, path)
  } catch (error) {
    if (!isSpecial) await rm(aside, { force: true })
    if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) throw error
    throw new UserError(
      {
        fr: `${path} ne peut pas être écrit\u00a0: ${error.message}`,
        en: `${path} cannot be written: ${error.message}`,
      },
      { cause: error },
    )
  }
}

/** What is begun; whatever becomes of it once the signal is given is nobody's matter. @throws {UserError} at the signal. */
export async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const ended = new AbortController()
  const stopped = signal.aborted ? Promise.resolve() : once(signal, 'abort', { signal: ended.signal })
  work.catch(() => undefined)
  try {
    return await Promise.race([
      work,
      stopped.then(() => {
        throw new UserError(interrupted)
      }),
    ])
  } finally {
    ended.abort()
    stopped.catch(() => undefined)
  }
}

const interrupted = { fr: 'Interrompu.', en: 'Interrupted.' }

/** All of it, in order, when there is room. */
export async function pour(texts: AsyncIterable<string>, to: Writable): Promise<void> {
  for await (const text of texts) {
    if (to.write(text)) continue
    await new Promise<void>((resolve) => {
      const goOn = () => {
        to.off('drain', goOn).off('close', goOn)
        resolve()
      }
      to.on('drain', goOn).on('close', goOn)
    })
    if (to.destroyed) return
  }
}

function outOf({ write, stdout }: Pick<World, 'stdout' | 'write'>): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (write === undefined) {
        stdout(chunk.toString('utf8').replace(/\n$/, ''))
        done()
      } else void write(chunk).then(() => done(), done)
    },
  })
}
