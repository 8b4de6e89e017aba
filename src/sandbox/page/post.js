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
  const isSystem = post.type.startsWith('system_') && !isEphemeral
  const author = session.users.get(post.user_id)
  const message = isSystem ? systemWords(post, context) : post.message
  const time = h(
    'time',
    { datetime: new Date(post.create_at).toISOString(), title: words.exact(post.create_at) },
    words.clock(post.create_at),
  )
  const edited =
    post.edit_at > 0 && !isSystem && !isEphemeral
      ? h(
          'span',
          { class: 'edited', title: words.exact(post.edit_at), 'data-testid': 'edited' },
          `(${words.say('edited')})`,
        )
      : null
  const cards = (Array.isArray(post.props?.attachments) ? post.props.attachments : []).map((attachment) =>
    renderCard(attachment, cardContext(post, context)),
  )

  return h(
    'article',
    {
      class: classesOf({ post: true, follows, system: isSystem, ephemeral: isEphemeral }),
      id: `${inThread ? 'thread-' : ''}post-${post.id}`,
      'data-testid': 'post',
      'data-post-id': post.id,
      'aria-label': `${nameOf(post, author, context)}, ${words.clock(post.create_at)}`,
    },
    h('div', { class: 'post-side' }, follows ? time.cloneNode(true) : context.avatar(isSystem ? undefined : author)),
    h(
      'div',
      { class: 'post-body' },
      follows
        ? null
        : h(
            'header',
            { class: 'post-head' },
            h('span', { class: 'post-author' }, nameOf(post, author, context)),
            isAutomatic(post, author) ? h('span', { class: 'tag' }, 'BOT') : null,
            time,
            isEphemeral ? onlyYou(post, context) : null,
          ),
      follows && isEphemeral ? h('header', { class: 'post-head' }, onlyYou(post, context)) : null,
      message ? h('div', { class: 'markdown', html: markdown.block(message) }) : null,
      ...cards,
      edited,
      renderFiles(post, context),
      renderReactions(post, context),
      inThread || isEphemeral ? null : threadLink(post, context),
    ),
    inThread || isEphemeral || isSystem
      ? null
      : h(
          'button',
          {
            type: 'button',
            class: 'post-reply',
            title: words.say('reply'),
            'aria-label': words.say('reply'),
            'data-testid': 'reply',
            'data-key': 'reply',
            onclick: () => context.openThread(post.root_id || post.id),
          },
          icon('reply'),
        ),
  )
}

/** @param {Record<string, boolean>} classes */
function classesOf(classes) {
  return Object.keys(classes)
    .filter((name) => classes[name])
    .join(' ')
}

/** @param {Post} post @param {User | undefined} author */
function isAutomatic(post, author) {
  return author?.is_bot === true || post.props?.from_webhook === 'true'
}

/** @param {Post} post @param {User | undefined} author @param {PostContext} context */
function nameOf(post, author, { words }) {
  if (post.type.startsWith('system_') && post.type !== 'system_ephemeral') return 'Mattermost'
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
