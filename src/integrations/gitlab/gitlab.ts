// The GitLab relay: webhooks in, events out (issue 3, "GitLab relay"). Off while neither of its secrets is set; its route then says so.

import type { Part } from '../../event.ts'
import { ago } from '../../text/format.ts'
import { code, type Rich, rich } from '../../text/rich.ts'
import type { MakeIntegration } from '../integration.ts'
import { describe } from './describe.ts'
import { kinds } from './kinds/list.ts'
import { createProbe } from './probe.ts'
import { createReader } from './reader.ts'
import { registerRoutes } from './routes.ts'
import { createVerifier, signingKey } from './verify.ts'

/** Refused calls are worth a warning for this long, until one is accepted. */
const refusalMattersMs = 3_600_000

export const createGitlab: MakeIntegration = ({ env, emit, log, meter, now, lastEventAt }) => {
  const tokens = env.secrets('GITLAB_WEBHOOK_TOKEN')
  const signing = env.secrets('GITLAB_SIGNING_SECRET')
  const gitlabUrl = env.address('GITLAB_URL')
  if (signing.current().some((secret) => signingKey(secret.reveal()) === undefined)) {
    env.problem({
      fr: 'GITLAB_SIGNING_SECRET\u00a0: un secret de la forme whsec_… est attendu.',
      en: 'GITLAB_SIGNING_SECRET: a secret of the form whsec_… is expected.',
    })
  }
  const verifier = createVerifier({ tokens, signing, now })
  let refusedAt: number | undefined

  return {
    name: 'gitlab',
    routes: (http) =>
      registerRoutes(http, {
        verifier,
        reader: createReader(),
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
    describe,
    probe: (nonce) => createProbe({ tokens, signing, now }, nonce),
    async status() {
      if (!verifier.configured()) return offPart
      const last = await lastEventAt('gitlab')
      const refused = refusedAt !== undefined && now() - refusedAt < refusalMattersMs
      return part(refused ? 'warning' : 'ok', lastWords(last, now()), refused)
    },
    events: [...kinds.values()].flatMap((kind) => [
      kind.name,
      ...kind.actions.map((action) => `${kind.name}.${action}`),
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

function lastWords(last: number | undefined, nowMs: number): { fr: Rich; en: Rich } {
  if (last === undefined) return { fr: rich`aucun événement reçu`, en: rich`no event received` }
  return {
    fr: rich`dernier événement ${{ own: ago('fr', nowMs - last) }}`,
    en: rich`last event ${{ own: ago('en', nowMs - last) }}`,
  }
}

function part(state: 'ok' | 'warning', last: { fr: Rich; en: Rich }, refused: boolean): Part {
  if (!refused) return { name: 'gitlab', title, state, glance: last }
  return {
    name: 'gitlab',
    title,
    state,
    glance: {
      fr: rich`${last.fr} · des appels sont refusés\u00a0: jeton ou signature non valable`,
      en: rich`${last.en} · calls are refused: token or signature not valid`,
    },
  }
}
