// What is watched, what was seen, and its incidents (issue "The watch", "History"). Single results are kept for days, then rolled up by
// minute, hour and day; how long depends on how many monitors there are, so that the file stays bounded.

import { type Kysely, type Selectable, sql } from 'kysely'
import type { Incident, IncidentStep, Monitor, Result, State } from '../integrations/monitor/monitor.ts'
import type { Database, IncidentStepTable, RolledTable, Tables } from './schema.ts'
import type { KeptMonitor, MonitorStore, Rolled, Round, Span } from './store.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const spanMs: Readonly<Record<Span, number>> = { minute: minuteMs, hour: hourMs, day: dayMs }
/** For up to so many monitors; the more there are, the shorter single results and minutes are kept. */
const fewMonitors = 500
const keptMs = { results: 3 * dayMs, minute: 14 * dayMs, hour: 100 * dayMs, day: 400 * dayMs } as const
const leastKeptMs = 2 * hourMs
/** Rows of one transaction. */
const batchRows = 2000

export function createMonitorStore(db: Database): MonitorStore {
  return { ...createKept(db), ...createRounds(db), ...createIncidents(db), ...createHistory(db) }
}

function createKept(db: Database): Pick<MonitorStore, 'all' | 'save' | 'remove'> {
  return {
    async all() {
      const rows = await db.selectFrom('monitors').selectAll().orderBy('name_key').execute()
      return rows.map(({ id, body, state }): KeptMonitor => {
        const monitor: Omit<Monitor, 'id'> = JSON.parse(body)
        const known: State | undefined = state === null ? undefined : JSON.parse(state)
        return { monitor: { id, ...monitor }, ...(known ? { state: known } : {}) }
      })
    },

    async save({ id, ...monitor }) {
      const row = { channel: monitor.channel, name_key: monitor.name.toLowerCase(), body: JSON.stringify(monitor) }
      return await db.transaction().execute(async (within) => {
        const namesake = await within
          .selectFrom('monitors')
          .select('id')
          .where('channel', '=', row.channel)
          .where('name_key', '=', row.name_key)
          .where('id', '<>', id)
          .executeTakeFirst()
        if (namesake) return false
        await within
          .insertInto('monitors')
          .values({ id, ...row, state: null })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute()
        return true
      })
    },

    async remove(id) {
      const { numDeletedRows } = await db.deleteFrom('monitors').where('id', '=', id).executeTakeFirst()
      return numDeletedRows > 0n
    },
  }
}

function createRounds(db: Database): Pick<MonitorStore, 'record' | 'untold' | 'told'> {
  return {
    async record(round) {
      await db.transaction().execute(async (within) => {
        await writeResults(within, round.results)
        for (const { monitor, state } of round.states) {
          await within
            .updateTable('monitors')
            .set({ state: JSON.stringify(state) })
            .where('id', '=', monitor)
            .execute()
        }
        for (const incident of round.incidents) await writeIncident(within, incident)
        for (const { incident, number, at, kind, by, facts } of round.steps) {
          const row = { incident, number, at, kind, by: by ?? null, facts: JSON.stringify(facts), event: null }
          await within.insertInto('incident_steps').values(row).execute()
        }
      })
    },

    async untold() {
      const rows = await db
        .selectFrom('incident_steps')
        .selectAll()
        .where('event', 'is', null)
        .orderBy('at')
        .orderBy('number')
        .execute()
      return rows.map(stepOf)
    },

    async told(incident, step, event) {
      await db
        .updateTable('incident_steps')
        .set({ event })
        .where('incident', '=', incident)
        .where('number', '=', step)
        .execute()
    },
  }
}

async function writeResults(db: Kysely<Tables>, results: Round['results']): Promise<void> {
  for (const { monitor, result, counts } of results) {
    const { at, tookMs, ...rest } = result
    const row = { monitor, at, took_ms: Math.round(tookMs), counts, rest: JSON.stringify(rest) }
    // Two results of one millisecond: the later one.
    await db
      .insertInto('results')
      .values(row)
      .onConflict((conflict) => conflict.columns(['monitor', 'at']).doUpdateSet(row))
      .execute()
  }
}

