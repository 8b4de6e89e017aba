// What everybody may see in a browser of the monitors that are marked public: the page, badges and a feed (interface.md, "HTTP routes").

import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { MonitorRecords } from '../../integrations/integration.ts'
import type { Shown } from '../../integrations/monitor/monitor.ts'
import { type Locale, localeOf } from '../../text/locale.ts'
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

interface Asked {
  Querystring: { lang?: string }
}

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
    return answer(request, reply, pageOf(await factsFor(request)))
  })

  http.get<Asked>('/feed.atom', open, async (request, reply) => {
    reply.header('content-security-policy', "default-src 'none'; sandbox").type('application/atom+xml; charset=utf-8')
    return answer(request, reply, feedOf(await factsFor(request), url))
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
      return answer(request, reply, badgeOf(one, kind, facts.locale))
    },
  )
}

const findShown = (shown: readonly Shown[], name: string): Shown | undefined =>
  shown.find((one) => one.name.toLowerCase() === name.toLowerCase())

/** `?lang=`, else what the browser asks for, else VIGIE_LOCALE. */
function languageOf({ query, headers }: FastifyRequest<Asked>, usual: Locale): Locale {
  if (query.lang === 'fr' || query.lang === 'en') return query.lang
  const said = headers['accept-language']
  // What clients that are no browsers say when nobody chose.
  return localeOf(said?.trim() === '*' ? undefined : said, usual)
}

/** The body, or that it is the one that the browser has. */
function answer(request: FastifyRequest, reply: FastifyReply, body: string): FastifyReply {
  const tag = `"${hash('sha256', body, 'base64url').slice(0, 27)}"`
  reply.headers({
    etag: tag,
    vary: 'accept-language',
    'cache-control': 'public, max-age=10, must-revalidate',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
  const known = (request.headers['if-none-match'] ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''))
  return known.includes(tag) || known.includes('*') ? reply.code(304).send() : reply.send(body)
}

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
