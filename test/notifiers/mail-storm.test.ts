// Threat T23, some of it; the whole stands in test/long.

import { test } from 'vitest'
import { storm } from './mail-storm.ts'

test('a name that tries to be a header or a recipient is a name, in each of 300 mails', async () => {
  await storm(300)
})
