// Pipelines (GitLab, "Pipeline events"): one live card each, failed stages and jobs named. By default only a failure is told,
// and the success that comes after it on the same branch (interface.md, "Events of gitlab unless named").

import { duration } from '../../../text/format.ts'
import type { Locale } from '../../../text/locale.ts'
import { bold, code, join, link, own, type Rich, rich } from '../../../text/rich.ts'
import { count, type Facts, flag, instant, list, object, seconds, text, word } from '../fields.ts'
import { concluded, failureReasons, statusColor, statuses } from './ci-words.ts'
import {
  cardKey,
  commit,
  commitWords,
  common,
  field,
  nameOf,
  projectField,
  projectPage,
  say,
  wordFor,
} from './common.ts'
import { defineKind } from './kind.ts'

const build = {
  id: count,
  name: text(150),
  stage: text(150),
  status: word,
  allow_failure: flag,
  failure_reason: word,
  created_at: instant,
  started_at: instant,
  finished_at: instant,
}

const facts = {
  ...common,
  object_attributes: object({
    id: count,
    iid: count,
    name: text(),
    ref: word,
    tag: flag,
    sha: word,
    source: word,
    status: word,
    created_at: instant,
    finished_at: instant,
    duration: seconds,
    url: word,
  }),
  merge_request: object({ iid: count, title: text(), url: word, source_branch: word, target_branch: word }),
  commit,
  builds: list(build, 1000),
}
type Pipeline = Facts<typeof facts>

/** How many failed jobs a card names. */
const jobsShown = 8

export const pipeline = defineKind({
  name: 'pipeline',
  actions: [
    'created',
    'waiting_for_resource',
    'preparing',
    'pending',
    'running',
    'success',
    'failed',
    'canceled',
    'skipped',
    'manual',
    'scheduled',
  ],
  facts,
  read(run, place) {
    const { id, ref, status, url } = run.object_attributes ?? {}
    const key = cardKey('pipeline', place, ref)
    const ended = status !== undefined && concluded.includes(status)
    return {
      action: status,
      time: latest(run),
      url: url ?? (id === undefined ? undefined : projectPage(place, `-/pipelines/${id}`)),
      card: cardKey('pipeline', place, id),
      facets: facets(run),
      severity: status === 'failed' ? 'warning' : 'info',
      byDefault: ended,
      ...(status === 'success' ? { byDefaultAfter: 'failed' } : {}),
      track: ended && key !== undefined && id !== undefined ? { key, value: status, order: id } : undefined,
    }
  },
  keep: (run) => ({ ...run, builds: failed(run) }),
  tell(run, { locale, url }) {
    const { id, ref, status, duration: lasted } = run.object_attributes ?? {}
    const heading = rich`Pipeline${id === undefined ? [] : own(` #${id}`)}${after(wordFor(locale, statuses, status))}${onRef(locale, ref)}`
    const name = nameOf(run.user)
    const by = join([name === undefined ? [] : [bold(name)], commitWords(commitOf(run))], ' · ')
    const request = run.merge_request
    return {
      title: heading,
      url,
      text: join([by, failedJobs(locale, run)], '\n'),
      fields: [
        ...projectField(locale, run.project),
        ...field(
          say(locale, { fr: 'Durée', en: 'Duration' }),
          lasted === undefined || lasted === 0 ? [] : own(duration(locale, lasted * 1000)),
        ),
        ...field('Merge Request', requestWords(request)),
      ],
      color: statusColor(status),
      summary: heading,
      line: line(locale, run),
    }
  },
})

function facets(run: Pipeline): { branches: readonly string[]; author?: string } {
  const { ref, tag } = run.object_attributes ?? {}
  const branches = [tag === true ? undefined : ref, run.merge_request?.source_branch]
  return {
    branches: [...new Set(branches.flatMap((branch) => branch ?? []))],
    ...(run.user?.username === undefined ? {} : { author: run.user.username }),
  }
}

/** The newest moment the body tells of: a retried pipeline keeps its old creation while its jobs move on. */
function latest(run: Pipeline): string | undefined {
  const moments = [run.object_attributes?.created_at, run.object_attributes?.finished_at]
  for (const job of run.builds ?? []) moments.push(job.created_at, job.started_at, job.finished_at)
  return moments.reduce(
    (newest, moment) => (moment !== undefined && (newest ?? '') < moment ? moment : newest),
    undefined,
  )
}

function failed(run: Pipeline): NonNullable<Pipeline['builds']> {
  return (run.builds ?? []).filter((job) => job.status === 'failed').slice(0, 50)
}

function commitOf(run: Pipeline) {
  const { id = run.object_attributes?.sha, title, message, url } = run.commit ?? {}
  return { id, title: title ?? message, url }
}

function after(words: Rich): Rich {
  return words.length === 0 ? [] : [{ own: ' ' }, ...words]
}

function onRef(locale: Locale, ref: string | undefined): Rich {
  return ref === undefined ? [] : [{ own: locale === 'fr' ? ' sur ' : ' on ' }, ref]
}

function requestWords(request: Pipeline['merge_request']): Rich {
  if (request?.iid === undefined) return request?.title === undefined ? [] : [request.title]
  const numbered = own(`#${request.iid}`)
  return join(
    [
      request.url === undefined ? numbered : [link(request.url, numbered)],
      request.title === undefined ? [] : [request.title],
    ],
    ' ',
  )
}

/** `` ❌ `test` › **rspec** : échec du script · ❌ `test` › **lint** (autorisé à échouer) `` */
function failedJobs(locale: Locale, run: Pipeline): Rich {
  const all = failed(run)
  const jobs = all.slice(0, jobsShown).map((job): Rich => {
    const named = join(
      [job.stage === undefined ? [] : [code(job.stage)], job.name === undefined ? [] : [bold(job.name)]],
      ' › ',
    )
    if (named.length === 0) return []
    const allowed = job.allow_failure === true
    const reason = job.failure_reason === 'unknown_failure' ? undefined : job.failure_reason
    const why = allowed
      ? own(locale === 'fr' ? ' (autorisé à échouer)' : ' (allowed to fail)')
      : after(wordFor(locale, failureReasons, reason))
    const colon = allowed || why.length === 0 ? [] : own(locale === 'fr' ? '\u00a0:' : ':')
    return rich`❌ ${named}${colon}${why}`
  })
  const left = all.length - jobsShown
  if (left > 0) jobs.push(own(locale === 'fr' ? `… et ${left} autres` : `… and ${left} more`))
  return join(jobs, ' · ')
}

/** `` Pipeline **#31** en échec : `test` › `rspec` `` */
function line(locale: Locale, run: Pipeline): Rich {
  const { id, status } = run.object_attributes ?? {}
  const jobs = failed(run)
    .filter((job) => job.allow_failure !== true)
    .slice(0, 3)
    .map((job) =>
      join(
        [job.stage, job.name].map((word): Rich => (word === undefined ? [] : [code(word)])),
        ' › ',
      ),
    )
  const what = rich`Pipeline${id === undefined ? [] : [{ own: ' ' }, bold(own(`#${id}`))]}${after(wordFor(locale, statuses, status))}`
  return join([what, join(jobs, ', ')], locale === 'fr' ? '\u00a0: ' : ': ')
}
