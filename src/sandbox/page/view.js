// What one person sees: sidebar, channel, thread. Drawn from their session and kept in step with it.

import { createAvatars } from './avatar.js'
import { browse } from './browse.js'
import { createChannelLabels, listFrom } from './channel-labels.js'
import { createChannelPane } from './channel-pane.js'
import { createDemoPanel } from './demo-panel.js'
import { openDialog } from './dialog.js'
import { h, icon } from './dom.js'
import { createMarkdown } from './markdown.js'
import { createSidebar } from './sidebar.js'
import { createThread } from './thread.js'

/** @typedef {import('./types.d.ts').Channel} Channel */
/** @typedef {import('./types.d.ts').Post} Post */

/**
 * @param {import('./session.js').Session} session
 * @param {{ words: import('./words.js').Words, MarkdownIt: typeof import('markdown-it').default, people: import('./types.d.ts').Person[], notices: import('./notices.js').Notices,
 *   onTeam(name: string): void, onPerson(username: string): void, mentionsOf(username: string): number }} parts
 */
export function createView(session, { words, MarkdownIt, people, notices, onTeam, onPerson, mentionsOf }) {
  const { attempt } = notices
  const labels = createChannelLabels(session, words)
  /** @type {import('./post.js').PostContext} */
  const context = {
    session,
    words,
    markdown: createMarkdown(MarkdownIt, labels.names),
    avatar: createAvatars(session.api),
    openThread: (rootId) => void openThread(rootId),
    attempt,
    listFrom: (source) => listFrom(session, source),
  }
  const menuButton = h(
    'button',
    {
      type: 'button',
      class: 'icon-button only-narrow',
      'aria-controls': 'sidebar',
      'aria-expanded': 'false',
      'aria-label': words.say('showChannels'),
      'data-testid': 'show-channels',
      onclick: () => showSidebar(!element.classList.contains('with-sidebar')),
    },
    icon('menu'),
  )
  const pane = createChannelPane(context, labels, menuButton)
  const thread = createThread(context)
  /** @param {Channel} channel */
  const visit = (channel) => {
    location.hash = labels.addressOf(channel)
  }
  const onBrowse = () => void attempt(browse(session, words, { attempt, go: visit }))
  const sidebar = createSidebar(context, labels, { people, onBrowse, onTeam, onPerson, mentionsOf })
  const demoPlace = h('div', { class: 'demo-place' })
  const scrim = h('div', { class: 'scrim', onclick: () => showSidebar(false) })
  const element = h(
    'div',
    { class: 'app', 'data-testid': 'app', 'data-person': session.me.username },
    sidebar.element,
    demoPlace,
    pane.element,
    thread.element,
    scrim,
  )
  element.addEventListener('keydown', (event) => event.key === 'Escape' && showSidebar(false))

  /** @param {boolean} isShown on a narrow window the sidebar lies over the channel */
  function showSidebar(isShown) {
    element.classList.toggle('with-sidebar', isShown)
    menuButton.setAttribute('aria-expanded', String(isShown))
  }

  /** @param {Channel} channel */
  async function go(channel) {
    showSidebar(false)
    history.replaceState(null, '', labels.addressOf(channel))
    if (session.state.active === channel.id && pane.isShowing()) return
    thread.close()
    const shown = pane.show(channel)
    sidebar.update()
    await shown
  }

  /** @param {string} rootId @param {string} [postId] the one to bring into view */
  const openThread = (rootId, postId) => attempt(thread.open(rootId, postId))

  /** Opens the channel of a post, and its thread where it stands in one or the channel does not reach back to it. @param {string} postId */
  async function jump(postId) {
    /** @type {Post} */
    const post = await session.api.get(`/api/v4/posts/${postId}`)
    const channel = session.channels.get(post.channel_id)
    if (channel === undefined) throw new Error(words.say('noChannel'))
    await go(channel)
    const isInView = pane.find(post.root_id || post.id)
    if (!isInView || post.root_id !== '') await openThread(post.root_id || post.id, post.id)
  }

  /** @param {import('./types.d.ts').Change} change */
  function onChange(change) {
    const { active, connected } = session.state
    if (change.type === 'dialog') void attempt(openDialog(change.request, context, active ?? ''))
    if (change.type === 'connection') pane.setConnected(connected)
    if (change.type === 'channels') {
      sidebar.update()
      if (active !== undefined && !session.channels.has(active)) onTeam(session.team?.name ?? '')
    }
    if (change.type !== 'posts') return
    thread.update(change)
    if (change.channelId !== active) return
    pane.update(change)
    if (change.arrived !== undefined && change.arrived.user_id !== session.me.id) announce(change.arrived)
  }

  /** @param {Post} post */
  function announce({ user_id, message, props }) {
    const cards = (props?.attachments ?? []).map(({ fallback, title, text }) => fallback || title || text || '')
    notices.announce([session.users.get(user_id)?.username, message, ...cards].filter(Boolean).join(', '))
  }

  const onVisible = () => {
    const { active } = session.state
    if (document.visibilityState === 'visible' && active !== undefined) void attempt(session.markRead(active))
  }
  document.addEventListener('visibilitychange', onVisible)
  const stopListening = session.listen(onChange)
  void attempt(createDemoPanel(context).then((panel) => panel && demoPlace.replaceChildren(panel)))
  sidebar.update()
  pane.setConnected(session.state.connected)

  return {
    element,
    go,
    jump,
    refreshSidebar: sidebar.update,
    close() {
      stopListening()
      document.removeEventListener('visibilitychange', onVisible)
      thread.close()
      pane.leave()
    },
  }
}

/** @typedef {ReturnType<typeof createView>} View */
