// `/badge/:monitor/:kind.svg`: one figure of a public monitor, to be shown elsewhere. Pure.

import type { Shown, ShownDays } from '../../integrations/monitor/monitor.ts'
import { duration, percent } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { markup } from '../../text/markup.ts'
import { shorten } from '../../text/rich.ts'
import { stateWord } from './words.ts'

/** `status`, `response`, and the availability of so many days. */
export const badgeKinds = [
  'status',
  'response',
  'uptime',
  'uptime-1d',
  'uptime-7d',
  'uptime-30d',
  'uptime-90d',
] as const
export type BadgeKind = (typeof badgeKinds)[number]

const colors: Readonly<Record<Shown['state'], string>> = {
  up: '#1c7c52',
  degraded: '#a35f00',
  flapping: '#a35f00',
  down: '#b3261e',
  maintenance: '#56616e',
  paused: '#56616e',
  unknown: '#56616e',
}
const quiet = '#56616e'
const heightPx = 20
const padPx = 7

export function badgeOf(shown: Shown, kind: BadgeKind, locale: Locale): string {
  const name = shorten(shown.name, 40)
  const { label, value, color } = figureOf(shown, kind, locale)
  const left = label === '' ? name : `${name} · ${label}`
  const said = `${left}${locale === 'fr' ? '\u00a0' : ''}: ${value}`
  const [leftPx, rightPx] = [widthPx(left), widthPx(value)]
  const whole = leftPx + rightPx + 4 * padPx
  const split = leftPx + 2 * padPx
  const text = (x: number, width: number, words: string) =>
    markup`<text x="${x}" y="14" textLength="${width}" lengthAdjust="spacingAndGlyphs">${words}</text>`
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${whole}" height="${heightPx}" viewBox="0 0 ${whole} ${heightPx}" role="img" aria-label="${said}" xml:lang="${locale}">
<title>${said}</title>
<clipPath id="r"><rect width="${whole}" height="${heightPx}" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="${split}" height="${heightPx}" fill="#2b3440"/><rect x="${split}" width="${whole - split}" height="${heightPx}" fill="${color}"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${text(padPx, leftPx, left)}${text(split + padPx, rightPx, value)}</g>
</svg>
`.text
}

function figureOf(shown: Shown, kind: BadgeKind, locale: Locale): { label: string; value: string; color: string } {
  if (kind === 'status') return { label: '', value: stateWord(shown.state, locale), color: colors[shown.state] }
  if (kind === 'response') {
    const value = shown.tookMs === undefined ? '–' : duration(locale, shown.tookMs)
    return {
      label: locale === 'fr' ? 'réponse' : 'response',
      value,
      color: shown.tookMs === undefined ? quiet : '#1f5f99',
    }
  }
  const days = daysOf(kind)
  const share = shown.availability[days]
  const label = locale === 'fr' ? `disponibilité ${days}\u00a0j` : `uptime ${days}d`
  const color = share === undefined ? quiet : share >= 0.999 ? colors.up : share >= 0.99 ? colors.degraded : colors.down
  return { label, value: percent(locale, share), color }
}

function daysOf(kind: BadgeKind): ShownDays {
  if (kind === 'uptime-1d') return 1
  if (kind === 'uptime-7d') return 7
  return kind === 'uptime-90d' ? 90 : 30
}

/** As Verdana 11 px is about; the text is fitted to it wherever another font stands in. */
function widthPx(text: string): number {
  let width = 0
  for (const character of text) {
    if (/[iljt.,:;'’|!·\u00a0 ]/.test(character)) width += 4.2
    else if (/[mwMW%—]/.test(character)) width += 10
    else if (/[A-ZÀ-Þ]/.test(character)) width += 8
    else width += /[\u0020-\u024f]/.test(character) ? 6.9 : 11
  }
  return Math.round(width)
}
