// A store of watched folders, in memory.

import type { Kept, RawPath } from '../../src/integrations/nextcloud/folder.ts'
import type { FolderStore, KeptFolder } from '../../src/store/store.ts'

export function createFoldersInMemory(): FolderStore {
  const folders = new Map<string, KeptFolder>()
  const files = new Map<string, Map<RawPath, Kept>>()
  return {
    find: async (name) => folders.get(name),
    async save(folder) {
      folders.set(folder.name, folder)
    },
    async *files(name) {
      const own = files.get(name)
      if (own !== undefined) yield [...own]
    },
    async record(rows) {
      for (const { folder, path, file } of rows) {
        const own = files.get(folder) ?? new Map<RawPath, Kept>()
        files.set(folder, own)
        if (file === undefined) own.delete(path)
        else own.set(path, file)
      }
    },
    async forget(name) {
      folders.delete(name)
      files.delete(name)
    },
  }
}
