// Who may and who may learn what, on the stand-in and on the real server that the environment names.

import { afterAll, beforeAll, describe } from 'vitest'
import { type Mattermost, realServer, standIn } from '../e2e/house.ts'
import { leaksSuite } from './leaks-live.ts'
import { openStage, type Stage } from './stage.ts'
import { whoSuite } from './who-live.ts'

function suite(open: () => Promise<Mattermost>): void {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(await open())
  })
  afterAll(() => stage?.close())
  whoSuite(() => stage)
  leaksSuite(() => stage)
}

describe('who may, on the stand-in', () => suite(standIn))

const real = realServer()
if (real !== undefined) describe('who may, on a real server', () => suite(async () => real))
else
  describe.skip('who may, on a real server (set VIGIE_TEST_MATTERMOST_URL and VIGIE_TEST_ADMIN_TOKEN)', () => undefined)
