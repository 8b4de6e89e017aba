// What somebody did to a merge request, an issue or another work item, in words: the action, and for an update what changed
// (GitLab's `changes`, each `{previous, current}`).

import type { Locale, Said } from '../../../text/locale.ts'
import { bold, code, join, own, type Rich, rich } from '../../../text/rich.ts'
import { flag, object } from '../fields.ts'
import { capital, colors, labels, nameOf, names, type Person, people, titles } from './common.ts'
import { agree, head, type Noun, nothing, someThing, type Thing, theThing } from './nouns.ts'

/** What `changes` may hold that we tell; the rest is just "updated". */
export const changes = object({
  draft: object({ previous: flag, current: flag }),
  reviewers: object({ previous: people, current: people }),
  assignees: object({ previous: people, current: people }),
  labels: object({ previous: labels, current: labels }),
  confidential: object({ previous: flag, current: flag }),
  title: object({}),
  target_branch: object({}),
  milestone_id: object({}),
  due_date: object({}),
  description: object({}),
})

export interface Deed {
  readonly by: Person
  readonly action: string | undefined
  readonly changes: ReturnType<typeof changes>
  readonly newCommits?: boolean
  /** GitLab itself took the approvals back, since new commits came. */
  readonly approvalsReset?: boolean
  readonly noun: Noun
  readonly iid: number | undefined
  readonly title: string | undefined
  readonly url: string | undefined
}

/** French participle and English past of each action. */
const participles: Readonly<Record<string, Said>> = {
  open: { fr: 'ouvert', en: 'opened' },
  merge: { fr: 'fusionné', en: 'merged' },
  close: { fr: 'fermé', en: 'closed' },
  reopen: { fr: 'réouvert', en: 'reopened' },
  update: { fr: 'mis à jour', en: 'updated' },
  approved: { fr: 'approuvé', en: 'approved' },
  approval: { fr: 'approuvé', en: 'approved' },
  unapproved: { fr: 'désapprouvé', en: 'unapproved' },
  unapproval: { fr: 'désapprouvé', en: 'unapproved' },
}

const actionColors: Readonly<Record<string, string>> = {
  open: colors.opened,
  merge: colors.merged,
  close: colors.closed,
  update: colors.changed,
}

export function actionColor(action: string | undefined): string {
  return (
    (action !== undefined && Object.hasOwn(actionColors, action) ? actionColors[action] : undefined) ?? colors.other
  )
}

export interface DeedWords {
  /** `**Name** a ouvert une merge request`; empty where nothing is known. */
  readonly text: Rich
  /** `**Name** a ouvert la merge request #5 : title` */
  readonly summary: Rich
  /** `**Name** a ouvert` */
  readonly line: Rich
}

/** A deed in the sentences a card needs. */
export function tellDeed(locale: Locale, deed: Deed): DeedWords {
  const some = someThing(locale, deed.noun)
  const the = theThing(locale, deed.noun, deed.iid, deed.url)
  const text = tell(locale, deed, some)
  const about: Rich = deed.title === undefined ? [] : [deed.title]
  const known = deed.approvalsReset === true || isKnown(deed.action)
  const summary = known ? tell(locale, deed, the) : []
  return {
    text,
    summary:
      summary.length === 0
        ? head(locale, deed.noun, deed.iid, deed.title)
        : join([summary, about], locale === 'fr' ? '\u00a0: ' : ': '),
    line: tell(locale, deed, nothing),
  }
}

function isKnown(action: string | undefined): boolean {
  return action !== undefined && Object.hasOwn(participles, action)
}

type Phrase = (thing: Thing) => Rich

function tell(locale: Locale, deed: Deed, thing: Thing): Rich {
  if (deed.approvalsReset) return approvalsReset(locale, thing)
  const name = nameOf(deed.by)
  const known = isKnown(deed.action)
  if (name === undefined) return known && deed.action !== undefined ? passive(locale, deed, deed.action, thing) : []
  if (!known) return join([[bold(name)], deed.action === undefined ? [] : [code(deed.action)]], ' · ')
  const phrases = deed.action === 'update' ? updates(locale, deed) : []
  const [first = done(locale, deed.action ?? ''), ...others] = phrases.slice(0, 3)
  return rich`${bold(name)} ${join([first(thing), ...others.map((phrase) => phrase(nothing))], ', ')}`
}

/** `a ouvert une merge request` */
function done(locale: Locale, action: string): Phrase {
  const said = participles[action]
  if (said === undefined) return () => []
  if (said.en === 'unapproved') {
    return locale === 'fr'
      ? (thing) => rich`a retiré son approbation${thing.of}`
      : (thing) => rich`withdrew their approval${thing.of}`
  }
  return locale === 'fr'
    ? (thing) => rich`a ${own(said.fr)}${thing.plain}`
    : (thing) => rich`${own(said.en)}${thing.plain}`
}

/** `Une merge request a été ouverte`; alone, `Ouverte`. */
function passive(locale: Locale, deed: Deed, action: string, thing: Thing): Rich {
  const said = participles[action]
  if (said === undefined) return []
  const participle = locale === 'fr' ? agree(deed.noun, said.fr) : said.en
  if (thing === nothing) return own(capital(participle))
  return [...capitalised(thing.plain), { own: locale === 'fr' ? ` a été ${participle}` : ` was ${participle}` }]
}

function approvalsReset(locale: Locale, thing: Thing): Rich {
  if (locale === 'fr') return rich`Les approbations${thing.of} ont été remises à zéro par de nouveaux commits`
  return rich`The approvals${thing.of} were reset by new commits`
}

