// What people can say: the list. A command is one file, its test, and a line here; help, grammar, manifest and rights derive from it.

import type { WriteDocument } from '../documents/document.ts'
import type { Describe, Part, Ranking } from '../event.ts'
import type { Router } from '../flow/router.ts'
import type {
  HookKeeper,
  KeyRing,
  MonitorKeeper,
  MonitorRecords,
  PersonnageKeeper,
} from '../integrations/integration.ts'
import type { Store } from '../store/store.ts'
import type { Locale } from '../text/locale.ts'
import { aboutCommand } from './about.ts'
import { allowCommand } from './allow.ts'
import { auditCommand } from './audit.ts'
import type { Around, CallContext, Command, PostedFiles, Reply } from './command.ts'
import { deliveriesCommand } from './deliveries.ts'
import { denyCommand } from './deny.ts'
import { explainCommand } from './explain.ts'
import { type ExportAsked, type ExportMade, exportCommand } from './export.ts'
import { gitlabCommand } from './gitlab.ts'
import { helpCommand } from './help.ts'
import { type ImportDone, importCommand } from './import.ts'
import { keyCommand } from './key.ts'
import { monitorCommand } from './monitor.ts'
import { personnageCommand } from './personnage.ts'
import { replayCommand } from './replay.ts'
import { settingsCommand } from './settings.ts'
import { statusCommand } from './status.ts'
import { subscribeCommand } from './subscribe.ts'
import type { InTurn } from './subscriptions/room.ts'
import { unsubscribeCommand } from './unsubscribe.ts'
import { vigieCommand } from './vigie.ts'

/** Where events come from, as `/subscribe` knows it. */
export interface Source {
  /** `gitlab` */
  readonly name: string
  /** What `--events` may name: `merge_request`, `merge_request.open`. */
  readonly events: readonly string[]
  /** Who looks after its webhooks. */
  readonly hooks?: HookKeeper
  /** Who looks after what is watched. */
  readonly monitors?: MonitorKeeper
  /** How what is watched did. */
  readonly records?: MonitorRecords
  /** Who keeps characters. */
  readonly personnages?: PersonnageKeeper
}

/** What the commands are made from. */
export interface CommandParts {
  readonly store: Pick<Store, 'events' | 'deliveries' | 'subscriptions' | 'subscribers' | 'audit'>
  readonly around: Around
  /** What can be said, in words: everything, or one command. */
  readonly help: (call: CallContext, command?: string, verb?: string) => Reply
  /** Every source's events in words. */
  readonly describe: Describe
  readonly sources: readonly Source[]
  /** Who hears what, as of now. */
  readonly router: Pick<Router, 'current'>
  readonly status: () => Promise<readonly Part[]>
  /** Something was put back in line: do not wait for the next look. */
  readonly wakeOutbox: () => void
  readonly writeDocument: WriteDocument
  /** @throws {UserError} for what is no moment. */
  readonly makeExport: (asked: ExportAsked, locale: Locale) => Promise<ExportMade>
  readonly files: PostedFiles
  /** Takes up what a file holds, telling nobody. @throws {UserError} for what is no archive. */
  readonly importFile: (bytes: Uint8Array) => Promise<ImportDone>
  /** A PNG; nothing where it could not be drawn in time. Never rejects. */
  readonly drawRanking: (ranking: Ranking, locale: Locale) => Promise<Uint8Array | undefined>
  readonly keys: KeyRing
  /** What adds to the subscriptions of a channel, one after another, by whatever door it came. */
  readonly inTurn: InTurn
  readonly version: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly organisation?: string
  /** Of what is posted where a channel chose none. */
  readonly locale: Locale
  readonly timeZone: string
}

/** Every command there is, in the order in which help shows them. */
export function createCommands(parts: CommandParts): readonly Command[] {
  return [
    vigieCommand(parts),
    monitorCommand(parts),
    subscribeCommand(parts),
    unsubscribeCommand(parts),
    personnageCommand(parts),
    statusCommand(parts),
    explainCommand(parts),
    deliveriesCommand(parts),
    settingsCommand(parts),
    auditCommand(parts),
    replayCommand(parts),
    allowCommand(parts),
    denyCommand(parts),
    gitlabCommand(parts),
    keyCommand(parts),
    exportCommand(parts),
    importCommand(parts),
    aboutCommand(parts),
    helpCommand(parts),
  ]
}
