// Events to URLs (issue 7): what is sent and how it is signed, what an answer means, and that nothing inside is reached.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createWebhookNotifier, renderCloudEvents, signatureOf } from '../../src/notifiers/webhook.ts'
import { signaturesProve, signingKey } from '../../src/standard-webhooks.ts'
import { own } from '../../src/text/rich.ts'
import { eventOf, failureOf, messageOf, neverStop } from '../contract/notifier.ts'
import { startDnsServer } from '../fakes/dns-server.ts'
import { createReceiver, outwardBy, outwardTo, outwardWith, type Receiver } from './receiver.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const now = Date.UTC(2026, 10, 21, 8)

let receiver: Receiver
beforeEach(async () => {
  receiver = await createReceiver()
})
afterEach(() => receiver.close())

const notifierTo = (url: string, ...allowed: string[]) =>
  createWebhookNotifier({ find: async () => ({ url, secret }), post: outwardTo(...allowed).post, now: () => now })
const send = (message = messageOf('hello'), url = receiver.url) =>
  notifierTo(url, receiver.at).send(message, 's1', neverStop)

describe('a URL that subscribed', () => {
  test('is told a CloudEvent, signed by its own secret', async () => {
    const message = messageOf('hello')
    expect(await send(message)).toEqual({ receipt: { webhook: message.deliveryId } })
    const [taken] = receiver.taken
    expect(JSON.parse(taken?.body ?? '')).toEqual({
      specversion: '1.0',
      id: message.events[0]?.id,
      source: 'gitlab',
      type: 'gitlab.merge_request.open',
      subject: 'taaf/projet',
      time: '2026-11-21T08:00:00.000Z',
      datacontenttype: 'application/json',
      severity: 'info',
      summary: 'hello',
      lang: 'fr',
      data: {},
    })
    expect(taken?.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'webhook-id': message.deliveryId,
      'webhook-timestamp': String(now / 1000),
    })
    const key = signingKey(secret)
    if (key === undefined || taken === undefined) throw new Error('nothing was told')
    const body = Buffer.from(taken.body)
    expect(await signaturesProve(key, { headers: taken.headers, body, now })).toBe(true)
    expect(await signaturesProve(key, { headers: taken.headers, body: Buffer.concat([body, body]), now })).toBe(false)
  })

  test('is told many at once as a batch', () => {
    const description = { color: '#000000', summary: own('many') }
    const { type, body } = renderCloudEvents({ events: [eventOf('a'), eventOf('b')], description, locale: 'en' })
    expect([type, JSON.parse(body).length]).toEqual(['application/cloudevents-batch+json', 2])
  })

  // The vector that Standard Webhooks' own libraries are tried with.
  test('gets the signature that others compute', () => {
    const signed = 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
    expect(signatureOf(secret, signed)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  test('is not one of a server that Vigie works with, unless it is listed', async () => {
    const toldBy = (settings: Record<string, string>) => {
      const { post } = outwardWith({ MATTERMOST_URL: `http://${receiver.at}`, ...settings })
      return post({ url: receiver.url, headers: {}, body: '{}' }, neverStop)
    }
    expect(await toldBy({})).toMatchObject({ failed: 'forbidden' })
    expect(receiver.taken).toEqual([])
    expect(await toldBy({ MONITOR_ALLOW: receiver.at })).toEqual({ status: 204 })
  })

  test.each([
    [410, { retry: false, scope: 'target', reason: 'ended' }],
    [400, { retry: false, scope: 'message', reason: 'client' }],
    [413, { retry: false, scope: 'message' }],
    [301, { retry: true, scope: 'target', reason: 'client' }],
    [401, { retry: true, scope: 'target' }],
    [404, { retry: true, scope: 'target' }],
    [500, { retry: true, scope: 'target', reason: 'server' }],
    [503, { retry: true, scope: 'target', reason: 'network' }],
  ])('that answers %i is judged by it', async (status, failure) => {
    receiver.answer = { status, headers: status === 301 ? { location: receiver.url } : {} }
    expect(await failureOf(send())).toMatchObject(failure)
    expect(receiver.taken).toHaveLength(1)
  })

  test('is left alone for as long as it asks, an hour at most', async () => {
    receiver.answer = { status: 429, headers: { 'retry-after': '120' } }
    expect(await failureOf(send())).toMatchObject({ retry: true, reason: 'rate_limited', afterMs: 120_000 })
    receiver.answer = { status: 503, headers: { 'retry-after': new Date(now + 5000).toUTCString() } }
    expect(await failureOf(send())).toMatchObject({ afterMs: 5000 })
    receiver.answer = { status: 429, headers: { 'retry-after': '999999999' } }
    expect(await failureOf(send())).toMatchObject({ afterMs: 3_600_000 })
  })

  // Threat T14: judged at each sending, whatever was said when it was made.
  test.each([
    (port: string) => `http://127.0.0.1:${port}/`,
    (port: string) => `http://2130706433:${port}/`,
    (port: string) => `http://[::ffff:127.0.0.1]:${port}/`,
    (port: string) => `http://localhost:${port}/`,
    () => 'http://169.254.169.254/latest/meta-data',
    () => 'http://10.0.0.1/',
    () => 'file:///etc/passwd',
  ])('is not reached inside: %s', async (urlOf) => {
    const url = urlOf(receiver.at.split(':')[1] ?? '')
    const failure = await failureOf(notifierTo(url).send(messageOf('x'), 's1', neverStop))
    expect(failure).toMatchObject({ retry: true, scope: 'target', reason: 'forbidden' })
    expect(failure.message).toBe('webhook: not allowed')
    expect(receiver.taken).toEqual([])
  })

  // Threat T14: rebinding.
  test('is not reached inside by a name that changed its mind since it subscribed', async () => {
    const answers = ['93.184.216.34']
    const names = await startDnsServer((_name, record) => (record === 'A' ? answers : []))
    const { admit, post } = outwardBy(names.address)
    const [, port = ''] = receiver.at.split(':')
    await admit({ host: 'flip.attacker.example', port: Number(port) }, { vigieAdmin: false })
    answers[0] = '127.0.0.1'
    const find = async () => ({ url: `http://flip.attacker.example:${port}/`, secret })
    const notifier = createWebhookNotifier({ find, post, now: () => 0 })
    const failure = await failureOf(notifier.send(messageOf('x'), 's1', neverStop))
    await names.close()
    expect(failure).toMatchObject({ retry: true, scope: 'target', reason: 'forbidden' })
    expect(receiver.taken).toEqual([])
  })
})
