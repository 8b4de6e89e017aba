// `/monitor show`: one monitor, how it is set and what was seen of it lately.

import type { Monitor } from '../../integrations/monitor/monitor.ts'
import { ago, duration, moment } from '../../text/format.ts'
import { bold, code, item, join, own, type Rich, rich } from '../../text/rich.ts'
import { typedName } from '../../text/typed.ts'
import type { Call, Reply } from '../command.ts'
import type { MonitorParts } from '../monitor.ts'
import { fieldsOf } from './add.ts'
import { keeperOf, namedOf } from './keeper.ts'
import { maintenanceLine } from './maintenance.ts'
import { mentionNames } from './mention.ts'
import { certificateWords, phaseWords, resultLine, stateWords } from './words.ts'

const mostResults = 5
const lookBackMs = 7 * 86_400_000

const words = {
  fr: {
    since: 'Depuis',
    rings: 'Fait sonner',
    nobody: 'personne',
    remind: 'Rappel',
    settings: 'Réglages',
    behind: 'Derrière',
    made: 'Ajouté',
    by: (name: string, when: string) => rich`par ${bold(name)}, ${own(when)}`,
    reason: 'Silence',
    headers: 'En-têtes',
    phases: 'Temps',
    certificate: 'Certificat',
    maintenance: 'Maintenance',
    last: 'Derniers résultats\u00a0:',
    none: 'Aucun résultat encore.',
    incident: (id: string) => rich`Incident en cours\u00a0: ${code(id)}`,
    next: 'vérifier',
  },
  en: {
    since: 'Since',
    rings: 'Rings',
    nobody: 'nobody',
    remind: 'Reminder',
    settings: 'Settings',
    behind: 'Behind',
    made: 'Added',
    by: (name: string, when: string) => rich`by ${bold(name)}, ${own(when)}`,
    reason: 'Muted',
    headers: 'Headers',
    phases: 'Timings',
    certificate: 'Certificate',
    maintenance: 'Maintenance',
    last: 'Latest results:',
    none: 'No result yet.',
    incident: (id: string) => rich`Open incident: ${code(id)}`,
    next: 'check',
  },
}

export async function showReply(parts: MonitorParts, call: Call): Promise<Reply> {
  const keeper = keeperOf(parts)
  const found = namedOf(parts, call)
  const { monitor, state } = found
  const { locale, now } = call
  const say = words[locale]
  const results = await keeper.results(monitor.id, { from: now - lookBackMs, to: now + 1000, limit: mostResults })
  const lines = results.toReversed().map((result) => item(resultLine(result, keeper, call, parts.timeZone)))
  const last = results.at(-1) ?? state.last
  const field = (title: string, value: Rich, short = true) => (value.length === 0 ? [] : [{ title, value, short }])
  const names = await mentionNames(monitor.mention ?? [], parts.around)
  const headers = Object.keys({ ...monitor.http?.headers, ...monitor.http?.sealedHeaders })
  const parent = monitor.after === undefined ? undefined : keeper.byId(monitor.after)?.monitor.name
  return {
    title: [monitor.name],
    text: [
      ...stateWords(found, parts, call),
      ...(state.incident === undefined ? [] : rich`\n${say.incident(state.incident)}`),
      ...rich`\n${own(lines.length === 0 ? say.none : say.last)}`,
      ...lines,
    ],
    fields: [
      ...fieldsOf(monitor, locale),
      ...field(say.since, own(state.since === 0 ? '' : moment(locale, parts.timeZone, state.since, now))),
      ...field(say.rings, names.length === 0 ? own(say.nobody) : [names.join(', ')]),
      ...field(say.remind, own(monitor.remindMs === undefined ? '' : duration(locale, monitor.remindMs))),
      ...field(say.settings, settingsOf(monitor), false),
      ...field(say.behind, parent === undefined ? [] : [code(parent)]),
      ...field(say.headers, headers.length === 0 ? [] : [code(headers.join(', '))]),
      ...field(say.phases, last === undefined ? [] : phaseWords(last, locale), false),
      ...field(say.certificate, last === undefined ? [] : certificateWords(last, call)),
      ...field(
        say.reason,
        monitor.mute !== undefined && monitor.mute.until > now ? [monitor.mute.reason ?? ''] : [],
      ).filter(() => monitor.mute?.reason !== undefined),
      ...field(
        say.maintenance,
        monitor.maintenance.flatMap((one) => item(maintenanceLine(one, call, parts.timeZone))),
        false,
      ),
      ...field(say.made, say.by(await parts.around.username(monitor.maker), ago(locale, now - monitor.madeAt))),
    ],
    mood: state.health === 'down' ? 'danger' : 'plain',
    next: `/monitor ${say.next} ${typedName(monitor.name)}`,
  }
}

/** What was asked for beside the usual, as it is typed; nothing of what a Vigie administrator entrusted to it. */
function settingsOf({ severity, slowMs, tls, http, dns, noEmail, isPublic }: Monitor): Rich {
  const status = (http?.status ?? [])
    .map(([least, most]) => (least === most ? `${least}` : `${least}-${most}`))
    .join(',')
  const flags: readonly (readonly [string, string | undefined])[] = [
    ['--severity', severity === 'warning' ? undefined : severity],
    ['--slow', slowMs === undefined ? undefined : slowMs % 1000 === 0 ? `${slowMs / 1000}s` : `${slowMs}ms`],
    ['--method', http?.method === 'GET' ? undefined : http?.method],
    ['--status', status === '200-299' || status === '' ? undefined : status],
    ['--contains', http?.contains ?? dns?.contains],
    ['--json', http?.json && `${http.json.path}=${http.json.value}`],
    ['--record', dns?.record],
    ['--tls', tls === 'verify' ? undefined : tls],
    ['--no-email', noEmail ? '' : undefined],
    ['--public', isPublic ? '' : undefined],
  ]
  return join(
    flags.flatMap(([flag, value]) =>
      value === undefined ? [] : [[code(value === '' ? flag : `${flag} ${typedName(value)}`)]],
    ),
    ' ',
  )
}
