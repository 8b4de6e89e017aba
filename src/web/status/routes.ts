// What everybody may see in a browser of the monitors that are marked public: the page, badges and a feed (interface.md, "HTTP routes").

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { MonitorRecords } from '../../integrations/integration.ts'
import type { Shown } from '../../integrations/monitor/monitor.ts'
import type { Locale } from '../../text/locale.ts'
import { type Asked, answerOnce, languageOf } from '../page-answer.ts'
import { badgeKinds, badgeOf } from './badge.ts'
import { feedOf } from './feed.ts'
import { type PageFacts, pageOf } from './page.ts'
import { styleHash } from './style.ts'

export interface StatusPageParts {
  readonly records: Pick<MonitorRecords, 'shown' | 'cutSince'>
  readonly organisation?: string | undefined
  readonly locale: Locale
  readonly timeZone: string
  /** VIGIE_URL. */
  readonly url: string
  readonly now: () => number
}

/** Whoever asks more often gets the same: the page costs the same however many read it. */
const freshMs = 10_000
const open = { config: { door: { proof: 'open', takes: 'nothing' } } } as const

export function registerStatusPage(http: FastifyInstance, parts: StatusPageParts): void {
  const { records, organisation, timeZone, url, now } = parts
  const shown = rememberFor(freshMs, now, () => records.shown())
  const factsFor = async (request: FastifyRequest<Asked>): Promise<PageFacts> => ({
    ...(await shown()),
    cutSince: records.cutSince(),
    organisation,
    locale: languageOf(request, parts.locale),
    timeZone,
  })

  http.get<Asked>('/statut', open, async (request, reply) => {
    const policy = `default-src 'none'; style-src ${styleHash}; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
    reply.header('content-security-policy', policy).type('text/html; charset=utf-8')
    return answerOnce(request, reply, pageOf(await factsFor(request)), freshMs)
  })

  http.get<Asked>('/feed.atom', open, async (request, reply) => {
    reply.header('content-security-policy', "default-src 'none'; sandbox").type('application/atom+xml; charset=utf-8')
    return answerOnce(request, reply, feedOf(await factsFor(request), url), freshMs)
  })

  http.get<Asked & { Params: { monitor: string; file: string } }>(
    '/badge/:monitor/:file',
    open,
    async (request, reply) => {
      const { monitor, file } = request.params
      const kind = badgeKinds.find((one) => `${one}.svg` === file)
      const facts = await factsFor(request)
      const one = findShown(facts.shown, monitor)
      if (kind === undefined || one === undefined) return reply.callNotFound()
      reply
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('cross-origin-resource-policy', 'cross-origin')
        .type('image/svg+xml; charset=utf-8')
      return answerOnce(request, reply, badgeOf(one, kind, facts.locale), freshMs)
    },
  )
}

const findShown = (shown: readonly Shown[], name: string): Shown | undefined =>
  shown.find((one) => one.name.toLowerCase() === name.toLowerCase())

function rememberFor(
  lifeMs: number,
  now: () => number,
  read: () => Promise<readonly Shown[]>,
): () => Promise<{ readonly shown: readonly Shown[]; readonly now: number }> {
  let known: { readonly at: number; readonly shown: Promise<readonly Shown[]> } | undefined
  return async () => {
    const at = now()
    // A clock that was put back does not keep it alive.
    if (known === undefined || Math.abs(at - known.at) >= lifeMs) known = { at, shown: read() }
    const mine = known
    try {
      return { shown: await mine.shown, now: mine.at }
    } catch (error) {
      if (known === mine) known = undefined
      throw error
    }
  }
}
