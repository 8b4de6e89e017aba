// Threats F1–F3, F8, F9 in little: what is accepted is told. For longer: long/ledger-streams.test.ts.

import { test } from 'vitest'
import { watchLedger } from './ledger-stream.ts'

test('accepted is told: all of it, once, in order', () => watchLedger(15), 240_000)
