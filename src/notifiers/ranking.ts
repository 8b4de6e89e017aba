// A ranking as a picture: a bar for each, from nought, the best first. Facts in, PNG out, pure.

import type { RankedRow, Ranking } from '../event.ts'
import { number } from '../text/format.ts'
import type { Locale } from '../text/locale.ts'
import { shorten } from '../text/rich.ts'
import { colors, escapeXml, font, pngOf } from './picture.ts'

/** In points. */
const width = 640
const top = 46
const rowHeight = 28
const bottom = 14
/** Where the bars begin, behind the names. */
const left = 210
const inset = 20
const digitWidth = 8
/** Where a name begins, and how far it may go. */
const nameAt = 54
const mostOfAName = 40
const nameWidth = left - nameAt - 10

/** The picture, 1280 pixels wide. @throws {Error} when the drawing library fails. */
export function drawRanking({ title, rows }: Ranking, locale: Locale): Buffer {
  const height = top + rows.length * rowHeight + bottom
  const scores = rows.map(({ score }) => number(locale, score))
  const right = width - inset - digitWidth * Math.max(3, ...scores.map(({ length }) => length)) - inset
  const at = scaleOf(rows, right)
  const drawn = rows.map((row, index) => rowAt(row, top + index * rowHeight, at, locale))
  return pngOf(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${colors.card}" stroke="${colors.border}"/>
${text({ x: inset, y: 30, size: 14, weight: 600, words: title })}
${drawn.join('\n')}
<line x1="${at(0)}" x2="${at(0)}" y1="${top - 2}" y2="${height - bottom}" stroke="${colors.border}"/></svg>`)
}

/** A score → where its bar ends; nought is always seen. */
function scaleOf(rows: readonly RankedRow[], right: number): (score: number) => number {
  const scores = [0, ...rows.map(({ score }) => score)]
  const least = Math.min(...scores)
  const span = Math.max(...scores) - least || 1
  return (score) => left + ((score - least) / span) * (right - left)
}

function rowAt(
  { rank, name, score, color }: RankedRow,
  y: number,
  at: (score: number) => number,
  locale: Locale,
): string {
  const baseline = y + 18
  const [from, to] = [Math.min(at(0), at(score)), Math.max(at(0), at(score))]
  return [
    text({ x: 42, y: baseline, size: 12, words: `${rank}`, color: colors.faint, anchor: 'end' }),
    text({ x: nameAt, y: baseline, size: 13, words: shown(name) }),
    `<rect x="${from}" y="${y + 5}" width="${Math.max(1, to - from)}" height="${rowHeight - 11}" rx="3" fill="${color}"/>`,
    text({ x: width - inset, y: baseline, size: 13, weight: 600, words: number(locale, score), anchor: 'end' }),
  ].join('')
}

/** What the font has no picture of: emoji are left out, other scripts stand as a box for each letter. The table beside says them all. */
const pictures = /\p{Extended_Pictographic}|\u200d|\ufe0f/gu
const otherScripts = /[^\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Common}\p{M}]|[\u30a0-\u30ff]/gu

function shown(name: string): string {
  const drawn = shorten(name.replace(pictures, ''), mostOfAName).replace(otherScripts, '□') || '□'
  const letters = [...drawn]
  if (letters.reduce((sum, letter) => sum + widthOf(letter), 0) <= nameWidth) return drawn
  let room = nameWidth - widthOf('…')
  const end = letters.findIndex((letter) => {
    room -= widthOf(letter)
    return room < 0
  })
  return `${letters.slice(0, end).join('').trimEnd()}…`
}

/** In points of a letter of 13, as wide as any of its kind in the font. */
function widthOf(letter: string): number {
  if (/[\p{M}]/u.test(letter)) return 0
  if (/[WM@%—…ЖШЩЮМФШΩ]/u.test(letter)) return 12.5
  if (/[\p{Lu}mw□&]/u.test(letter)) return 10
  if (/[iljtfrI.,:;'’|!() ]/u.test(letter)) return 5
  return 7.5
}

interface Words {
  readonly x: number
  readonly y: number
  readonly size: number
  readonly words: string
  readonly weight?: number
  readonly color?: string
  readonly anchor?: 'start' | 'end'
}

function text({ x, y, size, words, weight = 400, color = colors.words, anchor = 'start' }: Words): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-family="${font}" font-weight="${weight}" font-size="${size}" fill="${color}">${escapeXml(words)}</text>`
}
