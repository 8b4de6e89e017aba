// The stand-in server's memory: everything it knows, in maps, and the few things that every subject needs beside it.
import type { ServerConfig } from './config.ts'
import type { Hub } from './hub.ts'
import { newId } from './ids.ts'
import type {
  Bot,
  Channel,
  ChannelMember,
  Command,
  CommandHook,
  FileInfo,
  IncomingHook,
  Post,
  Reaction,
  Session,
  Status,
  Team,
  TeamMember,
  User,
  UserToken,
} from './shapes.ts'

export interface World {
  /** Milliseconds since 1970; never the same twice in a row, so that what was made later is also dated later. */
  now(): number
  /** The clock itself, for deadlines. */
  clock(): number
  config: ServerConfig
  hub: Hub
  /** Seals cookies of ephemeral buttons. */
  secret: string
  users: Map<string, User>
  usernames: Map<string, string>
  bots: Map<string, Bot>
  sessions: Map<string, Session>
  userTokens: Map<string, UserToken>
  /** Second factors by the account's id; secrets in base32. */
  factors: Map<string, { secret: string; active: boolean }>
  statuses: Map<string, Status>
  teams: Map<string, Team>
  teamMembers: Map<string, Map<string, TeamMember>>
  channels: Map<string, Channel>
  channelMembers: Map<string, Map<string, ChannelMember>>
  posts: Map<string, Post>
  /** Root posts and replies of a channel, oldest first. */
  channelPosts: Map<string, Post[]>
  /** Replies by the id of their root, oldest first. */
  replies: Map<string, Post[]>
  /** What `pending_post_id` was used for, by author and id, and when. */
  pendingPosts: Map<string, { at: number; postId: string | null }>
  reactions: Map<string, Reaction[]>
  files: Map<string, FileInfo>
  commands: Map<string, Command>
  commandHooks: Map<string, CommandHook>
  incomingHooks: Map<string, IncomingHook>
  triggers: Map<string, { at: number; userId: string }>
}

/** An empty world. The clock is given; two calls of `now` in the same millisecond differ by one. */
export function createWorld(clock: () => number, config: ServerConfig, hub: Hub): World {
  let last = 0
  const now = (): number => {
    last = Math.max(last + 1, clock())
    return last
  }
  return {
    now,
    clock,
    config,
    hub,
    secret: newId(),
    users: new Map(),
    usernames: new Map(),
    bots: new Map(),
    sessions: new Map(),
    userTokens: new Map(),
    factors: new Map(),
    statuses: new Map(),
    teams: new Map(),
    teamMembers: new Map(),
    channels: new Map(),
    channelMembers: new Map(),
    posts: new Map(),
    channelPosts: new Map(),
    replies: new Map(),
    pendingPosts: new Map(),
    reactions: new Map(),
    files: new Map(),
    commands: new Map(),
    commandHooks: new Map(),
    incomingHooks: new Map(),
    triggers: new Map(),
  }
}
