// The routes about posts (server/channels/api4/post.go): order of checks and refusals as there.
import { ApiError, badBody, forbidden } from './api-error.ts'
import { type Answer, type Call, done, type Route, reply } from './call.ts'
import { channelById } from './channels.ts'
import { isId } from './ids.ts'
import { type Fields, fieldsOf, flagOf, isFields, numberOf, textOf, textsOf } from './json.ts'
import { claimPending, releasePending, settlePending } from './pending-posts.ts'
import { allow, canChannel, canRead, canSystem, canTeam } from './permissions.ts'
import { changePost, deletePost, type PostChange } from './post-edits.ts'
import { channelPage, pinnedPosts, postsAround, postsSince, thread } from './post-lists.ts'
import { newPostView, postView, versionView } from './post-view.ts'
import { createPost, markWritten, type NewPost, postById, sendEphemeral } from './posts.ts'
import type { Post, Priority } from './shapes.ts'
import { setStatus } from './statuses.ts'

function newPostOf(call: Call, fields: Fields): NewPost {
  const mayDate = canSystem(call.world, call.actor, 'manage_system')
  return {
    user_id: call.me,
    channel_id: textOf(fields, 'channel_id'),
    message: textOf(fields, 'message'),
    root_id: textOf(fields, 'root_id'),
    type: textOf(fields, 'type'),
    props: fieldsOf(fields.props ?? null, 'post'),
    file_ids: textsOf(fields.file_ids, 'post'),
    pending_post_id: textOf(fields, 'pending_post_id'),
    create_at: mayDate ? numberOf(fields, 'create_at') : 0,
    is_pinned: flagOf(fields, 'is_pinned'),
    priority: priorityOf(fields),
    setOnline: call.query.get('set_online') !== 'false',
  }
}

function priorityOf(fields: Fields): Priority | null {
  const metadata = isFields(fields.metadata) ? fields.metadata : {}
  if (!isFields(metadata.priority)) return null
  const wanted = metadata.priority
  if (textOf(fields, 'root_id') !== '')
    throw new ApiError('api.post.post_priority.priority_post_only_allowed_for_root_post.request_error', 400)
  if (wanted.requested_ack === true || wanted.persistent_notifications === true)
    throw new ApiError('license_error.feature_unavailable', 501)
  return { priority: textOf(wanted, 'priority'), ...('requested_ack' in wanted ? { requested_ack: false } : {}) }
}

async function create(call: Call): Promise<Answer> {
  const { world } = call
  const fields = call.fields('post')
  const channelId = textOf(fields, 'channel_id')
  const channel = world.channels.get(channelId)
  const openTo = channel?.type === 'O' && canTeam(world, call.actor, channel.team_id, 'create_post_public')
  if (!canChannel(world, call.actor, channelId, 'create_post') && !openTo) throw forbidden()
  const wanted = newPostOf(call, fields)
  if (!channel || wanted.type?.startsWith('system_')) throw new ApiError('api.context.invalid_param.app_error', 400)
  if (channel.delete_at !== 0) throw new ApiError('api.post.create_post.can_not_post_to_deleted.error', 400)
  if (textOf(fields, 'id') !== '') throw new ApiError('app.post.save.existing.app_error', 400)
  const pendingId = wanted.pending_post_id ?? ''
  const twin = claimPending(world, pendingId)
  if (twin) return reply(postView(world, twin), 201)
  try {
    await call.pause()
    const post = createPost(world, wanted)
    settlePending(world, pendingId, post.id)
    markWritten(world, post)
    if (wanted.setOnline) setStatus(world, call.me, 'online', false)
    return reply(newPostView(world, post), 201)
  } catch (error) {
    releasePending(world, pendingId)
    throw error
  }
}

function createEphemeral(call: Call): Answer {
  const fields = call.fields('body')
  const userId = textOf(fields, 'user_id')
  if (userId === '') throw badBody('user_id')
  if (!isFields(fields.post)) throw badBody('post')
  allow(canSystem(call.world, call.actor, 'create_post_ephemeral'))
  return reply(sendEphemeral(call.world, userId, newPostOf(call, fields.post)), 201)
}

function readablePost(call: Call, withDeleted: boolean): Post {
  const post = postById(call.world, call.id('post_id'), withDeleted)
  allow(canRead(call.world, call.actor, channelById(call.world, post.channel_id)))
  return post
}

