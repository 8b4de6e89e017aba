// Questions about files: upload, attach, read.

import { accepted, at, type Caller, list, refusal, text } from './driver.ts'
import { type Question, say } from './world.ts'

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
}