async function writeIncident(db: Kysely<Tables>, incident: Incident): Promise<void> {
  const { id, channel, openedAt, closedAt } = incident
  const row = { channel, opened_at: openedAt, closed_at: closedAt ?? null, body: JSON.stringify(incident) }
  await db
    .insertInto('incidents')
    .values({ id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
  for (const { monitor } of incident.monitors) {
    await db
      .insertInto('incident_monitors')
      .values({ monitor, incident: id })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

function createIncidents(db: Database): Pick<MonitorStore, 'incident' | 'incidents' | 'steps'> {
  return {
    async incident(id) {
      const row = await db.selectFrom('incidents').select('body').where('id', '=', id).executeTakeFirst()
      return row && incidentOf(row)
    },

    async incidents({ channel, monitor, isOpen, from, to, limit }) {
      let query = db.selectFrom('incidents').select('body').orderBy('opened_at', 'desc').limit(limit)
      if (channel !== undefined) query = query.where('channel', '=', channel)
      if (isOpen !== undefined) query = query.where('closed_at', isOpen ? 'is' : 'is not', null)
      if (to !== undefined) query = query.where('opened_at', '<', to)
      if (from !== undefined) {
        query = query.where((is) => is.or([is('closed_at', 'is', null), is('closed_at', '>=', from)]))
      }
      if (monitor !== undefined) {
        query = query.where('id', 'in', (of) =>
          of.selectFrom('incident_monitors').select('incident').where('monitor', '=', monitor),
        )
      }
      return (await query.execute()).map(incidentOf)
    },

    async steps(incident) {
      const rows = await db
        .selectFrom('incident_steps')
        .selectAll()
        .where('incident', '=', incident)
        .orderBy('number')
        .execute()
      return rows.map(stepOf)
    },
  }
}

function incidentOf({ body }: { body: string }): Incident {
  return JSON.parse(body)
}

function stepOf({ by, event, facts, ...row }: Selectable<IncidentStepTable>): IncidentStep {
  const step: IncidentStep = JSON.parse(JSON.stringify({ ...row, facts: JSON.parse(facts) }))
  return { ...step, ...(by === null ? {} : { by }), ...(event === null ? {} : { event }) }
}

function createHistory(db: Database): Pick<MonitorStore, 'results' | 'history' | 'tidy'> {
  return {
    async results(monitor, { from, to, limit }) {
      const rows = await db
        .selectFrom('results')
        .selectAll()
        .where('monitor', '=', monitor)
        .where('at', '>=', from)
        .where('at', '<', to)
        .orderBy('at', 'desc')
        .limit(limit)
        .execute()
      return rows.toReversed().map(({ at, took_ms, rest }): Result => ({ at, tookMs: took_ms, ...JSON.parse(rest) }))
    },

    async history(monitor, { from, to, span }) {
      for (const wanted of span ? [span] : (['minute', 'hour', 'day'] as const)) {
        const rows = await db
          .selectFrom('rolled')
          .selectAll()
          .where('monitor', '=', monitor)
          .where('span', '=', wanted)
          .where('at', '>=', from)
          .where('at', '<', to)
          .orderBy('at')
          .execute()
        const isWhole = span !== undefined || wanted === 'day' || (rows[0]?.at ?? Infinity) <= from + spanMs[wanted]
        if (isWhole) return rows.map((row) => rolledOf(row, wanted))
      }
      return []
    },

    async tidy(now) {
      await rollUp(db, 'minute', now)
      await rollUp(db, 'hour', now)
      await rollUp(db, 'day', now)
      await forget(db, now)
    },
  }
}

/** From where the last time ended to the last span that is over; a result that comes later than that counts nowhere. */
async function rollUp(db: Database, span: Span, now: number): Promise<void> {
  const lengthMs = spanMs[span]
  const mark = `rolled ${span}`
  // Results are written within seconds of being seen.
  const to = Math.floor((now - 2 * minuteMs) / lengthMs) * lengthMs
  const known = await db.selectFrom('marks').select('value').where('name', '=', mark).executeTakeFirst()
  const from = known ? Number(known.value) : 0
  if (to <= from) return
  await db.transaction().execute(async (within) => {
    if (span === 'minute') await rollResults(within, { from, to })
    else await rollFiner(within, { from, to, span })
    await within
      .insertInto('marks')
      .values({ name: mark, value: String(to) })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: String(to) }))
      .execute()
  })
}

async function rollResults(db: Kysely<Tables>, { from, to }: { from: number; to: number }): Promise<void> {
  await sql`
    insert into rolled (span, monitor, at, up, down, maintained, isolated, good, took_sum, took_min, took_max)
    select 'minute', monitor, at - at % ${minuteMs} as minute, sum(counts = 'up'), sum(counts = 'down'),
      sum(counts = 'maintained'), sum(counts = 'isolated'), sum(well), sum(case when well then took_ms else 0 end),
      min(case when well then took_ms end), max(case when well then took_ms end)
    from (select *, counts = 'up' and rest not like '%"failure":%' as well from results where at >= ${from} and at < ${to})
    group by monitor, minute
    on conflict do nothing`.execute(db)
}

async function rollFiner(
  db: Kysely<Tables>,
  { from, to, span }: { from: number; to: number; span: 'hour' | 'day' },
): Promise<void> {
  const lengthMs = spanMs[span]
  const finer = span === 'hour' ? 'minute' : 'hour'
  await sql`
    insert into rolled (span, monitor, at, up, down, maintained, isolated, good, took_sum, took_min, took_max)
    select ${span}, monitor, at - at % ${lengthMs} as beginning, sum(up), sum(down), sum(maintained), sum(isolated),
      sum(good), sum(took_sum), min(took_min), max(took_max)
    from rolled where span = ${finer} and at >= ${from} and at < ${to}
    group by monitor, beginning
    on conflict do nothing`.execute(db)
}

async function forget(db: Database, now: number): Promise<void> {
  const { count } = await db
    .selectFrom('monitors')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  const crowd = Math.max(1, Number(count) / fewMonitors)
  const resultsBefore = now - Math.max(leastKeptMs, keptMs.results / crowd)
  await repeat(() =>
    sql`delete from results where (monitor, at) in (
      select monitor, at from results where at < ${resultsBefore} limit ${batchRows})`.execute(db),
  )
  for (const span of ['minute', 'hour', 'day'] as const) {
    const crowded = span === 'minute' ? crowd : 1
    const before = now - Math.max(leastKeptMs, keptMs[span] / crowded)
    await repeat(() =>
      sql`delete from rolled where (monitor, span, at) in (
        select monitor, span, at from rolled where span = ${span} and at < ${before} limit ${batchRows})`.execute(db),
    )
  }
}

async function repeat(work: () => Promise<{ readonly numAffectedRows?: bigint }>): Promise<void> {
  for (;;) if (Number((await work()).numAffectedRows ?? 0) < batchRows) return
}

function rolledOf(row: Selectable<RolledTable>, span: Span): Rolled {
  const { at, up, down, maintained, isolated, good, took_sum, took_min, took_max } = row
  const took = good > 0 ? { tookMs: { mean: took_sum / good, min: took_min ?? 0, max: took_max ?? 0 } } : {}
  return { at, span, counts: { up, down, maintained, isolated }, ...took }
}
