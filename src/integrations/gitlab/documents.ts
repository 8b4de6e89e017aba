// `POST /webhook/gitlab` as the API documentation tells it; its body is GitLab's own (reference/gitlab.md).

import { z } from 'zod'
import type { RouteDoc } from '../integration.ts'

const body = z.looseObject({
  object_kind: z
    .string()
    .optional()
    .meta({ said: { fr: 'le genre, sinon event_name', en: 'its kind, else event_name' } }),
  event_name: z.string().optional(),
  project: z.looseObject({ path_with_namespace: z.string(), web_url: z.string() }).partial().optional(),
  object_attributes: z.looseObject({}).optional(),
})

export const gitlabDocuments: readonly RouteDoc[] = [
  {
    method: 'POST',
    path: '/webhook/gitlab',
    group: 'webhooks',
    summary: { fr: 'Un webhook de GitLab.', en: 'A webhook of GitLab.' },
    description: {
      fr: 'Les webhooks de projet, de groupe et du système arrivent tous ici. Un objet JSON reçoit toujours 200\u202f; ce que Vigie ne relaie pas a matched 0. Un corps compte au plus 25 Mio.\n\nUne signature (GITLAB_SIGNING_SECRET) vaut le jeton.',
      en: 'Project, group and system hooks all come here. A JSON object is always answered 200; what Vigie does not relay has matched 0. A body has at most 25 MiB.\n\nA signature (GITLAB_SIGNING_SECRET) is as good as the token.',
    },
    proof: { by: 'secret', header: 'X-Gitlab-Token', setting: 'GITLAB_WEBHOOK_TOKEN' },
    bodies: [{ type: 'application/json', schema: body }],
    answers: [
      {
        status: 200,
        said: { fr: 'L’événement est enregistré.', en: 'The event is stored.' },
        type: 'application/json',
        schema: z.object({ event: z.string(), matched: z.int().nonnegative() }),
      },
    ],
    examples: [
      {
        name: 'push',
        said: { fr: 'Un push', en: 'A push' },
        body: {
          object_kind: 'push',
          ref: 'refs/heads/main',
          user_username: 'camille',
          project: { path_with_namespace: 'taaf/meteo', web_url: 'https://gitlab.example.org/taaf/meteo' },
          total_commits_count: 1,
          commits: [{ id: 'da1560886d4f094c3e6c9ef40349f7d38b5d27d7', message: 'Lit la température' }],
        },
        status: 200,
        answer: { event: '06g0a1b2c3d', matched: 0 },
      },
      {
        name: 'unproven',
        said: { fr: 'Sans jeton', en: 'Without a token' },
        body: { object_kind: 'push' },
        unproven: true,
        status: 401,
      },
      {
        name: 'half',
        said: { fr: 'La moitié d’un corps', en: 'Half a body' },
        type: 'application/json',
        body: '{"object_kind":',
        status: 400,
      },
    ],
  },
]
