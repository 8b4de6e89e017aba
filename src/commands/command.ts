// The contract of everything people can say (design.md, "Command"). Help, grammar, manifest, dialogs and the table of rights
// derive from the object; a command without an `allow` rule does not start.

import type { Secret } from '../env.ts'
import type { ButtonStyle, Field, Json, Receipt } from '../event.ts'
import type { Locale, Said } from '../text/locale.ts'
import type { Rich } from '../text/rich.ts'

/** From least to most (interface.md, "Who may"). `maker`: who made the thing, and every channel administrator. */
export type Role = 'guest' | 'member' | 'maker' | 'channel_admin' | 'vigie_admin'

/** Words a command understands beside its name: one positional argument. */
export interface Argument {
  readonly name: string
  readonly title: Said
  readonly help: Said
  readonly required: boolean
  /** Takes all remaining words, joined by spaces. */
  readonly rest?: boolean
  /** Stands for each space within one of its words, which were written in quotes (subjects have none). */
  readonly space?: string
  /** The only values it takes; did-you-mean derives from it. May depend on the place (a list of this channel's subscriptions). */
  readonly choices?: readonly Choice[] | ((call: CallContext) => Promise<readonly Choice[]>)
}

export interface Choice {
  readonly value: string
  readonly label?: Said
}

export interface Flag {
  /** `switch` takes no value; a `list` takes comma separated words and may be repeated; `texts` may be repeated, each as it stands. */
  readonly kind: 'switch' | 'word' | 'list' | 'texts' | 'duration'
  readonly title: Said
  readonly help: Said
  /** May depend on the place, and on the arguments given with it. */
  readonly choices?:
    | readonly Choice[]
    | ((call: CallContext, args: Call['args']) => Promise<readonly Choice[] | undefined>)
  /** Who may use it, where that is more than the form's own rule. */
  readonly allow?: Role
  /** Who may give it this value, where that is more than `allow`. */
  readonly allowValue?: (value: FlagValue, call: CallContext) => Role | undefined
}

/** `true` for a switch, milliseconds for a duration. */
export type FlagValue = string | readonly string[] | number | true

/** One way of saying a command, with its own rule. */
export interface Form {
  readonly summary: Said
  /** What stands after the name in help; derived from the arguments where absent. */
  readonly usage?: Said
  readonly args?: readonly Argument[]
  readonly flags?: Readonly<Record<string, Flag>>
  readonly examples?: readonly Said[]
  readonly allow: Role
  /** How often one person may do it within a minute, where that is less than for everything together. */
  readonly perMinute?: number
  /** For `maker` rules: the user id of who made the object of this call; nothing where there is no such object. */
  readonly maker?: (call: Call) => Promise<string | undefined>
  run(call: Call): Promise<Reply>
}

export interface Verb extends Form {
  readonly name: string
  /** The French twin, shown first in French: `list`, `liste`. */
  readonly twin?: string
}

export interface Command extends Form {
  /** One word. */
  readonly name: string
  readonly twin?: string
  /** True: also registered as a slash command of its own; every command is `/vigie <name>`. */
  readonly trigger?: boolean
  readonly verbs?: readonly Verb[]
  /** What its buttons, menus and dialogs do, by name; drawn as `<command>.<name>`. */
  readonly buttons?: Readonly<Record<string, ButtonHandler>>
}

export interface ButtonHandler {
  readonly allow: Role
  readonly maker?: (press: Press) => Promise<string | undefined>
  /** True: works once per seal (what it does cannot be undone or would be done twice). */
  readonly once?: boolean
  /** The emoji that do the same, as reactions to a card. */
  readonly reaction?: Reaction
  run(press: Press): Promise<Reply>
}

/** What a reaction to a card presses. */
export interface Reaction {
  /** Mattermost's names: `eyes`. */
  readonly emoji: readonly string[]
  /** The button's object for a card, by its key; nothing for cards of another kind. */
  readonly objectOf: (card: string) => string | undefined
  /** The button that is pressed when it is taken back. */
  readonly back?: string
}

/** Who speaks, judged freshly at every call. */
export interface Person {
  readonly id: string
  readonly username: string
  readonly locale: Locale
  readonly guest: boolean
  /** VIGIE_ADMINS or system administrator. */
  readonly vigieAdmin: boolean
}

export interface Place {
  readonly channel: string
  readonly name: string
  readonly kind: 'public' | 'private' | 'direct' | 'group'
  readonly team?: string
  /** The bot is a member. */
  readonly botIn: boolean
}

