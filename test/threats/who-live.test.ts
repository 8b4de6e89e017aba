// Who may, on the stand-in and on the real server that the environment names.

import { describe } from 'vitest'
import { realServer, standIn } from '../e2e/house.ts'
import { whoSuite } from './who-live.ts'

whoSuite('the stand-in', standIn)

const real = realServer()
if (real !== undefined) whoSuite('a real server', async () => real)
else
  describe.skip('who may, on a real server: set VIGIE_TEST_MATTERMOST_URL and VIGIE_TEST_ADMIN_TOKEN', () => undefined)
