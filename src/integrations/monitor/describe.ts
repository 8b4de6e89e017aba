// Incidents in words: one live card each, and the lines of its thread (reference/cards.md). Pure.

import type { Action, Describe, Description, Field, Telling } from '../../event.ts'
import { clock, duration, interval, moment, number, plural, until } from '../../text/format.ts'
import { bold, code, join, type Rich, rich, strike } from '../../text/rich.ts'
import { curveOf } from './curve.ts'
import { type Facts, readFacts, type StrickenFacts } from './facts.ts'
import { subjectOf } from './subject.ts'
import { briefWords, failureWords, resultWords } from './words.ts'

const colors = { bad: '#d24b4e', worse: '#ffaa00', good: '#3db887', quiet: '#808080' } as const
const mostNamed = 500
/** In a line of the thread; the card names all. */
const mostCalled = 30

export const describe: Describe = (event, telling) => {
  const facts = readFacts(event)
  const { incident } = facts
  const [first] = incident.monitors
  if (first === undefined) throw new Error('an incident of no monitor')
  const tale: Tale = { facts, first, telling, fr: telling.locale === 'fr' }
  const isClosed = incident.closedAt !== undefined
  const card = isClosed ? closedCard(tale) : openCard(tale)
  const line = lineOf(tale)
  const chart = curveOf(facts, telling)
  return {
    ...card,
    subject: subjectOf(facts, first, telling.locale),
    ...(chart === undefined ? {} : { chart }),
    ...(webAddress(first.target) && !incident.isGroup ? { url: first.target } : {}),
    ...(line === undefined ? {} : { line }),
  }
}

interface Tale {
  readonly facts: Facts
  /** Whose incident it is. */
  readonly first: StrickenFacts
  readonly telling: Telling
  readonly fr: boolean
}

function openCard(tale: Tale): Description {
  const { facts, telling } = tale
  const title = titleOf(tale)
  return {
    title: rich`${{ own: facts.incident.cause === 'down' ? '🔴 ' : '🟠 ' }}${title}`,
    text: join([openText(tale), namedText(tale), modelText(tale)], '\n'),
    fields: facts.incident.isGroup ? [] : fieldsOf(tale),
    color: facts.incident.cause === 'down' ? colors.bad : colors.worse,
    footer: footerOf(tale),
    summary: title,
    actions: actionsOf(facts, telling),
  }
}

function titleOf({ facts: { incident }, first, fr }: Tale): Rich {
  const { cause, isGroup, monitors } = incident
  if (isGroup) {
    const count = monitors.length
    return fr
      ? rich`${count} ${{ own: plural('fr', count, 'site ne répond plus', 'sites ne répondent plus') }}`
      : rich`${count} ${{ own: plural('en', count, 'site does not answer', 'sites do not answer') }}`
  }
  if (cause === 'degraded') return fr ? rich`${first.name} répond lentement` : rich`${first.name} answers slowly`
  if (cause === 'flapping') return fr ? rich`${first.name} va et vient` : rich`${first.name} comes and goes`
  return fr ? rich`${first.name} ne répond plus` : rich`${first.name} does not answer`
}

function openText({ facts, first, telling, fr }: Tale): Rich {
  const { incident, result, failures } = facts
  const since = bold([{ own: clock(telling.locale, telling.timeZone, first.failingSince, telling.now) }])
  const lasting = { own: duration(telling.locale, Math.max(1000, facts.at - first.failingSince)) }
  const head = fr ? rich`Depuis ${since} (${lasting})` : rich`Since ${since} (${lasting})`
  if (incident.isGroup) return head
  const checks = fr
    ? rich`${failures} ${{ own: plural('fr', failures, 'vérification', 'vérifications') }} sur ${failures} en échec`
    : rich`${failures} of ${failures} ${{ own: plural('en', failures, 'check', 'checks') }} failed`
  const heads = join(incident.cause === 'down' ? [head, checks] : [head], ' · ')
  return join([heads, result ? resultWords(result, telling.locale) : []], '\n')
}

