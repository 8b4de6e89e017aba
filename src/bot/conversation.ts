// What passes between the ways people reach us (slash commands, mentions, buttons, dialogs) and dispatch, inside this room.

import type { CallContext, DialogSpec, Person, Place, Reply, Role } from '../commands/command.ts'
import type { Json } from '../event.ts'
import type { Locale } from '../text/locale.ts'

/** Words somebody wrote to us. */
export interface Saying {
  readonly by: 'slash' | 'mention' | 'direct'
  readonly person: string
  readonly channel: string
  readonly team?: string
  readonly root?: string
  /** By its name the channel is people's direct or group messages. */
  readonly isMessages?: true
  /** Ids of the files of that message. */
  readonly files?: readonly string[]
  /** The registered trigger for a slash command (`subscribe`), absent for mentions and direct messages. */
  readonly trigger?: string
  /** The rest, raw. */
  readonly text: string
}

/** A button or menu entry whose seal was found good, or a reaction to a card of ours. */
export interface Pressing {
  readonly by: 'button' | 'reaction'
  readonly person: string
  readonly channel: string
  readonly team?: string
  readonly verb: string
  readonly object: string
  readonly delivery?: string
}

/** A dialog whose seal was found good; `command` and `commandVerb` come from the seal, the fields from the person. */
export interface Submission {
  readonly by: 'dialog'
  readonly person: string
  readonly channel: string
  readonly team?: string
  readonly command: string
  readonly commandVerb?: string
  /** What was typed before the form asked for the rest; from the seal. */
  readonly line?: string
  readonly fields: Readonly<Record<string, Json>>
}

export interface Answer {
  readonly reply: Reply
  readonly locale: Locale
  /** The person's or a rule's "no": it is shown, nothing was done. */
  readonly refused: boolean
  /** For a dialog: what is wrong, by field. */
  readonly fieldErrors?: Readonly<Record<string, string>>
}

/** Words → command → reply. Every error has become a reply; rejects never. */
export interface Dispatch {
  say(saying: Saying): Promise<Answer>
  press(pressing: Pressing): Promise<Answer>
  submit(submission: Submission): Promise<Answer>
}

/** Who is who, asked of Mattermost. */
export interface People {
  /**
   * Fresh (at most a few seconds old). Nothing for the unknown, the deactivated and bots: they may do nothing. `channel`: where a request of
   * theirs begins, about which is asked meanwhile.
   */
  person(userId: string, channel?: string): Promise<Person | undefined>
  /** The channel as the bot, or where the bot is not in it, as the request says it; nothing where the person is not a member or may not read it. */
  place(channel: string, personId: string, team?: string): Promise<Place | undefined>
  /** The strongest role of the person there. A direct message with the bot: channel administrator, unless guest. */
  role(person: Person, place: Place): Promise<Exclude<Role, 'maker'> | undefined>
  isVigieAdmin(userId: string): boolean
}

export type { CallContext, DialogSpec }
