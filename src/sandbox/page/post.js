// One post: who, when, what, its cards, files and reactions, and the way into its thread.

import { renderCard } from './card.js'
import { h, icon } from './dom.js'
import { renderFiles, renderReactions } from './post-extras.js'

/** @typedef {import('./types.d.ts').Post} Post */
/** @typedef {import('./types.d.ts').User} User */

/**
 * What a post needs of its surroundings.
 * @typedef {object} PostContext
 * @property {import('./session.js').Session} session
 * @property {import('./words.js').Words} words
 * @property {{ block(text: string): string, inline(text: string): string }} markdown
 * @property {(user: User | undefined) => HTMLElement} avatar
 * @property {(rootId: string) => void} openThread
 * @property {(work: Promise<unknown>) => Promise<void>} attempt says what went wrong; never rejects
 * @property {(source: string) => Promise<import('./types.d.ts').Option[]>} listFrom
 */

/**
 * @param {Post} post
 * @param {PostContext} context
 * @param {{ follows: boolean, inThread: boolean }} where `follows`: right after a post of the same person, so without their name
 */
export function renderPost(post, context, { follows, inThread }) {
  const { session, words, markdown } = context
  const isEphemeral = post.type === 'system_ephemeral'
  const isSystem = isSystemPost(post)
  const author = session.users.get(post.user_id)
  const name = nameOf(post, author, context)
  const message = isSystem ? systemWords(post, context) : post.message
  const attachments = Array.isArray(post.props?.attachments) ? post.props.attachments : []
  const cards = attachments.map((attachment) => renderCard(attachment, cardContext(post, context)))
  const head = h('header', { class: 'post-head' }, ...(follows ? [] : [h('span', { class: 'post-author' }, name)]))
  if (!follows && isAutomatic(post, author)) head.append(h('span', { class: 'tag' }, 'BOT'))
  if (!follows) head.append(timeOf(post, words))
  if (isEphemeral) head.append(onlyYou(post, context))
  const picture = () => context.avatar(speaksAsServer(post, author) ? undefined : author)

  return h(
    'article',
    {
      class: classesOf({ post: true, follows, system: isSystem, ephemeral: isEphemeral }),
      id: `${inThread ? 'thread-' : ''}post-${post.id}`,
      'data-testid': 'post',
      'data-post-id': post.id,
      'aria-label': `${name}, ${words.clock(post.create_at)}`,
    },
    h('div', { class: 'post-side' }, follows ? timeOf(post, words) : picture()),
    h(
      'div',
      { class: 'post-body' },
      head.childElementCount > 0 ? head : null,
      message ? h('div', { class: 'markdown', html: markdown.block(message) }) : null,
      ...cards,
      editedMark(post, words),
      renderFiles(post, context),
      renderReactions(post, context),
      inThread || isEphemeral ? null : threadLink(post, context),
    ),
    inThread || isEphemeral || isSystem ? null : replyButton(post, context),
  )
}

/** @param {Record<string, boolean>} classes */
function classesOf(classes) {
  return Object.keys(classes)
    .filter((name) => classes[name])
    .join(' ')
}

/** @param {Post} post @param {import('./words.js').Words} words */
function timeOf({ create_at }, words) {
  const datetime = new Date(create_at).toISOString()
  return h('time', { datetime, title: words.exact(create_at) }, words.clock(create_at))
}

/** @param {Post} post @param {import('./words.js').Words} words */
function editedMark({ edit_at, type }, words) {
  if (edit_at === 0 || type.startsWith('system_')) return null
  return h('div', { class: 'edited', title: words.exact(edit_at), 'data-testid': 'edited' }, `(${words.say('edited')})`)
}

/** @param {Post} post @param {PostContext} context */
function replyButton({ id, root_id }, { words, openThread }) {
  const label = words.say('reply')
  return h(
    'button',
    {
      type: 'button',
      class: 'post-reply',
      title: label,
      'aria-label': label,
      'data-testid': 'reply',
      'data-key': 'reply',
      onclick: () => openThread(root_id || id),
    },
    icon('reply'),
  )
}

/** What the server notes of somebody's coming and going. @param {Post} post */
function isSystemPost({ type }) {
  return type.startsWith('system_') && type !== 'system_ephemeral'
}

/** A note of the server's, or a button's answer: those bear the presser's id but are nobody's words. @param {Post} post @param {User | undefined} author */
function speaksAsServer(post, author) {
  return post.type.startsWith('system_') && !(post.type === 'system_ephemeral' && isAutomatic(post, author))
}

/** @param {Post} post @param {User | undefined} author */
function isAutomatic(post, author) {
  return !isSystemPost(post) && (author?.is_bot === true || post.props?.from_webhook === 'true')
}

/** @param {Post} post @param {User | undefined} author @param {PostContext} context */
function nameOf(post, author, { words }) {
  if (speaksAsServer(post, author)) return 'Mattermost'
  const override = post.props?.from_webhook === 'true' ? post.props.override_username : undefined
  return String(override || author?.username || words.say('unknownUser'))
}

/** @param {Post} post @param {PostContext} context */
function systemWords(post, { words }) {
  const user = mention(post.props?.username)
  const added = mention(post.props?.addedUsername)
  const removed = mention(post.props?.removedUsername)
  if (post.type === 'system_join_channel') return words.say('joined', { user })
  if (post.type === 'system_leave_channel') return words.say('left', { user })
  if (post.type === 'system_join_team') return words.say('joinedTeam', { user })
  if (post.type === 'system_add_to_channel' || post.type === 'system_add_to_team')
    return words.say('added', { user: added, by: user })
  if (post.type === 'system_remove_from_channel') return words.say('removed', { user: removed })
  return post.message
}

/** @param {unknown} username */
function mention(username) {
  return username ? `@${String(username)}` : ''
}

/** @param {Post} post @param {PostContext} context */
function onlyYou(post, { session, words }) {
  return h(
    'span',
    { class: 'only-you' },
    `(${words.say('onlyYou')})`,
    h(
      'button',
      {
        type: 'button',
        class: 'link',
        'data-testid': 'dismiss',
        'data-key': 'dismiss',
        onclick: () => session.posts.forget(post.id),
      },
      words.say('dismiss'),
    ),
  )
}

/** @param {Post} post @param {PostContext} context @returns {import('./card.js').CardContext} */
function cardContext(post, { session, words, markdown, attempt, listFrom }) {
  return {
    markdown,
    say: words.say,
    listFrom,
    act: (action, selected) =>
      attempt(
        session.api.post(`/api/v4/posts/${post.id}/actions/${encodeURIComponent(action.id)}`, {
          ...(selected === undefined ? {} : { selected_option: selected }),
          ...(action.cookie ? { cookie: action.cookie } : {}),
        }),
      ),
  }
}

/** @param {Post} post @param {PostContext} context */
function threadLink(post, { words, openThread, avatar, session }) {
  if (post.root_id !== '') return null
  const replies = session.posts
    .inThread(post.id)
    .filter(({ id, type }) => id !== post.id && type !== 'system_ephemeral')
  const count = Math.max(post.reply_count ?? 0, replies.length)
  if (count === 0) return null
  const people = [...new Set(replies.map(({ user_id }) => user_id))].slice(0, 3)
  return h(
    'button',
    {
      type: 'button',
      class: 'thread-link',
      'data-testid': 'thread-link',
      'data-key': 'thread',
      onclick: () => openThread(post.id),
    },
    ...people.map((id) => avatar(session.users.get(id))),
    icon('reply'),
    count === 1 ? words.say('oneReply') : words.say('replies', { n: count }),
  )
}
