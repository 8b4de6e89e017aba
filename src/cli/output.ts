// Where a subcommand writes what may be long: a file that appears whole or not at all, or standard output at the reader's pace.

import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { UserError } from '../errors.ts'
import type { World } from './subcommand.ts'

/** `-`: standard output. Resolves once all is written. @throws {UserError} where the file cannot be. */
export async function writeOut(
  file: string,
  world: Pick<World, 'cwd' | 'stdout' | 'write'>,
  work: (to: Writable) => Promise<void>,
): Promise<void> {
  if (file === '-') {
    const to = outOf(world)
    await work(to)
    if (!to.writableEnded) to.end()
    return await finished(to)
  }
  const path = resolve(world.cwd, file)
  const aside = `${path}.part`
  try {
    const to = createWriteStream(aside, { mode: 0o600 })
    // What goes wrong is told by `finished`.
    to.on('error', () => undefined)
    await Promise.race([work(to), finished(to)])
    if (!to.writableEnded) to.end()
    await finished(to)
    await rename(aside, path)
  } catch (error) {
    await rm(aside, { force: true })
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
