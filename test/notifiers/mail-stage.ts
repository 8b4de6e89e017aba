// An e-mail notifier of a test, and messages for it.

import { createEnv, Secret } from '../../src/env.ts'
import type { Description } from '../../src/event.ts'
import { createEmailNotifier, type EmailNotifierParts } from '../../src/notifiers/email.ts'
import { type EmailSettings, readEmailSettings } from '../../src/notifiers/email-settings.ts'
import type { Message, Notifier } from '../../src/notifiers/notifier.ts'
import { own } from '../../src/text/rich.ts'
import { messageOf } from '../contract/notifier.ts'

export const receiver = 'garde@example.org'

export function settingsOf(
  port: number,
  more: Partial<EmailSettings> & { password?: never; secret?: string } = {},
): EmailSettings {
  const { secret, ...rest } = more
  const secrets = secret === undefined ? [] : [new Secret(secret)]
  return {
    host: '127.0.0.1',
    port,
    sender: { name: 'Vigie', address: 'vigie@example.org' },
    password: { current: () => secrets },
    receivers: [receiver],
    ...rest,
  }
}

export function notifierOf(settings: EmailSettings, more: Partial<EmailNotifierParts> = {}): Notifier {
  const notifier = createEmailNotifier({ settings, draw: async () => undefined, now: Date.now, ...more })
  if (notifier === null) throw new Error('mail is off')
  return notifier
}

/** The settings of an environment, and what is wrong with them. */
export function read(environment: Readonly<Record<string, string>>) {
  const env = createEnv({ environment, dotenv: {}, readFile: () => '' })
  const settings = readEmailSettings(env)
  return { settings, check: () => env.check() }
}

export function described(description: Partial<Description>, more: Partial<Message> = {}): Message {
  const words = own('Intranet ne répond plus')
  return messageOf('', { description: { title: words, summary: words, color: '#d24b4e', ...description }, ...more })
}
