// The routes of the web room itself, documented: health, metrics, the status page.

import { z } from 'zod'
import type { RouteDoc, RouteParam } from '../../integrations/integration.ts'
import type { Said } from '../../text/locale.ts'
import { badgeKinds } from '../status/badge.ts'

const up = z.object({ status: z.literal('up') })
const down = z.object({ status: z.literal('down') })

const lang: RouteParam = {
  said: { fr: 'langue de la page, sinon Accept-Language', en: 'language of the page, else Accept-Language' },
  schema: z.enum(['fr', 'en']).optional(),
}

const isUp: Said = { fr: 'Tout va bien.', en: 'All is well.' }

/** `up` with 200, and where it may be down, `down` with 503. */
function healthDoc(path: string, summary: Said, mayBeDown: Said | undefined, examples: RouteDoc['examples']): RouteDoc {
  const json = 'application/json'
  return {
    method: 'GET',
    path,
    group: 'state',
    summary,
    proof: { by: 'open' },
    answers: [
      { status: 200, said: isUp, type: json, schema: up },
      ...(mayBeDown ? [{ status: 503, said: mayBeDown, type: json, schema: down }] : []),
    ],
    examples,
  }
}

const asked: Said = { fr: 'Comment va-t-elle\u202f?', en: 'How does it do?' }
const upExample = { name: 'up', said: asked, status: 200, answer: { status: 'up' } } as const

const health: readonly RouteDoc[] = [
  healthDoc('/health', { fr: 'Le processus répond.', en: 'The process answers.' }, undefined, [upExample]),
  healthDoc(
    '/ready',
    { fr: 'Ce qui arrive peut être enregistré.', en: 'What comes in can be stored.' },
    { fr: 'Rien ne peut être enregistré pour l’instant.', en: 'Nothing can be stored for now.' },
    [upExample],
  ),
  healthDoc(
    '/health/delivery',
    { fr: 'Ce qui est à dire à Mattermost y arrive.', en: 'What is to be told to Mattermost gets there.' },
    {
      fr: 'Mattermost ne répond pas, ou une livraison attend depuis plus de 60 s.',
      en: 'Mattermost does not answer, or a delivery waits for more than 60 s.',
    },
    [upExample],
  ),
]

const metrics: RouteDoc = {
  method: 'GET',
  path: '/metrics',
  group: 'state',
  summary: { fr: 'Les mesures, pour Prometheus.', en: 'Metrics, for Prometheus.' },
  proof: { by: 'bearer', setting: 'METRICS_TOKEN' },
  answers: [
    {
      status: 200,
      said: { fr: 'Du texte OpenMetrics.', en: 'OpenMetrics text.' },
      type: 'application/openmetrics-text',
    },
  ],
  examples: [
    { name: 'read', said: { fr: 'Lire les mesures', en: 'Read the metrics' }, status: 200 },
    { name: 'unproven', said: { fr: 'Sans jeton', en: 'Without a token' }, status: 401, unproven: true },
  ],
}

const pages: readonly RouteDoc[] = [
  {
    method: 'GET',
    path: '/statut',
    group: 'state',
    summary: {
      fr: 'La page publique\u00a0: comment vont les services surveillés.',
      en: 'The public page: how the watched services do.',
    },
    proof: { by: 'open' },
    query: { lang },
    answers: [{ status: 200, said: { fr: 'Une page.', en: 'A page.' }, type: 'text/html' }],
    examples: [
      {
        name: 'page',
        said: { fr: 'La page en anglais', en: 'The page in English' },
        query: { lang: 'en' },
        status: 200,
      },
    ],
  },
  {
    method: 'GET',
    path: '/feed.atom',
    group: 'state',
    summary: { fr: 'Les pannes des services publics, en flux.', en: 'Outages of the public services, as a feed.' },
    proof: { by: 'open' },
    query: { lang },
    answers: [{ status: 200, said: { fr: 'Un flux Atom.', en: 'An Atom feed.' }, type: 'application/atom+xml' }],
    examples: [{ name: 'feed', said: { fr: 'Lire le flux', en: 'Read the feed' }, status: 200 }],
  },
  {
    method: 'GET',
    path: '/badge/:monitor/:file',
    group: 'state',
    summary: {
      fr: 'L’état d’un service public, en image pour une autre page.',
      en: 'How a public service does, as a picture for another page.',
    },
    proof: { by: 'open' },
    params: {
      monitor: { said: { fr: 'le nom du moniteur', en: 'the monitor’s name' }, schema: z.string() },
      file: {
        said: { fr: 'ce qui est montré', en: 'what is shown' },
        schema: z.enum(badgeKinds.map((kind) => `${kind}.svg`)),
      },
    },
    query: { lang },
    answers: [{ status: 200, said: { fr: 'Une image.', en: 'A picture.' }, type: 'image/svg+xml' }],
    refusals: [{ status: 404, said: { fr: 'Aucun service public de ce nom.', en: 'No public service of this name.' } }],
    examples: [
      {
        name: 'unknown',
        said: { fr: 'Un service qui n’est pas public', en: 'A service that is not public' },
        params: { monitor: 'intranet', file: `${badgeKinds[0]}.svg` },
        status: 404,
      },
    ],
  },
]

const own: readonly RouteDoc[] = [
  {
    method: 'GET',
    path: '/openapi.json',
    group: 'state',
    summary: { fr: 'Cette documentation, pour les programmes.', en: 'This documentation, for programs.' },
    proof: { by: 'open' },
    query: { lang },
    answers: [
      {
        status: 200,
        said: { fr: 'OpenAPI 3.1.', en: 'OpenAPI 3.1.' },
        type: 'application/json',
        schema: z.looseObject({}),
      },
    ],
    examples: [{ name: 'document', said: { fr: 'Lire le document', en: 'Read the document' }, status: 200 }],
  },
  {
    method: 'GET',
    path: '/docs',
    group: 'state',
    summary: { fr: 'Cette documentation, pour les personnes.', en: 'This documentation, for people.' },
    proof: { by: 'open' },
    query: { lang },
    answers: [{ status: 200, said: { fr: 'Une page.', en: 'A page.' }, type: 'text/html' }],
    examples: [
      {
        name: 'page',
        said: { fr: 'La page en anglais', en: 'The page in English' },
        query: { lang: 'en' },
        status: 200,
      },
    ],
  },
]

export const webDocuments: readonly RouteDoc[] = [...health, metrics, ...pages, ...own]