function getOne(call: Call): Answer {
  const withDeleted = call.query.get('include_deleted') === 'true'
  if (withDeleted) allow(canSystem(call.world, call.actor, 'manage_system'))
  return reply(postView(call.world, readablePost(call, withDeleted)))
}

// Whoever may not see a post, and whoever asks for one that is gone, are refused alike.
function editable(call: Call): Post {
  const post = call.world.posts.get(call.id('post_id'))
  if (post?.delete_at !== 0) throw forbidden()
  return post
}

function replace(call: Call): Answer {
  const fields = call.fields('post')
  if (textOf(fields, 'id') !== call.id('post_id')) throw badBody('id')
  const post = editable(call)
  allow(canChannel(call.world, call.actor, post.channel_id, 'edit_post'))
  if (post.user_id !== call.me) allow(canChannel(call.world, call.actor, post.channel_id, 'edit_others_posts'))
  const changed = changePost(call.world, post.id, {
    message: textOf(fields, 'message'),
    props: fieldsOf(fields.props ?? null, 'post'),
    is_pinned: flagOf(fields, 'is_pinned'),
  })
  return reply(postView(call.world, changed))
}

function patch(call: Call): Answer {
  const fields = call.fields('post')
  const post = editable(call)
  const permission = post.user_id === call.me ? 'edit_post' : 'edit_others_posts'
  allow(canChannel(call.world, call.actor, post.channel_id, permission))
  const change: PostChange = {}
  if (fields.message !== undefined && fields.message !== null) change.message = textOf(fields, 'message')
  if (fields.props !== undefined && fields.props !== null) change.props = fieldsOf(fields.props, 'post')
  if (fields.is_pinned !== undefined && fields.is_pinned !== null) change.is_pinned = flagOf(fields, 'is_pinned')
  if (fields.file_ids !== undefined && fields.file_ids !== null)
    change.file_ids = ownFiles(call, post, textsOf(fields.file_ids, 'post'))
  if (channelById(call.world, post.channel_id).delete_at !== 0)
    throw new ApiError('api.post.patch_post.can_not_update_post_in_deleted.error', 400)
  return reply(postView(call.world, changePost(call.world, post.id, change)))
}

// A file may stay, or come if the author uploaded it and no other post has it.
function ownFiles(call: Call, post: Post, ids: string[]): string[] {
  return [...new Set(ids)].filter((id) => {
    const file = call.world.files.get(id)
    if (!file || file.user_id !== post.user_id || (file.post_id !== '' && file.post_id !== post.id)) return false
    file.post_id = post.id
    return true
  })
}

function remove(call: Call): Answer {
  const post = editable(call)
  const permission = post.user_id === call.me ? 'delete_post' : 'delete_others_posts'
  allow(canChannel(call.world, call.actor, post.channel_id, permission))
  deletePost(call.world, post, call.me)
  return done()
}

function pin(call: Call, pinned: boolean): Answer {
  const post = editable(call)
  allow(canChannel(call.world, call.actor, post.channel_id, 'read_channel_content'))
  if (channelById(call.world, post.channel_id).delete_at !== 0)
    throw new ApiError('api.post.patch_post.can_not_update_post_in_deleted.error', 400)
  changePost(call.world, post.id, { is_pinned: pinned })
  return done()
}

function listChannel(call: Call): Answer {
  const { query, world } = call
  const channelId = call.id('channel_id')
  const cursor = (name: string): string => {
    const id = query.get(name) ?? ''
    if (id !== '' && !isId(id)) throw badBody(name)
    return id
  }
  const [after, before, sinceWord] = [cursor('after'), cursor('before'), query.get('since') ?? '']
  if (sinceWord !== '' && !/^-?\d+$/.test(sinceWord)) throw badBody('since')
  const withDeleted = query.get('include_deleted') === 'true'
  if (withDeleted) allow(canSystem(world, call.actor, 'manage_system'))
  allow(canChannel(world, call.actor, channelId, 'read_channel_content'))
  const wish = { ...call.paging, bare: query.get('skipFetchThreads') === 'true', withDeleted }
  if (Number(sinceWord) > 0) return reply(postsSince(world, channelId, Number(sinceWord)))
  if (after !== '') return reply(postsAround(world, channelId, after, 'after', wish))
  if (before !== '') return reply(postsAround(world, channelId, before, 'before', wish))
  return reply(channelPage(world, channelId, wish))
}

