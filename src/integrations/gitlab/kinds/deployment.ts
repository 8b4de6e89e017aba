// Deployments (GitLab, "Deployment events"): one live card each.

import { bold, code, join, own, type Rich, rich } from '../../../text/rich.ts'
import { count, firstLine, instant, text, word } from '../fields.ts'
import { statusColor, statuses } from './ci-words.ts'
import { cardKey, codeField, commitWords, common, nameOf, projectField, say, wordFor } from './common.ts'
import { defineKind } from './kind.ts'

const facts = {
  ...common,
  status: word,
  status_changed_at: instant,
  deployment_id: count,
  deployable_url: word,
  environment: text(150),
  environment_tier: word,
  ref: word,
  short_sha: word,
  commit_title: firstLine,
  commit_url: word,
}

export const deployment = defineKind({
  name: 'deployment',
  actions: ['created', 'running', 'success', 'failed', 'canceled', 'blocked'],
  facts,
  read: (deployed, place) => ({
    action: deployed.status,
    time: deployed.status_changed_at,
    url: deployed.deployable_url ?? deployed.commit_url,
    card: cardKey('deployment', place, deployed.deployment_id),
    facets: {
      branches: deployed.ref === undefined ? [] : [deployed.ref],
      ...(deployed.user?.username === undefined ? {} : { author: deployed.user.username }),
    },
    severity: deployed.status === 'failed' ? 'warning' : 'info',
  }),
  tell(deployed, { locale, url }) {
    const french = locale === 'fr'
    const status = wordFor(locale, statuses, deployed.status)
    const state: Rich = status.length === 0 ? [] : [{ own: ' ' }, ...status]
    const where = (words: Rich): Rich => (words.length === 0 ? [] : [{ own: french ? ' sur ' : ' to ' }, ...words])
    const word = own(french ? 'Déploiement' : 'Deployment')
    const heading = rich`${word}${where(deployed.environment === undefined ? [] : [deployed.environment])}${state}`
    const name = nameOf(deployed.user)
    const commit = commitWords({ id: deployed.short_sha, title: deployed.commit_title, url: deployed.commit_url })
    return {
      title: heading,
      url,
      text: join([name === undefined ? [] : [bold(name)], commit], ' · '),
      fields: [
        ...projectField(locale, deployed.project),
        ...codeField(say(locale, { fr: 'Branche ou tag', en: 'Branch or tag' }), deployed.ref),
        ...codeField(say(locale, { fr: 'Niveau', en: 'Tier' }), deployed.environment_tier),
      ],
      color: statusColor(deployed.status),
      summary: heading,
      line: rich`${word}${where(deployed.environment === undefined ? [] : [code(deployed.environment)])}${state}`,
    }
  },
})
