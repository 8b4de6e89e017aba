// Files: what is known of them and which post they belong to (server/public/model/file_info.go).
import { newId } from './ids.ts'
import type { Fields } from './json.ts'
import type { FileInfo, Post } from './shapes.ts'
import type { World } from './world.ts'

// The content types Go knows by extension; what is not here has none.
const types: Record<string, string> = {
  csv: 'text/csv; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  json: 'application/json',
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  xml: 'text/xml; charset=utf-8',
  pdf: 'application/pdf',
  zip: 'application/zip',
  bin: 'application/octet-stream',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  svg: 'image/svg+xml',
  webp: 'image/webp',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

/** Keeps an uploaded file; it belongs to no post yet. */
export function keepFile(world: World, userId: string, channelId: string, name: string, bytes: Uint8Array): FileInfo {
  const base = name.split(/[\\/]/).at(-1) ?? name
  const extension = base.includes('.') ? (base.split('.').at(-1) ?? '').toLowerCase() : ''
  const at = world.now()
  const size = extension === 'png' ? pngSize(bytes) : { width: 0, height: 0 }
  const file: FileInfo = {
    id: newId(),
    user_id: userId,
    post_id: '',
    channel_id: channelId,
    create_at: at,
    update_at: at,
    delete_at: 0,
    name: base,
    extension,
    size: bytes.length,
    mime_type: types[extension] ?? '',
    ...size,
    bytes,
  }
  world.files.set(file.id, file)
  return file
}

function pngSize(bytes: Uint8Array): { width: number; height: number } {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.length < 24 || view.toString('latin1', 1, 4) !== 'PNG') return { width: 0, height: 0 }
  return { width: view.readUInt32BE(16), height: view.readUInt32BE(20) }
}

/** A file as JSON. */
export function fileInfoView(file: FileInfo): Fields {
  const {
    id,
    user_id,
    post_id,
    channel_id,
    create_at,
    update_at,
    delete_at,
    name,
    extension,
    size,
    mime_type,
    width,
    height,
  } = file
  return {
    id,
    user_id,
    ...(post_id ? { post_id } : {}),
    channel_id,
    create_at,
    update_at,
    delete_at,
    name,
    extension,
    size,
    mime_type,
    ...(width > 0 ? { width, height, has_preview_image: true } : {}),
    mini_preview: null,
    remote_id: '',
    archived: false,
  }
}

/** Gives files to a new post: the author's own, not yet given. They move into its channel. Answers which took; others are left out as the real server does. */
export function attachFiles(world: World, post: Post): string[] {
  return post.file_ids.filter((id) => {
    const file = world.files.get(id)
    if (!file || file.user_id !== post.user_id || file.post_id !== '') return false
    file.post_id = post.id
    file.channel_id = post.channel_id
    return true
  })
}
