// The left side: team, channels with what is unread in them, and the people one may speak as.

import { h, icon, place } from './dom.js'
import { createMenu } from './menu.js'

/** @typedef {import('./types.d.ts').Channel} Channel */

/**
 * @param {import('./post.js').PostContext} context
 * @param {import('./channel-labels.js').ChannelLabels} labels
 * @param {{ people: import('./types.d.ts').Person[], onBrowse(): void, onTeam(name: string): void, onPerson(username: string): void, mentionsOf(username: string): number }} parts
 */
export function createSidebar({ session, words, avatar }, labels, { people, onBrowse, onTeam, onPerson, mentionsOf }) {
  const { nameOf, addressOf } = labels
  const lists = h('div', { class: 'channel-lists' })
  const switcher = h('div', { class: 'switcher', role: 'group', 'aria-label': words.say('speakAs') })
  const browseButton = h(
    'button',
    { type: 'button', class: 'browse', 'data-testid': 'browse-channels', onclick: onBrowse },
    icon('plus'),
    words.say('browse'),
  )
  const teamName = session.team?.display_name ?? ''
  const team =
    session.teams.length < 2
      ? h('h1', { class: 'team' }, teamName)
      : h(
          'h1',
          { class: 'team' },
          createMenu({
            label: teamName,
            className: 'team-menu',
            options: session.teams.map(({ name, display_name }) => ({ text: display_name, value: name })),
            pick: ({ value }) => onTeam(value),
          }),
        )
  const element = h(
    'nav',
    { class: 'sidebar', id: 'sidebar', 'aria-label': words.say('channels'), 'data-testid': 'sidebar' },
    team,
    lists,
    browseButton,
    people.length > 1 ? h('div', { class: 'switcher-title', 'aria-hidden': 'true' }, words.say('speakAs')) : null,
    switcher,
  )

  /** @param {Channel} channel */
  function entry(channel) {
    const mark = session.marks.get(channel.id)
    const isActive = channel.id === session.state.active
    const isUnread = mark?.unread === true && !isActive
    const count = isUnread ? (mark?.mentions ?? 0) : 0
    return h(
      'li',
      {},
      h(
        'a',
        {
          href: addressOf(channel),
          class: isUnread ? 'channel unread' : 'channel',
          'aria-current': isActive ? 'page' : undefined,
          'data-testid': 'channel',
          'data-channel': channel.name,
        },
        signOf(channel),
        h('span', { class: 'channel-name' }, nameOf(channel)),
        isUnread ? h('span', { class: 'hidden' }, ` (${words.say('unread')})`) : null,
        count > 0
          ? h(
              'span',
              { class: 'badge', 'aria-label': words.say('mentions', { n: count }), 'data-testid': 'badge' },
              String(count),
            )
          : null,
      ),
    )
  }

  /** @param {Channel} channel */
  function signOf(channel) {
    const other = session.otherPerson(channel)
    return other === undefined ? icon(labels.signOf(channel)) : avatar(session.users.get(other))
  }

  function update() {
    const all = [...session.channels.values()]
    const rooms = all
      .filter(({ type }) => type === 'O' || type === 'P')
      .sort((a, b) => nameOf(a).localeCompare(nameOf(b)))
    const direct = all
      .filter(({ type }) => type === 'D' || type === 'G')
      .sort((a, b) => b.last_post_at - a.last_post_at)
    const focused =
      document.activeElement instanceof HTMLElement && lists.contains(document.activeElement)
        ? document.activeElement.dataset.channel
        : undefined
    lists.replaceChildren(
      ...section(words.say('channels'), rooms),
      ...(direct.length ? section(words.say('directMessages'), direct) : []),
    )
    if (focused !== undefined)
      for (const link of lists.querySelectorAll('a')) if (link.dataset.channel === focused) link.focus()
    place(switcher, people.map(personButton))
  }

  /** @param {string} title @param {Channel[]} channels */
  function section(title, channels) {
    return [h('h2', {}, title), h('ul', {}, ...channels.map(entry))]
  }

  /** @param {import('./types.d.ts').Person} person */
  function personButton({ username, name }) {
    const isMe = username === session.person.username
    const count = isMe ? 0 : mentionsOf(username)
    const user = [...session.users.values()].find((known) => known.username === username)
    return h(
      'button',
      {
        type: 'button',
        class: 'person',
        'aria-pressed': String(isMe),
        title: name || undefined,
        'data-testid': `person-${username}`,
        onclick: () => onPerson(username),
      },
      avatar(user),
      h('span', {}, username),
      count > 0 ? h('span', { class: 'badge' }, String(count)) : null,
    )
  }

  return { element, update }
}
