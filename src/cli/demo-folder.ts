// The watched folder of the demo: what people copy into it is told, and buttons drop sample files there as Nextcloud does, under an
// unfinished name and then by a rename.

import { mkdirSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Said } from '../text/locale.ts'

export interface DemoFolder {
  readonly path: string
  readonly actions: readonly FolderAction[]
}

interface FolderAction {
  readonly id: string
  readonly label: Said
  readonly group: Said
  run(): Promise<void>
}

const group: Said = { fr: 'Dossier partagé', en: 'Shared folder' }
const sizeBytes = 1_488_978
const several = 12
const people = [
  'dupont',
  'martin',
  'bernard',
  'petit',
  'robert',
  'moreau',
  'laurent',
  'simon',
  'michel',
  'lefevre',
  'roux',
  'fournier',
]

/** Makes `Documents_RH` in a folder of the demo's own. */
export function createDemoFolder(parent: string): DemoFolder {
  const path = join(parent, 'Documents_RH')
  for (const name of ['Contrats', 'Fiches_de_paie', 'Congés']) mkdirSync(join(path, name), { recursive: true })
  let count = 0
  let month = 0

  async function drop(directory: string, name: string): Promise<void> {
    count += 1
    const whole = join(path, directory, name)
    const unfinished = `${whole}.ocTransferId${count}.part`
    await writeFile(unfinished, Buffer.alloc(sizeBytes - count))
    await rename(unfinished, whole)
  }
  /** `dupont`, `martin`, …, `dupont_2` */
  const nameOf = (index: number): string => {
    const round = Math.floor(index / people.length)
    return `${people[index % people.length]}${round === 0 ? '' : `_${round + 1}`}`
  }
  let contracts = 0
  return {
    path,
    actions: [
      {
        id: 'folder-drop',
        group,
        label: { fr: 'Déposer un document', en: 'Drop a document' },
        async run() {
          const name = nameOf(contracts)
          contracts += 1
          await drop('Contrats', `contrat_${name}_2026.pdf`)
        },
      },
      {
        id: 'folder-drop-many',
        group,
        label: { fr: `En déposer ${several} d’un coup`, en: `Drop ${several} at once` },
        async run() {
          month += 1
          const names = Array.from({ length: several }, (_, index) => `fiche_${nameOf(index)}_${month}.pdf`)
          await Promise.all(names.map((name) => drop('Fiches_de_paie', name)))
        },
      },
    ],
  }
}
