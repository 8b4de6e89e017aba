// How mail does, for `/statut`: whose addresses they are is for Vigie's administrators.

import { expect, it } from 'vitest'
import { createMail } from '../../src/app/mail.ts'
import { createEnv } from '../../src/env.ts'
import { plain } from '../../src/text/rich.ts'
import { createFakeLog } from '../fakes/log.ts'

it('tells everybody how many receivers there are, and administrators which, by which server', async () => {
  const environment = {
    SMTP_SERVER: 'smtp.example.org',
    EMAIL_SENDER: 'vigie@example.org',
    EMAIL_RECEIVER: 'a@example.org, b@example.org',
  }
  const env = createEnv({ environment, dotenv: {}, readFile: () => '' })
  const notifiers = [{ name: 'email', inHand: 0, away: { since: 0, reason: 'network', error: 'refused by mx.intern' } }]
  let isAway = false
  const outbox = () => ({ notifiers: isAway ? notifiers : [] })
  const mail = createMail({ env, now: () => 60_000, log: createFakeLog(), outbox })
  const said = async () => {
    const { glance, details = { en: [] }, operatorDetails = { en: [] } } = await mail.status()
    return [plain(glance.en), details.en.map(plain), operatorDetails.en.map(plain)]
  }
  const place = 'smtp.example.org:587 → a@example.org, b@example.org'
  expect(await said()).toEqual(['2 receivers', [], [place]])
  isAway = true
  expect(await said()).toEqual([
    'for 1\u00a0min: the server does not take messages',
    [],
    [place, 'refused by mx.intern'],
  ])
  await mail.close()
})
