// Projects, groups, accounts and keys that come, change and go (GitLab, "Project events", "Subgroup events", and the system
// hooks of an administrator).

import type { Said } from '../../../text/locale.ts'
import { code, join, own, type Rich, rich } from '../../../text/rich.ts'
import { instant, text, word } from '../fields.ts'
import { codeField, colors, field, names, people, project, say, wordFor } from './common.ts'
import { defineKind, type Kind } from './kind.ts'

const facts = {
  project,
  name: text(),
  path: word,
  full_path: word,
  old_full_path: word,
  path_with_namespace: word,
  old_path_with_namespace: word,
  project_visibility: word,
  owners: people,
  owner_name: text(100),
  username: word,
  old_username: word,
  state: word,
  user_name: text(100),
  created_at: instant,
  updated_at: instant,
}

const visibilities: Readonly<Record<string, Said>> = {
  private: { fr: 'privée', en: 'private' },
  internal: { fr: 'interne', en: 'internal' },
  public: { fr: 'publique', en: 'public' },
}

export const instanceKinds: readonly Kind[] = [
  instance('project_create', { fr: 'Projet créé', en: 'Project created' }, colors.opened),
  instance('project_destroy', { fr: 'Projet supprimé', en: 'Project deleted' }, colors.closed),
  instance('project_rename', { fr: 'Projet renommé', en: 'Project renamed' }, colors.changed),
  instance('project_transfer', { fr: 'Projet déplacé', en: 'Project moved' }, colors.changed),
  instance('project_update', { fr: 'Projet modifié', en: 'Project changed' }, colors.changed),
  instance('subgroup_create', { fr: 'Sous-groupe créé', en: 'Subgroup created' }, colors.opened),
  instance('subgroup_destroy', { fr: 'Sous-groupe supprimé', en: 'Subgroup deleted' }, colors.closed),
  instance('group_create', { fr: 'Groupe créé', en: 'Group created' }, colors.opened),
  instance('group_destroy', { fr: 'Groupe supprimé', en: 'Group deleted' }, colors.closed),
  instance('group_rename', { fr: 'Groupe renommé', en: 'Group renamed' }, colors.changed),
  instance('user_create', { fr: 'Compte créé', en: 'Account created' }, colors.opened),
  instance('user_destroy', { fr: 'Compte supprimé', en: 'Account deleted' }, colors.closed),
  instance('user_rename', { fr: 'Compte renommé', en: 'Account renamed' }, colors.changed),
  instance('user_failed_login', { fr: 'Connexion refusée', en: 'Sign-in denied' }, colors.changed),
  instance('key_create', { fr: 'Clé SSH ajoutée', en: 'SSH key added' }, colors.changed),
  instance('key_destroy', { fr: 'Clé SSH retirée', en: 'SSH key removed' }, colors.changed),
  instance('repository_update', { fr: 'Dépôt mis à jour', en: 'Repository updated' }, colors.other),
]

function instance(name: string, title: Said, color: string): Kind {
  const ended = /_(?:destroy|failed_login)$/.test(name)
  return defineKind({
    name,
    closed: true,
    // A second refused sign-in within minutes has the same body as the first, and is one.
    timed: name !== 'user_failed_login',
    facts,
    read: (changed) => ({
      time: ended ? undefined : (changed.updated_at ?? changed.created_at),
      severity: name === 'user_failed_login' ? 'warning' : 'info',
      facets: changed.username === undefined ? {} : { author: changed.username },
    }),
    tell(changed, { locale }) {
      const what =
        changed.path_with_namespace ??
        changed.full_path ??
        changed.project?.path_with_namespace ??
        changed.name ??
        changed.username ??
        changed.path
      const heading: Rich =
        what === undefined
          ? own(say(locale, title))
          : rich`${own(say(locale, title))}${own(locale === 'fr' ? '\u00a0: ' : ': ')}${what}`
      const before = changed.old_path_with_namespace ?? changed.old_full_path ?? changed.old_username
      const now = changed.path_with_namespace ?? changed.full_path ?? changed.username
      const moved: Rich =
        before === undefined ? [] : join([[code(before)], now === undefined ? [] : [code(now)]], ' → ')
      const owners = changed.owners ?? (changed.owner_name === undefined ? [] : [{ name: changed.owner_name }])
      const visibility = changed.project_visibility?.replace(/^visibilitylevel\|/, '')
      return {
        title: heading,
        text: moved,
        fields: [
          ...field(say(locale, { fr: 'Propriétaire', en: 'Owner' }), names(locale, owners)),
          ...field(say(locale, { fr: 'Visibilité', en: 'Visibility' }), wordFor(locale, visibilities, visibility)),
          ...codeField(
            say(locale, { fr: 'Identifiant', en: 'Username' }),
            what === changed.username ? undefined : changed.username,
          ),
        ],
        color,
        summary: heading,
      }
    },
  })
}
