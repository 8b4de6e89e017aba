// What can be said to Vigie: the commands with all they need, and the one place that answers them.

import { createDispatch } from '../bot/dispatch.ts'
import { createFiles } from '../bot/files.ts'
import { createHelp } from '../bot/help.ts'
import type { Command } from '../commands/command.ts'
import { createCommands } from '../commands/index.ts'
import type { InTurn } from '../commands/subscriptions/room.ts'
import { createDocumentWriter } from '../documents/write.ts'
import type { Part } from '../event.ts'
import type { BotParts } from './bot.ts'
import { createExport } from './export.ts'
import { createFileImport } from './import-file.ts'
import type { Mattermost } from './mattermost.ts'
import { sourcesOf } from './sources.ts'

export interface SpeechParts extends BotParts {
  readonly mattermost: Mattermost
  readonly status: () => Promise<readonly Part[]>
  readonly inTurn: InTurn
}

export function createSpeech(parts: SpeechParts) {
  const { settings, store, mattermost, log, meter, now } = parts
  const { locale, timeZone, organisation } = settings
  const { self, calls, people, around, download } = mattermost
  const { events, personnages, audit } = store
  const commands: readonly Command[] = createCommands({
    store,
    around,
    help: createHelp(() => commands),
    describe: parts.describe,
    sources: sourcesOf(parts.integrations),
    router: parts.router,
    status: parts.status,
    wakeOutbox: parts.onReplayed,
    writeDocument: createDocumentWriter(),
    makeExport: createExport({ events, personnages, niveauOf: parts.niveauOf, timeZone, now }),
    files: createFiles({ self, calls, around, download }),
    importFile: createFileImport(parts.take),
    drawRanking: parts.mail.draw,
    keys: parts.keys,
    inTurn: parts.inTurn,
    version: parts.version,
    startedAt: parts.startedAt,
    ...(organisation === undefined ? {} : { organisation }),
    locale,
    timeZone,
  })
  return { commands, dispatch: createDispatch({ commands, people, around, audit, log, meter, now, locale }) }
}
