// The archive: every event also as a line of `ARCHIVE_PATH/YYYY-MM-DD.ndjson`, written after its commit by a follower that nobody waits for
// (issue 7, "The archive"). What it wrote is told by the files themselves: after a crash their last lines say where to go on, so that
// nothing is doubled; a file that lost something is filled up again from the store.

import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { JsonObject, Log } from '../event.ts'
import { toCloudEvent } from './cloud-event.ts'
import { append, type Mended, makeFolder, mend, sizeOf } from './day-file.ts'
import { idBefore } from './ids.ts'
import type { MarkStore, Store, StoredEvent } from './store.ts'

export interface ArchiveParts {
  /** ARCHIVE_PATH. */
  readonly folder: string
  readonly store: { readonly events: Pick<Store['events'], 'list'>; readonly marks: Pick<MarkStore, 'get' | 'set'> }
  /** Whose days the files are. */
  readonly timeZone: string
  readonly now: () => number
  readonly log: Log
  readonly wait: (waitMs: number, signal: AbortSignal) => Promise<void>
}

export interface Archive {
  /** Until the signal, and then until it has caught up. */
  run(signal: AbortSignal): Promise<void>
  /** Drops the files of days that ended before. Resolves how many. */
  purge(before: number): Promise<number>
  state(): ArchiveState
}

export interface ArchiveState {
  /** Why nothing can be written at present; what is missing then is caught up later. */
  readonly error?: string
  readonly since?: number
  /** Files that had lost something and were filled up, the newest last. */
  readonly mended: readonly MendedFile[]
  readonly days: number
}

export interface MendedFile {
  /** `2026-11-21` */
  readonly day: string
  readonly how: 'missing' | 'empty' | 'cut'
  /** How many events were written again. */
  readonly events: number
  readonly at: number
}

/** How often it looks for new events, and what it takes at once: one write, one fdatasync. */
const everyMs = 500
const most = 200
/** Behind, it leaves room for others in between. */
const breathMs = 5
/** The store gives fewer than were asked for only behind more than this. */
const largeBytes = 256 * 1024
const againMs = 5000
/** Files know better where they end: the mark is for what they lost. */
const markEveryMs = 5000
const mostMended = 5
const dayMs = 86_400_000
const markName = 'archive'
const fileName = /^(\d{4}-\d{2}-\d{2})\.ndjson$/

interface Day {
  readonly bytes: number
  /** The id on its last line. */
  readonly last: string
}

const markShape = z.object({
  last: z.string(),
  days: z.record(z.string(), z.object({ bytes: z.number(), last: z.string() })),
  mended: z.array(
    z.object({ day: z.string(), how: z.enum(['missing', 'empty', 'cut']), events: z.number(), at: z.number() }),
  ),
})

