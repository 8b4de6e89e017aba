// Pushes and tags (GitLab, "Push events", "Tag events"). Made and deleted is told by the hashes being all zeros, never by an
// empty list of commits (reference/gitlab.md).

import { number, plural } from '../../../text/format.ts'
import type { Locale } from '../../../text/locale.ts'
import { bold, code, join, link, own, type Rich, rich } from '../../../text/rich.ts'
import { count, type Facts, firstLine, list, text, word } from '../fields.ts'
import { colors, commitWords, nameOf, project, projectName, projectPage } from './common.ts'
import { type Card, type CardTelling, defineKind, type Kind, type Place } from './kind.ts'

/** How many commits a card names. */
const commitsShown = 5

const facts = {
  project,
  user_name: text(100),
  user_username: word,
  ref: word,
  before: word,
  after: word,
  checkout_sha: word,
  message: firstLine,
  total_commits_count: count,
  commits: list({ id: word, title: firstLine, message: firstLine, url: word }, commitsShown),
}
type Pushed = Facts<typeof facts>

export const push = definePush('push')
export const tagPush = definePush('tag_push')

function definePush(name: 'push' | 'tag_push'): Kind {
  const tag = name === 'tag_push'
  return defineKind({
    name,
    bare: true,
    facts,
    read(pushed, place) {
      const ref = refName(pushed.ref)
      return {
        action: name,
        url: page(pushed, place, tag),
        facets: {
          branches: !tag && ref !== undefined ? [ref] : [],
          ...(pushed.user_username === undefined ? {} : { author: pushed.user_username }),
        },
        byDefault: true,
      }
    },
    tell: (pushed, telling) => (tag ? tellTag(pushed, telling) : tellPush(pushed, telling)),
  })
}

