// Every route of the API documentation, met with anything: never a 5xx, never a stack trace (issue 7, "Done when"). The long run is in
// test/long/fuzz.test.ts.

import { expect, test } from 'vitest'
import { fuzz } from './fuzz-run.ts'

test('no call brings a 5xx, a stack trace, or an answer that is no problem+json where it is a refusal', async () => {
  expect(await fuzz(400)).toEqual([])
})
