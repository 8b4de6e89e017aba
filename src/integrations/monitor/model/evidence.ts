// What is known of an incident, and nothing else: what the model is told, and what its sentences are held against (threat T33).

import type { Locale } from '../../../text/locale.ts'
import type { FailureKind, Incident, Result } from '../monitor.ts'

export interface Evidence {
  readonly locale: Locale
  /** IANA, of the times that are told. */
  readonly timeZone: string
  readonly name: string
  /** As it is shown: without what a URL asks for, which may hold a secret. Empty for a heartbeat. */
  readonly target: string
  /** Of the target, lower case; empty where it has none. */
  readonly host: string
  /** The one that is connected to, said or not. */
  readonly port: number | undefined
  /** Absent: no more is known than that it fails. */
  readonly failure: { readonly kind: FailureKind; readonly detail: string } | undefined
  readonly status: number | undefined
  /** How many checks in a row failed. */
  readonly failures: number
  /** Milliseconds that may be spoken of: what the check took, its parts, how long it lasts, how often it is looked at. */
  readonly durationsMs: readonly number[]
  /** Milliseconds since 1970: when it began, when it was told, when it was last well. */
  readonly times: readonly number[]
}

export interface Known {
  readonly incident: Pick<Incident, 'monitors' | 'openedAt'>
  readonly everyMs: number
  readonly failures: number
  readonly result?: Result
  readonly lastGood?: Pick<Result, 'at' | 'tookMs'>
}

/** @throws {Error} for an incident of no monitor, which is none. */
export function evidenceOf(
  { incident, everyMs, failures, result, lastGood }: Known,
  { locale, timeZone, now }: { readonly locale: Locale; readonly timeZone: string; readonly now: number },
): Evidence {
  const [first] = incident.monitors
  if (first === undefined) throw new Error('an incident of no monitor')
  const lasting = now - first.failingSince
  const took = result ? [result.tookMs, ...Object.values(result.phases)] : []
  return {
    locale,
    timeZone,
    name: first.name,
    target: shownTarget(first.target),
    ...placeOf(first.target),
    failure: result?.failure,
    status: result?.status,
    failures,
    durationsMs: [...took, lasting, everyMs, ...(lastGood ? [lastGood.tookMs, now - lastGood.at] : [])].filter(
      (one): one is number => one !== undefined && one > 0,
    ),
    times: [first.failingSince, incident.openedAt, now, ...(lastGood ? [lastGood.at] : [])],
  }
}

function shownTarget(target: string): string {
  if (!isWeb(target)) return target
  const url = new URL(target)
  return `${url.origin}${url.pathname}`
}

function placeOf(target: string): Pick<Evidence, 'host' | 'port'> {
  if (isWeb(target)) {
    const { hostname, port, protocol } = new URL(target)
    return { host: hostname.toLowerCase(), port: Number(port || (protocol === 'https:' ? 443 : 80)) }
  }
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(target) ?? []
  return { host: host.toLowerCase(), port: port === undefined ? undefined : Number(port) }
}

const isWeb = (target: string): boolean => /^https?:\/\//.test(target) && URL.canParse(target)
