// Threat T23 at its figure: 10,000 fuzzed mails, the recipients those intended, no header more, each read within 50 ms.

import { test } from 'vitest'
import { storm } from '../notifiers/mail-storm.ts'

test('10,000 mails of hostile names', async () => {
  await storm(10_000, { isTimed: true })
}, 600_000)
