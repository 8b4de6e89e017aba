// What the stand-in server keeps, in the words of Mattermost's own JSON (server/public/model).
import type { Fields } from './json.ts'

export interface User {
  id: string
  create_at: number
  update_at: number
  delete_at: number
  username: string
  email: string
  nickname: string
  first_name: string
  last_name: string
  position: string
  roles: string
  props: Record<string, string>
  notify_props: Record<string, string>
  last_password_update: number
  last_picture_update: number
  locale: string
  timezone: Record<string, string>
  password: string
  picture: Picture | null
}

export interface Picture {
  bytes: Uint8Array
  type: string
}

export interface Bot {
  user_id: string
  description: string
  owner_id: string
  create_at: number
  update_at: number
  delete_at: number
}

export interface Session {
  id: string
  token: string
  user_id: string
  create_at: number
  expires_at: number
  /** '' for a log-in; the personal access token's id otherwise. */
  tokenId: string
}

export interface UserToken {
  id: string
  token: string
  user_id: string
  description: string
  is_active: boolean
}

export interface Team {
  id: string
  create_at: number
  update_at: number
  delete_at: number
  display_name: string
  name: string
  description: string
  email: string
  type: string
  company_name: string
  allowed_domains: string
  invite_id: string
  allow_open_invite: boolean
}

export interface TeamMember {
  team_id: string
  user_id: string
  delete_at: number
  scheme_guest: boolean
  scheme_user: boolean
  scheme_admin: boolean
  explicit_roles: string
}

/** O public, P private, D direct between two, G direct among three to eight. */
export type ChannelType = 'O' | 'P' | 'D' | 'G'

export interface Channel {
  id: string
  create_at: number
  update_at: number
  delete_at: number
  team_id: string
  type: ChannelType
  display_name: string
  name: string
  header: string
  purpose: string
  last_post_at: number
  total_msg_count: number
  total_msg_count_root: number
  last_root_post_at: number
  creator_id: string
}

export interface ChannelMember {
  channel_id: string
  user_id: string
  last_viewed_at: number
  msg_count: number
  mention_count: number
  mention_count_root: number
  msg_count_root: number
  notify_props: Record<string, string>
  last_update_at: number
  scheme_guest: boolean
  scheme_user: boolean
  scheme_admin: boolean
  explicit_roles: string
}

export interface Priority {
  priority: string
  requested_ack?: boolean
}

export interface Post {
  id: string
  create_at: number
  update_at: number
  edit_at: number
  delete_at: number
  is_pinned: boolean
  user_id: string
  channel_id: string
  root_id: string
  original_id: string
  message: string
  type: string
  props: Fields
  hashtags: string
  file_ids: string[]
  pending_post_id: string
  has_reactions: boolean
  priority: Priority | null
}

export interface Reaction {
  user_id: string
  post_id: string
  emoji_name: string
  create_at: number
  channel_id: string
}

export interface FileInfo {
  id: string
  user_id: string
  post_id: string
  channel_id: string
  create_at: number
  update_at: number
  delete_at: number
  name: string
  extension: string
  size: number
  mime_type: string
  width: number
  height: number
  bytes: Uint8Array
}

export interface Command {
  id: string
  token: string
  create_at: number
  update_at: number
  delete_at: number
  creator_id: string
  team_id: string
  trigger: string
  method: string
  username: string
  icon_url: string
  auto_complete: boolean
  auto_complete_desc: string
  auto_complete_hint: string
  display_name: string
  description: string
  url: string
}

/** What a `response_url` stands for: five answers within thirty minutes. */
export interface CommandHook {
  id: string
  create_at: number
  command_id: string
  user_id: string
  channel_id: string
  root_id: string
  uses: number
}

export interface IncomingHook {
  id: string
  create_at: number
  update_at: number
  delete_at: number
  user_id: string
  channel_id: string
  team_id: string
  display_name: string
  description: string
  channel_locked: boolean
}

export interface Status {
  user_id: string
  status: string
  manual: boolean
  last_activity_at: number
}
