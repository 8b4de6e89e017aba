// Questions about what a channel is told when somebody joins it, is added or leaves. The server writes these posts a
// little after it has answered, so the cases await them on a websocket.

import { accepted, at } from './driver.ts'
import { openSocket, postOf } from './socket.ts'
import { createChannel, createPerson, join, mentionCount, type Question } from './world.ts'

export function askAboutJoining(question: Question): void {
  question(
    'channel: joining and leaving are told in system posts',
    { default: ['system_join_channel', 'system_leave_channel'] },
    async ({ url, admin, alice, team }) => {
      const place = await createChannel(alice, team.id, 'O')
      const person = await createPerson(url, admin, 'ivan')
      await join(admin, 'teams', team.id, person)
      const socket = await openSocket(url, { token: alice.token })
      await socket.event('hello')
      const told = (type: string) =>
        socket.event('posted', (frame) => {
          const post = postOf(frame)
          return at(post, 'type') === type && at(post, 'channel_id') === place.id && at(post, 'user_id') === person.id
        })
      await join(person, 'channels', place.id, person)
      const joined = await told('system_join_channel')
      await accepted(person.delete(`/channels/${place.id}/members/${person.id}`))
      const left = await told('system_leave_channel')
      await socket.close()
      await accepted(admin.delete(`/users/${person.id}`))
      return [at(postOf(joined), 'type'), at(postOf(left), 'type')]
    },
  )
  question(
    'channel: whoever is added counts the system post as a mention, whoever joins does not',
    { default: ['system_add_to_channel', 1, 'system_join_channel', 0] },
    async ({ url, alice, bob, team }) => {
      const socket = await openSocket(url, { token: bob.token })
      await socket.event('hello')
      const told = (channelId: string) =>
        socket.event('posted', (frame) => at(postOf(frame), 'channel_id') === channelId)
      const answers: unknown[] = []
      for (const by of [alice, bob]) {
        const place = await createChannel(alice, team.id, 'O')
        await join(by, 'channels', place.id, bob)
        answers.push(at(postOf(await told(place.id)), 'type'), await mentionCount(bob, place.id))
      }
      await socket.close()
      return answers
    },
  )
}
