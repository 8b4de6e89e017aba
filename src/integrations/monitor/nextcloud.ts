// How Nextcloud itself does, by its `/status.php` (issue "The watch", "Commands").

import { z } from 'zod'
import type { Part } from '../../event.ts'
import { duration } from '../../text/format.ts'
import type { Locale } from '../../text/locale.ts'
import { code, join, type Rich, rich } from '../../text/rich.ts'
import type { Ask, Asked } from '../integration.ts'

const title = { fr: 'Nextcloud', en: 'Nextcloud' }
const path = code('/status.php')

const shape = z.looseObject({
  installed: z.boolean(),
  maintenance: z.boolean().default(false),
  needsDbUpgrade: z.boolean().default(false),
  versionstring: z.string().max(40).default(''),
})

/** `url`: NEXTCLOUD_URL; absent: it is off. */
export async function nextcloudPart(url: string | undefined, ask: Ask): Promise<Part> {
  if (url === undefined) {
    const setting = code('NEXTCLOUD_URL')
    const glance = { fr: rich`non configuré\u00a0: ${setting}`, en: rich`not configured: ${setting}` }
    return { name: 'nextcloud', title, state: 'off', glance }
  }
  const asked = await ask(`${url}/status.php`)
  const known = asked.status === 200 ? shape.safeParse(parse(asked.body ?? '')) : undefined
  if (!known?.success) return { name: 'nextcloud', title, state: 'down', glance: unwell(asked) }
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
  return { name: 'nextcloud', title, state, glance: { fr: glance('fr'), en: glance('en') } }
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
