// The character service as the API documentation tells it.

import { z } from 'zod'
import { niveaux } from '../../text/niveau.ts'
import type { RouteDoc, RouteParam } from '../integration.ts'
import { personnageShape } from './body.ts'

const json = 'application/json'
const shown = z.object({ nom: z.string(), score: z.int(), niveau: z.enum(niveaux) })
const taken = shown.extend({ event: z.string(), matched: z.int().nonnegative() })

const nom: RouteParam = {
  said: { fr: 'son nom, sans égard à la casse', en: 'its name, without regard to case' },
  schema: z.string().min(1).max(100),
}
const unknown = {
  status: 404,
  said: { fr: 'Aucun personnage ne porte ce nom.', en: 'No character bears this name.' },
} as const
const wrong = {
  status: 422,
  said: {
    fr: 'Un champ ne va pas\u202f; il est nommé, avec la raison et ce qui a été reçu.',
    en: 'A field will not do; it is named, with the reason and what was got.',
  },
} as const

const put: RouteDoc = {
  method: 'POST',
  path: '/webhook/personnage',
  group: 'personnages',
  summary: {
    fr: 'Crée un personnage, ou donne son score à celui de ce nom.',
    en: 'Makes a character, or sets the score of the one of this name.',
  },
  description: {
    fr: 'Le niveau est ajouté d’après NIVEAUX. Les canaux abonnés à personnage l’apprennent\u202f; matched dit combien.',
    en: 'The niveau is added by NIVEAUX. The channels that subscribed to personnage hear of it; matched says how many.',
  },
  proof: { by: 'key', scope: 'personnages:write' },
  once: true,
  bodies: [{ type: json, schema: personnageShape }],
  answers: [{ status: 200, said: { fr: 'Enregistré.', en: 'Stored.' }, type: json, schema: taken }],
  refusals: [wrong],
  examples: [
    {
      name: 'new',
      said: { fr: 'Un personnage', en: 'A character' },
      body: { nom: 'Naruto', score: 85 },
      status: 200,
      answer: { nom: 'Naruto', score: 85, niveau: 'expert', event: '06g0a1b2c3d', matched: 0 },
    },
    {
      name: 'text',
      said: { fr: 'Un nombre écrit comme un texte', en: 'A number written as text' },
      body: { nom: 'Naruto', score: '85' },
      status: 422,
    },
    {
      name: 'unproven',
      said: { fr: 'Sans clé', en: 'Without a key' },
      body: { nom: 'Naruto', score: 85 },
      unproven: true,
      status: 401,
    },
  ],
}

const score: RouteDoc = {
  method: 'POST',
  path: '/scores',
  group: 'personnages',
  summary: { fr: 'Donne un score à un personnage connu.', en: 'Sets the score of a known character.' },
  proof: { by: 'key', scope: 'personnages:write' },
  once: true,
  bodies: [{ type: json, schema: personnageShape }],
  answers: [{ status: 200, said: { fr: 'Enregistré.', en: 'Stored.' }, type: json, schema: taken }],
  refusals: [unknown, wrong],
  examples: [
    {
      name: 'score',
      said: { fr: 'Un score', en: 'A score' },
      body: { nom: 'Naruto', score: 60 },
      status: 200,
      answer: { nom: 'Naruto', score: 60, niveau: 'confirmé', event: '06g0a1b2c3e', matched: 0 },
    },
    {
      name: 'unknown',
      said: { fr: 'Un nom inconnu', en: 'An unknown name' },
      body: { nom: 'Personne', score: 1 },
      status: 404,
    },
  ],
}

