// A log and a meter that keep what they were told.

import type { CounterName, Log, Meter } from '../../src/event.ts'

export interface FakeLog extends Log {
  readonly lines: { readonly level: keyof Log; readonly facts: object; readonly message: string }[]
}

export function createFakeLog(): FakeLog {
  const lines: FakeLog['lines'] = []
  const at = (level: keyof Log) => (facts: object, message: string) => {
    lines.push({ level, facts, message })
  }
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), fatal: at('fatal') }
}

export interface FakeMeter extends Meter {
  total(name: CounterName): number
}

export function createFakeMeter(): FakeMeter {
  const totals = new Map<string, number>()
  return {
    count(name, _labels, by = 1) {
      totals.set(name, (totals.get(name) ?? 0) + by)
    },
    total: (name) => totals.get(name) ?? 0,
  }
}
