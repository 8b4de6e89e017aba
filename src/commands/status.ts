// `/statut [part]`: how every part is at a glance, or one in detail. Mattermost has taken `/status` for itself.

import type { Field, Part } from '../event.ts'
import { duration, plural } from '../text/format.ts'
import type { Locale } from '../text/locale.ts'
import { item, own, type Rich, rich } from '../text/rich.ts'
import type { Call, Command, Reply } from './command.ts'
import type { CommandParts } from './index.ts'

const lamps: Record<Part['state'], string> = { ok: '🟢', warning: '🟠', down: '🔴', off: '⚪' }

const words = {
  fr: {
    well: 'Tout va bien',
    down: (names: string) => `En panne\u00a0: ${names}`,
    warning: (names: string) => `À surveiller\u00a0: ${names}`,
    here: 'Ce canal',
    hears: (count: number) => `${count} ${plural('fr', count, 'abonnement', 'abonnements')}`,
    asleep: (count: number) => `${count} en sommeil`,
    running: (time: string) => `en marche depuis ${time}`,
  },
  en: {
    well: 'All is well',
    down: (names: string) => `Down: ${names}`,
    warning: (names: string) => `Needs a look: ${names}`,
    here: 'This channel',
    hears: (count: number) => `${count} ${plural('en', count, 'subscription', 'subscriptions')}`,
    asleep: (count: number) => `${count} asleep`,
    running: (time: string) => `running for ${time}`,
  },
}

type StatusParts = Pick<CommandParts, 'status' | 'version' | 'startedAt'> & {
  readonly store: Pick<CommandParts['store'], 'subscriptions'>
}

export function statusCommand(parts: StatusParts): Command {
  return {
    name: 'statut',
    twin: 'status',
    trigger: true,
    summary: { fr: 'Montre comment va chaque partie de Vigie.', en: 'Shows how every part of Vigie is doing.' },
    args: [
      {
        name: 'part',
        title: { fr: 'Partie', en: 'Part' },
        help: { fr: 'la partie à voir en détail', en: 'the part to see in detail' },
        required: false,
        choices: async () => (await parts.status()).map(({ name, title }) => ({ value: name, label: title })),
      },
    ],
    examples: [{ fr: '/statut gitlab', en: '/statut gitlab' }],
    allow: 'guest',
    async run(call) {
      const all = await parts.status()
      const one = all.find(({ name }) => name === call.args.part)
      return one === undefined ? glance(parts, all, call) : detail(one, call)
    },
  }
}

async function glance(parts: StatusParts, all: readonly Part[], { locale, place, now }: Call): Promise<Reply> {
  const { well, down, warning, running } = words[locale]
  const namesOf = (state: Part['state']) => all.filter((part) => part.state === state).map(({ title }) => title[locale])
  const [broken, worrying] = [namesOf('down'), namesOf('warning')]
  const unwell = all.find(({ state }) => state === 'down') ?? all.find(({ state }) => state === 'warning')
  return {
    title: own(broken.length > 0 ? down(broken.join(', ')) : worrying.length > 0 ? warning(worrying.join(', ')) : well),
    mood: broken.length > 0 ? 'danger' : worrying.length > 0 ? 'warning' : 'good',
    fields: [...all.map((part) => fieldOf(part, locale)), await hereField(parts, place.channel, locale)],
    footer: `Vigie ${parts.version} · ${running(duration(locale, now - parts.startedAt))}`,
    ...(unwell === undefined ? {} : { next: `/statut ${unwell.name}` }),
  }
}

function fieldOf({ title, state, glance: words }: Part, locale: Locale): Field {
  return { title: title[locale], value: rich`${own(lamps[state])} ${words[locale]}`, short: true }
}

/** Sleeping subscriptions are told where they would have been heard. */
async function hereField({ store }: StatusParts, channel: string, locale: Locale): Promise<Field> {
  const { here, hears, asleep } = words[locale]
  const subscriptions = await store.subscriptions.inChannel(channel)
  const sleeping = subscriptions.filter((subscription) => subscription.asleep !== undefined).length
  const told = [hears(subscriptions.length), ...(sleeping > 0 ? [asleep(sleeping)] : [])].join(' · ')
  return { title: here, value: own(`${lamps[sleeping > 0 ? 'warning' : 'ok']} ${told}`), short: true }
}

function detail(part: Part, { locale, role }: Call): Reply {
  const closed = role === 'vigie_admin' ? (part.operatorDetails?.[locale] ?? []) : []
  const lines: Rich = [...(part.details?.[locale] ?? []), ...closed].map((line) => item(line))
  const moods = { ok: 'good', warning: 'warning', down: 'danger', off: 'plain' } as const
  return {
    title: own(part.title[locale]),
    text: [...rich`${own(lamps[part.state])} ${part.glance[locale]}`, ...lines],
    mood: moods[part.state],
    next: '/statut',
    ...(closed.length === 0 ? {} : { personal: true }),
  }
}
