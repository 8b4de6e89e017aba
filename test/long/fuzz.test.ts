// The long run of test/e2e/fuzz.test.ts.

import { expect, test } from 'vitest'
import { fuzz } from '../e2e/fuzz-run.ts'

test('20,000 calls bring no 5xx, no stack trace, and no refusal that is no problem+json', async () => {
  expect(await fuzz(20_000)).toEqual([])
})
