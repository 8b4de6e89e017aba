// Whose fault is it: the person's, the world's, the operator's. Anything else that is thrown is a bug of ours (design.md, "errors").

import type { Locale, Said } from './text/locale.ts'

/** The person's fault: its sentence, in the reader's language, is the whole reply and says what to do. */
export class UserError extends Error {
  readonly said: Said
  constructor(said: Said, options?: ErrorOptions) {
    super(said.en, options)
    this.name = 'UserError'
    this.said = said
  }
  in(locale: Locale): string {
    return this.said[locale]
  }
}

/**
 * How far a failed delivery reaches: the message itself (400), its target (channel gone, bot removed), or the whole
 * notifier (server away, 429, token revoked), where one probe serves all that waits.
 */
export type DeliveryScope = 'message' | 'target' | 'notifier'

export interface DeliveryFailure {
  /** Whether the same message may be taken later. */
  readonly retry: boolean
  readonly scope: DeliveryScope
  /** The wait the other side asked for, in milliseconds. */
  readonly afterMs?: number
  /** True when it may have been taken although no answer came: the notifier looks before it sends again. */
  readonly unsure?: boolean
  /** A closed set for metrics: `client`, `gone`, `ended` (gone for good), `forbidden`, `auth`, `rate_limited`, `server`, `network`, `timeout`, `cancelled`. */
  readonly reason: string
}

/** The world's fault: a notifier could not hand over a message. Its text holds no secret and no address with one. */
export class DeliveryError extends Error implements DeliveryFailure {
  readonly retry: boolean
  readonly scope: DeliveryScope
  readonly afterMs: number | undefined
  readonly unsure: boolean
  readonly reason: string
  constructor(message: string, failure: DeliveryFailure, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DeliveryError'
    this.retry = failure.retry
    this.scope = failure.scope
    this.afterMs = failure.afterMs
    this.unsure = failure.unsure ?? false
    this.reason = failure.reason
  }
}

/** The operator's fault: we do not start. Holds every problem found, each a sentence that says what to write instead. */
export class ConfigError extends Error {
  readonly problems: readonly Said[]
  constructor(problems: readonly Said[]) {
    super(problems.map((problem) => problem.en).join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** Of a 422: where in the body, and what is wrong there. */
export interface FieldProblem {
  /** `event.node.path` */
  readonly field: string
  readonly said: Said
}

/** Whoever called over HTTP gets this status and sentence as problem+json (RFC 9457), in the language of `Accept-Language`. */
export class HttpProblem extends Error {
  readonly statusCode: number
  readonly said: Said
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly fields: readonly FieldProblem[] | undefined
  constructor(
    statusCode: number,
    said: Said,
    headers?: Readonly<Record<string, string>>,
    options?: ErrorOptions & { readonly fields?: readonly FieldProblem[] },
  ) {
    super(said.en, options)
    this.name = 'HttpProblem'
    this.statusCode = statusCode
    this.said = said
    this.headers = headers
    this.fields = options?.fields
  }
}

/** Nothing could be stored or read just now. Known by its name: the class is the store's own. */
export function isStoreUnavailable(error: unknown): boolean {
  return error instanceof Error && error.name === 'StoreUnavailable'
}

/** What a system said that would not let us listen, in words; nothing for any other error. */
export function refusedToListen(error: unknown, at: { host: string; port: number }): UserError | undefined {
  const { code = '', syscall = '' }: NodeJS.ErrnoException = error instanceof Error ? error : new Error()
  const { host, port } = at
  if (syscall === 'getaddrinfo')
    return new UserError(
      {
        fr: `HOST\u00a0: «\u00a0${host}\u00a0» n’est pas une adresse de cette machine (${code})\u202f; écrivez par exemple 127.0.0.1.`,
        en: `HOST: "${host}" is no address of this machine (${code}); write for example 127.0.0.1.`,
      },
      { cause: error },
    )
  if (!['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES'].includes(code)) return undefined
  return new UserError(
    {
      fr: `Impossible d’écouter au port ${port} de ${host} (${code})\u00a0: changez HOST ou PORT, ou arrêtez ce qui l’occupe.`,
      en: `Cannot listen on port ${port} of ${host} (${code}): change HOST or PORT, or stop what holds it.`,
    },
    { cause: error },
  )
}
