// Events as CloudEvents to URLs that subscribed (interface.md, `POST /subscribe`): structured JSON, signed by Standard Webhooks
// (https://www.standardwebhooks.com) with the subscription's own secret. What leads outside is passed in, guarded on every connection
// (threats-and-faults.md §3b); a URL cannot be read back: its `webhook-id` is the delivery's, so that one sent twice is known as one.

import { createHmac } from 'node:crypto'
import { DeliveryError, type DeliveryFailure } from '../errors.ts'
import type { Event, Json, JsonObject, Now } from '../event.ts'
import type { Locale } from '../text/locale.ts'
import { plain, shorten } from '../text/rich.ts'
import type { Message, Notifier, OutsideAnswer, PostOutside } from './notifier.ts'

/** Where a subscriber is told, and the `whsec_…` secret that proves it is us; nothing where there is none any more. */
export type FindSubscriber = (id: string) => Promise<{ readonly url: string; readonly secret: string } | undefined>

export interface WebhookNotifierParts {
  readonly find: FindSubscriber
  readonly post: PostOutside
  readonly now: Now
}

const longestPauseMs = 3_600_000
const longestSummary = 1000

/** An address is a subscriber's id, never its URL, which may hold a secret. */
export function createWebhookNotifier({ find, post, now }: WebhookNotifierParts): Notifier {
  return {
    name: 'webhook',
    apart: true,
    async send(message, address, signal) {
      const subscriber = await find(address)
      if (subscriber === undefined)
        throw new DeliveryError('no such subscriber', { retry: false, scope: 'target', reason: 'ended' })
      const { type, body } = renderCloudEvents(message)
      const timestamp = String(Math.floor(now() / 1000))
      const answer = await post(
        {
          url: subscriber.url,
          headers: {
            'content-type': `${type}; charset=utf-8`,
            'webhook-id': message.deliveryId,
            'webhook-timestamp': timestamp,
            'webhook-signature': signatureOf(subscriber.secret, `${message.deliveryId}.${timestamp}.${body}`),
          },
          body,
        },
        signal,
      )
      const failure = failureOf(answer, now())
      if (failure !== undefined) throw failure
      const receipt = { webhook: message.deliveryId }
      return message.card === undefined ? { receipt } : { receipt, card: message.card.receipt ?? receipt }
    },
  }
}

/** A CloudEvent, or a batch of them where many are told at once. */
export function renderCloudEvents({
  events,
  description,
  locale,
}: Pick<Message, 'events' | 'description' | 'locale'>): {
  readonly type: string
  readonly body: string
} {
  const [first, ...others] = events
  const summary = shorten(plain(description.summary), longestSummary)
  if (first !== undefined && others.length === 0)
    return { type: 'application/cloudevents+json', body: JSON.stringify(cloudEventOf(first, summary, locale)) }
  return {
    type: 'application/cloudevents-batch+json',
    body: JSON.stringify(events.map((event) => cloudEventOf(event))),
  }
}

/** The event as it travels within Vigie, with what the extension attributes `vigie…` add; the summary is in the words of `lang`. */
function cloudEventOf(event: Event, summary?: string, locale?: Locale): JsonObject {
  const { id, source, type, subject, time, data, severity, url } = event
  const said: Record<string, Json> = { specversion: '1.0', id, source, type }
  if (subject !== undefined && subject !== '') said.subject = subject
  said.time = isoOf(time)
  said.datacontenttype = 'application/json'
  said.severity = severity
  if (url !== undefined) said.url = url
  if (summary !== undefined && summary !== '') said.summary = summary
  if (summary !== undefined && summary !== '' && locale !== undefined) said.lang = locale
  said.data = data
  return said
}

function isoOf(time: string): string {
  const at = Date.parse(time)
  return Number.isNaN(at) ? time : new Date(at).toISOString()
}

/** `v1,` and the base64 HMAC-SHA256 by the key behind `whsec_`. */
export function signatureOf(secret: string, signed: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
}

/** Bodies that will never be taken, whatever the time. */
const refusedForGood: ReadonlySet<number> = new Set([400, 413, 415, 422])
/** Nobody is at home, as a proxy says it. */
const nobodyHome: ReadonlySet<number> = new Set([502, 503, 504])

function failureOf(answer: OutsideAnswer, nowMs: number): DeliveryError | undefined {
  if ('failed' in answer) {
    const { failed, detail, unsure } = answer
    const scope = failed === 'cancelled' ? 'message' : 'target'
    return new DeliveryError(`webhook: ${detail}`, { retry: true, scope, reason: failed, unsure })
  }
  const { status, retryAfter } = answer
  if (status >= 200 && status < 300) return undefined
  const fail = (failure: Omit<DeliveryFailure, 'unsure'>) => new DeliveryError(`webhook: answered ${status}`, failure)
  // Standard Webhooks: the endpoint wants nothing any more.
  if (status === 410) return fail({ retry: false, scope: 'target', reason: 'ended' })
  if (refusedForGood.has(status)) return fail({ retry: false, scope: 'message', reason: 'client' })
  const afterMs = retryAfterMs(retryAfter, nowMs)
  const later = { retry: true, scope: 'target', ...(afterMs === undefined ? {} : { afterMs }) } as const
  if (status === 429) return fail({ afterMs: 1000, ...later, reason: 'rate_limited' })
  if (nobodyHome.has(status)) return fail({ ...later, reason: 'network' })
  return fail({ ...later, reason: status >= 500 ? 'server' : 'client' })
}

/** Of `120` or an HTTP date; an hour at most. */
function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  const waitMs = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs
  return Number.isNaN(waitMs) || waitMs <= 0 ? undefined : Math.min(waitMs, longestPauseMs)
}
