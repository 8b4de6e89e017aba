// Who is mailed of an incident, what such a mail is called and the curve it shows (issue "The watch", "E-mail"; interface.md, "/monitor").

import { describe, expect, test } from 'vitest'
import type { Event, Target } from '../../../src/event.ts'
import { curveOf, pointsOf } from '../../../src/integrations/monitor/curve.ts'
import { describe as inWords } from '../../../src/integrations/monitor/describe.ts'
import { readFacts } from '../../../src/integrations/monitor/facts.ts'
import { due, nextDueAt } from '../../../src/integrations/monitor/incident.ts'
import type { Incident, IncidentStep, StepFacts, StepKind } from '../../../src/integrations/monitor/monitor.ts'
import { draftOf, isMailed, optionsOf } from '../../../src/integrations/monitor/telling.ts'
import { plain } from '../../../src/text/rich.ts'
import { monitorOf } from '../../fakes/monitors.ts'

const openedAt = Date.UTC(2026, 10, 21, 8)
const mail: readonly Target[] = [{ notifier: 'email', address: 'garde@example.org' }]
const chief: Target = { notifier: 'email', address: 'chef@example.org' }
const incident: Incident = {
  id: 'i1',
  channel: 'town',
  cause: 'down',
  monitors: [{ monitor: 'm1', name: 'Intranet', target: 'https://intranet.example', failingSince: openedAt - 60_000 }],
  severity: 'warning',
  openedAt,
  steps: 1,
}
const circumstance: Omit<StepFacts, 'incident'> = { type: 'http', everyMs: 60_000, failures: 3 }
const stepOf = (kind: StepKind, more: Partial<Incident> = {}): IncidentStep => {
  return {
    incident: 'i1',
    number: 2,
    at: openedAt + 5000,
    kind,
    facts: { ...circumstance, incident: { ...incident, ...more } },
  }
}
const around = { monitors: [monitorOf('m1')], mail }
const escalating = { monitors: [monitorOf('m1', { escalate: { target: chief, afterMs: 600_000 } })], mail }
const targets = (step: IncidentStep, with_ = around) => {
  const { only, also } = optionsOf(step, with_)
  return { only, also }
}

describe('of an incident', () => {
  test('the mail that it began goes to the receivers alone, the one that it is over to whoever had that', () => {
    expect(targets(stepOf('mailed'))).toEqual({ only: mail, also: undefined })
    const over = { closedAt: openedAt + 60_000, closedAs: 'up' } as const
    expect(targets(stepOf('closed', { ...over, mailedAt: openedAt }))).toEqual({ only: undefined, also: mail })
    expect(targets(stepOf('closed', over))).toEqual({ only: undefined, also: undefined })
  })

  test('an escalation and what ends it go to whom it names', () => {
    expect(targets(stepOf('escalated'), escalating).also).toEqual([chief])
    const over = { closedAt: openedAt + 60_000, closedAs: 'up', escalatedAt: openedAt, mailedAt: openedAt } as const
    expect(targets(stepOf('closed', over), escalating).also).toEqual([...mail, chief])
  })

  test('a monitor with --no-email and whatever is no outage are not mailed', () => {
    expect(isMailed(incident, [monitorOf('m1')])).toBe(true)
    expect(isMailed(incident, [monitorOf('m1', { noEmail: true })])).toBe(false)
    // Of several in one card, one that wants it is enough.
    expect(isMailed(incident, [monitorOf('m1', { noEmail: true }), monitorOf('m2')])).toBe(true)
    expect(isMailed({ ...incident, cause: 'degraded' }, [monitorOf('m1')])).toBe(false)
  })

  test('the mail waits for the model’s text five seconds at most, and goes with it as soon as it is there', () => {
    const wishes = { mailAfterMs: 5000 }
    expect(nextDueAt(incident, wishes)).toBe(openedAt + 5000)
    expect(nextDueAt({ ...incident, text: 'Une panne.' }, wishes)).toBe(openedAt)
    const { incident: after, steps } = due(incident, wishes, openedAt + 5000, circumstance)
    expect(steps.map(({ kind }) => kind)).toEqual(['mailed'])
    expect(nextDueAt(after, wishes)).toBeUndefined()
  })

  test('an outage and its mail are one alert, an escalation another, and its end ends both', () => {
    const opened = draftOf(stepOf('opened'), around)
    expect([opened.alert, draftOf(stepOf('mailed'), around).alert]).toEqual(['incident i1', 'incident i1'])
    expect(draftOf(stepOf('escalated'), escalating).alert).toBe('incident i1 escalated')
    expect(draftOf(stepOf('reminded'), around).alert).toBeUndefined()
    expect(draftOf(stepOf('opened', { cause: 'degraded' }), around).alert).toBeUndefined()
    const over = draftOf(stepOf('closed', { closedAt: openedAt, closedAs: 'up' }), around)
    expect([over.alert, over.alertsOver]).toEqual([undefined, ['incident i1', 'incident i1 escalated']])
  })
})

