// `/statut`: how the services that were marked public do, for everybody; without a script, for eyes and for screen readers
// (issue "The watch", "Pages"). Pure.

import type { Outage, Shown } from '../../integrations/monitor/monitor.ts'
import { duration, moment, percent } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { type Markup, Markup as MarkupOf, markup } from '../../text/markup.ts'
import { style } from './style.ts'
import { lastedWords, pageWords, stateWord } from './words.ts'

export interface PageFacts {
  readonly shown: readonly Shown[]
  readonly cutSince: number | undefined
  readonly organisation?: string | undefined
  readonly locale: Locale
  readonly timeZone: string
  /** Milliseconds since 1970. */
  readonly now: number
}

type Tone = 'up' | 'slow' | 'down' | 'none'

const tones: Readonly<Record<Shown['state'], Tone>> = {
  up: 'up',
  degraded: 'slow',
  flapping: 'slow',
  down: 'down',
  maintenance: 'none',
  paused: 'none',
  unknown: 'none',
}
/** Beside the colour and the word. */
const lamps: Readonly<Record<Tone, string>> = { up: '✔', slow: '▲', down: '✖', none: '–' }
const recentMs = 14 * 86_400_000

export function pageOf(facts: PageFacts): string {
  const { locale, shown, organisation } = facts
  const say = pageWords[locale]
  const other = locale === 'fr' ? 'en' : 'fr'
  return markup`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${verdictOf(facts).words} – ${organisation ?? say.title}</title>
<link rel="icon" href="${icon(verdictOf(facts).tone)}">
<link rel="alternate" type="application/atom+xml" title="${say.title}" href="feed.atom?lang=${locale}">
<style>${new MarkupOf(style)}</style>
</head>
<body>
<a class="skip" href="#services">${say.skip}</a>
<header>
${organisation === undefined ? undefined : markup`<p class="org">${organisation}</p>`}
<h1>${say.title}</h1>
</header>
<main>
${verdict(facts)}
<section aria-labelledby="services">
<h2 id="services">${say.services}</h2>
${shown.length === 0 ? markup`<p class="card empty">${say.none}</p>` : markup`<ul class="card services">${shown.map((one) => service(one, facts))}</ul>`}
</section>
${shown.length === 0 ? undefined : availability(facts)}
${shown.length === 0 ? undefined : outages(facts)}
</main>
<footer>
<p>${say.accounting}</p>
<ul><li><a href="feed.atom?lang=${locale}">${say.feed}</a></li><li><a href="?lang=${other}" hreflang="${other}" lang="${other}">${say.other}</a></li><li>${say.by}</li></ul>
</footer>
</body>
</html>
`.text
}

function verdictOf({ shown, locale, cutSince }: PageFacts): { readonly tone: Tone; readonly words: string } {
  const say = pageWords[locale]
  const down = shown.filter(({ state }) => state === 'down').length
  const unwell = shown.filter(({ state }) => tones[state] === 'slow').length
  if (shown.length === 0) return { tone: 'none', words: say.none }
  if (down > 0) return { tone: 'down', words: say.down(down) }
  if (unwell > 0) return { tone: 'slow', words: say.unwell(unwell) }
  return { tone: cutSince === undefined ? 'up' : 'none', words: say.well }
}

function verdict(facts: PageFacts): Markup {
  const { tone, words } = verdictOf(facts)
  const { locale, timeZone, now, cutSince } = facts
  const say = pageWords[locale]
  const updated = say.updated(moment(locale, timeZone, now, now))
  return markup`<div class="verdict ${tone}">
<p><strong><span aria-hidden="true">${lamps[tone]}</span> ${words}</strong></p>
${cutSince === undefined ? undefined : markup`<p>${say.cut}</p>`}
<p><small>${updated} (${timeZone})</small></p>
</div>`
}

function service({ name, state, since, tookMs, availability: shares, days }: Shown, facts: PageFacts): Markup {
  const { locale, timeZone } = facts
  const say = pageWords[locale]
  const tone = tones[state]
  const isBad = tone === 'down' || tone === 'slow'
  const more =
    isBad && since !== undefined
      ? say.since(moment(locale, timeZone, since, facts.now))
      : state === 'up' && tookMs !== undefined
        ? say.took(duration(locale, tookMs))
        : undefined
  const downDays = days.filter(({ downMs }) => downMs > 0).length
  return markup`<li>
<div class="head"><h3>${name}</h3><p><span class="state ${tone}"><span aria-hidden="true">${lamps[tone]}</span> ${stateWord(state, locale)}</span>${more === undefined ? undefined : markup` <span class="soft">${more}</span>`}</p></div>
<svg class="bars" viewBox="0 0 ${days.length * 5 - 1} 36" preserveAspectRatio="none" role="img" aria-label="${say.bars(percent(locale, shares[90]), downDays)}">${bars(days, facts)}</svg>
<p class="scale" aria-hidden="true"><span>${say.daysAgo}</span><b>${percent(locale, shares[90])}</b><span>${say.today}</span></p>
</li>
`
}

