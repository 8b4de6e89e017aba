import { expect, it } from 'vitest'
import { Secret } from '../../../src/env.ts'
import { createProbe } from '../../../src/integrations/gitlab/probe.ts'
import { createVerifier } from '../../../src/integrations/gitlab/verify.ts'

const now = () => 1_800_000_000_000
const none = { current: () => [] }
const one = (secret: string) => ({ current: () => [new Secret(secret)] })

it('the doctor’s probe carries the token where one is set', async () => {
  const parts = { tokens: one('a-token'), signing: none, now }
  const probe = await createProbe(parts, 'abc')
  expect(createVerifier(parts).byToken(probe?.headers ?? {})).toBeTypeOf('string')
})

it('the doctor’s probe is signed where only a signing secret is set', async () => {
  const parts = { tokens: none, signing: one(`whsec_${Buffer.from('0123456789abcdef').toString('base64')}`), now }
  const probe = await createProbe(parts, 'abc')
  expect(await createVerifier(parts).bySignature(probe?.headers ?? {}, Buffer.from(probe?.body ?? ''))).toBeTypeOf(
    'string',
  )
})

it('there is no probe while no secret is set', async () => {
  expect(await createProbe({ tokens: none, signing: none, now }, 'abc')).toBeUndefined()
})