function subject(step: IncidentStep, locale: 'fr' | 'en' = 'fr'): string {
  const event: Event = { id: 'e1', ...draftOf(step, around) }
  return plain(inWords(event, { locale, timeZone: 'UTC', now: openedAt }).subject ?? [])
}

describe('a mail is called', () => {
  const over = { closedAt: openedAt + 60_000, closedAs: 'up' } as const
  test.each([
    [stepOf('mailed'), 'ALERTE : Indisponibilité du service Intranet', 'ALERT: Outage of the service Intranet'],
    [
      stepOf('escalated'),
      'ALERTE : Indisponibilité du service Intranet (personne ne l’a prise en charge)',
      'ALERT: Outage of the service Intranet (nobody has taken it)',
    ],
    [
      stepOf('reminded'),
      'ALERTE : Indisponibilité du service Intranet (rappel)',
      'ALERT: Outage of the service Intranet (reminder)',
    ],
    [
      stepOf('closed', over),
      'RÉTABLI : Le service Intranet est de nouveau disponible',
      'RECOVERED: The service Intranet is available again',
    ],
    [stepOf('closed', { ...over, closedAs: 'ended' }), 'FIN D’ALERTE : Intranet', 'ALERT OVER: Intranet'],
    [
      stepOf('opened', { cause: 'degraded' }),
      'ALERTE : Lenteur du service Intranet',
      'ALERT: Slowness of the service Intranet',
    ],
    [
      stepOf('opened', { isGroup: true, monitors: [...incident.monitors, ...incident.monitors] }),
      'ALERTE : Indisponibilité de 2 services',
      'ALERT: Outage of 2 services',
    ],
  ])('by what happened', (step, fr, en) => {
    expect([subject(step), subject(step, 'en')]).toEqual([fr, en])
  })
})

describe('the curve', () => {
  const result = (at: number, tookMs: number, isBad = false) => ({
    at,
    tookMs,
    ...(isBad ? { failure: { kind: 'timeout', detail: '', isNetwork: true } as const } : {}),
  })

  test('keeps every failure and the slowest answers of what is too close together', () => {
    const many = Array.from({ length: 3600 }, (_, index) =>
      result(index * 5000, index === 777 ? 9000 : 80, index === 1999),
    )
    const points = pointsOf(many)
    expect(points.length).toBeLessThanOrEqual(360)
    expect(points.filter(({ tookMs }) => tookMs === undefined)).toEqual([{ at: 1999 * 5000 }])
    expect(Math.max(...points.map(({ tookMs = 0 }) => tookMs))).toBe(9000)
  })

  test('is none of fewer than two answers', () => {
    expect(pointsOf([result(0, 80), result(1, 80, true), result(2, 80, true)])).toEqual([])
    expect(pointsOf([])).toEqual([])
  })

  test('spans what there is, to the moment it is told', () => {
    const chart = pointsOf([
      result(openedAt - 3_600_000, 80),
      result(openedAt - 60_000, 90),
      result(openedAt - 30_000, 0, true),
    ])
    const event: Event = { id: 'e1', ...draftOf(stepOf('mailed'), { ...around, chart }) }
    const curve = curveOf(readFacts(event), { locale: 'fr', timeZone: 'UTC', now: openedAt })
    expect(curve).toMatchObject({
      title: 'Temps de réponse sur 1\u00a0h',
      from: openedAt - 3_600_000,
      to: openedAt + 5000,
    })
    expect(curve?.points.map(({ value }) => value)).toEqual([80, 90, undefined])
  })

  test('has a line of its own in the incident’s thread, and none where there is no curve', () => {
    const chart = pointsOf([result(openedAt - 3_600_000, 80), result(openedAt, 90)])
    const line = (data: object) => {
      const event: Event = { id: 'e1', ...draftOf(stepOf('charted'), { ...around, ...data }) }
      return plain(inWords(event, { locale: 'fr', timeZone: 'UTC', now: openedAt }).line ?? [])
    }
    expect(line({ chart })).toBe('📈 Temps de réponse sur 1\u00a0h')
    expect(line({ chart: [] })).toBe('')
  })
})