/** Every other monitor of the incident by name: those that fell together, or behind the first. */
function namedText({ facts: { incident }, fr }: Tale): Rich {
  const others = incident.isGroup ? incident.monitors : incident.monitors.slice(1)
  if (others.length === 0) return []
  const names = others.slice(0, mostNamed).map((one): Rich => {
    if (one.upSince !== undefined) return rich`🟢 ${strike([code(one.name)])}`
    return one.isGone ? [strike([code(one.name)])] : [code(one.name)]
  })
  const more = others.length > mostNamed ? rich` … +${others.length - mostNamed}` : []
  const head = incident.isGroup ? [] : fr ? rich`Derrière lui\u00a0: ` : rich`Behind it: `
  return [...head, ...join(names, ' · '), ...more]
}

function modelText({ facts: { incident }, fr }: Tale): Rich {
  if (incident.text === undefined) return []
  return fr
    ? rich`\n${incident.text}\n✨ rédigé par un modèle, à vérifier`
    : rich`\n${incident.text}\n✨ written by a model, to be checked`
}

function fieldsOf({ facts, first, telling, fr }: Tale): readonly Field[] {
  const { incident, lastGood } = facts
  const fields: Field[] = []
  if (first.target !== '') fields.push({ title: fr ? 'Adresse' : 'Address', value: [code(first.target)], short: true })
  if (lastGood !== undefined) {
    const at = { own: clock(telling.locale, telling.timeZone, lastGood.at, telling.now) }
    const title = fr ? 'Dernière réponse correcte' : 'Last good answer'
    const took = lastGood.tookMs > 0 ? rich` · ${{ own: duration(telling.locale, lastGood.tookMs) }}` : []
    fields.push({ title, value: rich`${at}${took}`, short: true })
  }
  if (incident.acknowledged) {
    const { name, at } = incident.acknowledged
    const when = { own: moment(telling.locale, telling.timeZone, at, telling.now) }
    fields.push({ title: fr ? 'Pris en charge' : 'Taken by', value: rich`👤 ${bold(name)} · ${when}`, short: true })
  }
  if (incident.mute && incident.mute.until > facts.at) {
    const muted = { own: until(telling.locale, telling.timeZone, incident.mute.until, telling.now) }
    fields.push({ title: fr ? 'Silence' : 'Muted', value: rich`🔕 ${muted}`, short: true })
  }
  return fields
}

function footerOf({ facts: { everyMs, incident, type }, telling, fr }: Tale): string {
  const name = fr ? 'Surveillance' : 'Monitoring'
  if (incident.isGroup || everyMs === 0) return name
  const every = interval(telling.locale, everyMs)
  if (type === 'heartbeat') return `${name} · ${fr ? 'attendue toutes les' : 'expected every'} ${every}`
  return `${name} · ${fr ? 'toutes les' : 'every'} ${every}`
}

/** The four of an open incident (cards.md): who has it may give it back, who muted it may hear it again. */
function actionsOf({ incident, at }: Facts, { locale }: Telling): readonly Action[] {
  const fr = locale === 'fr'
  const button = (verb: string, label: string, style?: 'primary'): Action => ({
    kind: 'button',
    verb: `monitor.${verb}`,
    object: incident.id,
    label,
    ...(style ? { style } : {}),
  })
  const mute = (label: string, time: string) => ({ verb: 'monitor.mute', object: `${incident.id} ${time}`, label })
  const isMuted = incident.mute !== undefined && incident.mute.until > at
  return [
    incident.acknowledged
      ? button('release', fr ? 'Rendre' : 'Give back')
      : button('ack', fr ? 'Prendre en charge' : 'Acknowledge', 'primary'),
    button('check', fr ? 'Revérifier' : 'Check again'),
    isMuted
      ? button('unmute', fr ? 'Fin du silence' : 'Unmute')
      : {
          kind: 'menu',
          label: fr ? 'Silence…' : 'Mute…',
          options: [
            mute(fr ? '30 minutes' : '30 minutes', '30m'),
            mute(fr ? '1 heure' : '1 hour', '1h'),
            mute(fr ? '4 heures' : '4 hours', '4h'),
            mute(fr ? '24 heures' : '24 hours', '24h'),
          ],
        },
    button('more', fr ? 'Détails' : 'Details'),
  ]
}