export function createArchive(parts: ArchiveParts): Archive {
  const { folder, store, timeZone, now, log, wait } = parts
  const days = new Map<string, Day>()
  let mended: MendedFile[] = []
  let last = ''
  let trouble: { error: string; since: number } | undefined
  let markedAt = Number.NEGATIVE_INFINITY
  let isMarked = true

  const pathOf = (day: string) => join(folder, `${day}.ndjson`)
  const dayOf = ({ acceptedAt }: StoredEvent) => localDay(acceptedAt, timeZone)

  /** What bears a time to come was not written by us. */
  const goOnAfter = (id: string) => {
    if (id > last && id < idBefore(now() + dayMs)) last = id
  }

  async function begin(): Promise<void> {
    await makeFolder(folder)
    const mark = markShape.safeParse(await store.marks.get(markName)).data
    last = mark?.last ?? ''
    mended = mark?.mended ?? []
    days.clear()
    for (const [day, known] of Object.entries(mark?.days ?? {})) days.set(day, known)
    for (const day of await filesIn(folder)) if (!days.has(day)) await takeUp(day)
    for (const day of [...days.keys()].sort()) await look(day)
    // Of the day that was being written when it was marked, the file may be shorter than it was without being shorter than it was then.
    const open = Object.entries(mark?.days ?? {}).find(([, known]) => known.last === mark?.last)?.[0] ?? ''
    const known = days.get(open)
    if (known !== undefined && known.last < last)
      await fillUp(open, { sizeBytes: known.bytes, last: known.last, cutBytes: 0, isMissing: false })
  }

  /** A file the mark does not know: written after it, or by a Vigie whose database is gone. */
  async function takeUp(day: string): Promise<void> {
    const found = await mend(pathOf(day))
    if (found.cutBytes > 0) log.warn({ day, cutBytes: found.cutBytes }, 'cut half a line off the archive')
    if (found.last === undefined) return
    days.set(day, { bytes: found.sizeBytes, last: found.last })
    goOnAfter(found.last)
  }

  /** What the file of a day is by now; where it lost something, that is written again. */
  async function look(day: string): Promise<void> {
    const known = days.get(day)
    const sizeBytes = await sizeOf(pathOf(day))
    if (known === undefined || sizeBytes === known.bytes) return
    const found = await mend(pathOf(day))
    if (found.last !== undefined && found.last >= known.last) {
      days.set(day, { bytes: found.sizeBytes, last: found.last })
      goOnAfter(found.last)
      if (found.cutBytes > 0) log.warn({ day, cutBytes: found.cutBytes }, 'cut half a line off the archive')
    } else await fillUp(day, found)
    isMarked = false
  }

  /** From its last good line up to the last event that was archived. */
  async function fillUp(day: string, found: Mended): Promise<void> {
    const how: MendedFile['how'] = found.isMissing
      ? 'missing'
      : found.sizeBytes + found.cutBytes === 0
        ? 'empty'
        : 'cut'
    const from = Temporal.PlainDate.from(day).toZonedDateTime({ timeZone }).epochMilliseconds
    let [after, bytes, events] = [found.last ?? idBefore(from), found.sizeBytes, 0]
    let end = found.last
    for (;;) {
      const some = await store.events.list({ after, limit: most })
      const own = some.filter((one) => one.event.id <= last && dayOf(one) === day)
      if (own.length > 0) bytes = await append(pathOf(day), bytes, linesOf(own))
      events += own.length
      end = own.at(-1)?.event.id ?? end
      const next = some.at(-1)
      if (next === undefined || next.event.id >= last || next.acceptedAt > from + 2 * dayMs) break
      after = next.event.id
    }
    if (end === undefined) days.delete(day)
    else days.set(day, { bytes, last: end })
    if (events === 0 && found.cutBytes === 0 && how === 'cut') return
    mended = [...mended, { day, how, events, at: now() }].slice(-mostMended)
    log.warn({ day, how, events }, 'a file of the archive had lost something: it was filled up from the store')
  }

  /** Writes what is new; resolves whether there may be more. */
  async function follow(): Promise<boolean> {
    const some = await store.events.list({ after: last, limit: most })
    let written = 0
    for (const run of runsByDay(some, dayOf)) {
      await look(run.day)
      const known = days.get(run.day)?.bytes ?? 0
      const bytes = await append(pathOf(run.day), known, linesOf(run.events))
      written += bytes - known
      last = run.last
      days.set(run.day, { bytes, last })
      isMarked = false
    }
    return some.length === most || written > largeBytes
  }

  async function mark(): Promise<void> {
    if (isMarked) return
    const value: JsonObject = {
      last,
      days: Object.fromEntries([...days].map(([day, known]) => [day, { ...known }])),
      mended: mended.map((one) => ({ ...one })),
    }
    await store.marks.set(markName, value)
    isMarked = true
    markedAt = now()
  }

  const say = (error: unknown) => {
    const words = error instanceof Error ? error.message : String(error)
    if (trouble?.error !== words) log.error({ err: error }, 'the archive cannot be written; it is caught up later')
    trouble = { error: words, since: trouble?.since ?? now() }
  }
  const saysWell = () => {
    if (trouble) log.info({ since: trouble.since }, 'the archive is written again')
    trouble = undefined
  }

  return {
    async run(signal) {
      let hasBegun = false
      for (;;) {
        const isLast = signal.aborted
        try {
          if (!hasBegun) await begin()
          hasBegun = true
          const isBehind = await follow()
          saysWell()
          if (isLast || Math.abs(now() - markedAt) >= markEveryMs) await mark()
          if (isLast && !isBehind) return
          if (!isLast) await wait(isBehind ? breathMs : everyMs, signal)
        } catch (error) {
          say(error)
          if (isLast) return
          // What was half done is looked at anew.
          hasBegun = false
          await wait(againMs, signal)
        }
      }
    },
    async purge(before) {
      const first = localDay(before, timeZone)
      const old = (await filesIn(folder)).filter((day) => day < first)
      for (const day of old) {
        days.delete(day)
        await rm(pathOf(day), { force: true })
      }
      if (old.length > 0) {
        isMarked = false
        await mark()
      }
      return old.length
    },
    state: () => ({ ...trouble, mended, days: days.size }),
  }
}

const linesOf = (events: readonly StoredEvent[]): string =>
  events.map((one) => `${JSON.stringify(toCloudEvent(one))}\n`).join('')

/** Days of the files there are; none where there is no folder. */
async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).flatMap((name) => fileName.exec(name)?.[1] ?? []).sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

function runsByDay(
  events: readonly StoredEvent[],
  dayOf: (event: StoredEvent) => string,
): readonly { readonly day: string; readonly last: string; readonly events: readonly StoredEvent[] }[] {
  const runs: { day: string; last: string; events: StoredEvent[] }[] = []
  for (const one of events) {
    const day = dayOf(one)
    const run = runs.at(-1)
    if (run?.day === day) {
      run.events.push(one)
      run.last = one.event.id
    } else runs.push({ day, last: one.event.id, events: [one] })
  }
  return runs
}

/** `2026-11-21` */
export function localDay(at: number, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate().toString()
}
