// What is watched, what was seen, and its incidents (issue "The watch", "History"). Single results are kept for days, then rolled up by
// minute, hour and day; how long depends on how many monitors there are, so that the file stays bounded.

import { type Kysely, type Selectable, sql } from 'kysely'
import type { Incident, IncidentStep, Monitor, Result, State } from '../integrations/monitor/monitor.ts'
import { inChunks } from './chunks.ts'
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

/** `breathe` gives others their turn: with many monitors there is much to roll up and to forget every minute. */
export function createMonitorStore(db: Database, breathe: () => Promise<unknown>): MonitorStore {
  return { ...createKept(db), ...createRounds(db), ...createIncidents(db), ...createHistory({ db, breathe }) }
}

function createKept(db: Database): Pick<MonitorStore, 'all' | 'save' | 'remove'> {
  return {
    async all() {
      const rows = await db
        .selectFrom('monitors')
        .leftJoin('results', (join) =>
          join
            .onRef('results.monitor', '=', 'monitors.id')
            .on('results.at', '=', (of) =>
              of
                .selectFrom('results as newest')
                .select('newest.at')
                .whereRef('newest.monitor', '=', 'monitors.id')
                .where('newest.counts', '<>', 'isolated')
                .orderBy('newest.at', 'desc')
                .limit(1),
            ),
        )
        .select(['id', 'body', 'state', 'at', 'took_ms', 'rest'])
        .orderBy('name_key')
        .execute()
      return rows.map(({ id, body, state, at, took_ms, rest }): KeptMonitor => {
        const monitor: Omit<Monitor, 'id'> = JSON.parse(body)
        const known: State | undefined = state === null ? undefined : JSON.parse(state)
        const isSeen = at !== null && took_ms !== null && rest !== null
        return {
          monitor: { id, ...monitor },
          ...(known ? { state: known } : {}),
          ...(isSeen ? { newest: resultOf({ at, took_ms, rest }) } : {}),
        }
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
        await writeStates(within, round.states)
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

/** One statement for many, since a query of Kysely's for each took twice the time of writing it. Of two results of one millisecond the later one stays. */
async function writeResults(db: Kysely<Tables>, results: Round['results']): Promise<void> {
  for (const some of inChunks(results)) {
    const rows = some.map(({ monitor, result: { at, tookMs, ...rest }, counts }) => [
      monitor,
      at,
      Math.round(tookMs),
      counts,
      rest,
    ])
    await sql`
      insert into results (monitor, at, took_ms, counts, rest)
      select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value -> 4 from json_each(${JSON.stringify(rows)})
      where true
      on conflict (monitor, at) do update set took_ms = excluded.took_ms, counts = excluded.counts, rest = excluded.rest
    `.execute(db)
  }
}

async function writeStates(db: Kysely<Tables>, states: Round['states']): Promise<void> {
  for (const some of inChunks(states)) {
    const rows = JSON.stringify(some.map(({ monitor, state }) => [monitor, state]))
    await sql`
      update monitors set state = known.value -> 1 from json_each(${rows}) as known where monitors.id = known.value ->> 0
    `.execute(db)
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

function resultOf({ at, took_ms, rest }: { at: number; took_ms: number; rest: string }): Result {
  return { at, tookMs: took_ms, ...JSON.parse(rest) }
}

interface HistoryParts {
  readonly db: Database
  readonly breathe: () => Promise<unknown>
}

function createHistory({ db, breathe }: HistoryParts): Pick<MonitorStore, 'results' | 'history' | 'tidy'> {
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
      return rows.toReversed().map(resultOf)
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
      await rollUp({ db, breathe }, 'minute', now)
      const isHour = await rollUp({ db, breathe }, 'hour', now)
      await rollUp({ db, breathe }, 'day', now)
      await forget({ db, breathe }, now, isHour ? ['minute', 'hour', 'day'] : ['minute'])
    },
  }
}

/** Those that have rows, removed ones too, as a list in JSON, 500 at a time. By leaps through the key: to look for a time alone would read all rows. */
async function* monitorsIn({ db, breathe }: HistoryParts, table: 'results' | 'rolled'): AsyncGenerator<string> {
  const from = sql.table(table)
  const { rows } = await sql<{ monitor: string }>`
    with recursive known (monitor) as (
      select min(monitor) from ${from}
      union all
      select (select min(monitor) from ${from} where monitor > known.monitor) from known where monitor is not null
    ) select monitor from known where monitor is not null`.execute(db)
  for (const some of inChunks(rows)) {
    yield JSON.stringify(some.map(({ monitor }) => monitor))
    await breathe()
  }
}

/**
 * From where the last time ended to the last span that is over; a result that comes later than that counts nowhere. Resolves whether one was
 * over. Cut off in between, it begins again: what was rolled up stays as it is.
 */
async function rollUp(parts: HistoryParts, span: Span, now: number): Promise<boolean> {
  const { db } = parts
  const lengthMs = spanMs[span]
  const mark = `rolled ${span}`
  // Results are written within seconds of being seen.
  const to = Math.floor((now - 2 * minuteMs) / lengthMs) * lengthMs
  const known = await db.selectFrom('marks').select('value').where('name', '=', mark).executeTakeFirst()
  const from = known ? Number(known.value) : 0
  if (to <= from) return false
  for await (const monitors of monitorsIn(parts, span === 'minute' ? 'results' : 'rolled')) {
    if (span === 'minute') await rollResults(db, { monitors, from, to })
    else await rollFiner(db, { monitors, from, to, span })
  }
  await db
    .insertInto('marks')
    .values({ name: mark, value: String(to) })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: String(to) }))
    .execute()
  return true
}

interface Rolling {
  /** As `monitorsIn` lists them. */
  readonly monitors: string
  readonly from: number
  readonly to: number
}

async function rollResults(db: Database, { monitors, from, to }: Rolling): Promise<void> {
  await sql`
    insert into rolled (span, monitor, at, up, down, maintained, isolated, good, took_sum, took_min, took_max)
    select 'minute', monitor, at - at % ${minuteMs} as minute, sum(counts = 'up'), sum(counts = 'down'),
      sum(counts = 'maintained'), sum(counts = 'isolated'), sum(well), sum(case when well then took_ms else 0 end),
      min(case when well then took_ms end), max(case when well then took_ms end)
    from (
      select results.*, counts = 'up' and rest not like '%"failure":%' as well
      from json_each(${monitors}) as one
      cross join results on monitor = one.value and at >= ${from} and at < ${to})
    group by monitor, minute
    on conflict do nothing`.execute(db)
}

async function rollFiner(
  db: Database,
  { monitors, from, to, span }: Rolling & { readonly span: 'hour' | 'day' },
): Promise<void> {
  const lengthMs = spanMs[span]
  const finer = span === 'hour' ? 'minute' : 'hour'
  await sql`
    insert into rolled (span, monitor, at, up, down, maintained, isolated, good, took_sum, took_min, took_max)
    select ${span}, monitor, at - at % ${lengthMs} as beginning, sum(up), sum(down), sum(maintained), sum(isolated),
      sum(good), sum(took_sum), min(took_min), max(took_max)
    from json_each(${monitors}) as one
    cross join rolled on monitor = one.value and span = ${finer} and at >= ${from} and at < ${to}
    group by monitor, beginning
    on conflict do nothing`.execute(db)
}

async function forget(parts: HistoryParts, now: number, spans: readonly Span[]): Promise<void> {
  const { db } = parts
  const { count } = await db
    .selectFrom('monitors')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  const crowd = Math.max(1, Number(count) / fewMonitors)
  const resultsBefore = now - Math.max(leastKeptMs, keptMs.results / crowd)
  for await (const monitors of monitorsIn(parts, 'results')) {
    await repeat(parts, () =>
      sql`delete from results where (monitor, at) in (
        select monitor, at from json_each(${monitors}) as one
        cross join results on monitor = one.value and at < ${resultsBefore} limit ${batchRows})`.execute(db),
    )
  }
  for await (const monitors of monitorsIn(parts, 'rolled')) {
    for (const span of spans) {
      const crowded = span === 'minute' ? crowd : 1
      const before = now - Math.max(leastKeptMs, keptMs[span] / crowded)
      await repeat(parts, () =>
        sql`delete from rolled where (monitor, span, at) in (
          select monitor, span, at from json_each(${monitors}) as one
          cross join rolled on monitor = one.value and span = ${span} and at < ${before} limit ${batchRows})`.execute(
          db,
        ),
      )
    }
  }
}

async function repeat(
  { breathe }: HistoryParts,
  work: () => Promise<{ readonly numAffectedRows?: bigint }>,
): Promise<void> {
  for (; ; await breathe()) if (Number((await work()).numAffectedRows ?? 0) < batchRows) return
}

function rolledOf(row: Selectable<RolledTable>, span: Span): Rolled {
  const { at, up, down, maintained, isolated, good, took_sum, took_min, took_max } = row
  const took = good > 0 ? { tookMs: { mean: took_sum / good, min: took_min ?? 0, max: took_max ?? 0 } } : {}
  return { at, span, counts: { up, down, maintained, isolated }, ...took }
}
