// A certificate near its end (issue "The watch", "Judgement"): told once at each threshold, on one card a certificate.

import { z } from 'zod'
import type { Describe, Draft, Emit, Log } from '../../event.ts'
import { moment, number, plural } from '../../text/format.ts'
import { code, type Rich, rich } from '../../text/rich.ts'
import type { Change, Monitor } from './monitor.ts'
import { subjectOf } from './telling.ts'

export const certificateType = 'monitor.certificate'

type Nearing = Extract<Change, { kind: 'certificate' }>

const dedupeMs = 14 * 86_400_000
/** From then on it is no longer yellow. */
const urgentDays = 3

export interface Certificates {
  tell(monitor: Monitor, nearing: Nearing): void
  /** Tells what could not be stored when it was found. */
  retry(): Promise<void>
}

export function createCertificates({ emit, log, now }: { emit: Emit; log: Log; now: () => number }): Certificates {
  const waiting = new Map<string, Draft>()

  async function tellOne(key: string, draft: Draft): Promise<void> {
    waiting.set(key, draft)
    try {
      await emit(draft, { dedupe: [{ key, lifeMs: dedupeMs }] })
      waiting.delete(key)
    } catch (error) {
      log.error({ err: error }, 'a certificate near its end could not be told yet')
    }
  }

  return {
    tell(monitor, nearing) {
      const { endsAt, days } = nearing
      void tellOne(`certificate ${monitor.id} ${endsAt} ${days}`, draftOf(monitor, nearing, now()))
    },
    async retry() {
      for (const [key, draft] of [...waiting]) await tellOne(key, draft)
    },
  }
}

function draftOf(monitor: Monitor, { endsAt, days }: Nearing, at: number): Draft {
  const { id, name, target, channel, mention = [] } = monitor
  return {
    source: 'monitor',
    type: certificateType,
    subject: subjectOf(name),
    time: new Date(at).toISOString(),
    data: { name, target, endsAt, days, at },
    severity: days <= urgentDays ? 'critical' : 'warning',
    ...(/^https?:\/\//.test(target) ? { url: target } : {}),
    audience: 'closed',
    home: channel,
    card: `certificate ${id} ${endsAt}`,
    cardStays: true,
    byDefault: true,
    rings: { people: mention },
  }
}

const shape = z.object({ name: z.string(), target: z.string(), endsAt: z.number(), days: z.number(), at: z.number() })

/** @throws {z.ZodError} for what no Vigie wrote. */
export const describeCertificate: Describe = ({ data }, { locale, timeZone, now }) => {
  const { name, target, endsAt, days, at } = shape.parse(data)
  const left = Math.floor((endsAt - at) / 86_400_000)
  const fr = locale === 'fr'
  const inDays = {
    own: `${number(locale, left)} ${fr ? plural('fr', left, 'jour', 'jours') : plural('en', left, 'day', 'days')}`,
  }
  const title = titleOf({ name, inDays, left, fr })
  const ends = { own: moment(locale, timeZone, endsAt, now) }
  return {
    title: rich`${{ own: days <= urgentDays ? '🔴 ' : '🟠 ' }}${title}`,
    text: fr
      ? rich`Fin de validité\u00a0: ${ends}. Renouvelez-le avant, puis ${code('/monitor vérifier')} le confirme.`
      : rich`It ends ${ends}. Renew it before; ${code('/monitor check')} then confirms it.`,
    fields: [{ title: fr ? 'Adresse' : 'Address', value: [code(target)], short: true }],
    color: days <= urgentDays ? '#d24b4e' : '#ffaa00',
    footer: fr ? 'Surveillance' : 'Monitoring',
    summary: title,
    line: title,
    ...(/^https?:\/\//.test(target) ? { url: target } : {}),
  }
}

function titleOf({
  name,
  inDays,
  left,
  fr,
}: {
  name: string
  inDays: { own: string }
  left: number
  fr: boolean
}): Rich {
  if (left < 0)
    return fr ? rich`Le certificat de ${name} n’est plus valable` : rich`The certificate of ${name} has ended`
  if (left < 1)
    return fr
      ? rich`Le certificat de ${name} finit dans moins d’un jour`
      : rich`The certificate of ${name} ends in less than a day`
  return fr ? rich`Le certificat de ${name} finit dans ${inDays}` : rich`The certificate of ${name} ends in ${inDays}`
}