/** `main` of `refs/heads/main`. */
function refName(ref: string | undefined): string | undefined {
  return ref?.replace(/^refs\/(?:heads|tags)\//, '')
}

type Change = 'made' | 'deleted' | 'moved'

function change(pushed: Pushed): Change {
  if (isZero(pushed.after)) return 'deleted'
  return isZero(pushed.before) ? 'made' : 'moved'
}

function isZero(hash: string | undefined): boolean {
  return hash !== undefined && /^0{8,64}$/.test(hash)
}

/** What changed, on GitLab: a comparison, or the branch or tag itself. */
function page(pushed: Pushed, place: Place, tag: boolean): string | undefined {
  const ref = refName(pushed.ref)
  const kind = change(pushed)
  if (kind === 'deleted' || ref === undefined) return undefined
  const path = ref.split('/').map(encodeURIComponent).join('/')
  if (tag) return projectPage(place, `-/tags/${path}`)
  if (kind === 'made') return projectPage(place, `-/tree/${path}`)
  const { before, after } = pushed
  if (!/^[0-9a-f]{8,64}$/i.test(before ?? '') || !/^[0-9a-f]{8,64}$/i.test(after ?? '')) return undefined
  return projectPage(place, `-/compare/${before}...${after}`)
}

function tellPush(pushed: Pushed, { locale, url }: CardTelling): Card {
  const total = pushed.total_commits_count ?? pushed.commits?.length
  const message = pushWords(locale, pushed, total)
  return {
    message,
    text: commitLines(locale, pushed, total, url),
    color: colors.other,
    summary: message,
  }
}

function pushWords(locale: Locale, pushed: Pushed, total: number | undefined): Rich {
  const french = locale === 'fr'
  const branch = refName(pushed.ref)
  const kind = change(pushed)
  const where = onProject(locale, pushed, kind === 'moved' ? 'to' : 'in')
  const name = who(pushed)
  if (kind !== 'moved') {
    const made = kind === 'made'
    const mark = own(made ? '🌱 ' : '🗑️ ')
    const branched: Rich = branch === undefined ? [] : [{ own: ' ' }, code(branch)]
    if (name === undefined) {
      const words = french ? (made ? 'créée' : 'supprimée') : made ? 'created' : 'deleted'
      return french
        ? rich`${mark}Branche${branched} ${own(words)}${where}`
        : rich`${mark}Branch${branched} ${own(words)}${where}`
    }
    const verb = french ? (made ? 'a créé' : 'a supprimé') : made ? 'created' : 'deleted'
    return french
      ? rich`${mark}${bold(name)} ${own(verb)} la branche${branched}${where}`
      : rich`${mark}${bold(name)} ${own(verb)} the branch${branched}${where}`
  }
  const what = total === undefined || total === 0 ? [] : own(` ${commitCount(locale, total)}`)
  const onBranch: Rich =
    branch === undefined ? [] : french ? rich` (branche ${code(branch)})` : rich` (branch ${code(branch)})`
  if (name !== undefined) {
    return french
      ? rich`📦 ${bold(name)} a poussé${what}${where}${onBranch}`
      : rich`📦 ${bold(name)} pushed${what}${where}${onBranch}`
  }
  const pushedWords = what.length === 0 ? own(' Push') : what
  return rich`📦${pushedWords}${where}${onBranch}`
}

function tellTag(pushed: Pushed, { locale, url }: CardTelling): Card {
  const french = locale === 'fr'
  const tag = refName(pushed.ref)
  const kind = change(pushed)
  const named: Rich = tag === undefined ? [] : [{ own: ' ' }, url === undefined ? code(tag) : link(url, [code(tag)])]
  const where = onProject(locale, pushed, 'in')
  const name = who(pushed)
  const verbs = {
    made: { fr: ['a créé', 'créé'], en: ['created', 'created'] },
    deleted: { fr: ['a supprimé', 'supprimé'], en: ['deleted', 'deleted'] },
    moved: { fr: ['a déplacé', 'déplacé'], en: ['moved', 'moved'] },
  } as const
  const [active, passive] = verbs[kind][locale]
  const by: Rich =
    name === undefined
      ? rich`Tag${named} ${own(passive)}${where}`
      : french
        ? rich`${bold(name)} ${own(active)} le tag${named}${where}`
        : rich`${bold(name)} ${own(active)} the tag${named}${where}`
  const message: Rich = [{ own: kind === 'deleted' ? '🗑️ ' : '🏷️ ' }, ...by]
  const commit = kind === 'deleted' ? undefined : pushed.commits?.[0]
  const annotation: Rich = pushed.message === undefined ? [] : [pushed.message]
  return {
    message,
    text: join(
      [annotation, commit === undefined ? [] : commitWords({ ...commit, title: commit.title ?? commit.message })],
      '\n',
    ),
    color: colors.other,
    summary: message,
  }
}

function who(pushed: Pushed): string | undefined {
  return nameOf({ name: pushed.user_name, username: pushed.user_username })
}

function onProject(locale: Locale, pushed: Pushed, english: 'to' | 'in'): Rich {
  const name = projectName(pushed.project)
  if (name === undefined) return []
  return locale === 'fr' ? rich` sur ${bold(name)}` : rich` ${own(english)} ${bold(name)}`
}

function commitCount(locale: Locale, total: number): string {
  return `${number(locale, total)} ${plural(locale, total, 'commit', 'commits')}`
}

/** The first commits, each with its page, and how many more there are. */
function commitLines(locale: Locale, pushed: Pushed, total: number | undefined, url: string | undefined): Rich {
  const lines = (pushed.commits ?? [])
    .map((commit) => commitWords({ ...commit, title: commit.title ?? commit.message }))
    .filter((line) => line.length > 0)
  const left = (total ?? 0) - lines.length
  if (lines.length > 0 && left > 0) {
    const words = own(
      locale === 'fr'
        ? `… et ${number(locale, left)} ${plural(locale, left, 'autre', 'autres')}`
        : `… and ${number(locale, left)} more`,
    )
    lines.push(url === undefined ? words : [link(url, words)])
  }
  return join(lines, '\n')
}
