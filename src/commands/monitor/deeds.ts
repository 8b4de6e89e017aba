// `/monitor check`, `pause`, `resume`, `remove`: what is done to one monitor.

import { bold, code, own, type Rich, rich } from '../../text/rich.ts'
import { typedName } from '../../text/typed.ts'
import type { Call, Reply } from '../command.ts'
import type { MonitorParts } from '../monitor.ts'
import { askerOf, keeperOf, namedOf } from './keeper.ts'
import { certificateWords, checkedWords, phaseWords } from './words.ts'

const words = {
  fr: {
    nothing: (name: Rich) =>
      rich`${name} ne se vérifie pas maintenant\u00a0: il est suspendu, ou ne s’est jamais annoncé.`,
    phases: 'Temps',
    certificate: 'Certificat',
    paused: (name: Rich) => rich`${bold(own('Suspendu\u00a0:'))} ${name} n’est plus vérifié.`,
    pausedAlready: (name: Rich) => rich`${name} était déjà suspendu.`,
    resumed: (name: Rich) => rich`${bold(own('Repris\u00a0:'))} ${name} est vérifié de nouveau.`,
    running: (name: Rich) => rich`${name} n’était pas suspendu.`,
    removed: (name: Rich) => rich`${bold(own('Retiré\u00a0:'))} ${name} n’est plus surveillé.`,
    list: '/monitor liste',
    verbs: { show: 'voir', resume: 'reprendre' },
  },
  en: {
    nothing: (name: Rich) => rich`${name} is not checked now: it is paused, or never reported.`,
    phases: 'Timings',
    certificate: 'Certificate',
    paused: (name: Rich) => rich`${bold(own('Paused:'))} ${name} is no longer checked.`,
    pausedAlready: (name: Rich) => rich`${name} was paused already.`,
    resumed: (name: Rich) => rich`${bold(own('Resumed:'))} ${name} is checked again.`,
    running: (name: Rich) => rich`${name} was not paused.`,
    removed: (name: Rich) => rich`${bold(own('Removed:'))} ${name} is no longer watched.`,
    list: '/monitor list',
    verbs: { show: 'show', resume: 'resume' },
  },
}

export async function checkMonitor(parts: MonitorParts, call: Call): Promise<Reply> {
  const keeper = keeperOf(parts)
  const { monitor } = namedOf(parts, call)
  const { locale } = call
  const say = words[locale]
  const result = await keeper.check(monitor.id, askerOf(call))
  const next = `/monitor ${say.verbs.show} ${typedName(monitor.name)}`
  if (result === undefined) return { text: say.nothing([code(monitor.name)]), next }
  const phases = phaseWords(result, locale)
  const certificate = certificateWords(result, call)
  return {
    text: rich`${bold([code(monitor.name)])} ${checkedWords(result, keeper, locale)}`,
    fields: [
      ...(phases.length === 0 ? [] : [{ title: say.phases, value: phases, short: false }]),
      ...(certificate.length === 0 ? [] : [{ title: say.certificate, value: certificate, short: true }]),
    ],
    mood: result.failure === undefined ? 'good' : 'danger',
    next,
    changed: monitor.name,
  }
}

export async function pauseMonitor(parts: MonitorParts, call: Call): Promise<Reply> {
  const { monitor } = namedOf(parts, call)
  const say = words[call.locale]
  const next = `/monitor ${say.verbs.resume} ${typedName(monitor.name)}`
  if (monitor.isPaused) return { text: say.pausedAlready([code(monitor.name)]), next }
  await keeperOf(parts).pause(monitor.id)
  return { text: say.paused([code(monitor.name)]), mood: 'good', next, changed: monitor.name }
}

export async function resumeMonitor(parts: MonitorParts, call: Call): Promise<Reply> {
  const { monitor } = namedOf(parts, call)
  const say = words[call.locale]
  const next = `/monitor ${say.verbs.show} ${typedName(monitor.name)}`
  if (!monitor.isPaused) return { text: say.running([code(monitor.name)]), next }
  await keeperOf(parts).resume(monitor.id)
  return { text: say.resumed([code(monitor.name)]), mood: 'good', next, changed: monitor.name }
}

export async function removeMonitor(parts: MonitorParts, call: Call): Promise<Reply> {
  const { monitor } = namedOf(parts, call)
  const say = words[call.locale]
  await keeperOf(parts).remove(monitor.id)
  return {
    text: say.removed([code(monitor.name)]),
    mood: 'good',
    next: say.list,
    changed: `${monitor.name} ${monitor.target}`.trim(),
  }
}
