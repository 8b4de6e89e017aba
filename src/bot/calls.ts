// The REST calls of Mattermost that Vigie makes in daily life, typed; one line each (reference/mattermost.md).

import { z } from 'zod'
import type { Rest } from './rest.ts'

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
}

export interface PostsQuery {
  readonly since?: number
  readonly before?: string
  readonly after?: string
  readonly page?: number
  /** At most 200. */
  readonly per_page?: number
}

export type Calls = ReturnType<typeof createCalls>

/** Every call rejects with MattermostError; what Mattermost answers is checked for what we read of it. */
export function createCalls(rest: Rest) {
  return {
    me: async (signal?: AbortSignal) => user.parse(await rest.call('GET', '/users/me', { signal })),
    user: async (id: string) => user.parse(await rest.call('GET', `/users/${enc(id)}`)),
    usersByName: async (names: readonly string[]) =>
      z.array(user).parse(await rest.call('POST', '/users/usernames', { body: names })),
    usersById: async (ids: readonly string[]) =>
      z.array(user).parse(await rest.call('POST', '/users/ids', { body: ids })),
    myTeams: async () => z.array(team).parse(await rest.call('GET', '/users/me/teams')),
    team: async (id: string) => team.parse(await rest.call('GET', `/teams/${enc(id)}`)),
    teamMember: async (teamId: string, userId: string) =>
      member.parse(await rest.call('GET', `/teams/${enc(teamId)}/members/${enc(userId)}`)),
    myChannels: async (teamId: string) =>
      z.array(channel).parse(await rest.call('GET', `/users/me/teams/${enc(teamId)}/channels`)),
    channel: async (id: string) => channel.parse(await rest.call('GET', `/channels/${enc(id)}`)),
    channelByName: async (teamId: string, name: string) =>
      channel.parse(await rest.call('GET', `/teams/${enc(teamId)}/channels/name/${enc(name)}`)),
    channelMember: async (channelId: string, userId: string) =>
      member.parse(await rest.call('GET', `/channels/${enc(channelId)}/members/${enc(userId)}`)),
    joinChannel: async (channelId: string, userId: string) =>
      member.parse(await rest.call('POST', `/channels/${enc(channelId)}/members`, { body: { user_id: userId } })),
    directChannel: async (one: string, other: string, signal?: AbortSignal) =>
      channel.parse(await rest.call('POST', '/channels/direct', { body: [one, other], signal })),
    createPost: async (draft: NewPost, signal?: AbortSignal) =>
      post.parse(await rest.call('POST', '/posts', { body: draft, signal })),
    /** `props` replaces all of them. */
    patchPost: async (
      id: string,
      patch: { message?: string; props?: Readonly<Record<string, unknown>> },
      signal?: AbortSignal,
    ) => post.parse(await rest.call('PUT', `/posts/${enc(id)}/patch`, { body: patch, signal })),
    post: async (id: string, signal?: AbortSignal) =>
      post.parse(await rest.call('GET', `/posts/${enc(id)}`, { signal })),
    /** The root and its replies, oldest first. Without a page size Mattermost answers the whole thread. */
    thread: async (rootId: string, signal?: AbortSignal) =>
      inOrder(await rest.call('GET', `/posts/${enc(rootId)}/thread`, { signal })).toSorted(
        (one, other) => one.create_at - other.create_at,
      ),
    /** Newest first. */
    posts: async (channelId: string, query: PostsQuery, signal?: AbortSignal) =>
      inOrder(
        await rest.call('GET', `/channels/${enc(channelId)}/posts`, {
          query: { ...query },
          signal,
        }),
      ),
    openDialog: async (triggerId: string, url: string, dialog: unknown) => {
      await rest.call('POST', '/actions/dialogs/open', { body: { trigger_id: triggerId, url, dialog } })
    },
  }
}

function enc(segment: string): string {
  return encodeURIComponent(segment)
}

function inOrder(list: unknown): Post[] {
  const { order, posts } = postList.parse(list)
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
