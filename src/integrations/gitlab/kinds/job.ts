// Jobs (GitLab, "Job events"; their kind is `build`). `commit.id` is the pipeline's id there, not a hash.

import { duration } from '../../../text/format.ts'
import { bold, code, join, own, type Rich, rich } from '../../../text/rich.ts'
import { count, type Facts, firstLine, flag, instant, object, seconds, text, word } from '../fields.ts'
import { failureReasons, statusColor, statuses } from './ci-words.ts'
import { cardKey, codeField, commitWords, common, field, nameOf, projectPage, say, wordFor } from './common.ts'
import { defineKind } from './kind.ts'

const facts = {
  ...common,
  project_name: text(),
  repository: object({ name: text(), homepage: word }),
  ref: word,
  tag: flag,
  sha: word,
  build_id: count,
  build_name: text(150),
  build_stage: text(150),
  build_status: word,
  build_created_at: instant,
  build_started_at: instant,
  build_finished_at: instant,
  build_duration: seconds,
  build_allow_failure: flag,
  build_failure_reason: word,
  retries_count: count,
  pipeline_id: count,
  commit: object({ message: firstLine, author_name: text(100) }),
  environment: object({ name: text(150) }),
}

export const build = defineKind({
  name: 'build',
  actions: ['created', 'pending', 'running', 'success', 'failed', 'canceled', 'skipped', 'manual'],
  facts,
  read: (job, place) => ({
    action: job.build_status,
    time: job.build_finished_at ?? job.build_started_at ?? job.build_created_at,
    url: job.build_id === undefined ? undefined : projectPage(place, `-/jobs/${job.build_id}`),
    card: cardKey('build', place, job.build_id),
    facets: {
      branches: job.tag === true || job.ref === undefined ? [] : [job.ref],
      ...(job.user?.username === undefined ? {} : { author: job.user.username }),
    },
    severity: job.build_status === 'failed' && job.build_allow_failure !== true ? 'warning' : 'info',
  }),
  tell(job, { locale, url }) {
    const french = locale === 'fr'
    const status = wordFor(locale, statuses, job.build_status)
    const named: Rich = job.build_name === undefined ? [] : [{ own: ' ' }, job.build_name]
    const state: Rich = status.length === 0 ? [] : [{ own: ' ' }, ...status]
    const heading = rich`Job${named}${state}${job.ref === undefined ? [] : [{ own: french ? ' sur ' : ' on ' }, job.ref]}`
    const name = nameOf(job.user)
    const by = join(
      [name === undefined ? [] : [bold(name)], commitWords({ id: job.sha, title: job.commit?.message })],
      ' · ',
    )
    const project = job.project?.name ?? job.repository?.name ?? job.project_name
    const lasted = job.build_duration
    const retries = job.retries_count ?? 0
    return {
      title: heading,
      url,
      text: join([by, why(locale, job)], '\n'),
      fields: [
        ...field(say(locale, { fr: 'Projet', en: 'Project' }), project === undefined ? [] : [project]),
        ...codeField(say(locale, { fr: 'Étape', en: 'Stage' }), job.build_stage),
        ...field('Pipeline', job.pipeline_id === undefined ? [] : own(`#${job.pipeline_id}`)),
        ...codeField(say(locale, { fr: 'Environnement', en: 'Environment' }), job.environment?.name),
        ...field(
          say(locale, { fr: 'Durée', en: 'Duration' }),
          lasted === undefined || lasted === 0 ? [] : own(duration(locale, lasted * 1000)),
        ),
        ...field(say(locale, { fr: 'Reprises', en: 'Retries' }), retries === 0 ? [] : own(String(retries))),
      ],
      color:
        job.build_status === 'failed' && job.build_allow_failure === true
          ? statusColor(undefined)
          : statusColor(job.build_status),
      summary: heading,
      line: rich`Job${job.build_name === undefined ? [] : [{ own: ' ' }, code(job.build_name)]}${state}`,
    }
  },
})

/** Why it failed, and whether that was allowed. */
function why(locale: 'fr' | 'en', job: Facts<typeof facts>): Rich {
  if (job.build_status !== 'failed') return []
  const reason = job.build_failure_reason === 'unknown_failure' ? undefined : job.build_failure_reason
  const words = wordFor(locale, failureReasons, reason)
  const allowed: Rich =
    job.build_allow_failure === true ? own(locale === 'fr' ? '(autorisé à échouer)' : '(allowed to fail)') : []
  const all = join([words, allowed], ' ')
  return all.length === 0 ? [] : rich`❌ ${all}`
}
