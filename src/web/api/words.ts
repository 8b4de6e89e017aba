// What the API documentation says beside the routes' own words.

import type { RouteGroup, Scope } from '../../integrations/integration.ts'
import type { Locale } from '../../text/locale.ts'

interface ApiWords {
  readonly title: string
  readonly introduction: readonly string[]
  readonly groups: Readonly<Record<RouteGroup, string>>
  readonly refusals: Readonly<Record<400 | 401 | 403 | 413 | 415 | 429 | 503, string>>
  readonly proofs: {
    readonly key: string
    readonly scope: (scope: Scope) => string
    readonly signature: string
    readonly orSigned: string
    readonly inAddress: string
    readonly open: string
    readonly secret: (header: string, setting: string) => string
    readonly bearer: (setting: string) => string
    readonly address: string
  }
  readonly skip: string
  readonly routes: string
  readonly params: string
  readonly body: string
  readonly answers: string
  readonly examples: string
  readonly answered: string
  readonly required: string
  readonly optional: string
  readonly other: string
  readonly raw: string
}

export const apiWords: Readonly<Record<Locale, ApiWords>> = {
  fr: {
    title: 'L’API de Vigie',
    introduction: [
      'Les programmes envoient à Vigie des personnages, des scores et des événements\u202f; elle les garde, les archive et les annonce dans les canaux abonnés.',
      'Une clé se crée par /vigie key create dans Mattermost, ou par vigie key create dans un terminal. Elle s’envoie dans l’en-tête Authorization, après Bearer, ou dans X-API-Key\u202f; elle permet 600 requêtes par minute, et chaque réponse dit ce qu’il en reste (RateLimit).',
      'Les refus sont des application/problem+json (RFC 9457), dans la langue d’Accept-Language. Un corps compte au plus 1 Mio et 20\u202f000 valeurs. Une requête répétée avec le même Idempotency-Key n’a qu’un effet et reçoit la première réponse.',
    ],
    groups: {
      personnages: 'Personnages et scores',
      events: 'Événements de partout',
      subscriptions: 'Abonnements',
      webhooks: 'Webhooks',
      state: 'État de Vigie',
    },
    refusals: {
      400: 'Le corps n’est pas du JSON valide.',
      401: 'Clé ou jeton absent ou inconnu.',
      403: 'Il manque à la clé la portée de cette route.',
      413: 'Le corps est trop volumineux.',
      415: 'Ce type de contenu n’est pas pris en charge ici.',
      429: 'Trop de requêtes\u202f; Retry-After dit quand réessayer.',
      503: 'Rien n’a pu être enregistré, rien n’a été pris\u202f; Retry-After dit quand réessayer.',
    },
    proofs: {
      key: 'Une clé d’API.',
      scope: (scope) => `Clé d’API avec la portée ${scope}`,
      signature:
        'Une signature Standard Webhooks (webhook-id, webhook-timestamp et webhook-signature), par le secret d’une clé créée avec --signing.',
      orSigned: 'ou signature Standard Webhooks',
      inAddress: 'Une clé créée avec --in NOM, dans l’adresse.',
      open: 'Ouvert à tous',
      secret: (header, setting) => `${header}\u00a0: la valeur de ${setting}`,
      bearer: (setting) => `en-tête Authorization, Bearer et la valeur de ${setting}`,
      address: 'L’adresse elle-même est secrète',
    },
    skip: 'Aller aux routes',
    routes: 'Routes',
    params: 'Paramètres',
    body: 'Corps',
    answers: 'Réponses',
    examples: 'Exemples',
    answered: 'Réponse',
    required: 'requis',
    optional: 'facultatif',
    other: 'English',
    raw: 'Le document OpenAPI 3.1',
  },
  en: {
    title: 'The API of Vigie',
    introduction: [
      'Programs send Vigie characters, scores and events; it keeps them, archives them and tells them in the channels that subscribed.',
      'A key is made by /vigie key create in Mattermost, or by vigie key create in a shell. It is sent in the header Authorization, after Bearer, or in X-API-Key; it allows 600 requests a minute, and every answer says how many are left (RateLimit).',
      'Refusals are application/problem+json (RFC 9457), in the language of Accept-Language. A body has at most 1 MiB and 20,000 values. A request repeated with the same Idempotency-Key takes effect once and gets the first answer.',
    ],
    groups: {
      personnages: 'Characters and scores',
      events: 'Events from anywhere',
      subscriptions: 'Subscriptions',
      webhooks: 'Webhooks',
      state: 'How Vigie does',
    },
    refusals: {
      400: 'The body is not valid JSON.',
      401: 'No key or token, or an unknown one.',
      403: 'The key lacks the scope of this route.',
      413: 'The body is too large.',
      415: 'This content type is not supported here.',
      429: 'Too many requests; Retry-After says when to try again.',
      503: 'Nothing could be stored, nothing was taken; Retry-After says when to try again.',
    },
    proofs: {
      key: 'An API key.',
      scope: (scope) => `API key with the scope ${scope}`,
      signature:
        'A Standard Webhooks signature (webhook-id, webhook-timestamp and webhook-signature), by the secret of a key made with --signing.',
      orSigned: 'or a Standard Webhooks signature',
      inAddress: 'A key made with --in NAME, in the address.',
      open: 'Open to all',
      secret: (header, setting) => `${header}: the value of ${setting}`,
      bearer: (setting) => `header Authorization, Bearer and the value of ${setting}`,
      address: 'The address itself is secret',
    },
    skip: 'Skip to the routes',
    routes: 'Routes',
    params: 'Parameters',
    body: 'Body',
    answers: 'Answers',
    examples: 'Examples',
    answered: 'Answer',
    required: 'required',
    optional: 'optional',
    other: 'Français',
    raw: 'The OpenAPI 3.1 document',
  },
}
