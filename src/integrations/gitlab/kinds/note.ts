// Comments and emoji reactions, with what they are about (GitLab, "Comment events", "Emoji events").

import type { Locale } from '../../../text/locale.ts'
import { code, join, own, type Rich, rich, shorten } from '../../../text/rich.ts'
import { count, type Facts, firstLine, flag, instant, object, text, word } from '../fields.ts'
import { colors, common, labels, projectField, sentence, shortHash, titles } from './common.ts'
import { defineKind, type Reading } from './kind.ts'
import { issueNoun, mergeRequestNoun, type Noun } from './nouns.ts'

const parents = {
  merge_request: object({ iid: count, title: text(), source_branch: word, target_branch: word, labels, url: word }),
  issue: object({ iid: count, title: text(), labels, url: word }),
  work_item: object({ iid: count, title: text(), labels, url: word }),
  snippet: object({ id: count, title: text(), url: word }),
  commit: object({ id: word, title: firstLine, message: firstLine, url: word }),
}
const position = object({ new_path: text(500), old_path: text(500), new_line: count, old_line: count })

const noteFacts = {
  ...common,
  ...parents,
  object_attributes: object({
    note: text(2000),
    noteable_type: word,
    action: word,
    url: word,
    system: flag,
    commit_id: word,
    created_at: instant,
    updated_at: instant,
    position,
    st_diff: object({ new_path: text(500), old_path: text(500) }),
  }),
}

const emojiFacts = {
  ...common,
  ...parents,
  event_type: word,
  note: object({ url: word }),
  object_attributes: object({
    name: word,
    action: word,
    awardable_type: word,
    awarded_on_url: word,
    created_at: instant,
    updated_at: instant,
  }),
}

type Parents = Omit<Facts<typeof noteFacts>, 'object_attributes'>

/** How much of a comment a card shows, in characters. */
const noteShown = 400

export const note = defineKind({
  name: 'note',
  actions: ['create', 'update'],
  facts: noteFacts,
  read: (facts) => ({
    action: facts.object_attributes?.action,
    time: facts.object_attributes?.updated_at ?? facts.object_attributes?.created_at,
    url: facts.object_attributes?.url,
    facets: facets(facts),
  }),
  tell({ object_attributes: comment, ...about }, { locale, url }) {
    const french = locale === 'fr'
    const topic = topicOf(locale, about, comment?.noteable_type)
    const edited = comment?.action === 'update'
    const by = sentence(
      about.user,
      own(french ? (edited ? 'a modifié un commentaire' : 'a commenté') : edited ? 'edited a comment' : 'commented'),
      [],
    )
    const place = placeOf(comment)
    const words: Rich = comment?.note === undefined ? [] : [shorten(comment.note, noteShown)]
    const heading = rich`${own(french ? 'Commentaire' : 'Comment')}${topic.on}`
    return {
      title: heading,
      url,
      text: join([join([by, place], ' · '), words], '\n'),
      fields: projectField(locale, about.project),
      color: colors.other,
      summary: join([heading, brief(comment?.note)], ' · '),
    }
  },
})

export const emoji = defineKind({
  name: 'emoji',
  actions: ['award', 'revoke'],
  facts: emojiFacts,
  read: (facts) => ({
    action: facts.object_attributes?.action ?? facts.event_type,
    time: facts.object_attributes?.updated_at ?? facts.object_attributes?.created_at,
    url: facts.object_attributes?.awarded_on_url,
    facets: facets(facts),
  }),
  tell({ object_attributes: reaction, event_type: type, note: commented, ...about }, { locale, url }) {
    const french = locale === 'fr'
    const revoked = (reaction?.action ?? type) === 'revoke'
    const topic = topicOf(locale, about, reaction?.awardable_type)
    const name: Rich = reaction?.name === undefined ? [] : [{ own: ' ' }, code(reaction.name)]
    const verb = french
      ? revoked
        ? 'a retiré la réaction'
        : 'a réagi avec'
      : revoked
        ? 'removed the reaction'
        : 'reacted with'
    const active = rich`${own(verb)}${name}`
    const passive = rich`${own(french ? (revoked ? 'Réaction retirée' : 'Réaction') : revoked ? 'Reaction removed' : 'Reaction')}${name}`
    const toNote = reaction?.awardable_type === 'Note' || commented !== undefined
    const by = sentence(about.user, active, passive)
    const heading = rich`${own(french ? 'Réaction' : 'Reaction')}${toNote ? own(french ? ' à un commentaire' : ' to a comment') : []}${topic.on}`
    return {
      title: heading,
      url,
      text: by,
      fields: projectField(locale, about.project),
      color: colors.other,
      summary: rich`${by}${topic.on}`,
    }
  },
})

