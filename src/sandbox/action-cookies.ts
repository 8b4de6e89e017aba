// Buttons of ephemeral messages: nobody keeps the message, so each button carries a sealed cookie with all that a click needs.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { mapActions } from './attachments.ts'
import { type Fields, isFields } from './json.ts'
import type { Post } from './shapes.ts'
import type { World } from './world.ts'

/** Props that an integration's answer cannot take away or give. */
export const retainedProps = ['from_webhook', 'override_username', 'override_icon_url'] as const

const keyOf = (world: World): Buffer => createHash('sha256').update(world.secret).digest()

/** The post's props, every button with its cookie. */
export function sealActions(world: World, post: Post): Fields {
  return mapActions(post.props, (action) => ({ ...action, cookie: seal(world, cookieOf(post, action)) }))
}

function cookieOf(post: Post, action: Fields): Fields {
  return {
    type: action.type,
    post_id: post.id,
    root_post_id: post.root_id || post.id,
    channel_id: post.channel_id,
    data_source: action.data_source,
    integration: action.integration,
    retain_props: Object.fromEntries(
      retainedProps.filter((key) => key in post.props).map((key) => [key, post.props[key]]),
    ),
  }
}

function seal(world: World, cookie: Fields): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(world), nonce)
  const sealed = Buffer.concat([cipher.update(JSON.stringify(cookie), 'utf8'), cipher.final(), cipher.getAuthTag()])
  return Buffer.concat([nonce, sealed]).toString('base64')
}

/** What a cookie says, null when this server did not seal it. */
export function openCookie(world: World, cookie: string): Fields | null {
  const bytes = Buffer.from(cookie, 'base64')
  if (bytes.length < 28) return null
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(world), bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(-16))
    const plain = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()])
    const value: unknown = JSON.parse(plain.toString('utf8'))
    return isFields(value) ? value : null
  } catch {
    // A cookie that does not open was not ours; the caller refuses it.
    return null
  }
}
