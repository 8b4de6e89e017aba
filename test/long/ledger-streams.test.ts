// Threats F1–F3, F8, F9: what was accepted is told, over 400 generated streams with refusals, lost answers, kills and bursts.

import { test } from 'vitest'
import { watchLedger } from '../flow/ledger-stream.ts'

test('accepted is told: all of it, once, in order', () => watchLedger(400))
