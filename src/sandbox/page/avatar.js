// A person's picture, or their initial on a colour of their own until there is one.

import { h, icon } from './dom.js'

/** @typedef {import('./types.d.ts').User} User */

const hues = 8

/**
 * @param {import('./api.js').Api} api pictures need the token, so they are fetched rather than linked
 * @returns {(user: User | undefined) => HTMLElement} decorative: the name stands beside it; without a user it is the server's
 */
export function createAvatars(api) {
  /** Pictures as they come, by person and version. @type {Map<string, Promise<string | undefined>>} */
  const coming = new Map()
  /** Those that are here, so that a post drawn anew shows them at once. @type {Map<string, string>} */
  const here = new Map()

  /** @param {User} user */
  function fetchPicture(user) {
    const key = keyOf(user)
    const picture = api.blob(`/api/v4/users/${user.id}/image?_=${user.last_picture_update}`).then(
      (blob) => {
        const address = URL.createObjectURL(blob)
        here.set(key, address)
        return address
      },
      () => undefined, // the initial stays
    )
    coming.set(key, picture)
    return picture
  }

  return (user) => {
    if (user === undefined) return frame('server', icon('globe'))
    const address = here.get(keyOf(user))
    if (address !== undefined) return frame('', picture(address))
    const initial = (user.username[0] ?? '?').toUpperCase()
    const element = user.is_bot ? frame('bot', icon('robot')) : frame(`hue-${hueOf(user.username)}`, initial)
    if ((user.last_picture_update ?? 0) > 0) {
      const awaited = coming.get(keyOf(user)) ?? fetchPicture(user)
      void awaited.then((found) => found && element.replaceChildren(picture(found)))
    }
    return element
  }
}

/** @param {string} kind @param {Node | string} sign */
function frame(kind, sign) {
  return h('span', { class: `avatar ${kind}`, 'aria-hidden': 'true' }, sign)
}

/** @param {string} address */
function picture(address) {
  return h('img', { src: address, alt: '' })
}

/** @param {User} user */
function keyOf({ id, last_picture_update }) {
  return `${id}:${last_picture_update}`
}

/** @param {string} name */
function hueOf(name) {
  return [...name].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % hues
}
