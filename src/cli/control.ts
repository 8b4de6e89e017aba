// Talks to a running `start` through its control socket (web/control.ts).

import { request } from 'node:http'
import { isAbsolute, join, relative } from 'node:path'
import { UserError } from '../errors.ts'
import type { Said } from '../text/locale.ts'

/** Unix socket paths end at about 107 bytes: the shorter of the absolute and the relative form is taken. */
const longestPath = 100

/** Where the control socket of a database file stands: beside it. @throws {UserError} when the path is too long for a socket. */
export function controlPath(databasePath: string, cwd: string): string {
  const absolute = `${isAbsolute(databasePath) ? databasePath : join(cwd, databasePath)}.sock`
  const near = relative(cwd, absolute)
  const path = near.length < absolute.length ? near : absolute
  if (Buffer.byteLength(path) <= longestPath) return path
  throw new UserError({
    fr: `Le chemin ${absolute} est trop long pour une socket\u00a0: choisissez un DATABASE_URL plus court.`,
    en: `The path ${absolute} is too long for a socket: choose a shorter DATABASE_URL.`,
  })
}

/** The answer, parsed; nothing when nobody listens there. @throws {UserError} when who listens refuses. @throws {Error} when it fails. */
export function askControl<T>(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<T | undefined> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, headers: { connection: 'close', ...type } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as T & { message?: string; said?: Said }
        if (response.statusCode === 200) resolve(body)
        else if (response.statusCode === 422 && body.said) reject(new UserError(body.said))
        else reject(new Error(body.message ?? `HTTP ${response.statusCode}`))
      })
    })
    asked.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined)
      else reject(error)
    })
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
