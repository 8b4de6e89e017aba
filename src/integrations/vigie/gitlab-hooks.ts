// GitLab hooks of ours that were switched off, or work again, told to Vigie's administrators (fault F7).

import type { Describe, JsonObject } from '../../event.ts'
import { moment, plural } from '../../text/format.ts'
import type { Locale, Said } from '../../text/locale.ts'
import { code, item, type Rich, rich } from '../../text/rich.ts'

export const hooksDisabledType = 'vigie.gitlab_hook_disabled'
export const hooksRecoveredType = 'vigie.gitlab_hook_recovered'

const mostTold = 20

const states: Readonly<Record<string, Said>> = {
  paused: { fr: 'suspendu après des échecs', en: 'paused after failures' },
  disabled: { fr: 'désactivé pour de bon', en: 'switched off for good' },
  missing: {
    fr: 'n’existe plus, ou le jeton ne peut plus le voir',
    en: 'is not there any more, or the token cannot see it',
  },
}

export const describeHooksDisabled: Describe = ({ data }, { locale, timeZone, now }) => {
  const hooks = hooksOf(data)
  const title: Readonly<Record<Locale, Rich>> = {
    fr: rich`GitLab n’appelle plus Vigie pour ${hooks.length} ${{ own: plural('fr', hooks.length, 'webhook', 'webhooks') }}.`,
    en: rich`GitLab no longer calls Vigie for ${hooks.length} ${{ own: plural('en', hooks.length, 'webhook', 'webhooks') }}.`,
  }
  const advice: Readonly<Record<Locale, Rich>> = {
    fr: rich`Ce qui se passe là n’est plus dit à temps. Vigie essaie de le rétablir et relit ce qui a manqué\u202f; sinon ${code('/vigie gitlab install …')} le répare.`,
    en: rich`What happens there is not told in time. Vigie tries to restore it and reads what was missed; else ${code('/vigie gitlab install …')} mends it.`,
  }
  const lines = hooks.slice(0, mostTold).map(({ path, state, until }): Rich => {
    const separator = { own: locale === 'fr' ? '\u00a0: ' : ': ' }
    const end = until === undefined ? [] : { own: ` (→ ${moment(locale, timeZone, until, now)})` }
    return [item(rich`${code(path)}${separator}${{ own: states[state]?.[locale] ?? '?' }}${end}`)]
  })
  return {
    title: title[locale],
    text: [...advice[locale], ...lines.flat(), ...rest(hooks.length)],
    color: '#ffaa00',
    footer: 'Vigie',
    summary: title[locale],
  }
}

export const describeHooksRecovered: Describe = ({ data }, { locale }) => {
  const hooks = hooksOf(data)
  const title: Readonly<Record<Locale, Rich>> = {
    fr: rich`GitLab appelle de nouveau Vigie pour ${hooks.length} ${{ own: plural('fr', hooks.length, 'webhook', 'webhooks') }}.`,
    en: rich`GitLab calls Vigie again for ${hooks.length} ${{ own: plural('en', hooks.length, 'webhook', 'webhooks') }}.`,
  }
  const lines = hooks.slice(0, mostTold).flatMap(({ path }) => [item(rich`${code(path)}`)])
  return {
    title: title[locale],
    text: [...lines, ...rest(hooks.length)],
    color: '#2eb886',
    footer: 'Vigie',
    summary: title[locale],
  }
}

function rest(count: number): Rich {
  return count > mostTold ? [item(rich`… +${count - mostTold}`)] : []
}

function hooksOf({ hooks }: JsonObject): { path: string; state: string; until: number | undefined }[] {
  if (!Array.isArray(hooks)) return []
  return hooks.map((hook: JsonObject[string]) => {
    const { path, state, until } = isObject(hook) ? hook : {}
    return {
      path: typeof path === 'string' ? path : '?',
      state: typeof state === 'string' ? state : '',
      until: typeof until === 'number' ? until : undefined,
    }
  })
}

function isObject(value: JsonObject[string]): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
