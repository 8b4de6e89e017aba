// The posts of Mattermost as the notifier needs them (notifiers/mattermost.ts, "MattermostPosts"): the bot's own hands, lent.

import type { Calls } from './calls.ts'
import { readBack } from './history.ts'
import type { Self } from './self.ts'

export function createPosts(calls: Calls, self: Self) {
  return {
    createPost: calls.createPost,
    patchPost: calls.patchPost,
    uploadFile: calls.uploadFile,
    post: calls.post,
    thread: calls.thread,
    since: (channel: string, from: number, signal: AbortSignal) => readBack(calls, channel, from, signal),
    direct: async (person: string, signal: AbortSignal) =>
      (await calls.directChannel((await self()).id, person, signal)).id,
    botId: async () => (await self()).id,
    usernames: async (ids: readonly string[], signal: AbortSignal) =>
      (await calls.usersById(ids, signal)).filter((user) => user.delete_at === 0).map(({ username }) => username),
  }
}
