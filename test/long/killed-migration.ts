// Run as a process of its own: migrates a database and kills itself at one statement. Arguments: the file, which statement.

import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { createDatabase } from '../../src/store/bridge.ts'
import { migrate } from '../../src/store/migrations.ts'

const [path = '', step = '1'] = process.argv.slice(2)
const connection = new DatabaseSync(path)
connection.exec('pragma journal_mode = wal')
let left = Number(step)
const prepare = connection.prepare.bind(connection)
connection.prepare = (statement) => {
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
  return prepare(statement)
}
const db = createDatabase(connection)
await migrate(db, { long: sql`integer`, bytes: sql`blob`, clustered: sql`without rowid` })
await db.destroy()
