// Subscriptions, and what steers them: access rules, mutes, a channel's settings.

import type { Kysely, Selectable } from 'kysely'
import type { AccessRule, Filters, Subscription } from '../event.ts'
import type { Locale } from '../text/locale.ts'
import { type Ids, readId, showId } from './ids.ts'
import type { Database, SubscriptionTable, Tables } from './schema.ts'
import type { SubscriptionStore } from './store.ts'

export interface Listeners {
  readonly add: (listener: () => void) => void
  readonly call: () => void
}

export function createListeners(): Listeners {
  const listeners = new Set<() => void>()
  return {
    add: (listener) => void listeners.add(listener),
    call: () => {
      for (const listener of listeners) listener()
    },
  }
}

export function createSubscriptionStore(
  db: Database,
  ids: Ids,
  parts: { readonly now: () => number; readonly changed: Listeners },
): SubscriptionStore {
  return {
    ...createKnown(db, ids, parts),
    ...createRules(db, parts.changed),
    ...createMutes(db, parts),
    ...createSettings(db, parts.changed),
    onChange: (listener) => parts.changed.add(listener),
  }
}

type Parts = { readonly now: () => number; readonly changed: Listeners }

function createKnown(
  db: Database,
  ids: Ids,
  { now, changed }: Parts,
): Pick<SubscriptionStore, 'save' | 'remove' | 'find' | 'all' | 'inChannel' | 'sleep'> {
  const inChannel = async (channel: string, on: Kysely<Tables> = db): Promise<Subscription[]> => {
    const rows = await on.selectFrom('subscriptions').selectAll().where('channel', '=', channel).orderBy('id').execute()
    return rows.map(toSubscription)
  }
  return {
    async save(wish) {
      const saved = await db.transaction().execute(async (within) => {
        const row = toRow(wish)
        const known = await within
          .selectFrom('subscriptions')
          .selectAll()
          .where('channel', '=', row.channel)
          .where('source', '=', row.source)
          .where('subject_key', '=', row.subject_key)
          .where('notifier', '=', row.notifier)
          .where('address', '=', row.address)
          .executeTakeFirst()
        const id = known?.id ?? ids.next(now())
        if (known) await within.updateTable('subscriptions').set(row).where('id', '=', id).execute()
        else
          await within
            .insertInto('subscriptions')
            .values({ id, ...row })
            .execute()
        const subscription = { ...wish, id: showId(id) }
        return known ? { subscription, replaced: toSubscription(known) } : { subscription }
      })
      changed.call()
      return saved
    },

    async remove(id) {
      const { numDeletedRows } = await db
        .deleteFrom('subscriptions')
        .where('id', '=', readId(id) ?? 0)
        .executeTakeFirst()
      if (numDeletedRows === 0n) return false
      changed.call()
      return true
    },

    async find(id) {
      const row = await db
        .selectFrom('subscriptions')
        .selectAll()
        .where('id', '=', readId(id) ?? 0)
        .executeTakeFirst()
      return row && toSubscription(row)
    },

    async all() {
      const rows = await db.selectFrom('subscriptions').selectAll().orderBy('id').execute()
      return rows.map(toSubscription)
    },

    inChannel: (channel) => inChannel(channel),

    async sleep(channel, reason) {
      const touched = await db.transaction().execute(async (within) => {
        const before = await inChannel(channel, within)
        await within
          .updateTable('subscriptions')
          .set({ asleep: reason ?? null })
          .where('channel', '=', channel)
          .execute()
        const after = await inChannel(channel, within)
        return after.filter((subscription, index) => subscription.asleep !== before[index]?.asleep)
      })
      if (touched.length > 0) changed.call()
      return touched
    },
  }
}

function createRules(db: Database, changed: Listeners): Pick<SubscriptionStore, 'rules' | 'saveRule' | 'removeRule'> {
  return {
    async rules() {
      const rows = await db.selectFrom('access_rules').selectAll().orderBy('made_at').execute()
      return rows.map((row): AccessRule => {
        const { source, subject, maker } = row
        const effect = row.effect === 'allow' ? 'allow' : 'deny'
        return { effect, source, subject, maker, madeAt: row.made_at, ...(row.channel && { channel: row.channel }) }
      })
    },

    async saveRule({ effect, source, subject, channel, maker, madeAt }) {
      const said = { effect, subject, maker, made_at: madeAt }
      await db
        .insertInto('access_rules')
        .values({ source, subject_key: keyOf(subject), channel: channel ?? '', ...said })
        .onConflict((conflict) => conflict.columns(['source', 'subject_key', 'channel']).doUpdateSet(said))
        .execute()
      changed.call()
    },

    async removeRule({ effect, source, subject, channel }) {
      const { numDeletedRows } = await db
        .deleteFrom('access_rules')
        .where('effect', '=', effect)
        .where('source', '=', source)
        .where('subject_key', '=', keyOf(subject))
        .where('channel', '=', channel ?? '')
        .executeTakeFirst()
      if (numDeletedRows > 0n) changed.call()
      return numDeletedRows > 0n
    },
  }
}