const list: RouteDoc = {
  method: 'GET',
  path: '/personnages',
  group: 'personnages',
  summary: { fr: 'Les personnages, une page à la fois.', en: 'The characters, a page at a time.' },
  proof: { by: 'key', scope: 'personnages:read' },
  query: {
    limit: {
      said: { fr: 'combien, 100 sinon', en: 'how many, else 100' },
      schema: z.int().min(1).max(1000).optional(),
    },
    after: {
      said: { fr: 'le next de la page précédente', en: 'the next of the page before' },
      schema: z.string().max(1000).optional(),
    },
    sort: {
      said: { fr: 'l’ordre, -score sinon', en: 'the order, else -score' },
      schema: z.enum(['-score', 'score', 'nom', '-nom', 'date', '-date']).optional(),
    },
    nom: { said: { fr: 'une partie du nom', en: 'part of the name' }, schema: z.string().max(100).optional() },
    niveau: { said: { fr: 'ce niveau seul', en: 'this niveau alone' }, schema: z.enum(niveaux).optional() },
    min: { said: { fr: 'le score le plus bas', en: 'the least score' }, schema: z.int().optional() },
    max: { said: { fr: 'le score le plus haut', en: 'the greatest score' }, schema: z.int().optional() },
  },
  answers: [
    {
      status: 200,
      said: { fr: 'Une page\u202f; next est null à la dernière.', en: 'A page; next is null on the last one.' },
      type: json,
      schema: z.object({ items: z.array(shown), next: z.string().nullable() }),
    },
  ],
  refusals: [wrong],
  examples: [
    {
      name: 'best',
      said: { fr: 'Les meilleurs', en: 'The best' },
      query: { limit: '10' },
      status: 200,
      answer: { items: [{ nom: 'Naruto', score: 60, niveau: 'confirmé' }], next: null },
    },
    { name: 'wrong', said: { fr: 'Un mot inconnu', en: 'An unknown word' }, query: { order: 'up' }, status: 422 },
  ],
}

const one: RouteDoc = {
  method: 'GET',
  path: '/personnages/:nom',
  group: 'personnages',
  summary: { fr: 'Un personnage.', en: 'One character.' },
  proof: { by: 'key', scope: 'personnages:read' },
  params: { nom },
  answers: [{ status: 200, said: { fr: 'Le voici.', en: 'Here it is.' }, type: json, schema: shown }],
  refusals: [unknown],
  examples: [
    {
      name: 'one',
      said: { fr: 'Sans égard à la casse', en: 'Without regard to case' },
      params: { nom: 'naruto' },
      status: 200,
      answer: { nom: 'Naruto', score: 60, niveau: 'confirmé' },
    },
    {
      name: 'unknown',
      said: { fr: 'Un nom inconnu', en: 'An unknown name' },
      params: { nom: 'Personne' },
      status: 404,
    },
  ],
}

const remove: RouteDoc = {
  method: 'DELETE',
  path: '/personnages/:nom',
  group: 'personnages',
  summary: { fr: 'Retire un personnage.', en: 'Removes a character.' },
  description: {
    fr: 'Réservé aux clés dont l’auteur est administrateur de Vigie.',
    en: 'For keys whose maker is a Vigie administrator.',
  },
  proof: { by: 'key', scope: 'personnages:write' },
  once: true,
  params: { nom },
  answers: [{ status: 204, said: { fr: 'Retiré.', en: 'Removed.' } }],
  refusals: [
    {
      status: 400,
      said: { fr: 'Idempotency-Key ne peut pas être lu.', en: 'The Idempotency-Key cannot be read.' },
    },
    {
      status: 403,
      said: {
        fr: 'Il manque à la clé la portée de cette route, ou son auteur n’est pas administrateur de Vigie.',
        en: 'The key lacks the scope of this route, or its maker is no Vigie administrator.',
      },
    },
    unknown,
    {
      status: 422,
      said: { fr: 'Cet Idempotency-Key a déjà servi à un autre.', en: 'This Idempotency-Key was used for another.' },
    },
  ],
  examples: [
    { name: 'gone', said: { fr: 'Retirer Naruto', en: 'Remove Naruto' }, params: { nom: 'Naruto' }, status: 204 },
    { name: 'again', said: { fr: 'Une seconde fois', en: 'A second time' }, params: { nom: 'Naruto' }, status: 404 },
  ],
}

export const personnageDocuments: readonly RouteDoc[] = [put, score, list, one, remove]
