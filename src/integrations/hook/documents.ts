// The open door for any event, and subscriptions without chat, as the API documentation tells them.

import { z } from 'zod'
import type { RouteDoc } from '../integration.ts'
import { longestAttribute, longestType } from './cloud-event.ts'
import { cardSaid, plainShape, progressSaid } from './plain.ts'
import { subscribingShape } from './subscribing.ts'

const json = 'application/json'
const structured = 'application/cloudevents+json'
const batch = 'application/cloudevents-batch+json'

const attribute = z.string().min(1).max(longestAttribute)
const type = z.string().min(1).max(longestType)
const binary = {
  fr: 'en mode binaire\u202f; les autres attributs de même, échappés par % au besoin',
  en: 'in binary mode; the other attributes likewise, percent-encoded where needed',
}
const data = { fr: 'en mode binaire\u00a0: la donnée', en: 'in binary mode: the data' }

const cloudEvent = z.looseObject({
  specversion: z.literal('1.0'),
  id: attribute,
  source: attribute,
  type,
  subject: attribute.optional(),
  time: z.iso.datetime({ offset: true }).optional(),
  datacontenttype: attribute.optional(),
  dataschema: attribute.optional(),
  data: z.unknown().optional(),
  data_base64: z.base64().optional(),
  vigiecard: attribute.optional().meta({ said: cardSaid }),
  progress: z.number().min(0).max(100).optional().meta({ said: progressSaid }),
})

const answer = z.object({
  event: z.string(),
  matched: z.int().nonnegative(),
  hint: z
    .string()
    .optional()
    .meta({ said: { fr: 'la commande qui l’aurait fait entendre', en: 'the command that would have heard it' } }),
})
const stored = { fr: 'Enregistré\u202f; une liste pour un lot.', en: 'Stored; a list for a batch.' }
const wrong = {
  status: 422,
  said: { fr: 'Un champ ne va pas\u202f; il est nommé.', en: 'A field will not do; it is named.' },
} as const
const order = {
  specversion: '1.0',
  id: 'commande-1042',
  source: '/boutique',
  type: 'com.exemple.commande',
  subject: 'Commande 1042',
  data: { montant: 85, devise: 'EUR' },
} as const
const hint = '/subscribe hook com.exemple.commande'

const events: RouteDoc = {
  method: 'POST',
  path: '/webhook/events',
  group: 'events',
  summary: { fr: 'Un événement, ou un lot.', en: 'An event, or a batch.' },
  description: {
    fr: 'Un CloudEvent 1.0 (structuré, binaire ou en lot), ou la forme simple. Le même source et id ne compte qu’une fois en 14 jours. Un lot a 100 événements au plus, pris tous ou aucun.\n\nUn canal l’entend par /subscribe hook avec un motif de type.',
    en: 'A CloudEvent 1.0 (structured, binary or batch), or the plain form. The same source and id count once within 14 days. A batch has at most 100 events, all taken or none.\n\nA channel hears it by /subscribe hook with a glob of types.',
  },
  proof: { by: 'key', scope: 'events:write', orSigned: true },
  once: true,
  headers: {
    'ce-specversion': { said: binary, schema: z.literal('1.0').optional() },
    'ce-id': { said: binary, schema: attribute.optional() },
    'ce-source': { said: binary, schema: attribute.optional() },
    'ce-type': { said: binary, schema: type.optional() },
  },
  bodies: [
    { type: json, schema: plainShape },
    { type: structured, schema: cloudEvent },
    { type: batch, schema: z.array(cloudEvent).max(100) },
    { type: '*/*', schema: z.unknown().meta({ said: data }) },
  ],
  answers: [{ status: 200, said: stored, type: json, schema: z.union([answer, z.array(answer)]) }],
  refusals: [wrong],
  examples: [
    {
      name: 'plain',
      said: { fr: 'La forme simple', en: 'The plain form' },
      body: { type: 'sauvegarde.finie', title: 'Sauvegarde', text: '42 Go en 12 minutes', severity: 'info' },
      status: 200,
      answer: { event: '06g0a1b2c3f', matched: 0, hint: '/subscribe hook sauvegarde.finie' },
    },
    {
      name: 'structured',
      said: { fr: 'Un CloudEvent', en: 'A CloudEvent' },
      type: structured,
      body: order,
      status: 200,
      answer: { event: '06g0a1b2c3g', matched: 0, hint },
    },
    {
      name: 'binary',
      said: { fr: 'Le même en mode binaire', en: 'The same in binary mode' },
      type: json,
      headers: {
        'ce-specversion': '1.0',
        'ce-id': 'commande-1043',
        'ce-source': '/boutique',
        'ce-type': 'com.exemple.commande',
      },
      body: { montant: 12 },
      status: 200,
      answer: { event: '06g0a1b2c3h', matched: 0, hint },
    },
    {
      name: 'batch',
      said: { fr: 'Un lot', en: 'A batch' },
      type: batch,
      body: [
        { ...order, id: 'commande-1044', vigiecard: 'import', progress: 50 },
        { ...order, id: 'commande-1045', vigiecard: 'import', progress: 100 },
      ],
      status: 200,
      answer: [
        { event: '06g0a1b2c3j', matched: 0, hint },
        { event: '06g0a1b2c3k', matched: 0, hint },
      ],
    },
    {
      name: 'wrong',
      said: { fr: 'Sans texte', en: 'Without a text' },
      body: { type: 'sauvegarde.finie' },
      status: 422,
    },
  ],
}

