import { it } from 'vitest'
import { realServer, standIn } from './house.ts'
import { streetSuite } from './street.ts'

streetSuite('the stand-in', standIn)

const real = realServer()
if (real) streetSuite('a real server', () => Promise.resolve(real))
else it.skip('the main street on a real server (set VIGIE_TEST_MATTERMOST_URL and VIGIE_TEST_ADMIN_TOKEN)')
