// Incidents in words (reference/cards.md, "The look to keep"; the figures are those of cards.json).

import { expect, describe as group, it } from 'vitest'
import type { Description, Event } from '../../../src/event.ts'
import { describe } from '../../../src/integrations/monitor/describe.ts'
import type { Failure, Incident, StepFacts, StepKind } from '../../../src/integrations/monitor/monitor.ts'
import type { Locale } from '../../../src/text/locale.ts'
import { toMattermost } from '../../../src/text/mattermost-markdown.ts'
import type { Rich } from '../../../src/text/rich.ts'

const at = (time: string): number => Temporal.ZonedDateTime.from(`2026-11-21T${time}[Europe/Paris]`).epochMilliseconds
const unavailable: Failure = { kind: 'status', detail: '503 Service Unavailable', isNetwork: false }
const target = 'https://boutique.example.org/'
const alice = { by: 'a', name: 'alice', at: at('08:44:27') }

const shop = { monitor: 'm1', name: 'boutique', target, failingSince: at('08:41:07') }
const opened: Incident = {
  id: 'i1',
  channel: 'ops',
  cause: 'down',
  monitors: [shop],
  severity: 'warning',
  openedAt: at('08:43:07'),
  failure: unavailable,
  steps: 1,
}
const closed: Incident = {
  ...opened,
  monitors: [{ ...shop, upSince: at('08:55:10') }],
  acknowledged: alice,
  closedAt: at('08:56:10'),
  closedAs: 'up',
}
const bad = { at: at('08:43:07'), tookMs: 212, phases: {}, status: 503, failure: unavailable }
const good = { at: at('08:56:10'), tookMs: 121, phases: {}, status: 200 }

interface Step extends Partial<StepFacts> {
  readonly kind?: StepKind
  readonly at?: number
  readonly availability?: number
}

function tell(step: Step = {}, locale: Locale = 'fr'): Description {
  const data = {
    kind: 'opened',
    at: at('08:43:07'),
    incident: opened,
    type: 'http',
    everyMs: 60_000,
    failures: 3,
    result: bad,
    lastGood: { at: at('08:40:07'), tookMs: 118 },
    ...step,
  }
  const event: Event = {
    id: 'e1',
    source: 'monitor',
    type: 'monitor.down',
    time: new Date(data.at).toISOString(),
    data: JSON.parse(JSON.stringify(data)),
    severity: 'warning',
    audience: 'closed',
    byDefault: true,
  }
  return describe(event, { locale, timeZone: 'Europe/Paris', now: at('09:00:00') })
}

const read = (words: Rich | undefined): string =>
  words === undefined ? '' : toMattermost(words).replaceAll('\u200b', '')
const labels = ({ actions = [] }: Description): string[] => actions.map(({ label }) => label)

