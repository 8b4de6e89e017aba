// `/monitor`: what this channel has watched, and the buttons and reactions of its incidents (interface.md, "/monitor", "Who may").
// Rights over a monitor are judged in the channel where it was added; one of another channel is unknown here.

import type { Argument, Call, Command, Form, Verb } from './command.ts'
import type { CommandParts } from './index.ts'
import { addMonitor, editMonitor } from './monitor/add.ts'
import { incidentButtons } from './monitor/buttons.ts'
import { checkMonitor, pauseMonitor, removeMonitor, resumeMonitor } from './monitor/deeds.ts'
import { addFlags, editFlags } from './monitor/flags.ts'
import { incidentsReply } from './monitor/incidents.ts'
import { keeperOf, makerOfNamed, monitorChoices } from './monitor/keeper.ts'
import { listReply } from './monitor/list.ts'
import { maintain, makerOfMaintained } from './monitor/maintenance.ts'
import { makerOfLongMute, makerOfMuted, mute, unmute } from './monitor/mute.ts'
import { reportVerb } from './monitor/report.ts'
import { showReply } from './monitor/show.ts'
import type { InTurn } from './subscriptions/room.ts'

export type MonitorParts = Pick<CommandParts, 'around' | 'sources' | 'timeZone' | 'writeDocument'> & {
  readonly store: Pick<CommandParts['store'], 'events' | 'subscriptions'>
  readonly inTurn: InTurn
}

/** Of one person in a minute (threat T13). */
const mostAdded = 10

export function monitorCommand(parts: MonitorParts): Command {
  const list: Pick<Form, 'allow' | 'run'> = { allow: 'guest', run: (call) => listReply(parts, call) }
  return {
    name: 'monitor',
    twin: 'surveiller',
    trigger: true,
    summary: {
      fr: 'Surveille un site, un port, un nom, un certificat ou une tâche, et prévient ce canal.',
      en: 'Watches a site, a port, a name, a certificate or a job, and tells this channel.',
    },
    examples: [
      {
        fr: '/monitor ajouter https://boutique.example.org --mention @moi',
        en: '/monitor add https://shop.example.org --mention @me',
      },
      {
        fr: '/monitor ajouter --name sauvegarde --every 1d --grace 1h',
        en: '/monitor add --name backup --every 1d --grace 1h',
      },
    ],
    ...list,
    verbs: verbsOf(parts, list),
    buttons: incidentButtons(parts),
  }
}

function verbsOf(parts: MonitorParts, list: Pick<Form, 'allow' | 'run'>): readonly Verb[] {
  const one = monitorArgument(parts)
  const maker = (call: Call) => makerOfNamed(parts, call)
  return [
    {
      name: 'add',
      twin: 'ajouter',
      summary: {
        fr: 'Surveille une adresse et abonne ce canal\u202f; la première vérification part aussitôt.',
        en: 'Watches an address and subscribes this channel; the first check starts at once.',
      },
      args: [target],
      flags: addFlags,
      allow: 'member',
      perMinute: mostAdded,
      run: (call) => addMonitor(parts, call),
    },
    {
      name: 'list',
      twin: 'liste',
      summary: { fr: 'Montre ce que ce canal surveille.', en: 'Shows what this channel watches.' },
      ...list,
    },
    {
      name: 'show',
      twin: 'voir',
      summary: {
        fr: 'Montre un moniteur, ses réglages et ses derniers résultats.',
        en: 'Shows a monitor, its settings and its latest results.',
      },
      args: [one],
      allow: 'guest',
      run: (call) => showReply(parts, call),
    },
    {
      name: 'check',
      twin: 'vérifier',
      summary: { fr: 'Vérifie maintenant.', en: 'Checks now.' },
      args: [one],
      allow: 'member',
      run: (call) => checkMonitor(parts, call),
    },
    {
      name: 'edit',
      twin: 'modifier',
      summary: {
        fr: 'Change des réglages\u202f; ce qui n’est pas dit reste.',
        en: 'Changes settings; what is not said stays.',
      },
      args: [one],
      flags: editFlags,
      allow: 'maker',
      maker,
      run: (call) => editMonitor(parts, call),
    },
    {
      name: 'pause',
      twin: 'suspendre',
      summary: { fr: 'Ne vérifie plus, jusqu’à nouvel ordre.', en: 'Stops checking until told otherwise.' },
      args: [one],
      allow: 'maker',
      maker,
      run: (call) => pauseMonitor(parts, call),
    },
    {
      name: 'resume',
      twin: 'reprendre',
      summary: { fr: 'Vérifie de nouveau.', en: 'Checks again.' },
      args: [one],
      allow: 'maker',
      maker,
      run: (call) => resumeMonitor(parts, call),
    },
    {
      name: 'remove',
      twin: 'retirer',
      summary: {
        fr: 'Ne surveille plus\u202f; ses résultats sont effacés.',
        en: 'Watches no more; its results are deleted.',
      },
      args: [one],
      allow: 'maker',
      maker,
      run: (call) => removeMonitor(parts, call),
    },
    ...quietVerbs(parts),
    {
      name: 'incidents',
      summary: { fr: 'Montre les incidents de ce canal.', en: 'Shows this channel’s incidents.' },
      flags: {
        open: {
          kind: 'switch',
          title: { fr: 'En cours', en: 'Open' },
          help: { fr: 'seulement ceux qui durent encore', en: 'only those that are not over' },
        },
      },
      allow: 'guest',
      run: (call) => incidentsReply(parts, call),
    },
    reportVerb(parts),
  ]
}

