// What one may join or open: public channels one is not in, and people to write to.

import { h, icon } from './dom.js'
import { openModal } from './modal.js'

/** @typedef {import('./types.d.ts').Channel} Channel */

/**
 * @param {import('./session.js').Session} session
 * @param {import('./words.js').Words} words
 * @param {{ attempt(work: Promise<unknown>): Promise<void>, go(channel: Channel): void }} does
 */
export async function browse(session, words, { attempt, go }) {
  const { api, team, me, users } = session
  if (team === undefined) return
  /** @type {Channel[]} */
  const open = (await api.get(`/api/v4/teams/${team.id}/channels?per_page=200`)).filter(
    (/** @type {Channel} */ { id }) => !session.channels.has(id),
  )
  const people = [...users.values()]
    .filter(({ id, delete_at }) => id !== me.id && !delete_at)
    .sort((a, b) => a.username.localeCompare(b.username))

  /** @param {Promise<Channel>} work */
  const enter = async (work) => {
    modal.close()
    await attempt(
      work.then(async (channel) => {
        await session.loadChannels()
        go(session.channels.get(channel.id) ?? channel)
      }),
    )
  }
  /** @param {Channel} channel */
  const join = (channel) =>
    enter(api.post(`/api/v4/channels/${channel.id}/members`, { user_id: me.id }).then(() => channel))
  /** @param {string} userId */
  const write = (userId) => enter(api.post('/api/v4/channels/direct', [me.id, userId]))

  const modal = openModal(
    { title: words.say('browse'), closeLabel: words.say('close'), testId: 'browse' },
    open.length === 0
      ? h('p', { class: 'quiet' }, words.say('nothingToJoin'))
      : h(
          'ul',
          { class: 'choices' },
          ...open.map((channel) =>
            choice(
              channel.display_name,
              channel.purpose,
              icon('globe'),
              words.say('join'),
              `join-${channel.name}`,
              () => join(channel),
            ),
          ),
        ),
    h('h3', {}, words.say('people')),
    h(
      'ul',
      { class: 'choices' },
      ...people.map(({ id, username, is_bot }) =>
        choice(username, '', icon(is_bot ? 'robot' : 'people'), words.say('open'), `write-${username}`, () =>
          write(id),
        ),
      ),
    ),
  )
}

/**
 * @param {string} name
 * @param {string | undefined} about
 * @param {SVGSVGElement} sign
 * @param {string} verb
 * @param {string} testId
 * @param {() => void} onclick
 */
function choice(name, about, sign, verb, testId, onclick) {
  return h(
    'li',
    {},
    sign,
    h('span', { class: 'choice-name' }, name, about ? h('small', {}, about) : null),
    h(
      'button',
      { type: 'button', class: 'small-button', 'aria-label': `${verb} ${name}`, 'data-testid': testId, onclick },
      verb,
    ),
  )
}
