import { it } from 'vitest'
import { realServer, standIn } from './house.ts'
import { watchSuite } from './watch.ts'

watchSuite('the stand-in', standIn)

const real = realServer()
if (real) watchSuite('a real server', () => Promise.resolve(real))
else it.skip('the watch on a real server (set VIGIE_TEST_MATTERMOST_URL and VIGIE_TEST_ADMIN_TOKEN)')
