// `POST /webhook/nextcloud` as the API documentation tells it; its body is that of Nextcloud's `webhook_listeners`.

import { z } from 'zod'
import type { RouteDoc } from '../integration.ts'

const node = z.object({
  id: z.union([z.int().nonnegative(), z.string()]).optional(),
  path: z.string().min(1).max(4096),
})

const body = z.looseObject({
  event: z.looseObject({
    class: z
      .string()
      .min(1)
      .max(255)
      .meta({ said: { fr: 'la classe de l’événement', en: 'the event’s class' } }),
    node: node.optional(),
    source: node.optional(),
    target: node.optional(),
  }),
  user: z.looseObject({ uid: z.string(), displayName: z.string() }).partial().optional(),
  time: z.int().positive().optional(),
})

const created = 'OCP\\Files\\Events\\Node\\NodeCreatedEvent'

export const nextcloudDocuments: readonly RouteDoc[] = [
  {
    method: 'POST',
    path: '/webhook/nextcloud',
    group: 'webhooks',
    summary: { fr: 'Un appel de Nextcloud (webhook_listeners).', en: 'A call of Nextcloud (webhook_listeners).' },
    proof: { by: 'bearer', setting: 'NEXTCLOUD_WEBHOOK_TOKEN' },
    bodies: [{ type: 'application/json', schema: body }],
    answers: [
      {
        status: 200,
        said: { fr: 'L’événement est enregistré.', en: 'The event is stored.' },
        type: 'application/json',
        schema: z.object({ event: z.string(), matched: z.int().nonnegative() }),
      },
    ],
    refusals: [
      {
        status: 422,
        said: {
          fr: 'Un champ manque ou ne va pas\u202f; il est nommé.',
          en: 'A field is missing or wrong; it is named.',
        },
      },
    ],
    examples: [
      {
        name: 'created',
        said: { fr: 'Un fichier a été créé', en: 'A file was created' },
        body: {
          event: { class: created, node: { id: 437, path: '/admin/files/Documents_RH/contrat.pdf' } },
          user: { uid: 'camille', displayName: 'Camille' },
          time: 1_795_287_600,
        },
        status: 200,
        answer: { event: '06g0a1b2c3d', matched: 0 },
      },
      {
        name: 'wrong',
        said: { fr: 'Sans chemin', en: 'Without a path' },
        body: { event: { class: created, node: { id: 437 } } },
        status: 422,
      },
    ],
  },
]
