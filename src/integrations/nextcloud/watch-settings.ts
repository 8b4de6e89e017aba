// WATCH_PATH, WATCH_IGNORE and WATCH_POLL (interface.md, "Settings"): which folders are watched, what of them is not told, and how.

import { resolve } from 'node:path'
import type { Env } from '../../env.ts'
import type { Folder } from './folder.ts'

/** The folders of WATCH_PATH, in order; empty where it is off. Relative paths begin at `cwd`. Wrong ones are noted as problems. */
export function readFolders(env: Env, cwd = '.'): readonly Folder[] {
  const folders: Folder[] = []
  for (const entry of env.list('WATCH_PATH')) {
    const folder = folderOf(entry, cwd)
    if (folder === undefined) problem(env, nothingThere(entry))
    else if (folders.some(({ name }) => name.toLowerCase() === folder.name.toLowerCase())) {
      problem(env, {
        fr: `deux dossiers s’appellent «\u00a0${folder.name}\u00a0»\u202f; donnez un nom à l’un d’eux\u00a0: nom=${entry}.`,
        en: `two folders are called "${folder.name}"; name one of them: name=${entry}.`,
      })
    } else {
      const around = folders.find((one) => holds(one, folder) || holds(folder, one))
      if (around === undefined) folders.push(folder)
      else {
        problem(env, {
          fr: `«\u00a0${folder.name}\u00a0» et «\u00a0${around.name}\u00a0» sont l’un dans l’autre\u202f; chaque fichier serait annoncé deux fois.`,
          en: `"${folder.name}" and "${around.name}" are one within the other; each file would be told twice.`,
        })
      }
    }
  }
  return folders
}

/** WATCH_IGNORE: patterns on top of what is never told. */
export function readIgnored(env: Env): readonly string[] {
  return env.list('WATCH_IGNORE')
}

/** WATCH_POLL: how often folders are looked through where nothing announces a change; nothing where it is off. */
export function readPollMs(env: Env): number | undefined {
  const seconds = env.integer('WATCH_POLL', 0, { min: 0, max: 3600 })
  return seconds === 0 ? undefined : seconds * 1000
}

function folderOf(entry: string, cwd: string): Folder | undefined {
  // A path may hold `=` as well: what stands before it is a name only without `/`.
  const [, said, place = entry] = /^([^/=]*)=(.*)$/s.exec(entry) ?? []
  const isDav = place.startsWith('dav:')
  const path = isDav ? `/${place.slice('dav:'.length)}`.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '') : place.trim()
  if (path === '' || said?.trim() === '') return undefined
  const at = isDav ? { dav: path } : { disk: resolve(cwd, path) }
  const name = said?.trim() ?? path.replace(/\/+$/, '').split('/').at(-1) ?? ''
  // The whole disk, or the whole of an account, has no name of its own.
  if (name === '' || name === '.' || name === '..' || /[\p{Cc}*!]/u.test(name)) return undefined
  return { name, title: name.replaceAll('_', ' '), at }
}

function holds(outer: Folder, inner: Folder): boolean {
  const path = ({ at }: Folder) => ('disk' in at ? `disk:${at.disk}` : `dav:${at.dav}`).replace(/\/$/, '')
  return path(inner) === path(outer) || path(inner).startsWith(`${path(outer)}/`)
}

function nothingThere(entry: string) {
  return {
    fr: `un dossier est attendu, tel que /srv/rh, rh=/srv/rh ou rh=dav:/Documents_RH, pas «\u00a0${entry}\u00a0».`,
    en: `a folder is expected, such as /srv/rh, rh=/srv/rh or rh=dav:/Documents_RH, not "${entry}".`,
  }
}

function problem(env: Env, { fr, en }: { fr: string; en: string }): void {
  env.problem({ fr: `WATCH_PATH\u00a0: ${fr}`, en: `WATCH_PATH: ${en}` })
}
