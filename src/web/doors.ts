// What every route declares (threat T12): how it proves who calls, and what it takes. A route that does not say is not opened.

import type { FastifyInstance } from 'fastify'
import { HttpProblem } from '../errors.ts'

type ContentType = 'application/json' | 'application/x-www-form-urlencoded'

export interface Door {
  /**
   * `open`: to all, by interface.md; `metrics`: METRICS_TOKEN; `hook`: a webhook's token or signature; `command`: the token of a
   * slash command; `key`: an API key, or a signature made with one; `seal`: what the button or form carries; `token`: its address ends with it; `socket`: whoever may open the socket's file.
   */
  readonly proof: 'open' | 'metrics' | 'hook' | 'key' | 'command' | 'seal' | 'token' | 'socket'
  /** The content type of its body, or some; `nothing` where it has none, `anything` where what comes is not read, or may be any. */
  readonly takes: 'nothing' | 'anything' | ContentType | readonly ContentType[]
}

declare module 'fastify' {
  interface FastifyContextConfig {
    door?: Door
  }
}

const compressed = new HttpProblem(415, {
  fr: 'Un corps compressé n’est pas pris en charge ici.',
  en: 'A compressed body is not supported here.',
})

/** Refuses routes without a declaration, bodies where nobody asked for one, and compressed ones everywhere. */
export function guardDoors(http: FastifyInstance): void {
  http.addHook('onRoute', ({ url, config }) => {
    if (config?.door === undefined) throw new Error(`the route ${url} does not declare its door`)
  })
  http.addHook('onRequest', ({ headers }, _reply, done) => {
    const encoding = headers['content-encoding']
    done(encoding === undefined || encoding === 'identity' ? undefined : compressed)
  })
  http.removeAllContentTypeParsers()
}
