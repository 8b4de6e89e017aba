// The routes about files (server/channels/api4/file.go): uploads as multipart or as a bare body, downloads for members only.
import { ApiError, badBody, badUrl } from './api-error.ts'
import { type Answer, type Call, type Route, reply } from './call.ts'
import { fileInfoView, keepFile } from './file-infos.ts'
import { isId } from './ids.ts'
import { partsOf } from './multipart.ts'
import { allow, canChannel } from './permissions.ts'
import { postById } from './posts.ts'
import type { FileInfo } from './shapes.ts'

interface Upload {
  name: string
  bytes: Uint8Array
}

function upload(call: Call): Answer {
  if (call.bytes.length === 0) throw new ApiError('api.file.upload_file.read_request.app_error', 400)
  const type = call.headers['content-type'] ?? ''
  const multipart = type.startsWith('multipart/')
  const parts = multipart ? partsOf(type, call.bytes) : []
  if (multipart && parts.length === 0) throw new ApiError('api.file.upload_file.read_request.app_error', 400)
  const text = (name: string): string[] =>
    parts
      .filter((part) => part.name === name && part.filename === '')
      .map((part) => Buffer.from(part.bytes).toString('utf8'))
  const channelId = call.query.get('channel_id') ?? text('channel_id')[0] ?? ''
  if (!isId(channelId))
    throw multipart && text('channel_id').length === 0 ? badBody('channel_id') : badUrl('channel_id')
  const files: Upload[] = multipart
    ? parts.filter((part) => part.filename !== '').map((part) => ({ name: part.filename, bytes: part.bytes }))
    : [{ name: call.query.get('filename') ?? '', bytes: call.bytes }]
  if (files.some((file) => file.name === '')) throw badUrl('filename')
  allow(canChannel(call.world, call.actor, channelId, 'upload_file'))
  if (files.some((file) => file.bytes.length > call.world.config.fileBytes))
    throw new ApiError('api.file.upload_file.too_large_detailed.app_error', 413)
  const clientIds = multipart ? text('client_ids') : [call.query.get('client_id') ?? ''].filter(Boolean)
  if (clientIds.length > 0 && clientIds.length !== files.length) throw badBody('client_ids')
  const infos = files.map((file) => keepFile(call.world, call.me, channelId, file.name, file.bytes))
  return reply({ file_infos: infos.map(fileInfoView), client_ids: clientIds }, 201)
}

function readable(call: Call): FileInfo {
  const file = call.world.files.get(call.id('file_id'))
  if (file?.delete_at !== 0) throw new ApiError('app.file_info.get.app_error', 404)
  allow(file.user_id === call.me || canChannel(call.world, call.actor, file.channel_id, 'read_channel_content'))
  return file
}

// What a file may be to be shown in place; everything else is only saved.
const shownInBrowsers = /^(image\/(jpeg|png|bmp|gif|tiff)|video\/(avi|mpeg|mp4)|audio\/(mpeg|wav))$/

function download(call: Call): Answer {
  const file = readable(call)
  const inline = call.query.get('download') !== '1' && shownInBrowsers.test(file.mime_type)
  const name = encodeURIComponent(file.name)
  return reply(file.bytes, 200, {
    'Content-Type': file.mime_type || 'application/octet-stream',
    'Content-Disposition': `${inline ? 'inline' : 'attachment'};filename="${name}"; filename*=UTF-8''${name}`,
    'Cache-Control': 'private, max-age=86400',
    'Content-Security-Policy': "Frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  })
}

// Pictures are shown as they are, whatever size was asked for; nothing else has a smaller form.
function smaller(call: Call, form: 'preview' | 'thumbnail'): Answer {
  if (!readable(call).mime_type.startsWith('image/'))
    throw new ApiError(`api.file.get_file_${form}.no_${form}.app_error`, 400)
  return download(call)
}

function infosOfPost(call: Call): Answer {
  const post = postById(call.world, call.id('post_id'))
  // Whoever reads a public channel’s posts from outside does not see its files.
  allow(canChannel(call.world, call.actor, post.channel_id, 'read_channel_content'))
  const files = post.file_ids.flatMap((id) => call.world.files.get(id) ?? [])
  return reply(files.filter((file) => file.delete_at === 0).map(fileInfoView))
}

export const fileRoutes: Route[] = [
  { method: 'POST', path: '/files', handler: upload, file: true },
  { method: 'GET', path: '/files/:file_id', handler: download },
  { method: 'GET', path: '/files/:file_id/preview', handler: (call) => smaller(call, 'preview') },
  { method: 'GET', path: '/files/:file_id/thumbnail', handler: (call) => smaller(call, 'thumbnail') },
  {
    method: 'GET',
    path: '/files/:file_id/info',
    handler: (call) => reply(fileInfoView(readable(call)), 200, { 'Cache-Control': 'max-age=2592000, private' }),
  },
  { method: 'GET', path: '/posts/:post_id/files/info', handler: infosOfPost },
]
