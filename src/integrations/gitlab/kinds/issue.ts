// Issues and other work items (GitLab, "Work item events"): `issue` for issues, `work_item` for epics, tasks, incidents…

import type { Locale, Said } from '../../../text/locale.ts'
import { code, join, own, type Rich } from '../../../text/rich.ts'
import { count, day, flag, instant, object, text, word } from '../fields.ts'
import {
  cardKey,
  common,
  dayWords,
  field,
  labels,
  names,
  otherId,
  people,
  projectField,
  projectPage,
  say,
  titles,
  wordFor,
} from './common.ts'
import { actionColor, changes, tellDeed } from './deeds.ts'
import { defineKind, type Kind } from './kind.ts'
import { agree, head, issueNoun, type Noun, workItemNoun } from './nouns.ts'

const facts = {
  ...common,
  object_attributes: object({
    id: count,
    iid: count,
    title: text(),
    type: text(50),
    state: word,
    action: word,
    url: word,
    due_date: day,
    severity: word,
    escalation_status: word,
    health_status: word,
    weight: count,
    confidential: flag,
    updated_at: instant,
    created_at: instant,
  }),
  assignees: people,
  labels,
  changes,
}

const severities: Readonly<Record<string, Said>> = {
  critical: { fr: 'critique', en: 'critical' },
  high: { fr: 'élevée', en: 'high' },
  medium: { fr: 'moyenne', en: 'medium' },
  low: { fr: 'faible', en: 'low' },
}

export const issue = defineWorkItem('issue', issueNoun)
export const workItem = defineWorkItem('work_item')

function defineWorkItem(name: string, fallback?: Noun): Kind {
  return defineKind({
    name,
    actions: ['open', 'close', 'reopen', 'update'],
    facts,
    read({ object_attributes: item, user, labels }, place) {
      const page = name === 'issue' ? 'issues' : 'work_items'
      const url = item?.url ?? (item?.iid === undefined ? undefined : projectPage(place, `-/${page}/${item.iid}`))
      return {
        action: item?.action,
        time: item?.updated_at ?? item?.created_at,
        url,
        card: cardKey(name, place, item?.iid ?? otherId(item?.id)),
        facets: {
          labels: titles(labels),
          ...(user?.username === undefined ? {} : { author: user.username }),
        },
        byDefault: name === 'issue' && ['open', 'close', 'reopen'].includes(item?.action ?? ''),
      }
    },
    tell({ object_attributes: item, user, project, assignees, labels, changes }, { locale, url }) {
      const { action, iid, title } = item ?? {}
      const noun = workItemNoun(item?.type, fallback)
      const words = tellDeed(locale, { by: user, action, changes, noun, iid, title, url })
      const due = dayWords(locale, item?.due_date)
      const severity = item?.severity === 'unknown' ? undefined : item?.severity
      return {
        title: head(locale, noun, iid, title),
        url,
        text: words.text,
        fields: [
          ...projectField(locale, project),
          ...field(say(locale, { fr: 'Statut', en: 'Status' }), status(locale, noun, item)),
          ...field(say(locale, { fr: 'Assignation', en: 'Assigned to' }), names(locale, assignees ?? [])),
          ...field(
            'Labels',
            join(
              titles(labels)
                .slice(0, 10)
                .map((label): Rich => [code(label)]),
              ' ',
            ),
          ),
          ...field(say(locale, { fr: 'Échéance', en: 'Due' }), due === undefined ? [] : own(due)),
          ...field(say(locale, { fr: 'Gravité', en: 'Severity' }), wordFor(locale, severities, severity)),
        ],
        color: actionColor(action),
        summary: words.summary,
        line: words.line,
      }
    },
  })
}

function status(
  locale: Locale,
  noun: Noun,
  item: { state?: string | undefined; action?: string | undefined; confidential?: boolean | undefined } | undefined,
): Rich {
  const closed = item?.state === 'closed' || (item?.state === undefined && item?.action === 'close')
  const opened = item?.state === 'opened' || (item?.state === undefined && /^(re)?open$/.test(item?.action ?? ''))
  const states: Rich[] = []
  if (closed) states.push(own(locale === 'fr' ? agree(noun, 'fermé') : 'closed'))
  else if (opened) states.push(own(locale === 'fr' ? agree(noun, 'ouvert') : 'open'))
  else if (item?.state !== undefined) states.push([code(item.state)])
  if (item?.confidential === true) {
    states.push(own(locale === 'en' ? 'confidential' : noun.fr.feminine ? 'confidentielle' : 'confidentiel'))
  }
  return join(states, ', ')
}