function createMutes(db: Database, { now, changed }: Parts): Pick<SubscriptionStore, 'mutes' | 'mute' | 'unmute'> {
  return {
    async mutes() {
      const rows = await db.selectFrom('mutes').selectAll().where('until', '>', now()).execute()
      return rows.map(({ subject, ...mute }) => ({ ...mute, ...(subject && { subject }) }))
    },

    async mute(mute, respectAfter = Number.POSITIVE_INFINITY) {
      const { channel, source, subject, until, maker } = mute
      const standing = await db.transaction().execute(async (within) => {
        await within.deleteFrom('mutes').where('until', '<=', now()).execute()
        const known = await within
          .selectFrom('mutes')
          .select(['until', 'maker'])
          .where('channel', '=', channel)
          .where('source', '=', source)
          .where('subject', '=', keyOf(subject))
          .executeTakeFirst()
        if (known && known.maker !== maker && known.until > Math.max(until, respectAfter)) return { ...mute, ...known }
        await within
          .insertInto('mutes')
          .values({ channel, source, subject: keyOf(subject), until, maker })
          .onConflict((conflict) => conflict.columns(['channel', 'source', 'subject']).doUpdateSet({ until, maker }))
          .execute()
        return undefined
      })
      if (standing === undefined) changed.call()
      return standing
    },

    async unmute({ channel, source, subject, maker }, respectAfter = Number.MAX_SAFE_INTEGER) {
      const { numDeletedRows } = await db
        .deleteFrom('mutes')
        .where('channel', '=', channel)
        .where('source', '=', source)
        .where('subject', '=', keyOf(subject))
        .where((mute) => mute.or([mute('maker', '=', maker), mute('until', '<=', respectAfter)]))
        .executeTakeFirst()
      if (numDeletedRows > 0n) changed.call()
      return numDeletedRows > 0n
    },
  }
}

function createSettings(
  db: Database,
  changed: Listeners,
): Pick<SubscriptionStore, 'settings' | 'allSettings' | 'saveSettings'> {
  return {
    async settings(channel) {
      const row = await db.selectFrom('settings').select('lang').where('channel', '=', channel).executeTakeFirst()
      return toSettings(row?.lang)
    },

    async allSettings() {
      const rows = await db.selectFrom('settings').selectAll().execute()
      return new Map(rows.map((row) => [row.channel, toSettings(row.lang)]))
    },

    async saveSettings(channel, { lang }) {
      const said = { lang: lang ?? null }
      await db
        .insertInto('settings')
        .values({ channel, ...said })
        .onConflict((conflict) => conflict.column('channel').doUpdateSet(said))
        .execute()
      changed.call()
    },
  }
}

/** What tells subjects apart: not their case, nor the spaces between globs. */
function keyOf(subject: string | undefined): string {
  return (subject ?? '').trim().replaceAll(/\s+/g, ' ').toLowerCase()
}

function toRow(wish: Omit<Subscription, 'id'>) {
  return {
    channel: wish.channel,
    notifier: wish.target.notifier,
    address: wish.target.address,
    source: wish.source,
    subject: wish.subject ?? '',
    subject_key: keyOf(wish.subject),
    filters: JSON.stringify(wish.filters),
    maker: wish.maker,
    made_at: wish.madeAt,
    asleep: wish.asleep ?? null,
    by_key: wish.byKey ? 1 : null,
  }
}

function toSubscription(row: Selectable<SubscriptionTable>): Subscription {
  const filters: Filters = JSON.parse(row.filters)
  const asleep = row.asleep === 'removed' || row.asleep === 'archived' ? row.asleep : undefined
  return {
    id: showId(row.id),
    channel: row.channel,
    target: { notifier: row.notifier, address: row.address },
    source: row.source,
    ...(row.subject && { subject: row.subject }),
    filters,
    maker: row.maker,
    madeAt: row.made_at,
    ...(row.by_key === 1 && { byKey: true as const }),
    ...(asleep && { asleep }),
  }
}

function toSettings(lang: string | null | undefined): { lang?: Locale } {
  return lang === 'fr' || lang === 'en' ? { lang } : {}
}
