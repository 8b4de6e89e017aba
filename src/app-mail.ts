// The wiring of what leaves by mail, and of the pictures that mails and cards carry.

import type { Env } from './env.ts'
import type { Log, Now, Part } from './event.ts'
import type { OutboxStatus } from './flow/outbox.ts'
import { createDrawer, type Draw } from './notifiers/chart-drawer.ts'
import { readEmailSettings } from './notifiers/email-settings.ts'
import { notifiers } from './notifiers/index.ts'
import type { Notifier } from './notifiers/notifier.ts'
import { duration } from './text/format.ts'
import type { Locale, Said } from './text/locale.ts'
import { mailTroubleOf } from './text/mail-troubles.ts'
import { code, own, type Rich, rich } from './text/rich.ts'

export interface MailParts {
  readonly env: Env
  readonly now: Now
  readonly log: Log
  /** Made after it. */
  readonly outbox: () => Pick<OutboxStatus, 'notifiers'>
}

export interface Mail {
  /** Absent without SMTP_SERVER. */
  readonly notifier: Notifier | undefined
  /** EMAIL_RECEIVER's addresses; none without SMTP_SERVER. */
  readonly receivers: readonly string[]
  readonly draw: Draw
  status(): Promise<Part>
  close(): Promise<void>
}

const title: Said = { fr: 'Courriel', en: 'E-mail' }

/** Reads the settings: problems are noted in `env`. */
export function createMail({ env, now, log, outbox }: MailParts): Mail {
  const settings = readEmailSettings(env)
  const drawer = createDrawer(log)
  const notifier = notifiers.email({ settings, draw: drawer.draw, now }) ?? undefined
  return {
    notifier,
    receivers: settings?.receivers ?? [],
    draw: drawer.draw,
    close: drawer.close,
    async status() {
      if (settings === undefined) return { name: 'email', title, state: 'off', glance: { fr: off.fr, en: off.en } }
      const away = outbox().notifiers.find(({ name }) => name === 'email')?.away
      const { host, port, receivers } = settings
      const server = code(`${host}:${port}`)
      const glance = (locale: Locale): Rich => {
        if (away === undefined) return rich`${server} → ${receivers.join(', ')}`
        const lasting = own(duration(locale, Math.max(1000, now() - away.since)))
        const words = mailTroubleOf(away.error)?.[locale] ?? away.error
        return locale === 'fr'
          ? rich`${server}, depuis ${lasting}\u00a0: ${own(words)}`
          : rich`${server}, for ${lasting}: ${own(words)}`
      }
      return {
        name: 'email',
        title,
        state: away === undefined ? 'ok' : 'down',
        glance: { fr: glance('fr'), en: glance('en') },
        ...(away === undefined ? {} : { details: { fr: [[code(away.error)]], en: [[code(away.error)]] } }),
      }
    },
  }
}

const off: Readonly<Record<Locale, Rich>> = {
  fr: rich`éteint\u00a0: ${code('SMTP_SERVER')} n’est pas donné`,
  en: rich`off: ${code('SMTP_SERVER')} is not set`,
}
