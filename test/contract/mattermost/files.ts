// Questions about files: upload, attach, read.

import { accepted, at, type Caller, list, refusal, text } from './driver.ts'
import { openSocket, postOf } from './socket.ts'
import { createChannel, type Question, say } from './world.ts'

const forbidden = { status: 403, id: 'api.context.permissions.app_error' }

export function askAboutFiles(question: Question): void {
  const upload = (who: Caller, channelId: string) =>
    who.upload(
      '/files',
      { field: 'files', name: 'r.csv', type: 'text/csv', bytes: 'a,b\n1,2\n' },
      { channel_id: channelId },
    )
  const info = { name: 'r.csv', extension: 'csv', size: 8, mime_type: 'text/csv; charset=utf-8' }
  question(
    'file: upload and post',
    { default: { status: 201, info, ids: 1, text: 'a,b\n1,2\n', other: 401 } },
    async ({ bot, pub, nobody }) => {
      const made = await upload(bot, pub.id)
      const file = text(made, 'file_infos.0.id')
      const post = await say(bot, pub.id, 'with file', { file_ids: [file] })
      return {
        status: made.status,
        info: Object.fromEntries(Object.keys(info).map((key) => [key, at(made, `file_infos.0.${key}`)])),
        ids: list(post, 'file_ids').length,
        text: (await bot.get(`/files/${file}`)).body,
        other: (await nobody.get(`/files/${file}`)).status,
      }
    },
  )
  question(
    'file: upload without a channel',
    { default: { status: 400, id: 'api.context.invalid_body_param.app_error' } },
    async ({ bot }) =>
      refusal(await bot.upload('/files', { field: 'files', name: 'r.csv', type: 'text/csv', bytes: 'a' })),
  )
  question(
    'file: a text has no preview',
    { default: { status: 400, id: 'api.file.get_file_preview.no_preview.app_error' } },
    async ({ bot, pub }) => {
      const file = text(await accepted(upload(bot, pub.id)), 'file_infos.0.id')
      return refusal(await bot.get(`/files/${file}/preview`))
    },
  )
  question('file: upload into a channel not mine', { default: forbidden }, async ({ bot, priv }) =>
    refusal(await upload(bot, priv.id)),
  )
  question('file: of a channel not mine', { default: 403 }, async ({ alice, bot, priv }) => {
    const file = text(await accepted(upload(alice, priv.id)), 'file_infos.0.id')
    await say(alice, priv.id, 'with file', { file_ids: [file] })
    return (await bot.get(`/files/${file}`)).status
  })
  question(
    'file: a post names what it carries, on the websocket too',
    { default: { rest: ['r.csv', 8, true], posted: true, ids: true } },
    async ({ url, alice, bot, pub }) => {
      const file = text(await accepted(upload(alice, pub.id)), 'file_infos.0.id')
      const socket = await openSocket(url, { token: bot.token })
      await socket.event('hello')
      const post = await say(alice, pub.id, 'with file', { file_ids: [file] })
      const told = await socket.event('posted', (frame) => at(postOf(frame), 'id') === at(post, 'id'))
      await socket.close()
      const infos = await accepted(bot.get(`/posts/${text(post, 'id')}/files/info`))
      return {
        rest: [at(infos, '0.name'), at(infos, '0.size'), at(infos, '0.user_id') === alice.id],
        posted: list(postOf(told), 'file_ids').includes(file),
        ids: list((await bot.get(`/posts/${text(post, 'id')}`)).body, 'file_ids').includes(file),
      }
    },
  )
  question(
    'file: of a post without one',
    { default: [] },
    async ({ bot, pub }) => (await bot.get(`/posts/${text(await say(bot, pub.id, 'bare'), 'id')}/files/info`)).body,
  )
  question(
    'file: of a public channel that I am not in: its post is read, its files are not',
    { default: { post: 200, infos: 403, info: 403, file: 403 } },
    async ({ alice, bot, team }) => {
      const place = await createChannel(alice, team.id, 'O')
      const file = text(await accepted(upload(alice, place.id)), 'file_infos.0.id')
      const id = text(await say(alice, place.id, 'with file', { file_ids: [file] }), 'id')
      return {
        post: (await bot.get(`/posts/${id}`)).status,
        infos: (await bot.get(`/posts/${id}/files/info`)).status,
        info: (await bot.get(`/files/${file}/info`)).status,
        file: (await bot.get(`/files/${file}`)).status,
      }
    },
  )
  question(
    'file: somebody else’s is not taken into a post of mine',
    { default: { ids: null, infos: [] } },
    async ({ alice, bob, pub }) => {
      const file = text(await accepted(upload(alice, pub.id)), 'file_infos.0.id')
      const post = await say(bob, pub.id, 'not mine', { file_ids: [file] })
      return {
        ids: at(post, 'file_ids'),
        infos: (await bob.get(`/posts/${text(post, 'id')}/files/info`)).body,
      }
    },
  )
  question(
    'file: what was deleted with its post is gone',
    { default: { infos: 404, info: 404, file: 404 } },
    async ({ alice, bot, pub }) => {
      const file = text(await accepted(upload(alice, pub.id)), 'file_infos.0.id')
      const id = text(await say(alice, pub.id, 'with file', { file_ids: [file] }), 'id')
      await accepted(alice.delete(`/posts/${id}`))
      return {
        infos: (await bot.get(`/posts/${id}/files/info`)).status,
        info: (await bot.get(`/files/${file}/info`)).status,
        file: (await bot.get(`/files/${file}`)).status,
      }
    },
  )
}
