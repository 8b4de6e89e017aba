// Merge requests (GitLab, "Merge request events"): one live card each, coloured by action (issue 3).

import type { Locale, Said } from '../../../text/locale.ts'
import { own, type Rich } from '../../../text/rich.ts'
import { count, flag, instant, object, text, word } from '../fields.ts'
import {
  cardKey,
  codeField,
  common,
  field,
  labels,
  otherId,
  projectField,
  projectPage,
  say,
  titles,
  wordFor,
} from './common.ts'
import { actionColor, changes, tellDeed } from './deeds.ts'
import { defineKind } from './kind.ts'
import { head, mergeRequestNoun } from './nouns.ts'

const facts = {
  ...common,
  object_attributes: object({
    id: count,
    iid: count,
    title: text(),
    state: word,
    action: word,
    url: word,
    source_branch: word,
    target_branch: word,
    draft: flag,
    work_in_progress: flag,
    oldrev: word,
    system: flag,
    system_action: word,
    updated_at: instant,
    created_at: instant,
  }),
  labels,
  changes,
}

const states: Readonly<Record<string, Said>> = {
  opened: { fr: 'ouverte', en: 'open' },
  merged: { fr: 'fusionnée', en: 'merged' },
  closed: { fr: 'fermée', en: 'closed' },
  locked: { fr: 'verrouillée', en: 'locked' },
}
const stateAfter: Readonly<Record<string, string>> = {
  open: 'opened',
  reopen: 'opened',
  merge: 'merged',
  close: 'closed',
}

export const mergeRequest = defineKind({
  name: 'merge_request',
  actions: ['open', 'close', 'reopen', 'update', 'merge', 'approved', 'approval', 'unapproved', 'unapproval'],
  facts,
  read({ object_attributes: request, user, labels }, place) {
    const { iid, source_branch: source, target_branch: target } = request ?? {}
    return {
      action: request?.action,
      time: request?.updated_at ?? request?.created_at,
      url: request?.url ?? (iid === undefined ? undefined : projectPage(place, `-/merge_requests/${iid}`)),
      card: cardKey('merge_request', place, iid ?? otherId(request?.id)),
      facets: {
        branches: [source, target].flatMap((branch) => branch ?? []),
        labels: titles(labels),
        ...(user?.username === undefined ? {} : { author: user.username }),
      },
      byDefault: true,
    }
  },
  tell({ object_attributes: request, user, project, changes }, { locale, url }) {
    const { action, iid, title, system_action: system } = request ?? {}
    const words = tellDeed(locale, {
      by: user,
      action,
      changes,
      newCommits: request?.oldrev !== undefined,
      approvalsReset: request?.system === true && system !== undefined && system.includes('approvals_reset'),
      noun: mergeRequestNoun,
      iid,
      title,
      url,
    })
    const draft = request?.draft ?? request?.work_in_progress ?? false
    return {
      title: head(locale, mergeRequestNoun, iid, title),
      url,
      text: words.text,
      fields: [
        ...projectField(locale, project),
        ...field(say(locale, { fr: 'Statut', en: 'Status' }), status(locale, request?.state, action, draft)),
        ...codeField('Source', request?.source_branch),
        ...codeField(say(locale, { fr: 'Cible', en: 'Target' }), request?.target_branch),
      ],
      color: actionColor(action),
      summary: words.summary,
      line: words.line,
    }
  },
})

function status(locale: Locale, state: string | undefined, action: string | undefined, draft: boolean): Rich {
  const known = state ?? (action !== undefined && Object.hasOwn(stateAfter, action) ? stateAfter[action] : undefined)
  const words = wordFor(locale, states, known)
  if (!draft || (known !== undefined && known !== 'opened')) return words
  const drafted = own(say(locale, { fr: 'brouillon', en: 'draft' }))
  return words.length === 0 ? drafted : [...words, { own: ', ' }, ...drafted]
}