function closedCard(tale: Tale): Description {
  const { facts, telling, fr } = tale
  const { incident, availability } = facts
  const isUp = incident.closedAs === 'up'
  const name = { own: fr ? 'Surveillance' : 'Monitoring' }
  const share = availability === undefined ? '' : percent(telling, availability)
  const words = fr ? `disponibilité 30 jours\u00a0: ${share}` : `availability 30 days: ${share}`
  const title = closedTitle(tale)
  return {
    title: rich`${{ own: isUp ? '🟢 ' : '⚪ ' }}${title}`,
    text: join([lastedText(tale), isUp ? turnText(tale) : [], namedText(tale), modelText(tale)], '\n'),
    color: isUp ? colors.good : colors.quiet,
    footer: share === '' || incident.isGroup ? name.own : `${name.own} · ${words}`,
    summary: title,
    actions: [],
  }
}

function closedTitle({ facts: { incident }, first, fr }: Tale): Rich {
  if (incident.closedAs === 'worse' && incident.cause === 'flapping')
    return fr ? rich`${first.name} allait et venait` : rich`${first.name} was coming and going`
  if (incident.closedAs === 'worse')
    return fr ? rich`${first.name} ne répondait plus que lentement` : rich`${first.name} was answering slowly`
  if (incident.closedAs === 'ended')
    return fr ? rich`${first.name} n’est plus surveillé` : rich`${first.name} is no longer watched`
  if (incident.isGroup) {
    const count = incident.monitors.length
    return fr
      ? rich`${count} ${{ own: plural('fr', count, 'site répond', 'sites répondent') }} de nouveau`
      : rich`${count} ${{ own: plural('en', count, 'site answers', 'sites answer') }} again`
  }
  if (incident.cause === 'degraded')
    return fr ? rich`${first.name} répond vite de nouveau` : rich`${first.name} answers quickly again`
  if (incident.cause === 'flapping') return fr ? rich`${first.name} est stable` : rich`${first.name} is steady`
  return fr ? rich`${first.name} répond de nouveau` : rich`${first.name} answers again`
}

/** Panne de 14 min 03 s (08:41:07 → 08:55:10), prise en charge par alice en 1 min 20 s. */
function lastedText({ facts: { incident, at }, first, telling, fr }: Tale): Rich {
  const to = first.upSince ?? incident.closedAt ?? at
  const lasted = bold([{ own: duration(telling.locale, Math.max(1000, to - first.failingSince)) }])
  const time = (moment_: number) => ({ own: clock(telling.locale, telling.timeZone, moment_, telling.now) })
  const span = rich`(${time(first.failingSince)} → ${time(to)})`
  const what = { own: incident.cause === 'down' ? (fr ? 'Panne' : 'Down') : fr ? 'Trouble' : 'Trouble' }
  const head = fr ? rich`${what} de ${lasted} ${span}` : rich`${what} for ${lasted} ${span}`
  if (!incident.acknowledged) return head
  const { name, at: takenAt } = incident.acknowledged
  const after = { own: duration(telling.locale, Math.max(1000, takenAt - incident.openedAt)) }
  return fr
    ? rich`${head}, prise en charge par ${bold(name)} en ${after}`
    : rich`${head}, taken by ${bold(name)} after ${after}`
}

/** ~~`503 Service Unavailable`~~ → `200` en 121 ms. */
function turnText({ facts: { incident, result }, telling }: Tale): Rich {
  if (result === undefined || result.failure || incident.isGroup) return []
  const now = resultWords(result, telling.locale)
  return incident.failure === undefined
    ? rich`→ ${now}`
    : rich`${strike(briefWords(incident.failure, telling.locale))} → ${now}`
}

