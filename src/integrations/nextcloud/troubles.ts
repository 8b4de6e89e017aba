// Tells Vigie's administrators that a watched folder cannot be looked at, and that it is back (fault F23). The words are those of the
// integration `vigie`.

import type { Draft, Emit, Log, Now, Target } from '../../event.ts'
import type { Folder, Trouble } from './folder.ts'
import { placeOf } from './standing.ts'

export interface TroublesParts {
  readonly emit: Emit
  readonly admins: () => Promise<readonly string[]>
  readonly log: Log
  readonly now: Now
}

/** Once for each trouble, and with nothing when it is over. Resolves once it is stored. @throws {StoreUnavailable} */
export type TellTrouble = (trouble: Trouble | undefined) => Promise<void>

export function createTroubleTeller(folder: Folder, { emit, admins, log, now }: TroublesParts): TellTrouble {
  /** What was told last, if that was since we started. */
  let known: { readonly since: number; readonly trouble: Trouble } | undefined
  return async (trouble) => {
    const at = now()
    const facts = { folder: folder.name, place: placeOf(folder), ...trouble }
    if (trouble === undefined) log.info(facts, 'a watched folder is back')
    else log.warn(facts, 'a watched folder cannot be looked at')
    const only = (await admins()).map((id): Target => ({ notifier: 'mattermost', address: `@${id}` }))
    const since = known?.since ?? at
    if (only.length > 0) await emit(draftOf({ folder, trouble, since, known: known?.trouble, at }), { only })
    known = trouble === undefined ? undefined : { since, trouble }
  }
}

interface TroubleNews {
  readonly folder: Folder
  readonly trouble: Trouble | undefined
  readonly since: number
  /** What was told before; `since` is when it began. */
  readonly known: Trouble | undefined
  readonly at: number
}

/** One card for a trouble and its end. */
function draftOf({ folder, trouble, since, known, at }: TroubleNews): Draft {
  const wasPartly = known?.kind === 'partly'
  return {
    source: 'vigie',
    type: trouble === undefined ? 'vigie.folder_back' : 'vigie.folder_missing',
    time: new Date(at).toISOString(),
    data: {
      folder: folder.name,
      title: folder.title,
      place: placeOf(folder),
      ...(trouble === undefined ? (wasPartly ? { kind: 'partly' } : {}) : { ...trouble }),
      ...(trouble === undefined && known === undefined ? {} : { since }),
      at,
    },
    severity: trouble === undefined ? 'info' : 'warning',
    audience: 'closed',
    byDefault: false,
    card: `folder ${folder.name} ${since}`,
    cardStays: true,
  }
}
