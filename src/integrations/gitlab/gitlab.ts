// The GitLab relay: webhooks in, events out (issue 3, "GitLab relay"). Off while neither of its secrets is set; its route then says so.

import type { Part } from '../../event.ts'
import { signingKey } from '../../standard-webhooks.ts'
import { ago } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { code, join, type Rich, rich } from '../../text/rich.ts'
import type { MakeIntegration } from '../integration.ts'
import { describe } from './describe.ts'
import { gitlabDocuments } from './documents.ts'
import { type HealthWords, healthWords } from './health.ts'
import { createKeeper } from './hooks/keeper.ts'
import { type HookWords, hookWords } from './hooks/words.ts'
import { kinds } from './kinds/list.ts'
import { createProbe } from './probe.ts'
import { createReader } from './reader.ts'
import { registerRoutes } from './routes.ts'
import { createVerifier } from './verify.ts'

/** Refused calls are worth a warning for this long, until one is accepted. */
const refusalMattersMs = 3_600_000

export const createGitlab: MakeIntegration = (parts) => {
  const { env, emit, log, meter, now, lastEventAt } = parts
  const tokens = env.secrets('GITLAB_WEBHOOK_TOKEN')
  const signing = env.secrets('GITLAB_SIGNING_SECRET')
  const gitlabUrl = env.address('GITLAB_URL')
  const apiTokens = env.secrets('GITLAB_API_TOKEN')
  if (apiTokens.current().length > 0 && gitlabUrl === undefined) {
    env.problem({
      fr: 'GITLAB_API_TOKEN\u00a0: il faut aussi GITLAB_URL, l’adresse du GitLab dont c’est le jeton.',
      en: 'GITLAB_API_TOKEN: GITLAB_URL is needed too, the address of the GitLab whose token it is.',
    })
  }
  if (signing.current().some((secret) => signingKey(secret.reveal()) === undefined)) {
    env.problem({
      fr: 'GITLAB_SIGNING_SECRET\u00a0: un secret de la forme whsec_… est attendu.',
      en: 'GITLAB_SIGNING_SECRET: a secret of the form whsec_… is expected.',
    })
  }
  const verifier = createVerifier({ tokens, signing, now })
  const reader = createReader()
  const { own, care, keeper, configured } = createKeeper({ ...parts, gitlabUrl, tokens: apiTokens, reader })
  let refusedAt: number | undefined

  return {
    name: 'gitlab',
    routes: (http) =>
      registerRoutes(http, {
        verifier,
        own,
        isTest: care.isTest,
        onStray: care.stray,
        reader,
        gitlabUrl,
        emit,
        log,
        meter,
        now,
        onRefused: () => {
          refusedAt = now()
        },
        onAccepted: () => {
          refusedAt = undefined
        },
      }),
    documents: gitlabDocuments,
    describe,
    probe: (nonce) => createProbe({ tokens, signing, now }, nonce),
    watch: care.watch,
    hooks: keeper,
    async status() {
      const kept = await keeper.known()
      if (!verifier.configured() && kept.length === 0) return offPart
      const last = await lastEventAt('gitlab')
      const refused = refusedAt !== undefined && now() - refusedAt < refusalMattersMs
      const health = gitlabUrl === undefined ? undefined : healthWords(await parts.ask(`${gitlabUrl}/-/health`))
      const hooks = hookWords(kept, configured() ? care.trouble() : undefined)
      return part(lastWords(last, now()), refused, hooks, health)
    },
    events: [...kinds.values()].flatMap((kind) => [
      kind.name,
      // A kind without actions has one type all the same: `push.push`.
      ...(kind.actions.length > 0 ? kind.actions : [kind.name]).map((action) => `${kind.name}.${action}`),
    ]),
  }
}

const title = { fr: 'GitLab', en: 'GitLab' }

const offPart: Part = {
  name: 'gitlab',
  title,
  state: 'off',
  glance: {
    fr: rich`non configuré\u00a0: renseignez ${code('GITLAB_WEBHOOK_TOKEN')}`,
    en: rich`not configured: set ${code('GITLAB_WEBHOOK_TOKEN')}`,
  },
}

type Said = Readonly<Record<Locale, Rich>>

function lastWords(last: number | undefined, nowMs: number): Said {
  if (last === undefined) return { fr: rich`aucun événement reçu`, en: rich`no event received` }
  return {
    fr: rich`dernier événement ${{ own: ago('fr', nowMs - last) }}`,
    en: rich`last event ${{ own: ago('en', nowMs - last) }}`,
  }
}

function part(last: Said, refused: boolean, hooks: HookWords, health?: HealthWords): Part {
  const glance = (locale: Locale): Rich =>
    join([health?.glance[locale] ?? [], last[locale], refused ? refusals[locale] : [], hooks.glance[locale]], ' · ')
  const detailsIn = (locale: Locale) => [...(health?.details[locale] ?? []), ...hooks.details[locale]]
  const details = { fr: detailsIn('fr'), en: detailsIn('en') }
  return {
    name: 'gitlab',
    title,
    state: health?.isDown ? 'down' : refused || hooks.worrying ? 'warning' : 'ok',
    glance: { fr: glance('fr'), en: glance('en') },
    ...(details.fr.length === 0 ? {} : { details }),
    ...(hooks.operatorDetails.fr.length === 0 ? {} : { operatorDetails: hooks.operatorDetails }),
  }
}

const refusals: Said = {
  fr: rich`des appels sont refusés\u00a0: jeton ou signature non valable`,
  en: rich`calls are refused: token or signature not valid`,
}
