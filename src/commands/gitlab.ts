// `/vigie gitlab install|check|remove <project or group/**>`: GitLab's webhooks to Vigie, looked after by Vigie (issue 4).

import { UserError } from '../errors.ts'
import type { HookKeeper, HookLine } from '../integrations/integration.ts'
import { moment } from '../text/format.ts'
import type { Locale } from '../text/locale.ts'
import { bold, code, join, own, type Rich, rich } from '../text/rich.ts'
import { said } from '../text/said.ts'
import type { Argument, Call, Command, Reply, Verb } from './command.ts'
import type { CommandParts } from './index.ts'

type GitlabParts = Pick<CommandParts, 'sources' | 'timeZone'>
type Deed = 'install' | 'check' | 'remove'

const mostRows = 30

const words = {
  fr: {
    title: 'Webhooks de GitLab',
    head: ['Projet ou groupe', 'Webhook', 'Derniers appels'],
    none: 'Vigie n’a installé aucun webhook.',
    nothing: 'Rien à faire\u00a0: Vigie n’a rien installé là.',
    did: {
      made: 'créé',
      repaired: 'réparé',
      kept: 'déjà bon',
      covered: 'couvert par celui du groupe',
      removed: 'retiré',
      looked: '',
      failed: 'échec',
    },
    states: {
      working: '🟢 en marche',
      paused: '🟡 suspendu',
      disabled: '🔴 désactivé',
      missing: '⚪ absent',
      elsewhere: '🟠 appelle une autre adresse',
    },
    until: (when: string) => `jusqu’à ${when}`,
    more: (count: number) => rich`… et ${count} de plus.`,
    count: (good: number, all: number) => rich`${bold(own(`${good} sur ${all}`))} en ordre.`,
  },
  en: {
    title: 'GitLab webhooks',
    head: ['Project or group', 'Webhook', 'Latest calls'],
    none: 'Vigie has installed no webhook.',
    nothing: 'Nothing to do: Vigie has installed nothing there.',
    did: {
      made: 'made',
      repaired: 'repaired',
      kept: 'right already',
      covered: 'covered by the group’s',
      removed: 'removed',
      looked: '',
      failed: 'failed',
    },
    states: {
      working: '🟢 working',
      paused: '🟡 paused',
      disabled: '🔴 switched off',
      missing: '⚪ missing',
      elsewhere: '🟠 calls another address',
    },
    until: (when: string) => `until ${when}`,
    more: (count: number) => rich`… and ${count} more.`,
    count: (good: number, all: number) => rich`${bold(own(`${good} of ${all}`))} in order.`,
  },
}

export function gitlabCommand(parts: GitlabParts): Command {
  return {
    name: 'gitlab',
    summary: {
      fr: 'Installe, vérifie ou retire les webhooks de GitLab vers Vigie\u202f; seul, les montre.',
      en: 'Installs, checks or removes GitLab’s webhooks to Vigie; alone, shows them.',
    },
    usage: { fr: '[install|check|remove] [projet ou groupe/**]', en: '[install|check|remove] [project or group/**]' },
    examples: [{ fr: '/vigie gitlab install groupe/**', en: '/vigie gitlab install group/**' }],
    allow: 'vigie_admin',
    run: (call) => known(parts, call),
    verbs: [
      verb(parts, 'install', 'installer', {
        fr: 'Crée ou répare un webhook par projet, ou celui du groupe\u202f; sans risque à répéter.',
        en: 'Makes or repairs one webhook a project, or the group’s; safe to repeat.',
      }),
      verb(parts, 'check', 'vérifier', {
        fr: 'Dit pour chaque projet si son webhook est là, appelle Vigie et marche.',
        en: 'Says of each project whether its webhook is there, calls Vigie and works.',
      }),
      verb(parts, 'remove', 'retirer', {
        fr: 'Retire les webhooks que Vigie a faits.',
        en: 'Takes away the webhooks that Vigie made.',
      }),
    ],
  }
}

const target: Argument = {
  name: 'target',
  title: { fr: 'Projet ou groupe', en: 'Project or group' },
  help: { fr: 'groupe/projet, ou groupe/**', en: 'group/project, or group/**' },
  required: true,
}

function verb(parts: GitlabParts, name: Deed, twin: string, summary: Verb['summary']): Verb {
  return {
    name,
    twin,
    summary,
    args: [target],
    examples: [{ fr: `/vigie gitlab ${name} groupe/projet`, en: `/vigie gitlab ${name} group/project` }],
    allow: 'vigie_admin',
    async run(call) {
      const path = call.args.target ?? ''
      const lines = await hooksOf(parts)[name](path)
      if (lines.length === 0) return { text: own(words[call.locale].nothing), personal: true }
      const reply = tableOf(lines, call, parts.timeZone)
      return name === 'check' ? reply : { ...reply, changed: `${name} ${path}` }
    },
  }
}

async function known(parts: GitlabParts, call: Call): Promise<Reply> {
  const kept = await hooksOf(parts).known()
  if (kept.length === 0) {
    return { text: own(words[call.locale].none), personal: true, next: '/vigie help gitlab' }
  }
  const lines = kept.map(({ key, path, state, until }): HookLine => {
    const shown = key.startsWith('g') ? `${path}/**` : path
    return { path: shown, did: 'looked', state, ...(until === undefined ? {} : { until }) }
  })
  return tableOf(lines, call, parts.timeZone)
}

/** @throws {UserError} where nothing looks after hooks. */
function hooksOf({ sources }: GitlabParts): HookKeeper {
  const hooks = sources.find(({ name }) => name === 'gitlab')?.hooks
  if (hooks !== undefined) return hooks
  throw new UserError(said({ fr: rich`GitLab n’est pas relié à Vigie.`, en: rich`GitLab is not connected to Vigie.` }))
}

/** Private projects stand in it: for the person alone. */
function tableOf(lines: readonly HookLine[], { locale, now }: Call, timeZone: string): Reply {
  const { title, head, more, count } = words[locale]
  const good = lines.filter(isGood).length
  return {
    title: own(title),
    text: count(good, lines.length),
    table: {
      head,
      rows: [
        ...lines.slice(0, mostRows).map((line) => rowOf(line, locale, (at) => moment(locale, timeZone, at, now))),
        ...(lines.length > mostRows ? [[more(lines.length - mostRows), [], []]] : []),
      ],
    },
    mood: good === lines.length ? 'good' : 'warning',
    personal: true,
  }
}

function isGood({ did, state }: HookLine): boolean {
  return did === 'removed' || (did !== 'failed' && state === 'working')
}

function rowOf(line: HookLine, locale: Locale, showMoment: (at: number) => string): readonly Rich[] {
  const { path, did, state, until, url, last = [], error, hint } = line
  const { did: deeds, states, until: untilWords } = words[locale]
  const isOver = did === 'removed' || did === 'failed'
  const pieces: Rich[] = [
    own(deeds[did]),
    isOver ? [] : own(states[state]),
    until === undefined ? [] : own(untilWords(showMoment(until))),
    url === undefined ? [] : [code(url)],
    error === undefined ? [] : [code(error)],
    hint === undefined ? [] : own(hint[locale]),
  ]
  return [
    [code(path)],
    join(pieces, ' · '),
    join(
      last.map((call) => [code(call)]),
      ' ',
    ),
  ]
}