function facets(about: Omit<Parents, 'object_attributes'>): NonNullable<Reading['facets']> {
  const { merge_request: request, issue, work_item: item, user } = about
  return {
    branches: [request?.source_branch, request?.target_branch].flatMap((branch) => branch ?? []),
    labels: titles(request?.labels ?? issue?.labels ?? item?.labels),
    ...(user?.username === undefined ? {} : { author: user.username }),
  }
}

/** What is commented on: ` sur la merge request #5 : title`; empty where the body does not say. */
function topicOf(locale: Locale, about: Parents, type: string | undefined): { on: Rich } {
  const french = locale === 'fr'
  const after = (words: Rich, title: string | undefined): { on: Rich } => ({
    on: join([words, title === undefined ? [] : [title]], french ? '\u00a0: ' : ': '),
  })
  const numbered = (noun: Noun, iid: number | undefined): Rich => {
    const vowel = /^[aeiou]/.test(noun.fr.word)
    const number = iid === undefined ? '' : ` #${iid}`
    if (!french) return own(` on ${iid === undefined ? (vowel ? 'an ' : 'a ') : ''}${noun.en}${number}`)
    if (iid === undefined) return own(` sur ${noun.fr.feminine ? 'une' : 'un'} ${noun.fr.word}`)
    return own(` sur ${vowel ? 'l’' : noun.fr.feminine ? 'la ' : 'le '}${noun.fr.word}${number}`)
  }
  const { merge_request: request, issue, work_item: item, commit, snippet } = about
  if (request !== undefined || type === 'MergeRequest') {
    return after(numbered(mergeRequestNoun, request?.iid), request?.title)
  }
  if (issue !== undefined || item !== undefined || type === 'Issue' || type === 'WorkItem') {
    return after(numbered(issueNoun, issue?.iid ?? item?.iid), issue?.title ?? item?.title)
  }
  if (snippet !== undefined || type === 'Snippet') {
    return after(numbered(snippetNoun, snippet?.id), snippet?.title)
  }
  if (commit !== undefined || type === 'Commit') {
    const hash = shortHash(commit?.id)
    const named = rich`${own(french ? ' sur le commit' : ' on commit')}${hash === undefined ? [] : [{ own: ' ' }, code(hash)]}`
    return after(
      hash === undefined ? own(french ? ' sur un commit' : ' on a commit') : named,
      commit?.title ?? commit?.message,
    )
  }
  return { on: [] }
}

const snippetNoun: Noun = { fr: { word: 'extrait', feminine: false }, en: 'snippet' }

/** The file and line a comment stands at. */
function placeOf(comment: Facts<typeof noteFacts>['object_attributes']): Rich {
  const at = comment?.position
  const path = at?.new_path ?? at?.old_path ?? comment?.st_diff?.new_path ?? comment?.st_diff?.old_path
  if (path === undefined) return []
  const line = at?.new_line ?? at?.old_line
  return [code(line === undefined ? path : `${path}:${line}`)]
}

function brief(words: string | undefined): Rich {
  return words === undefined ? [] : [shorten(words, 120)]
}