function byIds(call: Call): Answer {
  const ids = call.texts('post_ids')
  if (ids.length === 0) throw badBody('post_ids')
  if (ids.length > 1000) throw new ApiError('api.post.posts_by_ids.invalid_body.request_error', 400)
  const posts = ids.flatMap((id) => call.world.posts.get(id) ?? []).filter((post) => post.delete_at === 0)
  posts.sort((a, b) => b.create_at - a.create_at)
  const seen = posts.filter((post) => canRead(call.world, call.actor, channelById(call.world, post.channel_id)))
  if (posts.length === 0) throw new ApiError('app.post.get.app_error', 404)
  return reply(seen.map((post) => postView(call.world, post)))
}

function pinned(call: Call): Answer {
  const id = call.id('channel_id')
  allow(canChannel(call.world, call.actor, id, 'read_channel_content'))
  return reply(pinnedPosts(call.world, id))
}

function search(call: Call): Answer {
  const teamId = call.word('team_id')
  if (teamId !== '') allow(canTeam(call.world, call.actor, call.id('team_id'), 'view_team'))
  const terms = textOf(call.fields('body'), 'terms')
  if (terms === '') throw badBody('terms')
  const words = terms.toLowerCase().split(/\s+/).filter(Boolean)
  const found = [...call.world.posts.values()]
    .filter(
      (post) =>
        post.delete_at === 0 &&
        !post.type.startsWith('system_') &&
        call.world.channelMembers.get(post.channel_id)?.has(call.me),
    )
    .filter((post) => words.every((word) => post.message.toLowerCase().includes(word)))
    .reverse()
  const posts = Object.fromEntries(found.map((post) => [post.id, postView(call.world, post)]))
  return reply({
    order: Object.keys(posts),
    posts,
    matches: null,
    next_post_id: '',
    prev_post_id: '',
    first_inaccessible_post_time: 0,
  })
}

function editHistory(call: Call): Answer {
  const post = editable(call)
  allow(canChannel(call.world, call.actor, post.channel_id, 'edit_post') && post.user_id === call.me)
  const versions = (call.world.channelPosts.get(post.channel_id) ?? []).filter((one) => one.original_id === post.id)
  if (versions.length === 0) throw new ApiError('app.post.get.app_error', 404)
  return reply(versions.reverse().map((version) => versionView(call.world, version)))
}

const needsLicence = (): Answer => {
  throw new ApiError('license_error.feature_unavailable', 501)
}

export const postRoutes: Route[] = [
  { method: 'POST', path: '/users/:user_id/posts/:post_id/ack', handler: needsLicence },
  { method: 'DELETE', path: '/users/:user_id/posts/:post_id/ack', handler: needsLicence },
  { method: 'POST', path: '/posts', handler: create, pausesItself: true },
  { method: 'POST', path: '/posts/ephemeral', handler: createEphemeral },
  { method: 'POST', path: '/posts/ids', handler: byIds },
  { method: 'POST', path: '/posts/search', handler: search },
  { method: 'POST', path: '/teams/:team_id/posts/search', handler: search },
  { method: 'GET', path: '/posts/:post_id', handler: getOne },
  { method: 'PUT', path: '/posts/:post_id', handler: replace },
  { method: 'PUT', path: '/posts/:post_id/patch', handler: patch },
  { method: 'DELETE', path: '/posts/:post_id', handler: remove },
  {
    method: 'GET',
    path: '/posts/:post_id/thread',
    handler: (call) => reply(thread(call.world, readablePost(call, false))),
  },
  { method: 'GET', path: '/posts/:post_id/edit_history', handler: editHistory },
  { method: 'POST', path: '/posts/:post_id/pin', handler: (call) => pin(call, true) },
  { method: 'POST', path: '/posts/:post_id/unpin', handler: (call) => pin(call, false) },
  { method: 'GET', path: '/channels/:channel_id/posts', handler: listChannel },
  { method: 'GET', path: '/channels/:channel_id/pinned', handler: pinned },
]
