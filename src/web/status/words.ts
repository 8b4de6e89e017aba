// What the status page, the badges and the feed say, in both languages.

import type { Shown } from '../../integrations/monitor/monitor.ts'
import { duration, plural } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'

export type ShownState = Shown['state']

const states: Readonly<Record<Locale, Readonly<Record<ShownState, string>>>> = {
  fr: {
    up: 'répond',
    degraded: 'répond lentement',
    down: 'en panne',
    flapping: 'va et vient',
    maintenance: 'en maintenance',
    paused: 'surveillance suspendue',
    unknown: 'pas encore vérifié',
  },
  en: {
    up: 'answers',
    degraded: 'answers slowly',
    down: 'down',
    flapping: 'comes and goes',
    maintenance: 'in maintenance',
    paused: 'not watched for now',
    unknown: 'not checked yet',
  },
}

export const stateWord = (state: ShownState, locale: Locale): string => states[locale][state]

export const pageWords = {
  fr: {
    title: 'État des services',
    skip: 'Aller aux services',
    updated: (time: string) => `Mis à jour à ${time}`,
    cut: 'Vigie semble coupée du réseau\u00a0: ce qui suit est son dernier état connu.',
    well: 'Tous les services répondent',
    down: (count: number) => `${count} ${plural('fr', count, 'service en panne', 'services en panne')}`,
    unwell: (count: number) => `${count} ${plural('fr', count, 'service perturbé', 'services perturbés')}`,
    none: 'Aucun service n’est montré ici pour l’instant.',
    services: 'Services',
    since: (time: string) => (time.includes('/') ? `depuis le ${time}` : `depuis ${time}`),
    took: (time: string) => `en ${time}`,
    bars: (share: string, days: number) =>
      `Disponibilité sur 90 jours\u00a0: ${share}. ${days === 0 ? 'Aucun jour avec panne.' : `${days} ${plural('fr', days, 'jour avec panne.', 'jours avec panne.')}`}`,
    daysAgo: 'il y a 90 jours',
    today: 'aujourd’hui',
    dayDown: (time: string) => `panne de ${time}`,
    availability: 'Disponibilité',
    caption: 'Part du temps sans panne',
    service: 'Service',
    spans: { 1: '24 h', 7: '7 jours', 30: '30 jours', 90: '90 jours' },
    incidents: 'Pannes des 14 derniers jours',
    noIncident: 'Aucune panne.',
    lasting: 'en cours',
    lasted: (time: string) => `pendant ${time}`,
    accounting:
      'Une panne compte du premier échec à la première réponse correcte qui la suit. Les lenteurs, un échec isolé et ce qui échoue pendant une maintenance ne comptent pas.',
    feed: 'Flux Atom',
    other: 'English',
    by: 'Surveillé par Vigie',
  },
  en: {
    title: 'Service status',
    skip: 'Skip to services',
    updated: (time: string) => `Updated at ${time}`,
    cut: 'Vigie seems cut off from the network: what follows is its last known state.',
    well: 'All services answer',
    down: (count: number) => `${count} ${plural('en', count, 'service is down', 'services are down')}`,
    unwell: (count: number) => `${count} ${plural('en', count, 'service is disturbed', 'services are disturbed')}`,
    none: 'No service is shown here for now.',
    services: 'Services',
    since: (time: string) => `since ${time}`,
    took: (time: string) => `in ${time}`,
    bars: (share: string, days: number) =>
      `Availability over 90 days: ${share}. ${days === 0 ? 'No day with an outage.' : `${days} ${plural('en', days, 'day with an outage.', 'days with outages.')}`}`,
    daysAgo: '90 days ago',
    today: 'today',
    dayDown: (time: string) => `down for ${time}`,
    availability: 'Availability',
    caption: 'Share of the time without an outage',
    service: 'Service',
    spans: { 1: '24 h', 7: '7 days', 30: '30 days', 90: '90 days' },
    incidents: 'Outages of the last 14 days',
    noIncident: 'No outage.',
    lasting: 'ongoing',
    lasted: (time: string) => `for ${time}`,
    accounting:
      'An outage counts from its first failure to the first good answer after it. Slowness, a single failure and what fails during maintenance do not count.',
    feed: 'Atom feed',
    other: 'Français',
    by: 'Watched by Vigie',
  },
} as const

export const lastedWords = (locale: Locale, ms: number): string => duration(locale, Math.max(1000, ms))
