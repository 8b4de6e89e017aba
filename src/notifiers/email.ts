// Events as mails (issue "The watch", "E-mail"; threats T23, F26). A mailbox cannot be read back: a mail's Message-ID is made of its
// delivery's id, so that one sent twice after an unknown outcome is one mail to whoever reads it.

import { DeliveryError } from '../errors.ts'
import type { Now } from '../event.ts'
import { isMailAddress } from '../text/mail-address.ts'
import { mailTroubleText } from '../text/mail-troubles.ts'
import type { Draw } from './chart-drawer.ts'
import { renderMail } from './email-render.ts'
import type { EmailSettings } from './email-settings.ts'
import type { Message, Notifier } from './notifier.ts'
import { createSmtp, type SmtpParts } from './smtp.ts'

export interface EmailNotifierParts {
  /** Nothing: mail is off. */
  readonly settings: EmailSettings | undefined
  readonly draw: Draw
  readonly now: Now
  readonly timeouts?: SmtpParts['timeouts']
}

/** Below what the strictest of the large providers take of one sender. */
const mailsPerSecond = 1
/** Events named in a header, to be found by. */
const mostNamed = 20

/** `null` without SMTP_SERVER. An address is one mailbox. */
export function createEmailNotifier({ settings, draw, now, timeouts }: EmailNotifierParts): Notifier | null {
  if (settings === undefined) return null
  const { sender } = settings
  const smtp = createSmtp({ settings, ...(timeouts ? { timeouts } : {}) })
  const domain = sender.address.slice(sender.address.lastIndexOf('@') + 1)
  const messageId = (delivery: string) => `<vigie.${delivery.replace(/[^\w-]/g, '')}@${domain}>`

  const headersOf = ({ events, isUrgent }: Message) => ({
    ...(isUrgent ? { Importance: 'high', 'X-Priority': '1 (Highest)' } : {}),
    // Nobody's holiday answers an alarm.
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    'X-Vigie-Events': events
      .slice(0, mostNamed)
      .map(({ id }) => id.replace(/[^\w-]/g, ''))
      .join(' '),
  })

  /** Mailboxes show what is said of one thing together. */
  const threadOf = ({ card, deliveryId }: Message) => {
    if (card?.receipt === undefined || card.deliveryId === deliveryId) return {}
    return { inReplyTo: messageId(card.deliveryId), references: messageId(card.deliveryId) }
  }

  return {
    name: 'email',
    perSecond: mailsPerSecond,
    knock: (signal) => smtp.knock(signal),
    async send(message, address, signal) {
      if (!isMailAddress(address))
        throw new DeliveryError(mailTroubleText('recipient'), { retry: false, scope: 'target', reason: 'client' })
      const { description, locale, deliveryId } = message
      const png = description.chart && !signal.aborted ? await draw(description.chart, locale) : undefined
      const cid = png && `chart.${deliveryId.replace(/[^\w-]/g, '')}@vigie`
      const { subject, text, html } = renderMail(description, { locale, cid })
      const id = messageId(deliveryId)
      await smtp.send(
        {
          from: { name: sender.name || 'Vigie', address: sender.address },
          to: { name: '', address },
          subject,
          text,
          html,
          messageId: id,
          date: new Date(now()),
          headers: headersOf(message),
          ...threadOf(message),
          ...(png
            ? { attachments: [{ filename: 'chart.png', content: Buffer.from(png), contentType: 'image/png', cid }] }
            : {}),
        },
        address,
        signal,
      )
      const receipt = { mail: id }
      return message.card === undefined ? { receipt } : { receipt, card: message.card.receipt ?? receipt }
    },
  }
}