/** A day each: those without an outage in one stroke; one with an outage stands out by its height, and says its own. */
function bars(days: Shown['days'], facts: PageFacts): readonly Markup[] {
  const quiet = (tone: Tone, isOne: (day: Shown['days'][number]) => boolean) => {
    const strokes = days.flatMap((day, index) => (isOne(day) ? [`M${index * 5} 6h4v24h-4z`] : []))
    return strokes.length === 0 ? [] : [markup`<path class="${tone}" d="${strokes.join('')}"/>`]
  }
  return [
    ...quiet('none', ({ share }) => share === undefined),
    ...quiet('up', ({ share, downMs }) => share !== undefined && downMs === 0),
    ...days.flatMap((day, index) => (day.downMs > 0 ? [outageBar(day, index, facts)] : [])),
  ]
}

function outageBar({ from, share = 0, downMs }: Shown['days'][number], index: number, facts: PageFacts): Markup {
  const { locale, timeZone } = facts
  const said = pageWords[locale].dayDown(lastedWords(locale, downMs))
  const title = `${dayWords(from, timeZone, locale)}${locale === 'fr' ? '\u00a0' : ''}: ${said}`
  return markup`<rect class="${share < 0.99 ? 'down' : 'slow'}" x="${index * 5}" y="0" width="4" height="36" rx="1"><title>${title}</title></rect>`
}

function dayWords(at: number, timeZone: string, locale: Locale): string {
  return new Intl.DateTimeFormat(locale === 'fr' ? 'fr-FR' : 'en-GB', {
    timeZone,
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  }).format(at)
}

function availability({ shown, locale }: PageFacts): Markup {
  const say = pageWords[locale]
  const spans = [1, 7, 30, 90] as const
  const rows = shown.map(
    ({ name, availability: shares }) =>
      markup`<tr><th scope="row">${name}</th>${spans.map((span) => markup`<td>${percent(locale, shares[span])}</td>`)}</tr>`,
  )
  return markup`<section aria-labelledby="availability">
<h2 id="availability">${say.availability}</h2>
<div class="card wide"><table>
<caption>${say.caption}</caption>
<thead><tr><th scope="col">${say.service}</th>${spans.map((span) => markup`<th scope="col">${say.spans[span]}</th>`)}</tr></thead>
<tbody>${rows}</tbody>
</table></div>
</section>`
}

function outages({ shown, locale, timeZone, now }: PageFacts): Markup {
  const say = pageWords[locale]
  const recent = shown
    .flatMap(({ name, outages: all }) => all.map((one) => ({ name, ...one })))
    .filter(({ to }) => to === undefined || to > now - recentMs)
    .toSorted((one, other) => other.from - one.from)
  const line = ({ name, incident, from, to }: Outage & { name: string }) => {
    const lasted = say.lasted(lastedWords(locale, (to ?? now) - from))
    const began = markup`<time datetime="${new Date(from).toISOString()}">${moment(locale, timeZone, from, 0)}</time>`
    const ended = to === undefined ? markup`<span class="state down">${say.lasting}</span>` : markup`${lasted}`
    return markup`<li id="i-${incident}"><h3>${name}</h3><p class="soft">${began} · ${ended}</p></li>
`
  }
  return markup`<section aria-labelledby="incidents">
<h2 id="incidents">${say.incidents}</h2>
${recent.length === 0 ? markup`<p class="card empty">${say.noIncident}</p>` : markup`<ol class="card outages">${recent.map(line)}</ol>`}
</section>`
}

const iconColors: Readonly<Record<Tone, string>> = { up: '2f9e6e', slow: 'e09a2d', down: 'cf3b32', none: '8a94a0' }

function icon(tone: Tone): string {
  const drawn = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#${iconColors[tone]}"/></svg>`
  return `data:image/svg+xml,${encodeURIComponent(drawn)}`
}
