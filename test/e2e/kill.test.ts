import { it } from 'vitest'
import { realServer, standIn } from './house.ts'
import { killSuite } from './kill.ts'

killSuite('the stand-in', standIn)

const real = realServer()
if (real) killSuite('a real server', () => Promise.resolve(real))
else it.skip('kill -9 under load on a real server (set VIGIE_TEST_MATTERMOST_URL and VIGIE_TEST_ADMIN_TOKEN)')
