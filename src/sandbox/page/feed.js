// A list of posts, oldest first: days, the line above what is new, live arrivals and edits, and a scroll position that stays where the reader is.

import { h, icon, place } from './dom.js'
import { renderPost } from './post.js'
import { dayOf } from './words.js'

/** @typedef {import('./types.d.ts').Post} Post */

const sameBreathMs = 5 * 60_000
const nearBottomPx = 60

/**
 * @param {{ context: import('./post.js').PostContext, list: () => Post[], label: string, inThread: boolean, testId: string,
 *   before?: () => (Node | null)[], newSince?: number }} parts `newSince`: Unix milliseconds after which others' posts are new to the reader
 */
export function createFeed({
  context,
  list,
  label,
  inThread,
  testId,
  before = () => [],
  newSince = Number.POSITIVE_INFINITY,
}) {
  const { words, session } = context
  /** @type {Map<string, { post: Post, author: unknown, follows: boolean, element: HTMLElement }>} */
  const drawn = new Map()
  const posts = h('div', { class: 'posts' })
  const newLine = h('div', { class: 'separator new', role: 'separator' }, h('span', {}, words.say('newMessages')))
  /** @type {Map<string, HTMLElement>} */
  const days = new Map()
  const scroller = h('section', { class: 'feed', tabindex: '0', 'aria-label': label, 'data-testid': testId }, posts)
  const below = h(
    'button',
    { type: 'button', class: 'below', hidden: true, onclick: () => toBottom() },
    icon('down'),
    words.say('below'),
  )
  const element = h('div', { class: 'feed-frame' }, scroller, below)
  let atBottom = true

  scroller.addEventListener('scroll', () => {
    atBottom = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < nearBottomPx
    if (atBottom) below.hidden = true
  })
  // A post whose menu is open is drawn anew once the menu is closed.
  posts.addEventListener('toggle', () => posts.querySelector(':popover-open') === null && update(), true)
  const watch = new ResizeObserver(() => atBottom && toBottom())
  watch.observe(scroller)
  watch.observe(posts)

  function toBottom() {
    scroller.scrollTop = scroller.scrollHeight
    below.hidden = true
  }

  /** @param {Post} post @param {Post | undefined} previous */
  function draw(post, previous) {
    const follows = previous !== undefined && goesOn(previous, post)
    const author = session.users.get(post.user_id)
    const known = drawn.get(post.id)
    if (known !== undefined && known.post === post && known.author === author && known.follows === follows)
      return known.element
    if (known?.element.querySelector(':popover-open')) return known.element
    const element = renderPost(post, context, { follows, inThread })
    if (known !== undefined) keepFocus(known.element, element)
    drawn.set(post.id, { post, author, follows, element })
    return element
  }

  /** @param {Post} previous @param {Post} post */
  function goesOn(previous, post) {
    return (
      authorOf(post) === authorOf(previous) &&
      post.props?.from_webhook === previous.props?.from_webhook &&
      post.create_at - previous.create_at < sameBreathMs &&
      dayOf(post.create_at) === dayOf(previous.create_at)
    )
  }

  /** @param {number} at */
  function dayLine(at) {
    const day = dayOf(at)
    const line =
      days.get(day) ?? h('div', { class: 'separator', role: 'separator' }, h('span', {}, words.day(at, Date.now())))
    days.set(day, line)
    return line
  }

  /** @param {{ arrived?: Post | undefined, edited?: string | undefined }} [change] */
  function update(change = {}) {
    const stay = atBottom || change.arrived?.user_id === session.me.id
    const all = list()
    /** @type {Node[]} */
    const nodes = before().filter((node) => node !== null)
    let isMarked = false
    all.forEach((post, index) => {
      const previous = all[index - 1]
      if (previous === undefined || dayOf(previous.create_at) !== dayOf(post.create_at))
        nodes.push(dayLine(post.create_at))
      if (!isMarked && post.create_at > newSince && post.user_id !== session.me.id) {
        isMarked = true
        nodes.push(newLine)
        nodes.push(draw(post, undefined))
      } else nodes.push(draw(post, previous))
    })
    const ids = new Set(all.map(({ id }) => id))
    for (const id of drawn.keys()) if (!ids.has(id)) drawn.delete(id)
    place(posts, nodes)
    if (change.edited !== undefined) flash(drawn.get(change.edited)?.element)
    if (stay) toBottom()
    else if (change.arrived !== undefined && ids.has(change.arrived.id)) below.hidden = false
  }

  return {
    element,
    update,
    /** Brings a post into view and marks it. @param {string} postId @returns {boolean} false if it is not in the list */
    show(postId) {
      const post = drawn.get(postId)?.element
      post?.scrollIntoView({ block: 'center' })
      flash(post)
      return post !== undefined
    },
    close: () => watch.disconnect(),
  }
}

/** @typedef {ReturnType<typeof createFeed>} Feed */

/** @param {HTMLElement | undefined} element */
function flash(element) {
  if (element === undefined) return
  element.classList.add('flash')
  element.addEventListener('animationend', () => element.classList.remove('flash'), { once: true })
}

/** A post drawn anew keeps the focus on the same button. @param {HTMLElement} before @param {HTMLElement} after */
function keepFocus(before, after) {
  const focused = document.activeElement
  if (!(focused instanceof HTMLElement) || !before.contains(focused) || focused.dataset.key === undefined) return
  const same = after.querySelector(`[data-key="${CSS.escape(focused.dataset.key)}"]`)
  if (same instanceof HTMLElement) queueMicrotask(() => same.focus({ preventScroll: true }))
}

/** Who a post shows as: the server itself for what it says on somebody's behalf, apart from what only the reader sees. @param {Post} post */
function authorOf({ type, user_id }) {
  return type === 'system_ephemeral' ? `only for you: ${user_id}` : type.startsWith('system_') ? 'server' : user_id
}
