// Vigie believes itself cut off from the network, and that it is back, told to its administrators on one card (interface.md, "Event
// types"; threat F28).

import { z } from 'zod'
import type { Describe } from '../../event.ts'
import { clock, duration } from '../../text/format.ts'
import { bold, code, type Rich, rich } from '../../text/rich.ts'

export const isolatedType = 'vigie.isolated'

/** `since`: when it began; instants are milliseconds since 1970. */
const shape = z.object({
  isCut: z.boolean(),
  since: z.number(),
  at: z.number(),
  failing: z.number(),
  all: z.number(),
  byReference: z.boolean().optional(),
})

/** @throws {z.ZodError} for what no Vigie wrote. */
export const describeIsolated: Describe = ({ data }, { locale, timeZone, now }) => {
  const { isCut, since, at, failing, all, byReference } = shape.parse(data)
  const fr = locale === 'fr'
  const began = bold([{ own: clock(locale, timeZone, since, now) }])
  const lasted = bold([{ own: duration(locale, Math.max(1000, at - since)) }])
  const title: Rich = isCut
    ? fr
      ? rich`Vigie semble coupée du réseau`
      : rich`Vigie seems cut off from the network`
    : fr
      ? rich`Vigie voit de nouveau le réseau`
      : rich`Vigie sees the network again`
  const why = byReference
    ? fr
      ? rich`aucune adresse de ${code('MONITOR_REFERENCE')} ne répond plus`
      : rich`no address of ${code('MONITOR_REFERENCE')} answers`
    : fr
      ? rich`${failing} moniteurs sur ${all} ne répondent plus, par des erreurs de réseau seulement`
      : rich`${failing} of ${all} monitors do not answer, by errors of the network alone`
  const cutText = fr
    ? rich`Depuis ${began}, ${why}. Les états des moniteurs sont gelés\u00a0: aucune panne n’est annoncée tant que cela dure.`
    : rich`Since ${began}, ${why}. The states of monitors are frozen: no outage is told while it lasts.`
  const backText = fr
    ? rich`Coupée pendant ${lasted} depuis ${began}. La surveillance a repris\u00a0: ce qui ne répond toujours pas sera annoncé.`
    : rich`Cut off for ${lasted} since ${began}. The watch goes on: what still does not answer will be told.`
  return {
    title: rich`${{ own: isCut ? '🔴 ' : '🟢 ' }}${title}`,
    text: isCut ? cutText : backText,
    color: isCut ? '#d24b4e' : '#3db887',
    footer: 'Vigie',
    summary: title,
    ...(isCut ? {} : { line: rich`🟢 ${title} · ${lasted}` }),
  }
}
