// Under a post's text: the reactions to it, and its files.

import { h, icon } from './dom.js'
import { emoji } from './emoji.js'

/** @typedef {import('./types.d.ts').Post} Post */
/** @typedef {import('./post.js').PostContext} PostContext */

/** @param {Post} post @param {PostContext} context */
export function renderReactions(post, { session, words, attempt }) {
  /** @type {Map<string, string[]>} */
  const byName = new Map()
  for (const { emoji_name, user_id } of post.metadata?.reactions ?? [])
    byName.set(emoji_name, [...(byName.get(emoji_name) ?? []), user_id])
  if (byName.size === 0) return null
  const chips = [...byName].map(([name, userIds]) => {
    const mine = userIds.includes(session.me.id)
    const toggle = () =>
      mine
        ? session.api.del(`/api/v4/users/me/posts/${post.id}/reactions/${encodeURIComponent(name)}`)
        : session.api.post('/api/v4/reactions', { user_id: session.me.id, post_id: post.id, emoji_name: name })
    const who = userIds.map((id) => session.users.get(id)?.username ?? '').join(', ')
    return h(
      'button',
      {
        type: 'button',
        class: 'reaction',
        'aria-pressed': String(mine),
        title: who,
        'aria-label': `${words.say(mine ? 'remove' : 'react', { name })} (${userIds.length})`,
        'data-testid': `reaction-${name}`,
        'data-key': `reaction-${name}`,
        onclick: () => attempt(toggle()),
      },
      emoji(name) ?? `:${name}:`,
      ' ',
      h('span', {}, String(userIds.length)),
    )
  })
  return h('div', { class: 'reactions' }, ...chips)
}

/** @param {Post} post @param {PostContext} context */
export function renderFiles(post, { session, words, attempt }) {
  const infos = post.metadata?.files ?? []
  if (infos.length === 0) return null
  /** @param {import('./types.d.ts').FileInfo} info */
  const save = async (info) => {
    const address = URL.createObjectURL(await session.api.blob(`/api/v4/files/${info.id}`))
    h('a', { href: address, download: info.name }).click()
    setTimeout(() => URL.revokeObjectURL(address), 10_000)
  }
  return h(
    'div',
    { class: 'files' },
    ...infos.map((info) =>
      h(
        'button',
        {
          type: 'button',
          class: shownInPlace.test(info.mime_type) ? 'file picture' : 'file',
          'data-testid': 'file',
          'data-key': info.id,
          onclick: () => attempt(save(info)),
        },
        ...(shownInPlace.test(info.mime_type)
          ? [pictureOf(info, session, attempt)]
          : [icon('file'), h('span', {}, info.name), h('small', {}, words.size(info.size))]),
      ),
    ),
  )
}

const shownInPlace = /^image\/(png|jpeg|gif)$/

/** Each is fetched once, however often its post is drawn. @type {Map<string, Promise<string>>} */
const pictures = new Map()

/**
 * @param {import('./types.d.ts').FileInfo} info
 * @param {PostContext['session']} session
 * @param {PostContext['attempt']} attempt
 */
function pictureOf({ id, name }, session, attempt) {
  const image = /** @type {HTMLImageElement} */ (h('img', { alt: name, 'data-testid': 'picture' }))
  const address = pictures.get(id) ?? session.api.blob(`/api/v4/files/${id}`).then(URL.createObjectURL)
  pictures.set(id, address)
  attempt(
    address.then((src) => {
      image.src = src
    }),
  )
  return image
}
