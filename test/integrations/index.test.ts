// The list of integrations, and the names of it that are written down (design.md, "Lists, not folder scans").

import { expect, it } from 'vitest'
import { integrations, sourceNames } from '../../src/integrations/index.ts'
import { createRelay } from './gitlab/relay.ts'

it('names every source there is, in order: `vigie import` takes events of these alone', () => {
  const { parts } = createRelay({})
  const made = integrations.map((make) => make(parts)?.name)
  expect(sourceNames).toEqual(made)
})
