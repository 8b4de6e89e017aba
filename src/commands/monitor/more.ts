// "Details" of an incident: what was seen lately, how long each part took, what was done about it, and what can be done next.

import type { Incident, IncidentStep, StepKind } from '../../integrations/monitor/monitor.ts'
import { clock } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { code, item, own, type Rich, rich } from '../../text/rich.ts'
import { typedName } from '../../text/typed.ts'
import type { Press, Reply } from '../command.ts'
import type { MonitorParts } from '../monitor.ts'
import { namesOf } from './incidents.ts'
import { keeperOf } from './keeper.ts'
import { certificateWords, phaseWords, resultLine } from './words.ts'

const mostResults = 5
const mostSteps = 12
const lookBackMs = 86_400_000

const steps: Readonly<Record<Locale, Readonly<Record<StepKind, string>>>> = {
  fr: {
    opened: 'ouvert',
    joined: 'la liste a changé',
    flapping: 'va et vient',
    steady: 'de nouveau en panne',
    checked: 'revérifié',
    acknowledged: 'pris en charge',
    released: 'rendu',
    muted: 'mis en silence',
    unmuted: 'fin du silence',
    reminded: 'rappelé',
    escalated: 'transmis',
    charted: 'courbe ajoutée',
    written: 'texte ajouté',
    mailed: 'courriel envoyé',
    closed: 'terminé',
  },
  en: {
    opened: 'opened',
    joined: 'the list changed',
    flapping: 'comes and goes',
    steady: 'down again',
    checked: 'checked again',
    acknowledged: 'taken',
    released: 'given back',
    muted: 'muted',
    unmuted: 'unmuted',
    reminded: 'reminded',
    escalated: 'escalated',
    charted: 'chart added',
    written: 'text added',
    mailed: 'mailed',
    closed: 'over',
  },
}

const words = {
  fr: {
    results: 'Derniers résultats\u00a0:',
    steps: 'Ce qui s’est passé\u00a0:',
    phases: 'Temps',
    certificate: 'Certificat',
    show: 'voir',
  },
  en: {
    results: 'Latest results:',
    steps: 'What happened:',
    phases: 'Timings',
    certificate: 'Certificate',
    show: 'show',
  },
}

export async function moreReply(parts: MonitorParts, press: Press, incident: Incident): Promise<Reply> {
  const keeper = keeperOf(parts)
  const { locale, now } = press
  const say = words[locale]
  const [first] = incident.monitors
  const wanted = { from: now - lookBackMs, to: now + 1000, limit: mostResults }
  const results = first === undefined ? [] : await keeper.results(first.monitor, wanted)
  const last = results.at(-1) ?? (first && keeper.byId(first.monitor)?.state.last)
  const phases = last === undefined ? [] : phaseWords(last, locale)
  const certificate = last === undefined ? [] : certificateWords(last, press)
  const done = await doneIn(parts, await keeper.steps(incident.id))
  const section = (title: string, lines: readonly Rich[]): Rich =>
    lines.length === 0 ? [] : [...own(`\n${title}`), ...lines.map((line) => item(line))]
  const name = first === undefined ? undefined : keeper.byId(first.monitor)?.monitor.name
  return {
    title: namesOf(incident, locale),
    text: [
      ...rich`Incident ${code(incident.id)}`,
      ...section(
        say.results,
        results.toReversed().map((result) => resultLine(result, keeper, press, parts.timeZone)),
      ),
      ...section(
        say.steps,
        done.map((step) => stepLine(step, press, parts.timeZone)),
      ),
    ],
    fields: [
      ...(phases.length === 0 ? [] : [{ title: say.phases, value: phases, short: false }]),
      ...(certificate.length === 0 ? [] : [{ title: say.certificate, value: certificate, short: true }]),
    ],
    next: name === undefined ? '/monitor incidents' : `/monitor ${say.show} ${typedName(name)}`,
  }
}

/** The latest; a chart only where one was shown: what answered too seldom has none. */
async function doneIn({ store }: MonitorParts, all: readonly IncidentStep[]): Promise<readonly IncidentStep[]> {
  const shown = await Promise.all(
    all.map(async ({ kind, event }) => {
      if (kind !== 'charted') return true
      const chart = event === undefined ? undefined : (await store.events.find(event))?.event.data.chart
      return Array.isArray(chart) && chart.length > 1
    }),
  )
  return all.filter((_, index) => shown[index]).slice(-mostSteps)
}

function stepLine({ at, kind, facts }: IncidentStep, { locale, now }: Press, timeZone: string): Rich {
  const line = own(`${clock(locale, timeZone, at, now)} · ${steps[locale][kind]}`)
  return facts.byName === undefined ? line : rich`${line} · ${facts.byName}`
}
