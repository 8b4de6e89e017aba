// `/feed.atom`: outages of public monitors, each an entry that changes when it ends (RFC 4287). Pure.

import type { Outage } from '../../integrations/monitor/monitor.ts'
import { clock } from '../../text/format.ts'
import { markup } from '../../text/markup.ts'
import type { PageFacts } from './page.ts'
import { lastedWords, pageWords } from './words.ts'

const mostEntries = 50

/** `url`: VIGIE_URL, what entries are known by and lead to. */
export function feedOf({ shown, locale, timeZone, organisation, now }: PageFacts, url: string): string {
  const entries = shown
    .flatMap(({ name, outages }) => outages.map((one) => ({ name, ...one })))
    .toSorted((one, other) => changedAt(other) - changedAt(one))
    .slice(0, mostEntries)
  const [newest] = entries
  const title = organisation === undefined ? pageWords[locale].title : `${organisation} – ${pageWords[locale].title}`
  const said = (outage: Outage & { name: string }) => {
    const { name, incident, from, to } = outage
    const page = `${url}/statut#i-${incident}`
    return markup`<entry>
<id>${url}/statut#i-${incident}-${encodeURIComponent(name)}</id>
<title>${titleOf(outage, locale)}</title>
<link rel="alternate" href="${page}"/>
<published>${iso(from)}</published>
<updated>${iso(to ?? from)}</updated>
<summary>${clock(locale, timeZone, from, 0)}${to === undefined ? '' : ` → ${clock(locale, timeZone, to, 0)}`}</summary>
</entry>
`
  }
  return markup`<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${locale}">
<id>${url}/feed.atom</id>
<title>${title}</title>
<link rel="self" href="${url}/feed.atom"/>
<link rel="alternate" type="text/html" href="${url}/statut"/>
<updated>${iso(newest === undefined ? startOfDay(now) : changedAt(newest))}</updated>
<author><name>${organisation ?? 'Vigie'}</name></author>
${entries.map(said)}</feed>
`.text
}

function titleOf({ name, from, to }: Outage & { name: string }, locale: PageFacts['locale']): string {
  if (to === undefined) return locale === 'fr' ? `${name} ne répond plus` : `${name} does not answer`
  const lasted = lastedWords(locale, to - from)
  return locale === 'fr'
    ? `${name} répond de nouveau (panne de ${lasted})`
    : `${name} answers again (down for ${lasted})`
}

const changedAt = ({ from, to }: Outage): number => to ?? from
const iso = (at: number): string => new Date(at).toISOString()
const startOfDay = (at: number): number => at - (at % 86_400_000)
