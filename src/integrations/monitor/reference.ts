// The reference probe of "is it me?" (issue "The watch"; threat F28): places that answer whenever the operator's own network does, named in
// MONITOR_REFERENCE. When none of them answers, twice in a row, it is Vigie that is cut off.

import type { Env } from '../../env.ts'
import type { Log } from '../../event.ts'
import type { Said } from '../../text/locale.ts'
import { isNever } from './guard/allow.ts'
import { type Endpoint, hostOf, portOf, readEndpoint, showEndpoint } from './guard/endpoint.ts'
import type { Check, Failure } from './monitor.ts'

export interface ReferenceParts {
  readonly places: readonly Endpoint[]
  /** Connects, and lets go; what went wrong, if anything did. Takes a few seconds at most. */
  readonly reach: (place: Endpoint, signal: AbortSignal) => Promise<Failure | undefined>
  readonly report: (isAnswered: boolean) => void
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
  readonly log: Log
}

export interface Reference {
  /** Tries them by and by, until the signal. */
  run(signal: AbortSignal): Promise<void>
  /** The same check, but that a failure by the network waits until it is known whether the network is there. */
  around(check: Check): Check
  /** As they were seen last; none before the first time. */
  seen(): readonly Sight[]
}

export interface Sight {
  /** `gateway.example.org:443` */
  readonly place: string
  readonly failure?: Failure
}

const everyMs = 20_000
/** A single silence proves nothing. */
const againMs = 2000
/** An answer so young need not be asked for again. */
const freshMs = 2000
const mostPlaces = 10

export function createReference({ places, reach, report, wait, elapsed, log }: ReferenceParts): Reference {
  const stopping = new AbortController()
  let sights: readonly Sight[] = []
  let isSilent = false
  let askedAt = Number.NEGATIVE_INFINITY
  let underWay: Promise<void> | undefined

  /** Whether anybody answers: a refusal too is an answer. */
  async function isAnswered(): Promise<boolean> {
    const at = elapsed()
    sights = await Promise.all(
      places.map(async (place): Promise<Sight> => {
        const failure = await reach(place, stopping.signal)
        return { place: showEndpoint(place), ...(failure ? { failure } : {}) }
      }),
    )
    if (!sights.some(({ failure }) => failure?.isNetwork !== true)) return false
    askedAt = at
    return true
  }

  async function ask(): Promise<void> {
    let is = await isAnswered()
    if (!is && !isSilent) {
      await wait(againMs, stopping.signal)
      is = stopping.signal.aborted || (await isAnswered())
    }
    if (stopping.signal.aborted) return
    if (isSilent === is) log.warn({ sights }, is ? 'the reference answers again' : 'no reference answers')
    isSilent = !is
    report(is)
  }

  /** Those who ask at the same time share the answer. */
  function look(): Promise<void> {
    underWay ??= ask()
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) log.error({ err: error }, 'the reference could not be tried')
      })
      .finally(() => {
        underWay = undefined
      })
    return underWay
  }

  return {
    async run(signal) {
      const stop = () => stopping.abort()
      signal.addEventListener('abort', stop, { once: true })
      if (signal.aborted) stop()
      while (!stopping.signal.aborted) {
        await look()
        await wait(everyMs, stopping.signal)
      }
    },
    around: (check) => async (monitor, signal) => {
      const result = await check(monitor, signal)
      const isKnown = isSilent || elapsed() - askedAt < freshMs
      if (result.failure?.isNetwork && !isKnown) await look()
      return result
    },
    seen: () => sights,
  }
}

/** MONITOR_REFERENCE, each place once; empty where it is not set. Problems are noted on `env`. */
export function readReferences(env: Env): readonly Endpoint[] {
  const words = env.list('MONITOR_REFERENCE')
  const places = new Map<string, Endpoint>()
  for (const word of words) {
    const place = readPlace(word)
    if (place === undefined) env.problem(wrong(word))
    else if (isNever(place.host)) env.problem(neverReached(word))
    else places.set(showEndpoint(place), place)
  }
  if (places.size > mostPlaces) env.problem(tooMany(places.size))
  return [...places.values()]
}

function readPlace(word: string): Endpoint | undefined {
  if (!/^https?:\/\//i.test(word)) return readEndpoint(word)
  const url = URL.canParse(word) ? new URL(word) : undefined
  const host = url && hostOf(url)
  if (url === undefined || host === undefined || host === '' || url.port === '0') return undefined
  return url.username === '' && url.password === '' ? { host, port: portOf(url) } : undefined
}

const wrong = (word: string): Said => ({
  fr: `MONITOR_REFERENCE\u00a0: un hôte et son port (192.168.1.1:443) ou une adresse http(s) est attendu, sans nom d’utilisateur, pas «\u00a0${word}\u00a0».`,
  en: `MONITOR_REFERENCE: a host and its port (192.168.1.1:443) or an http(s) address is expected, without a user name, not "${word}".`,
})

const neverReached = (word: string): Said => ({
  fr: `MONITOR_REFERENCE\u00a0: «\u00a0${word}\u00a0» est une adresse de lien local, de métadonnées ou de multidiffusion, que Vigie ne joint jamais.`,
  en: `MONITOR_REFERENCE: "${word}" is a link-local, metadata or multicast address, which Vigie never reaches.`,
})

const tooMany = (count: number): Said => ({
  fr: `MONITOR_REFERENCE\u00a0: ${mostPlaces} adresses au plus, pas ${count}.`,
  en: `MONITOR_REFERENCE: ${mostPlaces} addresses at most, not ${count}.`,
})
