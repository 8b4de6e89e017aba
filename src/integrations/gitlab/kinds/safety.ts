// What asks somebody to act: access tokens about to expire, vulnerabilities; and feature flags
// (GitLab, "Project and group access token events", "Vulnerability events", "Feature flag events").

import type { Severity } from '../../../event.ts'
import type { Said } from '../../../text/locale.ts'
import { code, join, own, type Rich, rich } from '../../../text/rich.ts'
import { count, day, flag, instant, list, object, text, word } from '../fields.ts'
import {
  cardKey,
  colors,
  common,
  dayWords,
  field,
  nameOf,
  projectField,
  projectPage,
  say,
  sentence,
  wordFor,
} from './common.ts'
import { defineKind } from './kind.ts'

const group = object({ group_name: text(), group_path: word, full_path: word, name: text() })

const accessTokenFacts = {
  ...common,
  group,
  object_attributes: object({ id: count, name: text(), expires_at: day }),
}

export const accessToken = defineKind({
  name: 'access_token',
  actions: ['expiring_access_token'],
  closed: true,
  facts: accessTokenFacts,
  read: ({ group }, place) => {
    const path = group?.full_path ?? group?.group_path
    const groupPage =
      place.origin === undefined || path === undefined || !/^[\w.-]+(?:\/[\w.-]+)*$/.test(path)
        ? undefined
        : `${place.origin}/groups/${path}/-/settings/access_tokens`
    return { url: projectPage(place, '-/settings/access_tokens') ?? groupPage, severity: 'warning' }
  },
  tell({ object_attributes: token, project, group }, { locale, url }) {
    const french = locale === 'fr'
    const expiry = dayWords(locale, token?.expires_at)
    const named: Rich = token?.name === undefined ? [] : [{ own: ' ' }, token.name]
    const when =
      expiry === undefined
        ? own(french ? ' expire bientôt' : ' expires soon')
        : own(french ? ` expire le ${expiry}` : ` expires on ${expiry}`)
    const heading = rich`${own(french ? 'Le jeton d’accès' : 'Access token')}${named}${when}`
    const groupName = group?.group_name ?? group?.name ?? group?.full_path ?? group?.group_path
    return {
      title: heading,
      url,
      text: own(
        french
          ? 'Renouvelez-le avant\u00a0: ce qui s’en sert cessera de fonctionner'
          : 'Renew it before: what uses it will stop working',
      ),
      fields: [
        ...projectField(locale, project),
        ...field(say(locale, { fr: 'Groupe', en: 'Group' }), groupName === undefined ? [] : [groupName]),
      ],
      color: colors.changed,
      summary: heading,
    }
  },
})

const severities: Readonly<Record<string, Said & { readonly severity: Severity; readonly color: string }>> = {
  critical: { fr: 'critique', en: 'critical', severity: 'critical', color: colors.bad },
  high: { fr: 'élevée', en: 'high', severity: 'warning', color: colors.bad },
  medium: { fr: 'moyenne', en: 'medium', severity: 'warning', color: colors.changed },
  low: { fr: 'faible', en: 'low', severity: 'info', color: colors.other },
  info: { fr: 'information', en: 'information', severity: 'info', color: colors.other },
  unknown: { fr: 'inconnue', en: 'unknown', severity: 'info', color: colors.other },
}

const vulnerabilityStates: Readonly<Record<string, Said>> = {
  detected: { fr: 'détectée', en: 'detected' },
  confirmed: { fr: 'confirmée', en: 'confirmed' },
  resolved: { fr: 'résolue', en: 'resolved' },
  dismissed: { fr: 'écartée', en: 'dismissed' },
}

const vulnerabilityFacts = {
  ...common,
  object_attributes: object({
    id: count,
    url: word,
    title: text(),
    state: word,
    severity: word,
    report_type: word,
    location: object({
      file: text(500),
      start_line: count,
      dependency: object({ package: object({ name: text() }), version: text(100) }),
    }),
    identifiers: list({ name: text(100), external_type: word }, 20),
    issues: list({ title: text(), url: word }, 5),
    created_at: instant,
    updated_at: instant,
  }),
}

