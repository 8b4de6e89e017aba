// One contract for Mattermost, asked of the stand-in always and of a real server where one is named by
// VIGIE_TEST_MATTERMOST_URL and VIGIE_TEST_ADMIN_TOKEN (an administrator's). Where they differ, the stand-in is wrong.

import { afterAll, beforeAll, describe, test } from 'vitest'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { askAboutBots } from './mattermost/bots.ts'
import { askAboutButtons } from './mattermost/buttons.ts'
import { askAboutChannels, askAboutDirectChannels } from './mattermost/channels.ts'
import { askAboutRegisteringCommands } from './mattermost/commands.ts'
import { askAboutDialogs } from './mattermost/dialogs.ts'
import { askAboutFiles } from './mattermost/files.ts'
import { askAboutGuests } from './mattermost/guests.ts'
import { askAboutJoining } from './mattermost/joining.ts'
import { askAboutMentions } from './mattermost/mentions.ts'
import { askAboutChangingPosts } from './mattermost/post-changes.ts'
import { askAboutPosting } from './mattermost/posts.ts'
import { askAboutCatchingUp, askAboutReading } from './mattermost/reading.ts'
import { askAboutResuming } from './mattermost/resuming.ts'
import { askAboutResponseUrls, askAboutSlashAnswers } from './mattermost/slash-answers.ts'
import { askAboutSlashRequests } from './mattermost/slash-requests.ts'
import { askAboutTeams } from './mattermost/teams.ts'
import { askAboutUsers } from './mattermost/users.ts'
import { askAboutMembershipEvents, askAboutSockets } from './mattermost/websocket.ts'
import { clear, createQuestion, furnish, type Question, type World } from './mattermost/world.ts'

const subjects: Record<string, (question: Question) => void> = {
  users: askAboutUsers,
  teams: askAboutTeams,
  bots: askAboutBots,
  channels: askAboutChannels,
  joining: askAboutJoining,
  'direct channels': askAboutDirectChannels,
  'registering commands': askAboutRegisteringCommands,
  'slash requests': askAboutSlashRequests,
  'slash answers': askAboutSlashAnswers,
  'response urls': askAboutResponseUrls,
  posting: askAboutPosting,
  'changing posts': askAboutChangingPosts,
  files: askAboutFiles,
  reading: askAboutReading,
  'catching up': askAboutCatchingUp,
  mentions: askAboutMentions,
  buttons: askAboutButtons,
  dialogs: askAboutDialogs,
  websocket: askAboutSockets,
  'membership events': askAboutMembershipEvents,
  resuming: askAboutResuming,
}

interface Running {
  readonly url: string
  readonly adminToken: string
  stop(): Promise<void>
}

function askEverything(start: () => Promise<Running>, asked: typeof subjects): void {
  let running: Running | undefined
  let world: World | undefined
  beforeAll(async () => {
    running = await start()
    world = await furnish(running)
  })
  afterAll(async () => {
    if (world !== undefined) await clear(world)
    await running?.stop()
  })
  const question = createQuestion(() => {
    if (world === undefined) throw new Error('the world is not furnished')
    return world
  })
  for (const [subject, ask] of Object.entries(asked)) describe(subject, () => ask(question))
}

describe('the stand-in', () => {
  askEverything(() => createSandbox(), {
    ...subjects,
    'guests, whom a server without licence lacks': askAboutGuests,
  })
})

const realUrl = process.env.VIGIE_TEST_MATTERMOST_URL
const realToken = process.env.VIGIE_TEST_ADMIN_TOKEN

if (realUrl === undefined || realToken === undefined) {
  test.skip('a real server answers alike (skipped: set VIGIE_TEST_MATTERMOST_URL and VIGIE_TEST_ADMIN_TOKEN)')
} else {
  describe('a real server', () => {
    askEverything(() => Promise.resolve({ url: realUrl, adminToken: realToken, stop: async () => undefined }), subjects)
  })
}