export interface CallContext {
  readonly person: Person
  readonly place: Place
  readonly locale: Locale
  /** The strongest of the person's roles here; `maker` is judged per object. */
  readonly role: Exclude<Role, 'maker'>
  /** How it was said. */
  readonly by: 'slash' | 'mention' | 'direct' | 'button' | 'dialog' | 'reaction'
  /** The thread it was said in. */
  readonly root?: string
  /** Ids of the files that came with the words; a slash command carries none. */
  readonly files?: readonly string[]
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface Call extends CallContext {
  /** The command's name, as registered. */
  readonly command: string
  readonly verb?: string
  readonly args: Readonly<Record<string, string>>
  readonly flags: Readonly<Record<string, FlagValue>>
  /** What a dialog's password fields held, by what stands behind `secret.` in their names. */
  readonly secrets?: Readonly<Record<string, Pick<Secret, 'reveal'>>>
}

export interface Press extends CallContext {
  readonly object: string
  /** The post that carried the button, when it is one that tells events. */
  readonly delivery?: string
  /** What a dialog's fields held. */
  readonly fields?: Readonly<Record<string, Json>>
}

/** What the person who asked reads. `bot/render.ts` makes a post of it. */
export interface Reply {
  readonly title?: Rich
  readonly url?: string
  /** One glance: the verdict first. */
  readonly text?: Rich
  readonly fields?: readonly Field[]
  readonly table?: Table
  /** `good`: done; `warning`: done, but read this; `danger`: it is not well. */
  readonly mood?: 'plain' | 'good' | 'warning' | 'danger'
  readonly footer?: string
  readonly buttons?: readonly ReplyButton[]
  /** The next useful command, last. */
  readonly next?: string
  /** Opens a form; where none can open, a button that opens it. */
  readonly dialog?: DialogSpec
  /** Holds what is not for everybody: answered by direct message when asked by mention in a channel. */
  readonly personal?: boolean
  /** Goes with the answer where that is a post, else to the person by direct message. */
  readonly file?: ReplyFile
  /** What was changed, for the audit (never a secret); absent: nothing was. */
  readonly changed?: string
}

export interface ReplyFile {
  readonly name: string
  /** `application/pdf` */
  readonly type: string
  readonly bytes: Uint8Array
}

export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly Rich[])[]
}

export interface ReplyButton {
  readonly verb: string
  readonly object: string
  readonly label: string
  readonly style?: ButtonStyle
}

/** A form. On submission its fields come back to `verb` (a button handler), or, without one, as the call of `command`. */
export interface DialogSpec {
  /** At most 24 characters. */
  readonly title: string
  readonly introduction?: string
  readonly submit: string
  readonly fields: readonly DialogField[]
  /** The command (and its verb) whose arguments and flags the fields are. */
  readonly command: string
  readonly commandVerb?: string
  /** It asks for what is missing only: what was typed with the command is kept. */
  readonly keepsWords?: true
  /** What was typed, from the command's name on; filled in by dispatch. */
  readonly line?: string
}

export interface DialogField {
  /** The argument's name, `--flag`, or `secret.NAME` for a password. */
  readonly name: string
  /** At most 24 characters. */
  readonly label: string
  /** At most 150 characters. */
  readonly help?: string
  readonly kind: 'text' | 'textarea' | 'select' | 'bool' | 'password'
  readonly optional: boolean
  readonly value?: string
  readonly options?: readonly { readonly text: string; readonly value: string }[]
}

/** A file that stands with a post. */
export interface PostedFile {
  readonly id: string
  readonly name: string
  readonly sizeBytes: number
}

/** Files that people posted, seen with the asking person's eyes. */
export interface PostedFiles {
  /** That came with the words of this call, and are the person's own. */
  ofCall(call: CallContext): Promise<readonly PostedFile[]>
  /** Of a post by permalink or id; nothing where there is none that the person, and the bot, can read. */
  ofPost(words: string, call: CallContext): Promise<readonly PostedFile[] | undefined>
  /** Those with a wanted name of the person's own newest post that has one, made since then (milliseconds since 1970) in this channel or in their direct messages with the bot. */
  newest(call: CallContext, since: number, isWanted: (name: string) => boolean): Promise<readonly PostedFile[]>
  /** Its bytes, no more than so many; nothing where the bot may not read it. */
  read(file: PostedFile, mostBytes: number): Promise<Uint8Array | undefined>
}

/** What a command may ask of Mattermost. Everything is seen with the asking person's eyes: what they cannot read does not exist. */
export interface Around {
  /** A channel by `~name`, `name`, id or link, in the place's team. */
  findChannel(words: string, call: CallContext): Promise<Place | undefined>
  /** A post by permalink or id that the person can read. */
  findPost(
    words: string,
    call: CallContext,
  ): Promise<{ id: string; channel: string; props: Record<string, unknown>; user: string } | undefined>
  /** May this person read this channel now. */
  canRead(person: string, channel: string): Promise<boolean>
  username(userId: string): Promise<string>
  /** Somebody of this channel by `@username`, no bot; nothing for anybody else. */
  findMember(username: string, place: Place): Promise<{ id: string; username: string } | undefined>
  /** Brings the bot into the place if it can. Resolves true when it is a member. */
  bringBot(place: Place): Promise<boolean>
  /** Whether this person is a Vigie administrator, as last known. */
  isVigieAdmin(userId: string): boolean
  permalink(receipt: Receipt): string | undefined
}
