// What went wrong, told apart so that each has its advice (monitor.ts, `FailureKind`). Details are codes and numbers of ours or of
// the system's: nothing that the other side wrote (threat T19).

import type { Failure, FailureKind, Phases } from '../monitor.ts'
import { LimitOver } from './limit.ts'

/** A check's failure on its way up. */
export class CheckFailure extends Error {
  readonly failure: Failure
  constructor(kind: FailureKind, detail: string, isNetwork = false) {
    super(detail)
    this.name = 'CheckFailure'
    this.failure = { kind, detail, isNetwork }
  }
}

/** What is being waited for. */
export type Stage = 'dns' | 'connect' | 'proxy' | 'tls' | 'request' | 'body'

/** What a check has seen so far. */
export interface Trace {
  stage: Stage
  /** `10.0.0.3:443`: what it connects to. */
  place: string
  readonly phases: { -readonly [Name in keyof Phases]: Phases[Name] }
  status?: number
  certificateEndsAt?: number
}

export const createTrace = (): Trace => ({ stage: 'dns', place: '', phases: {} })

/** Adds to a phase: redirects go through all of them again. */
export function addPhase(trace: Trace, phase: keyof Phases, tookMs: number): void {
  trace.phases[phase] = (trace.phases[phase] ?? 0) + tookMs
}

/** The failure that an error of a check means. @throws the error itself when it is none of the world's, but a bug of ours. */
export function failureOf(error: unknown, trace: Trace): Failure {
  if (error instanceof CheckFailure) return error.failure
  if (error instanceof LimitOver) return tooLate(trace)
  const code = codeOf(error)
  if (code === undefined) throw error
  switch (trace.stage) {
    case 'dns':
      return dnsFailure(code)
    case 'connect':
      return connectFailure(code, trace.place)
    case 'proxy':
      return { kind: 'unreachable', detail: `${code} (proxy)`, isNetwork: true }
    case 'tls':
      return { kind: 'tls', detail: code, isNetwork: false }
    case 'request':
    case 'body':
      if (/^(?:HPE|ERR)_/.test(code)) return { kind: 'protocol', detail: code, isNetwork: false }
      return { kind: code === 'ETIMEDOUT' ? 'timeout' : 'unreachable', detail: code, isNetwork: isOurs.has(code) }
  }
}

/** Told by our own system, not by the other side. */
const isOurs: ReadonlySet<string> = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'ETIMEDOUT',
])

const awaited: Record<Stage, string> = {
  dns: 'name servers',
  connect: 'connection',
  proxy: 'proxy',
  tls: 'TLS handshake',
  request: 'answer',
  body: 'rest of the answer',
}

/** Who has let us connect is there: what comes late afterwards is not our network's fault. */
function tooLate({ stage, place }: Trace): Failure {
  const isNetwork = stage === 'dns' || stage === 'connect' || stage === 'proxy'
  if (stage === 'dns') return { kind: 'dns', detail: 'ETIMEOUT', isNetwork }
  return { kind: 'timeout', detail: `ETIMEDOUT ${stage === 'connect' ? place : awaited[stage]}`, isNetwork }
}

function connectFailure(code: string, place: string): Failure {
  const detail = `${code} ${place}`
  if (code === 'ECONNREFUSED') return { kind: 'refused', detail, isNetwork: false }
  return { kind: code === 'ETIMEDOUT' ? 'timeout' : 'unreachable', detail, isNetwork: isOurs.has(code) }
}

/** As name servers say it. */
const dnsWords: Readonly<Record<string, string>> = {
  ENOTFOUND: 'NXDOMAIN',
  ENODATA: 'NODATA',
  ESERVFAIL: 'SERVFAIL',
  EREFUSED: 'REFUSED',
  EFORMERR: 'FORMERR',
  ENOTIMP: 'NOTIMP',
}

/** A name denied was denied by somebody; anything else may be our own way to the name servers. */
function dnsFailure(code: string): Failure {
  return { kind: 'dns', detail: dnsWords[code] ?? code, isNetwork: code !== 'ENOTFOUND' && code !== 'ENODATA' }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
