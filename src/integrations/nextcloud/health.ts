// How Nextcloud itself does, by its `/status.php` (issue "The watch", "Commands").

import { z } from 'zod'
import type { Part } from '../../event.ts'
import { duration } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { code, join, type Rich, rich } from '../../text/rich.ts'
import type { Asked } from '../integration.ts'

const path = code('/status.php')

const shape = z.looseObject({
  installed: z.boolean(),
  maintenance: z.boolean().default(false),
  needsDbUpgrade: z.boolean().default(false),
  versionstring: z.string().max(40).default(''),
})

export interface HealthWords {
  readonly state: Part['state']
  readonly glance: Part['glance']
}

/** Of an answer to `/status.php`. */
export function healthWords(asked: Asked): HealthWords {
  const known = asked.status === 200 ? shape.safeParse(parse(asked.body ?? '')) : undefined
  if (!known?.success) return { state: 'down', glance: unwell(asked) }
  const { maintenance, needsDbUpgrade, versionstring } = known.data
  const glance = (locale: Locale): Rich => {
    const took = rich`${path} ${{ own: duration(locale, asked.tookMs) }}`
    const version = versionstring === '' ? [] : rich`${versionstring}`
    const words =
      locale === 'fr' ? ['en maintenance', 'mise à niveau à terminer'] : ['in maintenance', 'upgrade to be finished']
    const worry = maintenance ? words[0] : needsDbUpgrade ? words[1] : undefined
    return join([worry === undefined ? [] : [{ own: worry }], took, version], ' · ')
  }
  const state = maintenance || needsDbUpgrade ? 'warning' : 'ok'
  return { state, glance: { fr: glance('fr'), en: glance('en') } }
}

function unwell({ status, error }: Asked): Part['glance'] {
  if (status === undefined) {
    const why = code(error ?? '')
    return { fr: rich`${path} ne répond pas (${why})`, en: rich`${path} does not answer (${why})` }
  }
  if (status === 200) return { fr: rich`${path} n’est pas celui de Nextcloud`, en: rich`${path} is not Nextcloud’s` }
  const words = code(String(status))
  return { fr: rich`${path} répond ${words}`, en: rich`${path} answers ${words}` }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No JSON is no status.
    return undefined
  }
}
