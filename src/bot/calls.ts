// The REST calls of Mattermost that Vigie makes in daily life, typed; one line each (reference/mattermost.md).

import { z } from 'zod'
import { type CallOptions, MattermostError, type Method, type Rest } from './rest.ts'

const user = z.looseObject({
  id: z.string(),
  username: z.string(),
  delete_at: z.number().default(0),
  roles: z.string().default(''),
  locale: z.string().default(''),
  is_bot: z.boolean().default(false),
})
export type User = z.infer<typeof user>

const team = z.looseObject({ id: z.string(), name: z.string(), delete_at: z.number().default(0) })
export type Team = z.infer<typeof team>

const channel = z.looseObject({
  id: z.string(),
  type: z.enum(['O', 'P', 'D', 'G']),
  name: z.string(),
  display_name: z.string().default(''),
  team_id: z.string().default(''),
  delete_at: z.number().default(0),
  last_post_at: z.number().default(0),
})
export type Channel = z.infer<typeof channel>

const member = z.looseObject({
  user_id: z.string(),
  roles: z.string().default(''),
  scheme_admin: z.boolean().default(false),
  scheme_guest: z.boolean().default(false),
  /** Of a team's member who left. */
  delete_at: z.number().default(0),
})
export type Member = z.infer<typeof member>

const post = z.looseObject({
  id: z.string(),
  create_at: z.number(),
  update_at: z.number().default(0),
  edit_at: z.number().default(0),
  delete_at: z.number().default(0),
  user_id: z.string(),
  channel_id: z.string(),
  root_id: z.string().default(''),
  message: z.string(),
  type: z.string().default(''),
  file_ids: z.array(z.string()).nullish(),
  props: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((props) => props ?? {}),
  pending_post_id: z.string().default(''),
})
export type Post = z.infer<typeof post>

const postList = z.looseObject({
  order: z
    .array(z.string())
    .nullish()
    .transform((order) => order ?? []),
  posts: z
    .record(z.string(), post)
    .nullish()
    .transform((posts) => posts ?? {}),
})

export interface NewPost {
  readonly channel_id: string
  readonly root_id?: string
  readonly message: string
  readonly props: Readonly<Record<string, unknown>>
  readonly pending_post_id?: string
  readonly file_ids?: readonly string[]
  /** Of a root post only. */
  readonly metadata?: { readonly priority: { readonly priority: 'urgent' } }
}

/** `size`: bytes. */
const fileInfo = z.looseObject({ id: z.string(), user_id: z.string(), name: z.string(), size: z.number() })
export type FileInfo = z.infer<typeof fileInfo>

const uploaded = z.looseObject({ file_infos: z.array(z.looseObject({ id: z.string() })).min(1) })
const uploadMs = 30_000

export interface PostsQuery {
  readonly since?: number
  readonly before?: string
  readonly after?: string
  readonly page?: number
  /** At most 200. */
  readonly per_page?: number
}

/** What is listed for a team's members; who made it, where it leads and its token are blank. */
const listedCommand = z.looseObject({
  /** Empty for Mattermost's own and for plugins'. */
  id: z.string().default(''),
  trigger: z.string(),
  plugin_id: z.string().default(''),
})
export type ListedCommand = z.infer<typeof listedCommand>

export type Calls = ReturnType<typeof createCalls>