group('an incident', () => {
  it('that opens says what, since when, why, where, and what can be done', () => {
    const card = tell()
    expect(read(card.title)).toBe('🔴 boutique ne répond plus')
    expect(read(card.text)).toBe(
      'Depuis **08:41:07** (2 min) · 3 vérifications sur 3 en échec\n`503 Service Unavailable` après 212 ms'.replaceAll(
        /(?<=\d) (?=min|ms)/g,
        '\u00a0',
      ),
    )
    expect(card.fields?.map(({ title, value }) => [title, read(value)])).toEqual([
      ['Adresse', '`https://boutique.example.org/`'],
      ['Dernière réponse correcte', '08:40:07 · 118\u00a0ms'],
    ])
    expect(card).toMatchObject({ url: target, color: '#d24b4e', footer: 'Surveillance · toutes les 60\u00a0s' })
    expect(labels(card)).toEqual(['Prendre en charge', 'Revérifier', 'Silence…', 'Détails'])
    expect(read(card.summary)).toBe('boutique ne répond plus')
    expect(card.line).toBeUndefined()
  })

  it('says so in English, too', () => {
    const card = tell({}, 'en')
    expect(read(card.title)).toBe('🔴 boutique does not answer')
    expect(read(card.text)).toContain('3 of 3 checks failed\n`503 Service Unavailable` after 212\u00a0ms')
    expect(card.footer).toBe('Monitoring · every 60\u00a0s')
    expect(labels(card)).toEqual(['Acknowledge', 'Check again', 'Mute…', 'Details'])
  })

  it('that somebody has taken says who, and offers to give it back', () => {
    const card = tell({ kind: 'acknowledged', incident: { ...opened, acknowledged: alice }, byName: 'alice' })
    expect(card.fields?.map(({ title, value }) => `${title} ${read(value)}`)).toContain(
      'Pris en charge 👤 **alice** · 08:44',
    )
    expect(labels(card)[0]).toBe('Rendre')
    expect(read(card.line)).toBe('👤 **alice** a pris en charge l’incident')
  })

  it('that is muted says until when, and offers to hear it again', () => {
    const mute = { until: at('09:43:07'), by: 'a' }
    const card = tell({ kind: 'muted', incident: { ...opened, mute }, byName: 'alice' })
    expect(card.fields?.map(({ value }) => read(value))).toContain('🔕 jusqu’à 09:43')
    expect(labels(card)).toContain('Fin du silence')
    expect(read(card.line)).toBe('🔕 **alice** a demandé le silence jusqu’à 09:43')
  })

  it('that is muted into another day says until which', () => {
    const mute = { by: 'a', until: at('20:00:00') + 86_400_000 }
    const { fields } = tell({ incident: { ...opened, mute } })
    expect(read(fields?.at(-1)?.value)).toBe('🔕 jusqu’au 22/11/2026 20:00')
  })

  it.each<[Failure['kind'], string, string]>([
    ['content', 'word not found', '`mot absent` après 212\u00a0ms (la réponse n’est pas celle attendue)'],
    [
      'content',
      'JSON value differs',
      '`valeur JSON différente` après 212\u00a0ms (la réponse n’est pas celle attendue)',
    ],
    ['redirects', 'more than 3', '`plus de 3` après 212\u00a0ms (redirection refusée)'],
    ['timeout', 'ETIMEDOUT answer', '`ETIMEDOUT réponse` après 212\u00a0ms (pas de réponse à temps)'],
  ])('says in French what are words of ours: %s, %s', (kind, detail, words) => {
    const failure: Failure = { kind, detail, isNetwork: false }
    const { text } = tell({ result: { ...bad, failure } })
    expect(read(text)).toContain(words)
    expect(read(tell({ result: { ...bad, failure } }, 'en').text)).toContain(`\`${detail}\``)
  })

  it('of a job that reported does not say in what time it did', () => {
    const result = { at: at('08:56:10'), tookMs: 0, phases: {} }
    const { text } = tell({ kind: 'closed', incident: closed, type: 'heartbeat', result })
    expect(read(text)).toContain('→ réponse reçue')
  })

  it('that is over turns green with the time it lasted, who had it, and how it was', () => {
    const card = tell({ kind: 'closed', at: at('08:56:10'), incident: closed, result: good, availability: 0.9996 })
    expect(read(card.title)).toBe('🟢 boutique répond de nouveau')
    expect(read(card.text).replaceAll('\u00a0', ' ')).toBe(
      'Panne de **14 min 03 s** (08:41:07 → 08:55:10), prise en charge par **alice** en 1 min 20 s\n~~`503 Service Unavailable`~~ → `200` en 121 ms',
    )
    expect(card).toMatchObject({ color: '#3db887', actions: [], footer: expect.stringMatching(/99,96.%$/) })
    expect(card.fields ?? []).toEqual([])
    expect(read(card.line)).toContain('boutique répond de nouveau')
  })

  it.each<[string, Step, string]>([
    ['reminded', { kind: 'reminded', at: at('08:53:07') }, 'Toujours en panne depuis 12 min : `503`'],
    ['escalated', { kind: 'escalated', at: at('08:53:07') }, 'Personne ne l’a pris en charge depuis 12 min'],
    ['released', { kind: 'released', byName: 'bob' }, '**bob** a rendu l’incident'],
    ['unmuted', { kind: 'unmuted', byName: 'bob' }, '**bob** a mis fin au silence'],
    ['flapping', { kind: 'flapping' }, 'Va et vient'],
    ['steady', { kind: 'steady' }, 'De nouveau en panne, pour de bon'],
    [
      'joined by what wakes somebody else',
      { kind: 'joined', called: { names: ['db'], people: ['u2'] } },
      '🔴 Ne répond plus non plus : `db`',
    ],
    [
      'joined by something critical',
      { kind: 'joined', called: { names: ['db', 'mail'], people: [], isWorse: true } },
      '🔴 Ne répondent plus non plus : `db` · `mail` · l’incident devient critique',
    ],
  ])('adds a line to its thread when it is %s', (_, step, line) => {
    expect(read(tell(step).line).replaceAll('\u00a0', ' ')).toContain(line)
  })

  it('adds no line to its thread when its list changes and nobody has to be woken', () => {
    expect(tell({ kind: 'joined' }).line).toBeUndefined()
  })

  it('of many names each of them, and strikes out those that are back', () => {
    const names = Array.from({ length: 500 }, (_, index) => `site${index}`)
    const monitors = names.map((name, index) => ({
      ...shop,
      monitor: name,
      name,
      ...(index === 0 ? { upSince: at('08:50:00') } : {}),
    }))
    const card = tell({ incident: { ...opened, isGroup: true, monitors } })
    expect(read(card.title)).toBe('🔴 500 sites ne répondent plus')
    for (const name of names) expect(read(card.text)).toContain(`\`${name}\``)
    expect(read(card.text)).toContain('🟢 ~~`site0`~~')
    expect(card.url).toBeUndefined()
  })

  it('names those that stand behind it', () => {
    const behind = { ...shop, monitor: 'm2', name: 'panier', isBehind: true as const }
    expect(read(tell({ incident: { ...opened, monitors: [shop, behind] } }).text)).toContain(
      'Derrière lui\u00a0: `panier`',
    )
  })

  it.each<[Partial<Incident>, string, string]>([
    [{ cause: 'degraded' }, '🟠 boutique répond lentement', '🟠 boutique answers slowly'],
    [{ cause: 'flapping' }, '🟠 boutique va et vient', '🟠 boutique comes and goes'],
    [
      { cause: 'flapping', closedAt: 1, closedAs: 'worse' },
      '⚪ boutique allait et venait',
      '⚪ boutique was coming and going',
    ],
    [{ closedAt: 1, closedAs: 'ended' }, '⚪ boutique n’est plus surveillé', '⚪ boutique is no longer watched'],
  ])('%o has its title', (more, fr, en) => {
    const incident = { ...opened, ...more }
    expect([read(tell({ incident }).title), read(tell({ incident }, 'en').title)]).toEqual([fr, en])
  })

  it('marks what a model wrote', () => {
    expect(read(tell({ incident: { ...opened, text: 'La boutique est tombée.' } }).text)).toMatch(
      /La boutique est tombée\.\n✨ rédigé par un modèle, à vérifier$/,
    )
  })

  it('lets a hostile name mention nobody and link nowhere', () => {
    const name = '@channel [x](http://evil) <!here> `a`'
    const card = tell({ incident: { ...opened, monitors: [{ ...shop, name }] } })
    expect(toMattermost(card.title ?? [])).not.toMatch(/@channel|(?<!\\)\]\(http/)
  })
})
