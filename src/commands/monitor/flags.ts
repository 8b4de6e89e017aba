// The flags of `/monitor add` and `edit` (interface.md), who may use which, and what they wish for.

import { UserError } from '../../errors.ts'
import type { Target } from '../../event.ts'
import type { MonitorWish } from '../../integrations/integration.ts'
import { code, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import type { Around, Call, Flag } from '../command.ts'
import { mentionFlag, readMention } from './mention.ts'
import { withoutFlag } from './without.ts'

const types = ['http', 'tcp', 'dns', 'tls', 'heartbeat'] as const
const trusts = ['verify', 'any-ca', 'off'] as const
const severities = ['info', 'warning', 'critical'] as const
const choicesOf = (values: readonly string[]) => values.map((value) => ({ value }))
const nothing: readonly string[] = ['none', 'aucun']
const escalateAfterMs = 600_000

const word = (title: Flag['title'], help: Flag['help'], more: Partial<Flag> = {}): Flag => ({
  kind: 'word',
  title,
  help,
  ...more,
})
const time = (title: Flag['title'], help: Flag['help']): Flag => ({ kind: 'duration', title, help })

/** In the order in which a form shows them. */
const common: Readonly<Record<string, Flag>> = {
  name: word({ fr: 'Nom', en: 'Name' }, { fr: 'comment l’appeler ici', en: 'what to call it here' }),
  every: time(
    { fr: 'Toutes les', en: 'Every' },
    { fr: 'entre deux vérifications, de 5s à 1d\u00a0: 60s', en: 'between checks, 5s to 1d: 60s' },
  ),
  mention: mentionFlag,
  severity: word(
    { fr: 'Gravité', en: 'Severity' },
    { fr: 'critical\u00a0: message urgent', en: 'critical: an urgent post' },
    { choices: choicesOf(severities) },
  ),
  timeout: time(
    { fr: 'Délai', en: 'Timeout' },
    { fr: 'sans réponse au bout de\u00a0: 10s', en: 'no answer after: 10s' },
  ),
  retries: word(
    { fr: 'Échecs', en: 'Failures' },
    { fr: 'en panne au Nième échec de suite\u00a0: 3', en: 'down at the Nth failure in a row: 3' },
  ),
  'retry-every': time(
    { fr: 'Revérifier', en: 'Recheck' },
    { fr: 'après un échec, toutes les\u00a0: 20s', en: 'after a failure, every: 20s' },
  ),
  recover: word(
    { fr: 'Succès', en: 'Successes' },
    { fr: 'rétabli après N succès de suite\u00a0: 2', en: 'back after N successes in a row: 2' },
  ),
  slow: time({ fr: 'Lent', en: 'Slow' }, { fr: 'plus lent que\u00a0: dégradé', en: 'slower than this is degraded' }),
  method: word(
    { fr: 'Méthode', en: 'Method' },
    {
      fr: 'GET ou HEAD\u202f; une autre pour les administrateurs de Vigie',
      en: 'GET or HEAD; others for Vigie administrators',
    },
    { allowValue: (value) => (['GET', 'HEAD'].includes(String(value).toUpperCase()) ? undefined : 'vigie_admin') },
  ),
  body: word({ fr: 'Corps', en: 'Body' }, { fr: 'ce qui est envoyé', en: 'what is sent' }, { allow: 'vigie_admin' }),
  status: word(
    { fr: 'Statuts', en: 'Statuses' },
    { fr: 'ceux qui conviennent\u00a0: 200-299,404', en: 'those that are well: 200-299,404' },
  ),
  contains: word(
    { fr: 'Contient', en: 'Contains' },
    { fr: 'un mot que la réponse doit contenir', en: 'a word that the answer must hold' },
  ),
  json: word(
    { fr: 'JSON', en: 'JSON' },
    { fr: 'une valeur de la réponse\u00a0: data.state=ok', en: 'a value of the answer: data.state=ok' },
  ),
  header: {
    kind: 'texts',
    title: { fr: 'En-tête', en: 'Header' },
    help: { fr: 'son nom et sa valeur, entre guillemets', en: 'its name and value, in quotes: "Name: value"' },
    allow: 'vigie_admin',
  },
  'secret-header': {
    kind: 'list',
    title: { fr: 'En-tête secret', en: 'Secret header' },
    help: { fr: 'son nom\u202f; sa valeur est demandée à part', en: 'its name; its value is asked for apart' },
    allow: 'vigie_admin',
  },
  tls: word(
    { fr: 'TLS', en: 'TLS' },
    { fr: 'any-ca\u00a0: peu importe qui a signé', en: 'any-ca: whoever signed it' },
    { choices: choicesOf(trusts) },
  ),
  record: word(
    { fr: 'Enregistrement', en: 'Record' },
    { fr: 'dns\u00a0: A, AAAA, CNAME, MX, NS, TXT, SRV, CAA', en: 'dns: A, AAAA, CNAME, MX, NS, TXT, SRV, CAA' },
  ),
  grace: time(
    { fr: 'Tolérance', en: 'Grace' },
    { fr: 'de combien une tâche peut tarder\u00a0: 5m', en: 'how late a job may be: 5m' },
  ),
  cron: word(
    { fr: 'Cron', en: 'Cron' },
    { fr: 'quand une tâche est attendue\u00a0: "0 3 * * *"', en: 'when a job is expected: "0 3 * * *"' },
  ),
  tz: word(
    { fr: 'Fuseau', en: 'Zone' },
    { fr: 'celui du cron\u00a0: Europe/Paris', en: 'that of the cron: Europe/Paris' },
  ),
  after: word(
    { fr: 'Derrière', en: 'Behind' },
    { fr: 'le moniteur dont il dépend', en: 'the monitor that it depends on' },
  ),
  remind: time(
    { fr: 'Rappel', en: 'Remind' },
    { fr: 'redire tant que personne ne prend en charge\u00a0: 30m', en: 'say again until somebody takes it: 30m' },
  ),
  escalate: word(
    { fr: 'Escalade', en: 'Escalate' },
    {
      fr: 'si personne ne prend en charge\u00a0: email:garde@example.org',
      en: 'when nobody takes it: email:duty@example.org',
    },
    { allow: 'vigie_admin' },
  ),
  'escalate-after': time(
    { fr: 'Escalade après', en: 'Escalate after' },
    { fr: 'au bout de\u00a0: 10m', en: 'after: 10m' },
  ),
  'no-email': {
    kind: 'switch',
    title: { fr: 'Sans courriel', en: 'No e-mail' },
    help: { fr: 'n’envoyer aucun courriel', en: 'send no e-mail' },
  },
  prompt: word({ fr: 'Consigne', en: 'Prompt' }, { fr: 'ce qui est demandé au modèle', en: 'what the model is asked' }),
  public: {
    kind: 'switch',
    title: { fr: 'Public', en: 'Public' },
    help: { fr: 'le montrer sur la page de statut', en: 'show it on the status page' },
    allow: 'vigie_admin',
  },
}

export const addFlags: Readonly<Record<string, Flag>> = {
  name: common.name ?? mentionFlag,
  type: word(
    { fr: 'Type', en: 'Type' },
    { fr: 'sinon d’après la cible', en: 'else from the target' },
    { choices: choicesOf(types) },
  ),
  ...common,
}

export const editFlags: Readonly<Record<string, Flag>> = {
  ...common,
  target: word({ fr: 'Cible', en: 'Target' }, { fr: 'une autre adresse', en: 'another address' }),
  without: withoutFlag(common),
}

/** What the flags say, as the keeper takes it. Secret headers are the dialog's. @throws {UserError} */
export async function readWish(call: Call, around: Around, escalated?: Target): Promise<Partial<MonitorWish>> {
  const { flags, secrets } = call
  const text = (name: string) => (typeof flags[name] === 'string' ? flags[name] : undefined)
  const ms = (name: string) => (typeof flags[name] === 'number' ? flags[name] : undefined)
  const count = (name: string) => (text(name) === undefined ? undefined : wholeNumber(text(name) ?? ''))
  const escalate = await readEscalation(call, around, escalated)
  const after = text('after')
  const wish: { -readonly [K in keyof MonitorWish]?: MonitorWish[K] | undefined } = {
    name: text('name'),
    type: types.find((type) => type === flags.type),
    everyMs: ms('every'),
    timeoutMs: ms('timeout'),
    failures: count('retries'),
    retryEveryMs: ms('retry-every'),
    successes: count('recover'),
    slowMs: ms('slow'),
    method: text('method'),
    body: text('body'),
    status: text('status'),
    contains: text('contains'),
    json: text('json'),
    headers: Array.isArray(flags.header) ? flags.header : undefined,
    secretHeaders: secrets,
    tls: trusts.find((trust) => trust === flags.tls),
    record: text('record'),
    graceMs: ms('grace'),
    cron: text('cron'),
    timeZone: text('tz'),
    after: after !== undefined && nothing.includes(after.toLowerCase()) ? '' : after,
    severity: severities.find((severity) => severity === flags.severity),
    mention: flags.mention === undefined ? undefined : await readMention(flags.mention, around, call),
    remindMs: ms('remind'),
    escalate,
    noEmail: flags['no-email'] === true ? true : undefined,
    prompt: text('prompt'),
    isPublic: flags.public === true ? true : undefined,
  }
  return withoutGaps(wish)
}

/** `email:duty@example.org`, `mattermost:~channel`, `mattermost:@person`. */
async function readEscalation(
  call: Call,
  around: Around,
  known: Target | undefined,
): Promise<MonitorWish['escalate'] | undefined> {
  const { escalate: words, 'escalate-after': after } = call.flags
  if (words === undefined && after === undefined) return undefined
  const target = typeof words === 'string' ? await readTarget(words, call, around) : known
  if (target === undefined) throw unreadableTarget('--escalate-after')
  return { target, afterMs: typeof after === 'number' ? after : escalateAfterMs }
}

async function readTarget(words: string, call: Call, around: Around): Promise<Target> {
  const [, notifier = '', address = ''] = /^(email|mattermost):(.+)$/i.exec(words.trim()) ?? []
  if (notifier.toLowerCase() === 'email' && /^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(address))
    return { notifier: 'email', address }
  if (notifier.toLowerCase() === 'mattermost' && address.startsWith('@')) {
    const person = await around.findMember(address, call.place)
    if (person !== undefined) return { notifier: 'mattermost', address: `@${person.id}` }
  } else if (notifier.toLowerCase() === 'mattermost') {
    const place = await around.findChannel(address, call)
    if (place !== undefined) return { notifier: 'mattermost', address: place.channel }
  }
  throw unreadableTarget(words)
}

function unreadableTarget(words: string): UserError {
  return new UserError(
    said({
      fr: rich`${code(words)}\u00a0: écrivez à qui, par exemple ${code('--escalate email:garde@example.org')} ou ${code('--escalate mattermost:~direction')}.`,
      en: rich`${code(words)}: write to whom, for example ${code('--escalate email:duty@example.org')} or ${code('--escalate mattermost:~board')}.`,
    }),
  )
}

/** In plain digits: `0x3` and `1e1` are a mistake sooner than a number. NaN for anything else. */
const wholeNumber = (words: string): number => (/^\s*\d+\s*$/.test(words) ? Number(words) : Number.NaN)

function withoutGaps<T extends object>(wish: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const said: { [K in keyof T]?: Exclude<T[K], undefined> } = {}
  for (const [name, value] of Object.entries(wish)) if (value !== undefined) Object.assign(said, { [name]: value })
  return said
}
