// Everything one person knows: team, channels, people, posts. Filled by REST, kept true by the websocket, told to the views.

import { createApi } from './api.js'
import { createLive } from './live.js'
import { createPosts } from './posts.js'

/** @typedef {import('./types.d.ts').Channel} Channel */
/** @typedef {import('./types.d.ts').User} User */
/** @typedef {import('./types.d.ts').Change} Change */
/** @typedef {import('./types.d.ts').Listener} Listener */

/** Websocket events after which the list of channels is read again. */
const channelEvents = new Set([
  'channel_created',
  'channel_updated',
  'channel_deleted',
  'channel_restored',
  'channel_converted',
  'direct_added',
  'group_added',
  'user_added',
  'user_removed',
  'added_to_team',
  'leave_team',
])

/**
 * @param {import('./types.d.ts').Person} person
 * @param {string} [teamName] the team to begin with; else the first
 * @throws {import('./api.js').ApiError} if the token is refused or the server away
 */
export async function createSession(person, teamName) {
  const api = createApi(person.token)
  /** @type {User} */
  const me = await api.get('/api/v4/users/me')
  /** @type {import('./types.d.ts').Team[]} */
  const teams = await api.get('/api/v4/users/me/teams')
  const team = teams.find(({ name }) => name === teamName) ?? teams[0]

  /** @type {Map<string, User>} */
  const users = new Map([[me.id, me]])
  /** @type {Map<string, Channel>} */
  const channels = new Map()
  /** @type {Map<string, { unread: boolean, mentions: number, viewedAt: number }>} */
  const marks = new Map()
  /** @type {Set<Listener>} */
  const listeners = new Set()
  /** @type {{ active: string | undefined, connected: boolean, commands: import('./types.d.ts').SlashCommand[], drafts: Map<string, string> }} */
  const state = { active: undefined, connected: true, commands: [], drafts: new Map() }

  /** @param {Change} change */
  const tell = (change) => {
    for (const listener of listeners) listener(change)
  }
  /** @param {unknown} error */
  const report = (error) => console.error('live event', error)
  const posts = createPosts(api, { tell, know })

  /** Reads the people not known yet. @param {Iterable<string>} ids */
  async function know(ids) {
    const unknown = [...new Set(ids)].filter((id) => id !== '' && !users.has(id))
    if (unknown.length === 0) return
    /** @type {User[]} */
    const found = await api.post('/api/v4/users/ids', unknown)
    for (const user of found) users.set(user.id, user)
  }

  async function loadChannels() {
    if (team === undefined) return
    const path = `/api/v4/users/me/teams/${team.id}/channels`
    /** @type {[Channel[], import('./types.d.ts').Member[]]} */
    const [list, members] = await Promise.all([api.get(path), api.get(`${path}/members`)])
    await know(list.flatMap((channel) => otherPerson(channel) ?? []))
    channels.clear()
    for (const channel of list)
      if (channel.delete_at === 0 || channel.id === state.active) channels.set(channel.id, channel)
    for (const member of members) {
      const unread = (channels.get(member.channel_id)?.total_msg_count ?? 0) > member.msg_count
      const viewedAt = marks.get(member.channel_id)?.viewedAt ?? member.last_viewed_at
      const mark = { unread: unread || member.mention_count > 0, mentions: member.mention_count, viewedAt }
      marks.set(member.channel_id, member.channel_id === state.active ? { ...mark, unread: false, mentions: 0 } : mark)
    }
    tell({ type: 'channels' })
  }

  async function loadTeam() {
    if (team === undefined) return
    /** @type {[User[], import('./types.d.ts').SlashCommand[]]} */
    const [people, commands] = await Promise.all([
      api.get(`/api/v4/users?in_team=${team.id}&per_page=200`),
      api.get(`/api/v4/teams/${team.id}/commands/autocomplete`),
    ])
    for (const user of people) users.set(user.id, user)
    // The server's own have no id; they are taken when typed, but not what one comes here to try.
    state.commands = commands.filter(({ id, auto_complete }) => id !== '' && auto_complete)
    await loadChannels()
  }

  /** The other one of a direct channel (`id__id`); oneself in the channel with oneself. @param {Channel} channel */
  function otherPerson(channel) {
    if (channel.type !== 'D') return undefined
    const ids = channel.name.split('__')
    return ids.find((id) => id !== me.id) ?? me.id
  }

  /** @param {import('./types.d.ts').WebSocketEvent} event */
  async function hear({ event = '', data = {} }) {
    if (event === 'posted') {
      const post = await posts.arrived(data, 'post')
      if (post !== undefined) await countUnread(post)
    } else if (channelEvents.has(event)) {
      await loadChannels()
    } else if (event === 'user_updated') {
      const user = /** @type {User} */ (data.user)
      users.set(user.id, { ...users.get(user.id), ...user })
      tell({ type: 'channels' })
    } else if (event === 'open_dialog') {
      tell({ type: 'dialog', request: JSON.parse(String(data.dialog)) })
    } else {
      await posts.hear(event, data)
    }
  }

  /** @param {import('./types.d.ts').Post} post */
  async function countUnread(post) {
    const channel = channels.get(post.channel_id)
    if (channel === undefined) return loadChannels()
    channel.last_post_at = post.create_at
    if (post.user_id === me.id) return
    if (post.channel_id === state.active && document.visibilityState === 'visible') return markRead(post.channel_id)
    const mark = marks.get(post.channel_id) ?? { unread: true, mentions: 0, viewedAt: post.create_at - 1 }
    marks.set(post.channel_id, { ...mark, unread: true })
    tell({ type: 'channels' })
    countMentions(post.channel_id).catch(report)
  }

  /** Channels whose mentions are being asked for; true: something came meanwhile. @type {Map<string, boolean>} */
  const counting = new Map()

  /** The server counts: what arrives between a list and an event would else be counted twice. @param {string} channelId */
  async function countMentions(channelId) {
    if (counting.has(channelId)) return void counting.set(channelId, true)
    try {
      do {
        counting.set(channelId, false)
        const { mention_count } = await api.get(`/api/v4/channels/${channelId}/members/me`)
        const mark = marks.get(channelId)
        if (mark?.unread) marks.set(channelId, { ...mark, mentions: mention_count })
        tell({ type: 'channels' })
      } while (counting.get(channelId))
    } finally {
      counting.delete(channelId)
    }
  }

  /** @param {string} channelId */
  async function markRead(channelId) {
    const mark = marks.get(channelId)
    if (mark?.unread) {
      marks.set(channelId, { ...mark, unread: false, mentions: 0 })
      tell({ type: 'channels' })
    }
    await api.post('/api/v4/channels/members/me/view', { channel_id: channelId })
  }

  let heard = Promise.resolve()
  const live = createLive(person.token, {
    event: (event) => {
      heard = heard.then(() => hear(event)).catch(report)
    },
    connected(again) {
      state.connected = true
      tell({ type: 'connection' })
      if (again) Promise.all([loadTeam(), posts.refresh()]).catch(report)
    },
    lost() {
      state.connected = false
      tell({ type: 'connection' })
    },
  })
  await loadTeam()

  return {
    person,
    api,
    me,
    team,
    teams,
    users,
    channels,
    marks,
    state,
    posts,
    otherPerson,
    know,
    loadChannels,
    markRead,
    close: live.close,
    /** @param {Listener} listener @returns {() => void} stops it */
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** @typedef {Awaited<ReturnType<typeof createSession>>} Session */
