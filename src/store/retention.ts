// Forgetting what is older than RETENTION, a few rows at a time, so that nothing else waits (issue 4, "Group commit"). What still has
// to be told is never forgotten, however old.

import { type Kysely, sql } from 'kysely'
import { createIds } from './ids.ts'
import type { Database, Tables } from './schema.ts'

export interface PurgeRequest {
  /** Events, their deliveries and cards before this go; milliseconds since 1970. */
  readonly eventsBefore: number
  /** Audit entries before this go. */
  readonly auditBefore: number
  /** Awaited after each small transaction; resolves false to end here. */
  readonly goOn: () => Promise<boolean>
}

export interface Purged {
  readonly events: number
  readonly deliveries: number
  readonly cards: number
  readonly audit: number
}

/** Rows of one transaction. */
const batchRows = 200

/** Resolves how many rows went. @throws {StoreUnavailable} */
export async function purge(db: Database, { eventsBefore, auditBefore, goOn }: PurgeRequest): Promise<Purged> {
  const gone = { events: 0, deliveries: 0, cards: 0, audit: 0 }
  const newest = createIds(0).next(eventsBefore)
  for (const table of ['deliveries', 'events'] as const) {
    let after = 0
    for (;;) {
      const { last, count } = await forget(db, table, { after, newest })
      gone[table] += count
      if (last === undefined || !(await goOn())) break
      after = last
    }
  }
  gone.cards = await repeat(goOn, () => forgetCards(db, eventsBefore))
  gone.audit = await repeat(goOn, () => forgetAudit(db, auditBefore))
  return gone
}

/** One batch in the order of ids, which rise with time; `last` is where the next begins, absent at the end. */
async function forget(
  db: Database,
  table: 'deliveries' | 'events',
  { after, newest }: { after: number; newest: number },
): Promise<{ last: number | undefined; count: number }> {
  return await db.transaction().execute(async (within) => {
    const rows = await within
      .selectFrom(table)
      .select('id')
      .where('id', '>', after)
      .where('id', '<', newest)
      .orderBy('id')
      .limit(batchRows)
      .execute()
    const last = rows.at(-1)?.id
    if (last === undefined) return { last, count: 0 }
    const count = table === 'events' ? await dropEvents(within, after, last) : await dropDeliveries(within, after, last)
    return { last, count }
  })
}

/** But for what waits, and what a digest took in that still waits or may be replayed. */
async function dropDeliveries(db: Kysely<Tables>, after: number, last: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from deliveries where id > ${after} and id <= ${last} and state <> 'waiting' and not exists (
      select 1 from deliveries whole where whole.id = deliveries.absorbed_by and whole.state in ('waiting', 'parked'))`.execute(
    db,
  )
  return Number(numAffectedRows ?? 0)
}

/** Those without a delivery left: theirs bear the numbers right after their own. */
async function dropEvents(db: Kysely<Tables>, after: number, last: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from events where id > ${after} and id <= ${last} and not exists (
      select 1 from deliveries own where own.id > events.id and own.id <= events.id + events.matched)`.execute(db)
  await sql`
    delete from alert_events where event > ${after} and event <= ${last} and not exists (
      select 1 from events where events.id = alert_events.event)`.execute(db)
  return Number(numAffectedRows ?? 0)
}

async function forgetCards(db: Database, before: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from cards where (target, key) in (
      select target, key from cards where changed_at < ${before} limit ${batchRows})`.execute(db)
  return Number(numAffectedRows ?? 0)
}

async function forgetAudit(db: Database, before: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from audit where id in (
      select id from audit where id < ${createIds(0).next(before)} order by id limit ${batchRows})`.execute(db)
  return Number(numAffectedRows ?? 0)
}

async function repeat(goOn: () => Promise<boolean>, work: () => Promise<number>): Promise<number> {
  let total = 0
  for (;;) {
    const count = await work()
    total += count
    if (count < batchRows || !(await goOn())) return total
  }
}
