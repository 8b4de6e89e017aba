// Characters and their scores. They are written by the recorder, in the transaction of the event that says so, and read from here.

import type { DatabaseSync } from 'node:sqlite'
import { type SqlBool, sql } from 'kysely'
import type { Personnage } from '../event.ts'
import { nomKey, nomOrder, unaccented } from '../text/nom.ts'
import type { Database, PersonnageTable } from './schema.ts'
import type { PersonnageQuery, PersonnageStore } from './store.ts'

const columns = { score: 'score', changedAt: 'changed_at' } as const

/** `nomOrder` of a name in the database's words, which has an index of it. */
export const nameOrder = unaccented
  .flatMap(([letters, as]) => [...letters].map((letter) => [letter, as]))
  .reduce((words, [letter, as]) => `replace(${words}, '${letter}', '${as}')`, 'name_key')

export function createPersonnageStore(db: Database): PersonnageStore {
  return {
    async find(nom) {
      const query = db.selectFrom('personnages').selectAll().where('name_key', '=', nomKey(nom))
      const row = await query.executeTakeFirst()
      return row === undefined ? undefined : personnageOf(row)
    },

    async list({ sort, order, contains, min, max, after, limit }) {
      const sorted = sort === 'nom' ? sql.raw(nameOrder) : sql.ref(columns[sort])
      let query = db.selectFrom('personnages').selectAll().orderBy(sorted, order).limit(limit)
      query = query.orderBy('name_key', sort === 'nom' ? order : 'asc')
      if (contains !== undefined) query = query.where(sql<SqlBool>`instr(name_key, ${nomKey(contains)}) > 0`)
      if (min !== undefined) query = query.where('score', '>=', min)
      if (max !== undefined) query = query.where('score', '<=', max)
      if (after !== undefined) query = query.where(behind({ sort, order }, after))
      return (await query.execute()).map(personnageOf)
    },

    async counts(above) {
      const { all, greater } = await db
        .selectFrom('personnages')
        .select(({ fn }) => [
          fn.countAll<number>().as('all'),
          sql<number>`count(case when score > ${above} then 1 end)`.as('greater'),
        ])
        .executeTakeFirstOrThrow()
      return { all: Number(all), above: Number(greater) }
    },
  }
}

function behind(
  { sort, order }: Pick<PersonnageQuery, 'sort' | 'order'>,
  after: NonNullable<PersonnageQuery['after']>,
) {
  const key = nomKey(after.nom)
  const further = sql.raw(order === 'asc' ? '>' : '<')
  if (sort === 'nom') {
    const [at, place] = [sql.raw(nameOrder), nomOrder(after.nom)]
    // What comes first finds its place in the index.
    return sql<SqlBool>`(${at} ${further}= ${place} and (${at} ${further} ${place} or name_key ${further} ${key}))`
  }
  const column = sql.ref(columns[sort])
  return sql<SqlBool>`(${column} ${further} ${after[sort]} or (${column} = ${after[sort]} and name_key > ${key}))`
}

/** For the recorder, within its transaction. */
export interface PersonnageTableHand {
  find(nom: string): Personnage | undefined
  /** Nothing: it is gone. */
  write(nom: string, personnage: Personnage | undefined): void
}

export function createPersonnageHand(connection: DatabaseSync): PersonnageTableHand {
  const select = connection.prepare('select nom, score, made_at, changed_at, by from personnages where name_key = ?')
  const set = connection.prepare(
    `insert into personnages (name_key, nom, score, made_at, changed_at, by) values (?, ?, ?, ?, ?, ?)
     on conflict (name_key) do update set nom = excluded.nom, score = excluded.score, made_at = excluded.made_at,
     changed_at = excluded.changed_at, by = excluded.by`,
  )
  const remove = connection.prepare('delete from personnages where name_key = ?')
  return {
    find(nom) {
      const row = select.get(nomKey(nom))
      if (row === undefined) return undefined
      const { score, made_at, changed_at } = row
      const [madeAt, changedAt] = [Number(made_at), Number(changed_at)]
      return { nom: String(row.nom), score: Number(score), madeAt, changedAt, by: String(row.by) }
    },
    write(name, personnage) {
      if (personnage === undefined) return void remove.run(nomKey(name))
      const { nom, score, madeAt, changedAt, by } = personnage
      set.run(nomKey(name), nom, score, madeAt, changedAt, by)
    },
  }
}

function personnageOf({ nom, score, made_at, changed_at, by }: PersonnageTable): Personnage {
  return { nom, score, madeAt: made_at, changedAt: changed_at, by }
}