/** Every call rejects with MattermostError, also where the answer is not what we read it for. */
export function createCalls(rest: Rest) {
  const ask = async <S extends z.ZodType>(
    shape: S,
    method: Method,
    path: string,
    options?: CallOptions,
  ): Promise<z.output<S>> => {
    const read = shape.safeParse(await rest.call(method, path, options))
    if (read.success) return read.data
    const facts = { failure: 'answered', status: 502, unsure: method !== 'GET' } as const
    throw new MattermostError(`${method} ${path}: an answer of another shape`, facts, { cause: read.error })
  }
  return {
    me: (signal?: AbortSignal) => ask(user, 'GET', '/users/me', { signal }),
    user: (id: string) => ask(user, 'GET', `/users/${enc(id)}`),
    usersByName: (names: readonly string[], signal?: AbortSignal) =>
      ask(z.array(user), 'POST', '/users/usernames', { body: names, signal }),
    usersById: (ids: readonly string[], signal?: AbortSignal) =>
      ask(z.array(user), 'POST', '/users/ids', { body: ids, signal }),
    myTeams: (signal?: AbortSignal) => ask(z.array(team), 'GET', '/users/me/teams', { signal }),
    /** At most one a trigger: the one that answers it. */
    listedCommands: (teamId: string, signal?: AbortSignal) =>
      ask(z.array(listedCommand), 'GET', `/teams/${enc(teamId)}/commands/autocomplete`, { signal }),
    team: (id: string) => ask(team, 'GET', `/teams/${enc(id)}`),
    teamMember: (teamId: string, userId: string) => ask(member, 'GET', `/teams/${enc(teamId)}/members/${enc(userId)}`),
    myChannels: (teamId: string, signal?: AbortSignal) =>
      ask(z.array(channel), 'GET', `/users/me/teams/${enc(teamId)}/channels`, { signal }),
    channel: (id: string, signal?: AbortSignal) => ask(channel, 'GET', `/channels/${enc(id)}`, { signal }),
    channelByName: (teamId: string, name: string) =>
      ask(channel, 'GET', `/teams/${enc(teamId)}/channels/name/${enc(name)}`),
    channelMember: (channelId: string, userId: string, signal?: AbortSignal) =>
      ask(member, 'GET', `/channels/${enc(channelId)}/members/${enc(userId)}`, { signal }),
    joinChannel: (channelId: string, userId: string) =>
      ask(member, 'POST', `/channels/${enc(channelId)}/members`, { body: { user_id: userId } }),
    directChannel: (one: string, other: string, signal?: AbortSignal) =>
      ask(channel, 'POST', '/channels/direct', { body: [one, other], signal }),
    createPost: (draft: NewPost, signal?: AbortSignal) => ask(post, 'POST', '/posts', { body: draft, signal }),
    /** Resolves the file's id; it is seen once a post of this channel names it. */
    uploadFile: async (channelId: string, file: File, signal?: AbortSignal): Promise<string> => {
      const body = new FormData()
      body.append('channel_id', channelId)
      body.append('files', file)
      const { file_infos } = await ask(uploaded, 'POST', '/files', { body, signal, timeoutMs: uploadMs })
      return file_infos[0]?.id ?? ''
    },
    fileInfo: (id: string) => ask(fileInfo, 'GET', `/files/${enc(id)}/info`),
    /** In the order in which they were attached. */
    filesOfPost: async (postId: string) =>
      (await ask(z.array(fileInfo).nullable(), 'GET', `/posts/${enc(postId)}/files/info`)) ?? [],
    /** `props` replaces all of them. */
    patchPost: (
      id: string,
      patch: { message?: string; props?: Readonly<Record<string, unknown>> },
      signal?: AbortSignal,
    ) => ask(post, 'PUT', `/posts/${enc(id)}/patch`, { body: patch, signal }),
    post: (id: string, signal?: AbortSignal) => ask(post, 'GET', `/posts/${enc(id)}`, { signal }),
    /** The root and its replies, oldest first. Without a page size Mattermost answers the whole thread. */
    thread: async (rootId: string, signal?: AbortSignal) =>
      inOrder(await ask(postList, 'GET', `/posts/${enc(rootId)}/thread`, { signal })).toSorted(
        (one, other) => one.create_at - other.create_at,
      ),
    /** Newest first. */
    posts: async (channelId: string, query: PostsQuery, signal?: AbortSignal) =>
      inOrder(await ask(postList, 'GET', `/channels/${enc(channelId)}/posts`, { query: { ...query }, signal })),
    openDialog: async (triggerId: string, url: string, dialog: unknown) => {
      await rest.call('POST', '/actions/dialogs/open', { body: { trigger_id: triggerId, url, dialog } })
    },
  }
}

function enc(segment: string): string {
  return encodeURIComponent(segment)
}

function inOrder({ order, posts }: z.infer<typeof postList>): Post[] {
  return order.flatMap((id) => posts[id] ?? [])
}

/** A post as websocket events carry it, JSON in a string; nothing where it is none. */
export function readPost(json: unknown): Post | undefined {
  if (typeof json !== 'string') return undefined
  try {
    return post.safeParse(JSON.parse(json)).data
  } catch {
    // Not JSON: not a post that Mattermost sent.
    return undefined
  }
}