/** What wakes nobody by an edit stands in the thread too. */
function lineOf(tale: Tale): Rich | undefined {
  const { facts, first, telling, fr } = tale
  const { incident } = facts
  const who = bold(facts.byName ?? '?')
  const lasting = { own: duration(telling.locale, Math.max(1000, facts.at - first.failingSince)) }
  switch (facts.kind) {
    case 'acknowledged':
      return fr ? rich`👤 ${who} a pris en charge l’incident` : rich`👤 ${who} has taken the incident`
    case 'released':
      return fr ? rich`👤 ${who} a rendu l’incident` : rich`👤 ${who} has given the incident back`
    case 'muted': {
      const muted = { own: until(telling.locale, telling.timeZone, incident.mute?.until ?? facts.at, telling.now) }
      return fr ? rich`🔕 ${who} a demandé le silence ${muted}` : rich`🔕 ${who} has muted it ${muted}`
    }
    case 'unmuted':
      return fr ? rich`🔔 ${who} a mis fin au silence` : rich`🔔 ${who} has ended the mute`
    case 'joined':
      return facts.called && calledText(facts.called, fr)
    case 'reminded':
      return stillText(tale, lasting)
    case 'escalated':
      return fr
        ? rich`⏫ Personne ne l’a pris en charge depuis ${lasting}\u00a0: l’alerte est transmise`
        : rich`⏫ Nobody has taken it for ${lasting}: it is escalated`
    case 'charted': {
      const chart = curveOf(facts, telling)
      return chart && rich`📈 ${{ own: chart.title }}`
    }
    case 'flapping':
      return fr
        ? rich`🟠 Va et vient\u00a0: les changements ne sont plus dits un à un`
        : rich`🟠 Comes and goes: its turns are no longer told one by one`
    case 'steady':
      return fr ? rich`🔴 De nouveau en panne, pour de bon` : rich`🔴 Down again, steadily`
    case 'closed':
      return rich`${{ own: incident.closedAs === 'up' ? '🟢 ' : '⚪ ' }}${closedTitle(tale)} · ${lastedText(tale)}`
    default:
      return undefined
  }
}

/** Ne répondent plus non plus : `db` · `mail`. */
function calledText({ names, isWorse }: NonNullable<Facts['called']>, fr: boolean): Rich {
  const shown = names.slice(0, mostCalled).map((name): Rich => [code(name)])
  const more = names.length > mostCalled ? rich` … +${names.length - mostCalled}` : []
  const head = fr
    ? plural('fr', names.length, 'Ne répond plus non plus\u00a0:', 'Ne répondent plus non plus\u00a0:')
    : plural('en', names.length, 'Does not answer either:', 'Do not answer either:')
  const worse = isWorse
    ? { own: fr ? ' · l’incident devient critique' : ' · the incident is critical now' }
    : { own: '' }
  return rich`🔴 ${{ own: head }} ${join(shown, ' · ')}${more}${worse}`
}

/** Toujours en panne depuis 12 min : `503`. */
function stillText({ facts: { result, incident }, telling, fr }: Tale, lasting: { own: string }): Rich {
  const head =
    incident.cause === 'down'
      ? fr
        ? rich`Toujours en panne depuis ${lasting}`
        : rich`Still down, for ${lasting}`
      : fr
        ? rich`Cela dure depuis ${lasting}`
        : rich`Going on for ${lasting}`
  const why = result?.failure ? failureWords(result, telling.locale) : []
  return why.length === 0 ? head : fr ? rich`${head}\u00a0: ${why}` : rich`${head}: ${why}`
}

function percent({ locale }: Telling, share: number): string {
  return `${number(locale, Math.floor(share * 10_000) / 100)}${locale === 'fr' ? '\u00a0' : ''}%`
}

function webAddress(target: string): boolean {
  return /^https?:\/\//.test(target)
}
