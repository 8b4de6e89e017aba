// Releases, milestones and wiki pages (GitLab, "Release events", "Milestone events", "Wiki page events").

import type { Said } from '../../../text/locale.ts'
import { link, own, type Rich, rich } from '../../../text/rich.ts'
import { count, day, instant, object, text, word } from '../fields.ts'
import {
  cardKey,
  codeField,
  colors,
  common,
  dayWords,
  field,
  projectField,
  projectPage,
  say,
  sentence,
} from './common.ts'
import { defineKind } from './kind.ts'
import { agree, type Noun } from './nouns.ts'

const participles: Readonly<Record<string, Said & { readonly color: string }>> = {
  create: { fr: 'créé', en: 'created', color: colors.opened },
  update: { fr: 'modifié', en: 'updated', color: colors.changed },
  delete: { fr: 'supprimé', en: 'deleted', color: colors.closed },
  close: { fr: 'clos', en: 'closed', color: colors.closed },
  reopen: { fr: 'réouvert', en: 'reopened', color: colors.opened },
  activate: { fr: 'réouvert', en: 'reopened', color: colors.opened },
}

const releaseNoun: Noun = { fr: { word: 'release', feminine: true }, en: 'release' }
const milestoneNoun: Noun = { fr: { word: 'jalon', feminine: false }, en: 'milestone' }
const pageNoun: Noun = { fr: { word: 'page du wiki', feminine: true }, en: 'wiki page' }

function known(action: string | undefined) {
  return action !== undefined && Object.hasOwn(participles, action) ? participles[action] : undefined
}

/** `Release créée`; the noun alone where the action is unknown. */
function happened(locale: 'fr' | 'en', noun: Noun, action: string | undefined): Rich {
  const word = locale === 'fr' ? noun.fr.word : noun.en
  const head = word.charAt(0).toUpperCase() + word.slice(1)
  const said = known(action)
  return own(said === undefined ? head : `${head} ${locale === 'fr' ? agree(noun, said.fr) : said.en}`)
}

/** `Release créée : v1.1` */
function titled(locale: 'fr' | 'en', words: Rich, title: string | undefined): Rich {
  return title === undefined ? words : rich`${words}${own(locale === 'fr' ? '\u00a0: ' : ': ')}${title}`
}

const releaseFacts = {
  ...common,
  id: count,
  name: text(),
  tag: word,
  url: word,
  action: word,
  created_at: instant,
  released_at: instant,
  assets: object({ count }),
}

export const release = defineKind({
  name: 'release',
  actions: ['create', 'update', 'delete'],
  facts: releaseFacts,
  read: (released, place) => ({
    action: released.action,
    time: released.action === 'create' ? released.created_at : undefined,
    url: released.url,
    card: cardKey('release', place, released.tag ?? released.id),
    byDefault: true,
  }),
  tell(released, { locale, url }) {
    const words = happened(locale, releaseNoun, released.action)
    const heading = titled(locale, words, released.name ?? released.tag)
    const assets = released.assets?.count ?? 0
    return {
      title: heading,
      url,
      fields: [
        ...projectField(locale, released.project),
        ...codeField('Tag', released.tag === released.name ? undefined : released.tag),
        ...field(say(locale, { fr: 'Fichiers', en: 'Files' }), assets === 0 ? [] : own(String(assets))),
      ],
      color: known(released.action)?.color ?? colors.other,
      summary: heading,
      line: words,
    }
  },
})

const milestoneFacts = {
  ...common,
  action: word,
  object_attributes: object({
    id: count,
    iid: count,
    title: text(),
    state: word,
    action: word,
    due_date: day,
    start_date: day,
    created_at: instant,
    updated_at: instant,
  }),
}

export const milestone = defineKind({
  name: 'milestone',
  actions: ['create', 'close', 'reopen', 'update', 'delete'],
  facts: milestoneFacts,
  read: ({ object_attributes: planned, action }, place) => ({
    action: action ?? planned?.action,
    time: planned?.updated_at ?? planned?.created_at,
    url: planned?.iid === undefined ? undefined : projectPage(place, `-/milestones/${planned.iid}`),
    card: cardKey('milestone', place, planned?.id),
  }),
  tell({ object_attributes: planned, action: outer, project }, { locale, url }) {
    const action = outer ?? planned?.action
    const words = happened(locale, milestoneNoun, action)
    const heading = titled(locale, words, planned?.title)
    const [from, until] = [dayWords(locale, planned?.start_date), dayWords(locale, planned?.due_date)]
    return {
      title: heading,
      url,
      fields: [
        ...projectField(locale, project),
        ...field(say(locale, { fr: 'Début', en: 'Start' }), from === undefined ? [] : own(from)),
        ...field(say(locale, { fr: 'Échéance', en: 'Due' }), until === undefined ? [] : own(until)),
      ],
      color: known(action)?.color ?? colors.other,
      summary: heading,
      line: words,
    }
  },
})

const wikiPageFacts = {
  ...common,
  object_attributes: object({
    title: text(),
    action: word,
    message: text(300),
    url: word,
    diff_url: word,
    slug: text(),
  }),
}

export const wikiPage = defineKind({
  name: 'wiki_page',
  actions: ['create', 'update', 'delete'],
  facts: wikiPageFacts,
  read: ({ object_attributes: page, user }) => ({
    action: page?.action,
    url: page?.url,
    facets: user?.username === undefined ? {} : { author: user.username },
  }),
  tell({ object_attributes: page, user, project }, { locale, url }) {
    const french = locale === 'fr'
    const words = happened(locale, pageNoun, page?.action)
    const said = known(page?.action)
    const title = page?.title ?? page?.slug
    const thing = own(french ? 'une page du wiki' : 'a wiki page')
    const by =
      said === undefined
        ? []
        : sentence(user, french ? rich`a ${own(said.fr)} ${thing}` : rich`${own(said.en)} ${thing}`, [])
    const differs = page?.diff_url !== undefined && page.action === 'update'
    const diff: Rich =
      differs && page?.diff_url !== undefined
        ? rich` (${link(page.diff_url, own(french ? 'différences' : 'changes'))})`
        : []
    const message: Rich = page?.message === undefined ? [] : [page.message]
    const separator: Rich = by.length > 0 && message.length > 0 ? own('\n') : []
    return {
      title: titled(locale, words, title),
      url,
      text:
        by.length === 0 && message.length === 0 ? [] : rich`${by}${by.length === 0 ? [] : diff}${separator}${message}`,
      fields: projectField(locale, project),
      color: said?.color ?? colors.other,
      summary: titled(locale, by.length === 0 ? words : by, title),
    }
  },
})
