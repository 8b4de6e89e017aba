// Answer times as a picture (issue "The watch", "Incidents"): facts in, PNG out, pure. It brings its own card to stand on, for it
// is seen on light and dark pages.

import { LineChart } from 'echarts/charts'
import { GridComponent, MarkAreaComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { Chart } from '../event.ts'
import { number } from '../text/format.ts'
import type { Locale, Said } from '../text/locale.ts'
import { colors, escapeXml, font, pngOf } from './picture.ts'

use([LineChart, GridComponent, MarkAreaComponent, SVGRenderer])

/** In points. */
const width = 640
const height = 240

/** The picture, 1280 × 480 pixels, some 20 to 60 KB. @throws {Error} when the drawing libraries fail. */
export function drawChart(chart: Chart, locale: Locale): Buffer {
  return pngOf(onCard(svgOf(chart, locale), chart, locale))
}

const inset = { left: 16, top: 14, title: 22 } as const

function onCard(plot: string, chart: Chart, locale: Locale): string {
  const inner = plot.replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '')
  const baseline = inset.top + 16
  const title = `<text x="${inset.left + 4}" y="${baseline}" font-family="${font}" font-weight="600" font-size="14" fill="${colors.words}">${escapeXml(chart.title)}</text>`
  const legend = chart.points.some(({ value }) => value === undefined) ? legendAt(baseline, failures[locale]) : ''
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${colors.card}" stroke="${colors.border}"/>
${title}${legend}<g transform="translate(${inset.left},${inset.top + inset.title})">${inner}</g></svg>`
}

const failures: Said = { fr: 'en échec', en: 'failing' }

/** What the red stands for, at the right end of the title's line. */
function legendAt(baseline: number, words: string): string {
  const right = width - inset.left - 14
  const left = right - words.length * 6 - 16
  return `<rect x="${left}" y="${baseline - 10}" width="11" height="11" rx="2" fill="${colors.bad}" fill-opacity="0.45"/>
<text x="${right}" y="${baseline}" text-anchor="end" font-family="${font}" font-size="11" fill="${colors.faint}">${words}</text>`
}

function svgOf(chart: Chart, locale: Locale): string {
  const plot = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: width - 2 * inset.left,
    height: height - inset.top - inset.title - 10,
  })
  try {
    plot.setOption(optionOf(chart, locale))
    return plot.renderToSVGString()
  } finally {
    plot.dispose()
  }
}

function optionOf(chart: Chart, locale: Locale) {
  const { points, from, to } = chart
  const longest = Math.max(10, ...points.map(({ value }) => value ?? 0))
  const isSeconds = longest >= 2000
  const time = timesOf(chart, locale)
  const axis = {
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: colors.faint, fontFamily: font, fontSize: 11 },
  }
  return {
    animation: false,
    textStyle: { fontFamily: font },
    grid: { left: 52, right: 14, top: 10, bottom: 24 },
    xAxis: {
      type: 'value' as const,
      min: from,
      max: to,
      ...axis,
      axisLine: { show: true, lineStyle: { color: colors.border } },
      splitLine: { show: false },
      axisLabel: { ...axis.axisLabel, customValues: ticksOf(chart), formatter: time },
    },
    yAxis: {
      type: 'value' as const,
      min: 0,
      max: niceTop(longest),
      interval: niceTop(longest) / 4,
      ...axis,
      splitLine: { lineStyle: { color: colors.grid } },
      axisLabel: {
        ...axis.axisLabel,
        formatter: (ms: number) =>
          isSeconds ? `${number(locale, ms / 1000)}\u00a0s` : `${number(locale, ms)}\u00a0ms`,
      },
    },
    series: [
      {
        type: 'line' as const,
        data: points.map(({ at, value }) => [at, value ?? Number.NaN]),
        symbol: 'circle',
        // A line of one point would not be seen.
        showSymbol: points.filter(({ value }) => value !== undefined).length < 3,
        symbolSize: 5,
        connectNulls: false,
        lineStyle: { color: colors.line, width: 1.75 },
        itemStyle: { color: colors.line },
        areaStyle: { color: colors.fill, opacity: 0.1 },
        markArea: {
          silent: true,
          itemStyle: { color: colors.bad, opacity: 0.3 },
          data: failuresOf(chart).map(({ from: start, to: end }) => [{ xAxis: start }, { xAxis: end }] as const),
        },
      },
    ],
  }
}

/** From the first failure of a row to the answer after it; at least as wide as can be seen. */
export function failuresOf({ points, from, to }: Chart): readonly { readonly from: number; readonly to: number }[] {
  const narrowest = (to - from) / 160
  const rows: { from: number; to: number }[] = []
  let start: number | undefined
  for (const { at, value } of points) {
    if (value === undefined) start ??= at
    else if (start !== undefined) {
      rows.push({ from: start, to: Math.max(at, start + narrowest) })
      start = undefined
    }
  }
  if (start !== undefined) rows.push({ from: Math.min(start, to - narrowest), to })
  return rows
}

const hourMs = 3_600_000
const steps = [
  hourMs / 60,
  hourMs / 30,
  hourMs / 12,
  hourMs / 6,
  hourMs / 4,
  hourMs / 2,
  hourMs,
  2 * hourMs,
  3 * hourMs,
  6 * hourMs,
  12 * hourMs,
]
const mostTicks = 8

/** Round times of the reader's day. */
function ticksOf({ from, to, timeZone }: Chart): number[] {
  const step = steps.find((one) => (to - from) / one <= mostTicks) ?? 24 * hourMs
  const aside = offsetMs(from, timeZone)
  const ticks: number[] = []
  for (let at = Math.ceil((from + aside) / step) * step - aside; at <= to; at += step) ticks.push(at)
  return ticks
}

/** How far the zone's clock is ahead of UTC. */
function offsetMs(at: number, timeZone: string): number {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  return zoned.offsetNanoseconds / 1e6
}

function timesOf({ timeZone }: Chart, locale: Locale): (at: number) => string {
  const format = new Intl.DateTimeFormat(locale === 'fr' ? 'fr-FR' : 'en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
  })
  return (at) => format.format(at)
}

/** The least of 1, 2, 4, 6, 8 × 10ⁿ that holds the longest time. */
function niceTop(longest: number): number {
  const power = 10 ** Math.floor(Math.log10(longest))
  return power * ([1, 2, 4, 6, 8, 10].find((factor) => factor * power >= longest * 1.02) ?? 20)
}