const incoming: RouteDoc = {
  method: 'POST',
  path: '/webhook/in/:name',
  group: 'events',
  summary: {
    fr: 'N’importe quel JSON, comme événement hook.<nom>.',
    en: 'Any JSON, as event hook.<name>.',
  },
  description: {
    fr: 'Prend aussi les corps des webhooks entrants de Slack et de Mattermost. Une clé créée avec --in NOM peut s’écrire dans l’adresse\u00a0: ?key=…',
    en: 'Also takes the bodies of Slack’s and Mattermost’s incoming webhooks. A key made with --in NAME may stand in the address: ?key=…',
  },
  proof: { by: 'key', scope: 'events:write', orInAddress: true },
  once: true,
  params: {
    name: { said: { fr: 'lettres, chiffres, . _ -', en: 'letters, digits, . _ -' }, schema: z.string().min(1).max(64) },
  },
  bodies: [
    { type: json, schema: z.unknown() },
    { type: 'application/x-www-form-urlencoded', schema: z.object({ payload: z.string() }) },
  ],
  answers: [
    {
      status: 200,
      said: { fr: 'Enregistré.', en: 'Stored.' },
      type: json,
      schema: answer.extend({ ok: z.literal(true) }),
    },
  ],
  refusals: [wrong],
  examples: [
    {
      name: 'slack',
      said: { fr: 'Comme à Slack', en: 'As to Slack' },
      params: { name: 'sauvegarde' },
      body: { text: 'La sauvegarde est finie.' },
      status: 200,
      answer: { ok: true, event: '06g0a1b2c3m', matched: 0, hint: '/subscribe hook sauvegarde' },
    },
    {
      name: 'form',
      said: { fr: 'En formulaire', en: 'As a form' },
      params: { name: 'sauvegarde' },
      type: 'application/x-www-form-urlencoded',
      body: 'payload=%7B%22text%22%3A%22fini%22%7D',
      status: 200,
      answer: { ok: true, event: '06g0a1b2c3n', matched: 0, hint: '/subscribe hook sauvegarde' },
    },
  ],
}

/** Stands for a channel of the reader's own. */
export const channelInExamples = '4yc6mgx8gfgobf6yxkqx9t6t5a'
const ours = { channel: channelInExamples, source: 'personnage' } as const

const subscribing: Pick<RouteDoc, 'path' | 'group' | 'proof' | 'bodies' | 'once'> = {
  path: '/subscribe',
  group: 'subscriptions',
  proof: { by: 'key', scope: 'subscriptions:write' },
  bodies: [{ type: json, schema: subscribingShape }],
  once: true,
}
const noChannel = { fr: 'Pas de tel canal pour cette clé.', en: 'No such channel for this key.' }

const subscribe: RouteDoc = {
  ...subscribing,
  method: 'POST',
  summary: { fr: 'Abonne un canal, ou une adresse.', en: 'Subscribes a channel, or an address.' },
  description: {
    fr: 'Une adresse reçoit des CloudEvents signés (Standard Webhooks)\u202f; le secret n’est donné qu’une fois. Une adresse d’un réseau privé est refusée.',
    en: 'An address receives signed CloudEvents (Standard Webhooks); the secret is given once. An address within a private network is refused.',
  },
  answers: [
    {
      status: 200,
      said: { fr: 'Abonné.', en: 'Subscribed.' },
      type: json,
      schema: z.object({ id: z.string(), secret: z.string().optional() }),
    },
  ],
  refusals: [{ status: 404, said: noChannel }, wrong],
  examples: [
    {
      name: 'channel',
      said: { fr: 'Un canal', en: 'A channel' },
      body: ours,
      status: 200,
      answer: { id: '06g0a1b2c3p' },
    },
    {
      name: 'inside',
      said: { fr: 'Une adresse interne', en: 'An address inside' },
      body: { url: 'http://127.0.0.1:9000/', source: 'personnage' },
      status: 422,
    },
  ],
}

const unsubscribe: RouteDoc = {
  ...subscribing,
  method: 'DELETE',
  summary: { fr: 'Met fin à un abonnement, par le même corps.', en: 'Ends a subscription, by the same body.' },
  answers: [{ status: 200, said: { fr: 'Fini.', en: 'Ended.' }, type: json, schema: z.object({ id: z.string() }) }],
  refusals: [
    { status: 404, said: { fr: 'Pas d’abonnement ainsi écrit.', en: 'No subscription written like that.' } },
    wrong,
  ],
  examples: [
    {
      name: 'channel',
      said: { fr: 'Un canal', en: 'A channel' },
      body: ours,
      status: 200,
      answer: { id: '06g0a1b2c3p' },
    },
    { name: 'again', said: { fr: 'Une seconde fois', en: 'A second time' }, body: ours, status: 404 },
  ],
}

export const hookDocuments: readonly RouteDoc[] = [events, incoming, subscribe, unsubscribe]
