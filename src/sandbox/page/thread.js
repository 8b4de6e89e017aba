// The right-hand side: one post, its replies, and a line to answer.

import { createComposer } from './composer.js'
import { h, icon } from './dom.js'
import { createFeed } from './feed.js'

/** @param {import('./post.js').PostContext} context */
export function createThread(context) {
  const { session, words } = context
  /** @type {string | undefined} */
  let rootId
  /** @type {import('./feed.js').Feed | undefined} */
  let feed
  /** @type {Element | null} */
  let openedFrom = null
  const title = words.say('thread')
  const feedPlace = h('div', { class: 'feed-place' })
  const composer = createComposer(context, {
    testId: 'thread-composer',
    label: words.say('replyInThread'),
    place() {
      const root = session.posts.get(rootId ?? '')
      return root && { channelId: root.channel_id, rootId: root.id }
    },
  })
  const closeButton = h(
    'button',
    {
      type: 'button',
      class: 'icon-button',
      'aria-label': words.say('close'),
      title: words.say('close'),
      'data-testid': 'close-thread',
      onclick: () => leave(),
    },
    icon('close'),
  )
  const element = h(
    'aside',
    { class: 'thread', 'aria-label': title, 'data-testid': 'thread', hidden: true },
    h('header', { class: 'channel-head' }, h('div', { class: 'channel-heading' }, h('h2', {}, title)), closeButton),
    feedPlace,
    composer.element,
  )
  element.addEventListener('keydown', (event) => event.key === 'Escape' && !event.defaultPrevented && leave())

  function close() {
    rootId = undefined
    feed?.close()
    feed = undefined
    element.hidden = true
    composer.setText('')
  }

  function leave() {
    close()
    if (openedFrom instanceof HTMLElement && openedFrom.isConnected) openedFrom.focus()
  }

  return {
    element,
    /** @param {string} id the root @param {string} [postId] the one to bring into view */
    async open(id, postId) {
      openedFrom = document.activeElement
      rootId = id
      element.hidden = false
      feed?.close()
      const opened = createFeed({
        context,
        label: title,
        inThread: true,
        testId: 'thread-feed',
        list: () => session.posts.inThread(id),
      })
      feed = opened
      feedPlace.replaceChildren(opened.element)
      opened.update()
      composer.focus()
      await session.posts.openThread(id)
      if (postId !== undefined) opened.show(postId)
    },
    /** @param {{ arrived?: import('./types.d.ts').Post, edited?: string }} change */
    update(change) {
      feed?.update(change)
    },
    close,
  }
}
