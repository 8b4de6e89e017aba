// A process that watches a folder and records what it tells in a database, as Vigie does, until it is killed. `VIGIE_TEST_WATCH`: JSON.
// One line of JSON for everything it tells: what may be read of it from outside.

import { createDiskSource } from '../../../src/integrations/nextcloud/disk.ts'
import type { Change } from '../../../src/integrations/nextcloud/folder.ts'
import { createWatching } from '../../../src/integrations/nextcloud/watching.ts'
import { openSqliteStore } from '../../../src/store/sqlite.ts'
import { createFakeLog } from '../../fakes/log.ts'
import { quick } from './pace.ts'

export interface Work {
  readonly path: string
  readonly database: string
  /** To be refused what root is not. */
  readonly user?: number
  /** Real times, not a tenth of them. */
  readonly isSlow?: boolean
}

export interface Line {
  readonly told?: string
  readonly trouble?: string
  readonly error?: string
  readonly state?: string
  readonly setting?: string
  readonly folders?: number
}

const work: Work = JSON.parse(process.env.VIGIE_TEST_WATCH ?? '{}')
if (work.user !== undefined) {
  process.setgroups?.([])
  process.setgid?.(work.user)
  process.setuid?.(work.user)
}
const say = (line: Line) => process.stdout.write(`${JSON.stringify(line)}\n`)
const log = createFakeLog()
const store = await openSqliteStore({ path: work.database, now: Date.now, log })
const source = createDiskSource({ path: work.path, ignore: [] })

async function record(change: Change): Promise<void> {
  const { kind, path, file, from } = change
  const key = JSON.stringify([kind, path, file.identity, file.sizeBytes, file.changedAt])
  const draft = {
    source: 'nextcloud',
    type: `nextcloud.file.${kind}`,
    subject: 'rh',
    time: new Date(change.at).toISOString(),
    data: { path, ...(from === undefined ? {} : { from }) },
    severity: 'info',
    audience: 'closed',
    byDefault: true,
  } as const
  await store.events.record([
    { draft, dedupe: [{ key, lifeMs: 14 * 86_400_000 }], acceptedAt: Date.now(), route: () => [] },
  ])
  say({ told: `${kind} ${from === undefined ? '' : `${from} → `}${path}` })
}

const watching = createWatching({
  folder: { name: 'rh', title: 'rh', at: { disk: work.path } },
  source,
  hints: source.hints,
  store: store.folders,
  now: Date.now,
  log,
  onChange: record,
  async onTrouble(trouble) {
    say({ trouble: trouble?.kind ?? 'over', ...(trouble ? { error: trouble.error } : {}) })
  },
  ...(work.isSlow ? {} : { pace: quick }),
})
let last = ''
setInterval(() => {
  const { state, isHearing, polling } = watching.status()
  const shown = isHearing ? 'hearing' : polling === undefined ? state : `polling ${polling.why}`
  if (shown === last) return
  last = shown
  say({
    state: shown,
    ...(polling?.setting ? { setting: polling.setting } : {}),
    ...(polling?.folders ? { folders: polling.folders } : {}),
  })
}, 20)
await watching.watch(new AbortController().signal)