function quietVerbs(parts: MonitorParts): readonly Verb[] {
  const some = monitorArgument(parts, 'all')
  return [
    {
      name: 'mute',
      twin: 'sourdine',
      summary: {
        fr: 'Fait taire un moniteur un moment (24 h au plus, sauf le sien)\u202f; il est vérifié quand même.',
        en: 'Silences a monitor for a while (24 h at most, except one’s own); it is checked all the same.',
      },
      args: [
        some,
        {
          name: 'for',
          title: { fr: 'Durée', en: 'Duration' },
          help: { fr: 'combien de temps\u00a0: 2h', en: 'how long: 2h' },
          required: true,
        },
        {
          name: 'reason',
          title: { fr: 'Raison', en: 'Reason' },
          help: { fr: 'pourquoi', en: 'why' },
          required: false,
          rest: true,
        },
      ],
      examples: [{ fr: '/monitor sourdine boutique 2h mise à jour', en: '/monitor mute shop 2h update' }],
      allow: 'maker',
      maker: (call) => makerOfMuted(parts, call),
      run: (call) => mute(parts, call),
    },
    {
      name: 'unmute',
      twin: 'réentendre',
      summary: { fr: 'Met fin à une sourdine.', en: 'Ends a mute.' },
      args: [some],
      allow: 'maker',
      maker: async (call) => makerOfLongMute(parts, call),
      run: (call) => unmute(parts, call),
    },
    {
      name: 'maintenance',
      summary: {
        fr: 'Prévoit un temps où les échecs ne sont dits à personne\u00a0: une fois, chaque semaine ou par cron.',
        en: 'Plans a time in which failures are told to nobody: once, every week or by cron.',
      },
      usage: {
        fr: '<moniteur|all> <début> <durée> [raison] | <moniteur|all> --weekly "sam 22:00" <durée> | liste | retirer <numéro>',
        en: '<monitor|all> <start> <duration> [reason] | <monitor|all> --weekly "sat 22:00" <duration> | list | remove <id>',
      },
      args: [
        {
          name: 'what',
          title: { fr: 'Moniteur', en: 'Monitor' },
          help: { fr: 'son nom, all, liste ou retirer', en: 'its name, all, list or remove' },
          required: true,
        },
        {
          name: 'words',
          title: { fr: 'Quand', en: 'When' },
          help: {
            fr: 'début (maintenant, 22:00, 2026-11-28T22:00), durée, raison',
            en: 'start (now, 22:00, 2026-11-28T22:00), duration, reason',
          },
          required: false,
          rest: true,
        },
      ],
      flags: {
        cron: {
          kind: 'word',
          title: { fr: 'Cron', en: 'Cron' },
          help: { fr: 'à chaque fois qu’il sonne\u00a0: "0 22 * * 6"', en: 'whenever it fires: "0 22 * * 6"' },
        },
        weekly: {
          kind: 'word',
          title: { fr: 'Chaque semaine', en: 'Weekly' },
          help: { fr: 'jour et heure\u00a0: "sam 22:00"', en: 'day and time: "sat 22:00"' },
        },
        tz: {
          kind: 'word',
          title: { fr: 'Fuseau', en: 'Zone' },
          help: { fr: 'fuseau horaire\u00a0: Europe/Paris', en: 'time zone: Europe/Paris' },
        },
      },
      examples: [
        {
          fr: '/monitor maintenance boutique 22:00 2h nouvelle version',
          en: '/monitor maintenance shop 22:00 2h new release',
        },
        {
          fr: '/monitor maintenance all --cron "0 22 * * 6" --tz Europe/Paris 3h',
          en: '/monitor maintenance all --cron "0 22 * * 6" --tz Europe/Paris 3h',
        },
      ],
      allow: 'maker',
      maker: (call) => makerOfMaintained(parts, call),
      run: (call) => maintain(parts, call),
    },
  ]
}

const target: Argument = {
  name: 'target',
  title: { fr: 'Cible', en: 'Target' },
  help: {
    fr: 'une URL, hôte:port, ou un nom\u202f; rien pour une tâche qui s’annonce elle-même',
    en: 'a URL, host:port, or a name; nothing for a job that reports by itself',
  },
  required: false,
}

/** One of this channel’s by its name; `all` of them where that may be said. */
function monitorArgument(parts: MonitorParts, all?: 'all'): Argument {
  return {
    name: 'monitor',
    title: { fr: 'Moniteur', en: 'Monitor' },
    help:
      all === undefined
        ? { fr: 'son nom, comme le montre /monitor liste', en: 'its name, as /monitor list shows it' }
        : { fr: 'son nom, ou all pour tous ceux de ce canal', en: 'its name, or all for all of this channel’s' },
    required: true,
    choices: async ({ place }) => {
      const choices = monitorChoices(keeperOf(parts), place.channel)
      return all === undefined ? choices : [...choices, { value: 'all', label: { fr: 'tous', en: 'all' } }]
    },
  }
}
