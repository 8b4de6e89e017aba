// Members of groups and projects come, change and go (GitLab, "Group member events"; system hooks' `user_*_team`).

import type { Locale } from '../../../text/locale.ts'
import { bold, join, own, type Rich, rich } from '../../../text/rich.ts'
import { day, type Facts, instant, text, word } from '../fields.ts'
import { codeField, colors, dayWords, field, nameOf, say } from './common.ts'
import { defineKind, type Kind } from './kind.ts'

const facts = {
  user_name: text(100),
  user_username: word,
  group_name: text(),
  group_path: word,
  group_access: text(50),
  project_name: text(),
  project_path_with_namespace: word,
  access_level: text(50),
  expires_at: day,
  created_at: instant,
  updated_at: instant,
}

interface Told {
  readonly fr: readonly [title: string, active: string]
  readonly en: readonly [title: string, active: string]
  readonly color: string
}

const added: Told = {
  fr: ['Nouveau membre', 'est maintenant membre'],
  en: ['New member', 'is now a member'],
  color: colors.opened,
}
const updated: Told = {
  fr: ['Membre modifié', 'a maintenant un autre accès'],
  en: ['Member changed', 'now has another access'],
  color: colors.changed,
}
const removed: Told = {
  fr: ['Membre retiré', 'n’est plus membre'],
  en: ['Member removed', 'is no longer a member'],
  color: colors.closed,
}
const asked: Told = {
  fr: ['Demande d’accès', 'demande un accès'],
  en: ['Access request', 'asks for access'],
  color: colors.changed,
}
const denied: Told = {
  fr: ['Demande d’accès refusée', 'n’a pas obtenu d’accès'],
  en: ['Access request denied', 'was denied access'],
  color: colors.other,
}
const revoked: Told = {
  fr: ['Demande d’accès retirée', 'ne demande plus accès'],
  en: ['Access request withdrawn', 'no longer asks for access'],
  color: colors.other,
}

export const members: readonly Kind[] = [
  member('user_add_to_group', added),
  member('user_update_for_group', updated),
  member('user_remove_from_group', removed),
  member('user_access_request_to_group', asked),
  member('user_access_request_denied_for_group', denied),
  member('user_access_request_revoked_for_group', revoked),
  member('user_add_to_team', added),
  member('user_update_for_team', updated),
  member('user_remove_from_team', removed),
  member('user_access_request_to_project', asked),
  member('user_access_request_denied_for_project', denied),
  member('user_access_request_revoked_for_project', revoked),
]

function member(name: string, told: Told): Kind {
  return defineKind({
    name,
    closed: true,
    facts,
    read: (changed) => ({
      // The times are those of the membership: of its end they say nothing.
      time: told === removed || told === revoked ? undefined : (changed.updated_at ?? changed.created_at),
      facets: changed.user_username === undefined ? {} : { author: changed.user_username },
    }),
    tell(changed, { locale }) {
      const [title, active] = told[locale]
      const name = nameOf({ name: changed.user_name, username: changed.user_username })
      const until = told === removed ? undefined : dayWords(locale, changed.expires_at)
      const where =
        changed.group_name ?? changed.group_path ?? changed.project_name ?? changed.project_path_with_namespace
      const heading: Rich =
        where === undefined ? own(title) : rich`${own(title)}${own(locale === 'fr' ? '\u00a0: ' : ': ')}${where}`
      return {
        title: heading,
        text: name === undefined ? [] : rich`${bold(name)} ${own(active)}`,
        fields: [
          ...codeField(say(locale, { fr: 'Identifiant', en: 'Username' }), changed.user_username),
          ...field(say(locale, { fr: 'Accès', en: 'Access' }), access(changed)),
          ...field(say(locale, { fr: 'Jusqu’au', en: 'Until' }), until === undefined ? [] : own(until)),
        ],
        color: told.color,
        summary: summary(locale, heading, name),
      }
    },
  })
}

function access(changed: Facts<typeof facts>): Rich {
  const level = changed.group_access ?? changed.access_level
  return level === undefined ? [] : [level]
}

function summary(locale: Locale, heading: Rich, name: string | undefined): Rich {
  return join([heading, name === undefined ? [] : [bold(name)]], locale === 'fr' ? ' · ' : ' · ')
}
