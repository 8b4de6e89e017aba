// One line of the bench: what ours took and what its yardstick took in the same run, and what the two make. Medians of three.

import { cpus, release, totalmem } from 'node:os'

export interface Figure {
  readonly name: string
  /** With its unit. */
  readonly ours: string
  readonly yardstick: string
  /** What is aimed at: ours over the yardstick, or what ours takes more. */
  readonly value: number
  /** `×`, ` ms`. */
  readonly unit: string
  /** Absent: printed for what it is. */
  readonly aim?: { readonly most: number } | { readonly least: number }
}

/** Measures; says meanwhile what it is at. */
export type Bench = (say: (line: string) => void) => Promise<readonly Figure[]>

/** Numbers compared the way that most figures are. */
export interface Comparison {
  readonly name: string
  readonly ours: number
  readonly yardstick: number
  readonly unit: string
  readonly aim?: Figure['aim']
}

export function ratioOf({ name, ours, yardstick, unit, aim }: Comparison): Figure {
  return {
    name,
    ours: `${shown(ours)}${unit}`,
    yardstick: `${shown(yardstick)}${unit}`,
    value: ours / yardstick,
    unit: '×',
    ...(aim ? { aim } : {}),
  }
}

export function moreOf({ name, ours, yardstick, unit, aim }: Comparison): Figure {
  return {
    name,
    ours: `${shown(ours)}${unit}`,
    yardstick: `${shown(yardstick)}${unit}`,
    value: ours - yardstick,
    unit,
    ...(aim ? { aim } : {}),
  }
}

export function isMet({ value, aim }: Figure): boolean | undefined {
  if (aim === undefined) return undefined
  return 'most' in aim ? value <= aim.most : value >= aim.least
}

/** A Markdown table, so that it can be put into docs/bench.md as it is. */
export function tableOf(figures: readonly Figure[]): string[] {
  const rows = figures.map((figure) => {
    const { name, ours, yardstick, value, unit, aim } = figure
    const met = isMet(figure)
    return [
      name,
      ours,
      yardstick,
      `${shown(value)}${unit}`,
      aim === undefined ? '' : 'most' in aim ? `≤ ${aim.most}${unit}` : `≥ ${aim.least}${unit}`,
      met === undefined ? '' : met ? 'yes' : 'no',
    ]
  })
  const head = ['figure', 'ours', 'yardstick', 'ours to it', 'aim', 'met']
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)]
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Of a sorted list. `share` in [0, 1]. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** What it ran on. */
export function machine(): string {
  const processors = cpus()
  const memoryGb = Math.round(totalmem() / 2 ** 30)
  const model = processors[0]?.model ?? 'unknown processor'
  return `${model}, ${processors.length} cores, ${memoryGb} GiB, ${process.platform} ${release()}, Node ${process.versions.node}`
}

function shown(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toFixed(digits)
}
