// A person's picture, or their initial on a colour of their own until there is one.

import { h, icon } from './dom.js'

/** @typedef {import('./types.d.ts').User} User */

const hues = 8

/**
 * @param {import('./api.js').Api} api pictures need the token, so they are fetched rather than linked
 * @returns {(user: User | undefined) => HTMLElement} decorative: the name stands beside it
 */
export function createAvatars(api) {
  /** @type {Map<string, Promise<string | undefined>>} */
  const pictures = new Map()

  /** @param {User} user */
  function pictureOf(user) {
    const key = `${user.id}:${user.last_picture_update}`
    const known = pictures.get(key)
    if (known !== undefined) return known
    const picture = api.blob(`/api/v4/users/${user.id}/image?_=${user.last_picture_update}`).then(
      (blob) => URL.createObjectURL(blob),
      () => undefined, // the initial stays
    )
    pictures.set(key, picture)
    return picture
  }

  return (user) => {
    const sign =
      user === undefined ? icon('globe') : user.is_bot ? icon('robot') : (user.username[0] ?? '?').toUpperCase()
    const element = h(
      'span',
      { class: `avatar hue-${hueOf(user?.username ?? '')}${user?.is_bot ? ' bot' : ''}`, 'aria-hidden': 'true' },
      sign,
    )
    if (user !== undefined && (user.last_picture_update ?? 0) > 0) {
      pictureOf(user)
        .then((address) => address && element.replaceChildren(h('img', { src: address, alt: '' })))
        .catch(() => undefined) // pictureOf never rejects
    }
    return element
  }
}

/** @param {string} name */
function hueOf(name) {
  return [...name].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % hues
}
