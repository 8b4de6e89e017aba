// Watched folders as they were when last looked at (design.md, "Watchers are hints; a snapshot is the truth"). Rows are written by
// prepared statements of its own: a new folder has tens of thousands.

import type { DatabaseSync } from 'node:sqlite'
import type { Kept, RawPath, Trouble } from '../integrations/nextcloud/folder.ts'
import { guard } from './bridge.ts'
import type { Database, FolderFileTable } from './schema.ts'
import type { FolderStore } from './store.ts'

/** Read at a time: some ten milliseconds. */
const pageRows = 4000

/** `breathe` gives others their turn between two pages. */
export function createFolderStore(
  db: Database,
  connection: DatabaseSync,
  breathe: () => Promise<unknown>,
): FolderStore {
  const write = connection.prepare(
    `insert into folder_files (folder, path, identity, size, changed_at, file_id, owner) values (?, ?, ?, ?, ?, ?, ?)
     on conflict (folder, path) do update set identity = excluded.identity, size = excluded.size,
     changed_at = excluded.changed_at, file_id = excluded.file_id, owner = excluded.owner`,
  )
  const erase = connection.prepare('delete from folder_files where folder = ? and path = ?')

  return {
    async find(name) {
      const row = await db.selectFrom('folders').selectAll().where('name', '=', name).executeTakeFirst()
      if (row === undefined) return undefined
      const trouble: Trouble | undefined = row.trouble === null ? undefined : JSON.parse(row.trouble)
      return {
        name,
        place: row.place,
        ...(row.root === null ? {} : { root: row.root }),
        ...(trouble === undefined ? {} : { trouble }),
      }
    },

    async save({ name, place, root, trouble }) {
      const said = { place, root: root ?? null, trouble: trouble === undefined ? null : JSON.stringify(trouble) }
      await db
        .insertInto('folders')
        .values({ name, ...said })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(said))
        .execute()
    },

    async *files(name) {
      let last: Uint8Array | undefined
      for (;;) {
        let page = db.selectFrom('folder_files').selectAll().where('folder', '=', name).orderBy('path').limit(pageRows)
        if (last !== undefined) page = page.where('path', '>', last)
        const rows = await page.execute()
        last = rows.at(-1)?.path
        if (rows.length > 0) yield rows.map((row) => [textOf(row.path), fileOf(row)] as const)
        if (rows.length < pageRows) return
        await breathe()
      }
    },

    async record(rows) {
      if (rows.length === 0) return
      await db.transaction().execute(async () => {
        guard(() => {
          for (const { folder, path, file } of rows) {
            const bytes = Buffer.from(path, 'latin1')
            if (file === undefined) erase.run(folder, bytes)
            else {
              const { identity, sizeBytes, changedAt, fileId = null, owner = null } = file
              write.run(folder, bytes, identity, sizeBytes, changedAt, fileId, owner)
            }
          }
        })
      })
    },

    async forget(name) {
      await db.transaction().execute(async (within) => {
        await within.deleteFrom('folder_files').where('folder', '=', name).execute()
        await within.deleteFrom('folders').where('name', '=', name).execute()
      })
    },
  }
}

function textOf(path: Uint8Array): RawPath {
  return Buffer.from(path.buffer, path.byteOffset, path.byteLength).toString('latin1')
}

function fileOf({ identity, size, changed_at, file_id, owner }: FolderFileTable): Kept {
  const known = { identity, sizeBytes: size, changedAt: changed_at }
  return file_id === null && owner === null
    ? known
    : { ...known, ...(file_id === null ? {} : { fileId: file_id }), ...(owner === null ? {} : { owner }) }
}
