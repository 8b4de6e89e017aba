import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/env.ts'
import { createVerifier } from '../../../src/integrations/gitlab/verify.ts'
import { signingKey, toleranceMs } from '../../../src/standard-webhooks.ts'

const live = (...secrets: string[]) => ({ current: () => secrets.map((secret) => new Secret(secret)) })
const headersOf = (id: string, seconds: number, signature: string) => ({
  'webhook-id': id,
  'webhook-timestamp': String(seconds),
  'webhook-signature': signature,
})

describe('a Standard Webhooks signature', () => {
  // https://github.com/standard-webhooks/standard-webhooks, the vector its libraries share.
  const vector = {
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    seconds: 1614265330,
    body: '{"test": 2432232314}',
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  }

  it('is the one of the reference vector', async () => {
    const verifier = createVerifier({ tokens: live(), signing: live(vector.secret), now: () => vector.seconds * 1000 })
    const headers = headersOf(vector.id, vector.seconds, vector.signature)
    expect(await verifier.bySignature(headers, Buffer.from(vector.body))).toBeDefined()
    expect(await verifier.bySignature(headers, Buffer.from(`${vector.body} `))).toBeUndefined()
  })

  it.each(['{}', '{"é":"🎉"}', `{"a":"${'x'.repeat(3_000_000)}"}`])(
    'is the one the reference library makes (%#)',
    async (body) => {
      const now = Date.UTC(2026, 10, 20)
      const signature = new Webhook(vector.secret).sign('msg_1', new Date(now), body)
      const verifier = createVerifier({ tokens: live(), signing: live(vector.secret), now: () => now })
      expect(await verifier.bySignature(headersOf('msg_1', now / 1000, signature), Buffer.from(body))).toBeDefined()
    },
  )

  it('is judged by whole seconds, as the reference library does', async () => {
    const signature = new Webhook(vector.secret).sign('m', new Date(vector.seconds * 1000), '{}')
    const at = (now: number) =>
      createVerifier({ tokens: live(), signing: live(vector.secret), now: () => now }).bySignature(
        headersOf('m', vector.seconds, signature),
        Buffer.from('{}'),
      )
    expect(await at(vector.seconds * 1000 + toleranceMs + 999)).toBeDefined()
    expect(await at(vector.seconds * 1000 + toleranceMs + 1000)).toBeUndefined()
    expect(await at(vector.seconds * 1000 - toleranceMs)).toBeDefined()
    expect(await at(vector.seconds * 1000 - toleranceMs - 1)).toBeUndefined()
  })
})

describe('a signing secret', () => {
  it.each(['', 'whsec_', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_not base64', 'whsec_é'])('is not %j', (secret) => {
    expect(signingKey(secret)).toBeUndefined()
  })
})

describe('the name of a credential', () => {
  it('tells two secrets apart without telling either', () => {
    const verifier = createVerifier({ tokens: live('one', 'two'), signing: live(), now: () => 0 })
    const one = verifier.byToken({ 'x-gitlab-token': 'one' })
    expect(one).not.toBe(verifier.byToken({ 'x-gitlab-token': 'two' }))
    expect(one).toMatch(/^[0-9a-f]{8}$/)
  })

  it('is not given for a header sent more than once', () => {
    const verifier = createVerifier({ tokens: live('one'), signing: live(), now: () => 0 })
    expect(verifier.byToken({ 'x-gitlab-token': ['one', 'one'] })).toBeUndefined()
  })
})
