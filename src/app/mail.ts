// The wiring of what leaves by mail, and of the pictures that mails and cards carry.

import type { Env } from '../env.ts'
import type { Log, Now, Part } from '../event.ts'
import type { OutboxStatus } from '../flow/outbox.ts'
import { createDrawer, type Draw } from '../notifiers/chart-drawer.ts'
import { readEmailSettings } from '../notifiers/email-settings.ts'
import { notifiers } from '../notifiers/index.ts'
import type { Notifier } from '../notifiers/notifier.ts'
import { duration, plural } from '../text/format.ts'
import type { Locale, Said } from '../text/locale.ts'
import { mailTroubleOf } from '../text/mail-troubles.ts'
import { code, own, type Rich, rich } from '../text/rich.ts'

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
      const place = rich`${code(`${host}:${port}`)} → ${receivers.join(', ')}`
      const operatorDetails = [place, ...(away === undefined ? [] : [[code(away.error)]])]
      // Everybody reads it: whose addresses they are is not said.
      const glance = (locale: Locale): Rich => {
        if (away === undefined) return own(receiverCount(receivers.length, locale))
        const lasting = own(duration(locale, Math.max(1000, now() - away.since)))
        const words = own(mailTroubleOf(away.error)?.[locale] ?? unknown[locale])
        return locale === 'fr' ? rich`depuis ${lasting}\u00a0: ${words}` : rich`for ${lasting}: ${words}`
      }
      return {
        name: 'email',
        title,
        state: away === undefined ? 'ok' : 'down',
        glance: { fr: glance('fr'), en: glance('en') },
        operatorDetails: { fr: operatorDetails, en: operatorDetails },
      }
    },
  }
}

function receiverCount(count: number, locale: Locale): string {
  const [one, several] = locale === 'fr' ? ['destinataire', 'destinataires'] : ['receiver', 'receivers']
  return `${count} ${plural(locale, count, one, several)}`
}

const unknown: Said = { fr: 'le serveur ne prend pas les messages', en: 'the server does not take messages' }

const off: Readonly<Record<Locale, Rich>> = {
  fr: rich`éteint\u00a0: ${code('SMTP_SERVER')} n’est pas donné`,
  en: rich`off: ${code('SMTP_SERVER')} is not set`,
}
