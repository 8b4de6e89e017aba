// How channels are named, marked and addressed on the page, and which names a text may point at.

/** @typedef {import('./types.d.ts').Channel} Channel */

/**
 * @param {import('./session.js').Session} session
 * @param {import('./words.js').Words} words
 */
export function createChannelLabels(session, words) {
  /** @param {Channel} channel */
  const addressOf = (channel) => `#${session.me.username}/${session.team?.name ?? ''}/${channel.name}`

  /** @type {import('./types.d.ts').Names} */
  const names = {
    mention(name) {
      const isKnown = [...session.users.values()].some(({ username }) => username === name)
      return isKnown ? { mine: name === session.me.username } : undefined
    },
    channel(name) {
      const channel = [...session.channels.values()].find((known) => known.name === name && known.type === 'O')
      return channel && { href: addressOf(channel), label: channel.display_name }
    },
  }

  return {
    addressOf,
    names,
    /** @param {Channel} channel a direct one bears the other person's name */
    nameOf(channel) {
      const other = session.otherPerson(channel)
      if (other === undefined) return channel.display_name || channel.name
      const name = session.users.get(other)?.username ?? words.say('unknownUser')
      return other === session.me.id ? `${name} ${words.say('you')}` : name
    },
    /** @param {Channel} channel @returns {'archive' | 'lock' | 'globe' | 'people'} */
    signOf({ delete_at, type }) {
      if (delete_at > 0) return 'archive'
      if (type === 'P') return 'lock'
      return type === 'O' ? 'globe' : 'people'
    },
    /** @param {Channel} channel in words, for those who do not see the sign */
    kindOf({ delete_at, type }) {
      if (delete_at > 0) return words.say('archived')
      if (type === 'P') return words.say('privateChannel')
      return words.say(type === 'O' ? 'publicChannel' : 'direct')
    },
  }
}

/** @typedef {ReturnType<typeof createChannelLabels>} ChannelLabels */

/**
 * What a menu with a `data_source` offers.
 * @param {import('./session.js').Session} session
 * @param {string} source `users` or `channels`
 * @returns {Promise<import('./types.d.ts').Option[]>}
 */
export async function listFrom(session, source) {
  if (source === 'channels')
    return [...session.channels.values()]
      .filter(({ type }) => type === 'O' || type === 'P')
      .map(({ id, display_name }) => ({ text: display_name, value: id }))
  return [...session.users.values()]
    .filter(({ delete_at }) => !delete_at)
    .map(({ id, username }) => ({ text: `@${username}`, value: id }))
}