/** One phrase for each thing that changed, the most telling first. */
function updates(locale: Locale, deed: Deed): Phrase[] {
  const { changes: changed, newCommits } = deed
  const french = locale === 'fr'
  const phrases: Phrase[] = []
  const add = (when: boolean, fr: Phrase, en: Phrase) => {
    if (when) phrases.push(french ? fr : en)
  }
  add(
    newCommits === true,
    ({ into }) => rich`a poussé de nouveaux commits${into}`,
    ({ into }) => rich`pushed new commits${into}`,
  )
  add(
    changed?.draft?.current === true,
    ({ plain: it }) => rich`a remis${it} en brouillon`,
    ({ plain: it }) => rich`marked${it} as draft`,
  )
  add(
    changed?.draft?.current === false,
    ({ plain: it }) => rich`a marqué${it} comme ${own(agree(deed.noun, 'prêt'))}`,
    ({ plain: it }) => rich`marked${it} as ready`,
  )
  phrases.push(...peopleChanges(locale, changed), ...labelChanges(locale, changed))
  add(
    changed?.confidential?.current === true,
    ({ plain: it }) => {
      const feminine = deed.noun.fr.feminine
      const made = it.length > 0 ? rich`a rendu${it}` : own(feminine ? 'l’a rendue' : 'l’a rendu')
      return rich`${made} ${own(feminine ? 'confidentielle' : 'confidentiel')}`
    },
    ({ plain: it }) => rich`made${it.length > 0 ? it : own(' it')} confidential`,
  )
  for (const [field, fr, en] of [
    ['target_branch', 'la branche cible', 'the target branch'],
    ['title', 'le titre', 'the title'],
    ['milestone_id', 'le jalon', 'the milestone'],
    ['due_date', 'l’échéance', 'the due date'],
    ['description', 'la description', 'the description'],
  ] as const) {
    add(
      changed?.[field] !== undefined,
      ({ of }) => rich`a changé ${own(fr)}${of}`,
      ({ of }) => rich`changed ${own(en)}${of}`,
    )
  }
  return phrases
}

function peopleChanges(locale: Locale, changed: ReturnType<typeof changes>): Phrase[] {
  const french = locale === 'fr'
  const phrases: Phrase[] = []
  const reviewers = difference(changed?.reviewers)
  const assignees = difference(changed?.assignees)
  const added = names(locale, reviewers.added)
  const removed = names(locale, reviewers.removed)
  const assigned = names(locale, assignees.added)
  const unassigned = names(locale, assignees.removed)
  if (added.length > 0)
    phrases.push(({ of }) =>
      french ? rich`a demandé une relecture${of} à ${added}` : rich`asked ${added} for a review${of}`,
    )
  if (removed.length > 0)
    phrases.push(({ of }) =>
      french ? rich`a retiré ${removed} de la relecture${of}` : rich`removed ${removed} from the review${of}`,
    )
  if (assigned.length > 0)
    phrases.push(({ to }) => (french ? rich`a assigné ${assigned}${to}` : rich`assigned ${assigned}${to}`))
  if (unassigned.length > 0)
    phrases.push(({ of }) =>
      french ? rich`a désassigné ${unassigned}${of}` : rich`removed ${unassigned} as assignee${of}`,
    )
  return phrases
}

function labelChanges(locale: Locale, changed: ReturnType<typeof changes>): Phrase[] {
  if (!changed?.labels?.previous || !changed.labels.current) return []
  const before = titles(changed.labels.previous)
  const after = titles(changed.labels.current)
  const marks = (of: readonly string[]): Rich =>
    join(
      of.slice(0, 5).map((title): Rich => [code(title)]),
      ', ',
    )
  const added = after.filter((title) => !before.includes(title))
  const removed = before.filter((title) => !after.includes(title))
  const phrases: Phrase[] = []
  const french = locale === 'fr'
  const noun = (of: readonly string[]) =>
    own(french ? (of.length > 1 ? 'les labels ' : 'le label ') : of.length > 1 ? 'the labels ' : 'the label ')
  if (added.length > 0)
    phrases.push(({ to }) =>
      french ? rich`a ajouté ${noun(added)}${marks(added)}${to}` : rich`added ${noun(added)}${marks(added)}${to}`,
    )
  if (removed.length > 0)
    phrases.push(({ of }) =>
      french
        ? rich`a retiré ${noun(removed)}${marks(removed)}${of}`
        : rich`removed ${noun(removed)}${marks(removed)}${of}`,
    )
  return phrases
}

/** Who is new in a list of people, and who is no longer in it; by username, else by name. */
function difference(
  change:
    | {
        previous?: readonly Exclude<Person, undefined>[] | undefined
        current?: readonly Exclude<Person, undefined>[] | undefined
      }
    | undefined,
): { added: readonly Person[]; removed: readonly Person[] } {
  const key = (someone: Person) => someone?.username ?? someone?.name
  const without = (from: readonly Person[], other: readonly Person[]) =>
    from.filter((someone) => !other.some((one) => key(one) === key(someone)))
  const { previous: before, current: after } = change ?? {}
  if (before === undefined || after === undefined) return { added: [], removed: [] }
  return { added: without(after, before), removed: without(before, after) }
}

/** A thing at the head of a sentence. */
function capitalised(words: Rich): Rich {
  const [first, ...rest] = words
  return typeof first === 'object' && 'own' in first ? [{ own: capital(first.own.trimStart()) }, ...rest] : words
}
