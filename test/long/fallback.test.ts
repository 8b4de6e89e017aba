// F26 at length: hundreds of outages of the mailbox and of Mattermost, each alert told once.

import { test } from 'vitest'
import { begin, byMail, byPost, checkToldOnce } from '../flow/fallback-stage.ts'

test.each([1, 2, 3])(
  'of 100 outages each alert is told once (%i)',
  async () => {
    const scene = await begin([byMail, byPost])
    await checkToldOnce(scene, 100)
    await scene.end()
    await scene.world.store.close()
  },
  300_000,
)
