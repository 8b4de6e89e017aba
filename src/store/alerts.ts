// What has to be heard: alerts that nobody is known to have taken (interface.md, FALLBACK; threat F26). Who took one is read from its
// deliveries, so that nothing has to be kept in step with them.

import { sql } from 'kysely'
import type { Target } from '../event.ts'
import { showId } from './ids.ts'
import type { AlertTable, Database } from './schema.ts'
import type { AlertStore, OpenAlert, Taken } from './store.ts'

/** A delivery of an alert's event, or of the digest that took it in. */
interface AlertDelivery {
  event: number
  notifier: string
  address: string
  is_delivered: number
  is_leased: number
  /** Addressed by name, not by a subscription. */
  is_named: number
  takes_over: number
}

export function createAlertStore(db: Database): AlertStore {
  /** An event's deliveries bear the numbers right after its own. */
  const deliveriesOf = async (key: string): Promise<readonly AlertDelivery[]> => {
    const { rows } = await sql<AlertDelivery>`
      select a.event, t.notifier, t.address,
        case when d.state = 'delivered' or whole.state = 'delivered' then 1 else 0 end as is_delivered,
        case when d.lease_until is not null or whole.lease_until is not null then 1 else 0 end as is_leased,
        case when d.subscriptions = '[]' then 1 else 0 end as is_named,
        a.takes_over
      from alert_events a
      join events e on e.id = a.event
      join deliveries d on d.id > e.id and d.id <= e.id + e.matched
      join targets t on t.id = d.target
      left join deliveries whole on whole.id = d.absorbed_by
      where a.alert = ${key}
      order by d.id`.execute(db)
    return rows
  }

  const toOpen = async (row: AlertTable): Promise<OpenAlert | undefined> => {
    const first = await db
      .selectFrom('alert_events')
      .select('event')
      .where('alert', '=', row.key)
      .orderBy('event')
      .limit(1)
      .executeTakeFirst()
    if (first === undefined) return undefined
    const deliveries = await deliveriesOf(row.key)
    const taken = takenOf(deliveries)
    return {
      key: row.key,
      event: showId(first.event),
      since: row.since,
      ways: row.ways,
      ...(row.passed_at === null ? {} : { passedAt: row.passed_at }),
      ...(row.over === null ? {} : { over: showId(row.over) }),
      ...(taken === undefined ? {} : { taken }),
      targets: targetsOf(deliveries),
      passedTo: targetsOf(deliveries.filter((one) => one.takes_over === 1)),
      isInHand: deliveries.some((one) => one.is_leased === 1),
    }
  }

  return {
    async open({ since, limit }) {
      const rows = await db
        .selectFrom('alerts')
        .selectAll()
        .where('since', '<=', since)
        .orderBy('since')
        .limit(limit)
        .execute()
      const found: OpenAlert[] = []
      for (const row of rows) {
        const alert = await toOpen(row)
        if (alert) found.push(alert)
        // Retention took its events: there is nothing left to tell.
        else await this.close(row.key)
      }
      return found
    },
    async takers(key) {
      const byEvent = new Map(counting(await deliveriesOf(key)).map((one) => [one.event, byOf(one)]))
      return [...byEvent].map(([event, by]) => ({ event: showId(event), by }))
    },
    async pass(key, ways, now) {
      await db.updateTable('alerts').set({ ways, passed_at: now }).where('key', '=', key).execute()
    },
    async close(key) {
      await db.deleteFrom('alerts').where('key', '=', key).execute()
    },
  }
}

const byOf = ({ takes_over }: AlertDelivery): Taken => (takes_over === 1 ? 'fallback' : 'own')

/** Where an event names whom it is for, they have to take it: an escalation is not taken by the channel that reads of it. */
function counting(deliveries: readonly AlertDelivery[]): readonly AlertDelivery[] {
  const naming = new Set(deliveries.filter((one) => one.is_named === 1).map(({ event }) => event))
  return deliveries.filter((one) => one.is_delivered === 1 && (one.is_named === 1 || !naming.has(one.event)))
}

/** What its own target took was taken, whoever else has it. */
function takenOf(deliveries: readonly AlertDelivery[]): Taken | undefined {
  const takers = counting(deliveries).map(byOf)
  return takers.includes('own') ? 'own' : takers[0]
}

function targetsOf(deliveries: readonly AlertDelivery[]): readonly Target[] {
  const known = new Map(deliveries.map(({ notifier, address }) => [`${notifier} ${address}`, { notifier, address }]))
  return [...known.values()]
}
