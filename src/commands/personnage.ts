// `/personnage`: characters and their scores, and the buttons of their cards (interface.md, "/personnage", "Who may": members add and
// score, Vigie administrators remove).

import type { Argument, ButtonHandler, Command, Form, Verb } from './command.ts'
import type { CommandParts } from './index.ts'
import { addReply, ratedReply, removeReply, scoreReply } from './personnage/deeds.ts'
import { listReply, showReply } from './personnage/list.ts'
import { topReply } from './personnage/top.ts'

export type PersonnageParts = Pick<CommandParts, 'around' | 'sources' | 'keys' | 'timeZone' | 'drawRanking'>

/** Pictures of one person in a minute. */
const mostDrawn = 10

export function personnageCommand(parts: PersonnageParts): Command {
  const list: Pick<Form, 'allow' | 'run'> = { allow: 'guest', run: (call) => listReply(parts, call) }
  return {
    name: 'personnage',
    trigger: true,
    summary: {
      fr: 'Tient les personnages et leurs scores, et montre le classement.',
      en: 'Keeps characters and their scores, and shows the ranking.',
    },
    examples: [
      { fr: '/personnage ajouter "Naruto Uzumaki" 85', en: '/personnage add "Naruto Uzumaki" 85' },
      { fr: '/personnage top 5', en: '/personnage top 5' },
    ],
    ...list,
    verbs: verbsOf(parts, list),
    buttons: { plus: rateBy(parts, 1), minus: rateBy(parts, -1) },
  }
}

function verbsOf(parts: PersonnageParts, list: Pick<Form, 'allow' | 'run'>): readonly Verb[] {
  return [
    {
      name: 'add',
      twin: 'ajouter',
      summary: {
        fr: 'Ajoute un personnage\u202f; s’il existe déjà, lui donne ce score.',
        en: 'Adds a character; one that exists already gets this score.',
      },
      args: [nom, score],
      allow: 'member',
      run: (call) => addReply(parts, call),
    },
    {
      name: 'list',
      twin: 'liste',
      summary: { fr: 'Montre les personnages, les meilleurs d’abord.', en: 'Shows the characters, the best first.' },
      ...list,
    },
    {
      name: 'show',
      twin: 'voir',
      summary: { fr: 'Montre un personnage.', en: 'Shows a character.' },
      args: [{ ...nom, rest: true }],
      allow: 'guest',
      run: (call) => showReply(parts, call),
    },
    {
      name: 'score',
      twin: 'noter',
      summary: { fr: 'Donne un score à un personnage.', en: 'Gives a character a score.' },
      args: [nom, score],
      allow: 'member',
      run: (call) => scoreReply(parts, call),
    },
    {
      name: 'top',
      twin: 'classement',
      summary: {
        fr: 'Montre le classement, en tableau et en image.',
        en: 'Shows the ranking, as a table and as a picture.',
      },
      args: [
        {
          name: 'n',
          title: { fr: 'Combien', en: 'How many' },
          help: { fr: 'de 1 à 20\u202f; 10 si rien n’est dit', en: 'from 1 to 20; 10 if nothing is said' },
          required: false,
        },
      ],
      allow: 'guest',
      perMinute: mostDrawn,
      run: (call) => topReply(parts, call),
    },
    {
      name: 'remove',
      twin: 'retirer',
      summary: { fr: 'Retire un personnage.', en: 'Removes a character.' },
      args: [{ ...nom, rest: true }],
      allow: 'vigie_admin',
      run: (call) => removeReply(parts, call),
    },
  ]
}

const nom: Argument = {
  name: 'nom',
  title: { fr: 'Nom', en: 'Name' },
  help: {
    fr: 'entre guillemets s’il contient des espaces, par exemple "Naruto Uzumaki"',
    en: 'in quotes where it has spaces, for example "Naruto Uzumaki"',
  },
  required: true,
}

const score: Argument = {
  name: 'score',
  title: { fr: 'Score', en: 'Score' },
  help: { fr: 'un nombre entier', en: 'a whole number' },
  required: true,
}

/** What a card's button does: pressed twice it is done twice. */
function rateBy(parts: PersonnageParts, add: number): ButtonHandler {
  return { allow: 'member', run: (press) => ratedReply(parts, press, press.object, { add }) }
}