export const vulnerability = defineKind({
  name: 'vulnerability',
  actions: ['detected', 'confirmed', 'resolved', 'dismissed'],
  closed: true,
  facts: vulnerabilityFacts,
  read({ object_attributes: found }, place) {
    const id = found?.id ?? /\/vulnerabilities\/(\d+)/.exec(found?.url ?? '')?.[1]
    return {
      action: found?.state,
      time: found?.updated_at ?? found?.created_at,
      url: found?.url,
      card: cardKey('vulnerability', place, id),
      severity: severityOf(found?.severity)?.severity ?? 'warning',
    }
  },
  tell({ object_attributes: found, project }, { locale, url }) {
    const french = locale === 'fr'
    const state = wordFor(locale, vulnerabilityStates, found?.state)
    const word = own(french ? 'Vulnérabilité' : 'Vulnerability')
    const words = join([word, state], ' ')
    const heading = found?.title === undefined ? words : rich`${words}${own(french ? '\u00a0: ' : ': ')}${found.title}`
    const at = found?.location
    const file =
      at?.file === undefined ? undefined : at.start_line === undefined ? at.file : `${at.file}:${at.start_line}`
    const dependency = [at?.dependency?.package?.name, at?.dependency?.version]
      .filter((part) => part !== undefined)
      .join(' ')
    const cves = (found?.identifiers ?? []).filter((identifier) => /^(cve|cwe)$/i.test(identifier.external_type ?? ''))
    const marks = (cves.length > 0 ? cves : (found?.identifiers ?? [])).flatMap(({ name }) => name ?? []).slice(0, 5)
    return {
      title: heading,
      url,
      text: join([file === undefined ? [] : [code(file)], dependency === '' ? [] : [code(dependency)]], ' · '),
      fields: [
        ...projectField(locale, project),
        ...field(say(locale, { fr: 'Gravité', en: 'Severity' }), wordFor(locale, severities, found?.severity)),
        ...field(
          say(locale, { fr: 'Identifiants', en: 'Identifiers' }),
          join(
            marks.map((mark): Rich => [code(mark)]),
            ' ',
          ),
        ),
        ...field(
          'Issue',
          (found?.issues ?? []).slice(0, 1).flatMap(({ title }) => title ?? []),
        ),
      ],
      color: found?.state === 'resolved' ? colors.good : (severityOf(found?.severity)?.color ?? colors.changed),
      summary: heading,
      line: words,
    }
  },
})

function severityOf(word: string | undefined) {
  return word !== undefined && Object.hasOwn(severities, word) ? severities[word] : undefined
}

const featureFlagFacts = {
  ...common,
  object_attributes: object({ id: count, name: text(), description: text(300), active: flag }),
}

export const featureFlag = defineKind({
  name: 'feature_flag',
  actions: ['active', 'inactive'],
  timed: false,
  facts: featureFlagFacts,
  read: ({ object_attributes: set, user }, place) => ({
    action: set?.active === undefined ? undefined : set.active ? 'active' : 'inactive',
    url: set?.id === undefined ? undefined : projectPage(place, '-/feature_flags'),
    facets: user?.username === undefined ? {} : { author: user.username },
  }),
  tell({ object_attributes: set, user, project }, { locale, url }) {
    const french = locale === 'fr'
    const named: Rich = set?.name === undefined ? [] : [{ own: ' ' }, set.name]
    const verb = french
      ? set?.active === false
        ? ['désactivé', 'a désactivé un feature flag']
        : ['activé', 'a activé un feature flag']
      : set?.active === false
        ? ['disabled', 'disabled a feature flag']
        : ['enabled', 'enabled a feature flag']
    const state = set?.active === undefined ? [] : own(` ${verb[0]}`)
    const by: Rich =
      set?.active === undefined || nameOf(user) === undefined ? [] : sentence(user, own(verb[1] ?? ''), [])
    return {
      title: rich`Feature flag${named}${state}`,
      url,
      text: join([by, set?.description === undefined ? [] : [set.description]], '\n'),
      fields: projectField(locale, project),
      color: set?.active === undefined ? colors.other : set.active ? colors.good : colors.closed,
      summary:
        by.length === 0
          ? rich`Feature flag${named}${state}`
          : join([by, set?.name === undefined ? [] : [set.name]], french ? '\u00a0: ' : ': '),
    }
  },
})
