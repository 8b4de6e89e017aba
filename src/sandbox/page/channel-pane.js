// The middle: the channel that is open, with its heading, posts and the line to type in.

import { createComposer } from './composer.js'
import { h, icon } from './dom.js'
import { createFeed } from './feed.js'

/** @typedef {import('./types.d.ts').Channel} Channel */

/**
 * @param {import('./post.js').PostContext} context
 * @param {import('./channel-labels.js').ChannelLabels} labels
 * @param {HTMLElement} menuButton stands before the heading
 */
export function createChannelPane(context, labels, menuButton) {
  const { session, words, markdown, attempt } = context
  /** @type {import('./feed.js').Feed | undefined} */
  let feed
  const composer = createComposer(context, {
    place: () => (session.state.active === undefined ? undefined : { channelId: session.state.active, rootId: '' }),
    testId: 'composer',
    label: '',
  })
  const heading = h('div', { class: 'channel-heading' })
  const feedPlace = h('div', { class: 'feed-place' })
  const offline = h('p', { class: 'offline', role: 'status', 'data-testid': 'offline', hidden: true })
  const element = h(
    'main',
    { class: 'main' },
    h('header', { class: 'channel-head' }, menuButton, heading),
    offline,
    feedPlace,
    composer.element,
  )

  /** What stays behind when the channel is left: the unfinished message, and up to where it was read. */
  function leave() {
    const { active, drafts } = session.state
    feed?.close()
    feed = undefined
    if (active === undefined) return
    drafts.set(active, composer.text())
    const mark = session.marks.get(active)
    if (mark !== undefined) session.marks.set(active, { ...mark, viewedAt: Date.now() })
    session.state.active = undefined
  }

  /** @param {Channel} channel */
  async function show(channel) {
    leave()
    session.state.active = channel.id
    const mark = session.marks.get(channel.id)
    const name = labels.nameOf(channel)
    const opened = createFeed({
      context,
      label: name,
      inThread: false,
      testId: 'feed',
      list: () => session.posts.inChannel(channel.id),
      before: () => [beginning(channel)],
      ...(mark?.unread ? { newSince: mark.viewedAt } : {}),
    })
    feed = opened
    feedPlace.replaceChildren(opened.element)
    composer.setLabel(words.say(channel.type === 'D' ? 'writeToPerson' : 'writeTo', { name }))
    composer.setText(session.state.drafts.get(channel.id) ?? '')
    document.title = `${name} – ${session.team?.display_name ?? ''}`
    drawHeading(channel)
    await session.posts.open(channel.id)
    if (feed !== opened) return
    opened.update()
    await session.markRead(channel.id)
    const { member_count } = await session.api.get(`/api/v4/channels/${channel.id}/stats`)
    if (feed === opened) drawHeading(channel, member_count)
  }

  /** @param {Channel} channel @param {number} [memberCount] */
  function drawHeading(channel, memberCount) {
    const isCounted = memberCount !== undefined && channel.type !== 'D'
    const members = memberCount === 1 ? words.say('member') : words.say('members', { n: memberCount ?? 0 })
    heading.replaceChildren(
      h('h2', { title: labels.kindOf(channel) }, icon(labels.signOf(channel)), labels.nameOf(channel)),
      isCounted ? h('span', { class: 'members' }, members) : '',
      channel.header ? h('span', { class: 'channel-topic', html: markdown.inline(channel.header) }) : '',
    )
  }

  /** Above the oldest post: the way to older ones, or that there are none. @param {Channel} channel */
  function beginning(channel) {
    const { posts } = session
    if (!posts.isRead(channel.id)) return null
    if (!posts.hasOlder(channel.id))
      return h('p', { class: 'beginning' }, words.say('start', { name: labels.nameOf(channel) }))
    const onclick = () => attempt(posts.older(channel.id))
    return h(
      'button',
      { type: 'button', class: 'small-button older', 'data-testid': 'older', onclick },
      words.say('older'),
    )
  }

  return {
    element,
    show,
    leave,
    isShowing: () => feed !== undefined,
    /** @param {{ arrived?: import('./types.d.ts').Post, edited?: string }} change */
    update: (change) => feed?.update(change),
    /** @param {string} postId @returns {boolean} false if the channel does not reach back to it */
    find: (postId) => feed?.show(postId) ?? false,
    /** @param {boolean} isConnected */
    setConnected(isConnected) {
      offline.hidden = isConnected
      offline.textContent = isConnected ? '' : words.say('offline')
    },
  }
}
