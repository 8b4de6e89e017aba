// The few fields of Mattermost's REST v4 and websocket that the page reads (Mattermost API reference).

export interface User {
  id: string
  username: string
  nickname?: string
  first_name?: string
  last_name?: string
  is_bot?: boolean
  delete_at?: number
  last_picture_update?: number
}

export interface Team {
  id: string
  name: string
  display_name: string
}

export interface Channel {
  id: string
  team_id: string
  type: string
  name: string
  display_name: string
  header?: string
  purpose?: string
  delete_at: number
  total_msg_count: number
  last_post_at: number
}

export interface Member {
  channel_id: string
  msg_count: number
  mention_count: number
  last_viewed_at: number
}

export interface Reaction {
  user_id: string
  post_id: string
  emoji_name: string
}

export interface FileInfo {
  id: string
  name: string
  size: number
  mime_type: string
}

export interface Option {
  text: string
  value: string
}

export interface Action {
  id: string
  name: string
  type?: string
  style?: string
  tooltip?: string
  disabled?: boolean
  cookie?: string
  options?: Option[]
  data_source?: string
  default_option?: string
}

export interface Field {
  title?: string
  value?: unknown
  short?: boolean | string
}

export interface Attachment {
  fallback?: string
  color?: string
  pretext?: string
  author_name?: string
  author_link?: string
  title?: string
  title_link?: string
  text?: string
  fields?: Field[] | null
  image_url?: string
  thumb_url?: string
  footer?: string
  actions?: Action[] | null
}

export interface Post {
  id: string
  channel_id: string
  user_id: string
  root_id: string
  message: string
  type: string
  create_at: number
  update_at: number
  edit_at: number
  delete_at: number
  reply_count?: number
  props?: Record<string, unknown> & { attachments?: Attachment[] }
  metadata?: { reactions?: Reaction[] | null; files?: FileInfo[] | null }
}

export interface PostList {
  order: string[]
  posts: Record<string, Post>
}

export interface SlashCommand {
  id: string
  trigger: string
  auto_complete: boolean
  auto_complete_hint: string
  auto_complete_desc: string
}

export interface DialogElement {
  display_name: string
  name: string
  type: string
  subtype?: string
  default?: string
  placeholder?: string
  help_text?: string
  optional?: boolean
  min_length?: number
  max_length?: number
  data_source?: string
  multiselect?: boolean
  options?: Option[]
}

export interface Dialog {
  callback_id?: string
  title: string
  introduction_text?: string
  elements?: DialogElement[] | null
  submit_label?: string
  notify_on_cancel?: boolean
  state?: string
}

export interface DialogRequest {
  trigger_id: string
  url: string
  dialog: Dialog
}

export interface DialogAnswer {
  error?: string
  errors?: Record<string, string>
}

/** Somebody the page may speak as. */
export interface Person {
  id?: string
  username: string
  name?: string
  token: string
}

/** Something the demo can make happen. */
export interface DemoAction {
  id: string
  label: { fr: string; en: string }
  group?: string | { fr: string; en: string }
}

export interface WebSocketEvent {
  event?: string
  seq?: number
  data?: Record<string, unknown>
}

/** What a session tells the views. */
export type Change =
  | { type: 'channels' }
  | { type: 'posts'; channelId: string; arrived?: Post; edited?: string }
  | { type: 'connection' }
  | { type: 'dialog'; request: DialogRequest }

export type Listener = (change: Change) => void

/** Who and what a text may point at. */
export interface Names {
  /** The username shown for a mention, or undefined where nobody bears it. */
  mention(name: string): { mine: boolean } | undefined
  /** The address of a public channel, or undefined. */
  channel(name: string): { href: string; label: string } | undefined
}
