// Watched folders that cannot be looked at, and are back, told to Vigie's administrators on one card (issue "The folder"; fault F23).

import { z } from 'zod'
import type { Describe, Description, Telling } from '../../event.ts'
import { clock, duration, number, plural } from '../../text/format.ts'
import type { Locale, Said } from '../../text/locale.ts'
import { bold, code, own, type Rich, rich, shorten } from '../../text/rich.ts'

export const folderMissingType = 'vigie.folder_missing'
export const folderBackType = 'vigie.folder_back'

/** Instants are milliseconds since 1970. */
const shape = z.object({
  title: z.string(),
  /** Where it is looked for: a path of the disk, or of WebDAV. */
  place: z.string(),
  kind: z.string().default(''),
  /** In the words of the system or server. */
  error: z.string().default(''),
  /** Of one that was replaced: how many of the files that were known are not there. */
  lacking: z.object({ absent: z.number(), known: z.number() }).optional(),
  /** When it began, where we know. */
  since: z.number().optional(),
  at: z.number(),
})

const titles: Readonly<Record<string, Readonly<Record<Locale, (folder: Rich) => Rich>>>> = {
  missing: {
    fr: (folder) => rich`Le dossier ${folder} a disparu`,
    en: (folder) => rich`The folder ${folder} is gone`,
  },
  replaced: {
    fr: (folder) => rich`Le dossier ${folder} a été remplacé par un autre`,
    en: (folder) => rich`The folder ${folder} was replaced by another`,
  },
  unreadable: {
    fr: (folder) => rich`Le dossier ${folder} ne peut plus être lu`,
    en: (folder) => rich`The folder ${folder} cannot be read any more`,
  },
  partly: {
    fr: (folder) => rich`Une partie du dossier ${folder} ne peut plus être lue`,
    en: (folder) => rich`A part of the folder ${folder} cannot be read any more`,
  },
  silent: {
    fr: (folder) => rich`Le dossier ${folder} ne répond plus`,
    en: (folder) => rich`The folder ${folder} does not answer any more`,
  },
  refused: {
    fr: (folder) => rich`Nextcloud refuse à Vigie le dossier ${folder}`,
    en: (folder) => rich`Nextcloud refuses the folder ${folder} to Vigie`,
  },
}

const advice: Readonly<Record<string, Said>> = {
  missing: {
    fr: 'Vigie le cherche chaque seconde\u202f; à son retour, elle dira ce qui y a changé. Rien n’est annoncé comme supprimé.',
    en: 'Vigie looks for it every second and will tell what changed once it is back. Nothing is told as deleted.',
  },
  replaced: {
    fr: 'La plupart de ce qui y était connu n’y est plus\u00a0: un disque est-il démonté\u202f? Rien n’est annoncé comme supprimé\u202f; ce qui s’y ajoute est annoncé.',
    en: 'Most of what was known there is not there: is a disk unmounted? Nothing is told as deleted; what is added is told.',
  },
  unreadable: {
    fr: 'Donnez à l’utilisateur qui exécute Vigie le droit de le lire et de le parcourir. Rien n’est annoncé comme supprimé.',
    en: 'Give the user that runs Vigie the right to read and enter it. Nothing is told as deleted.',
  },
  partly: {
    fr: 'Donnez à l’utilisateur qui exécute Vigie le droit de le lire et de le parcourir. Le reste du dossier est surveillé\u202f; rien n’est annoncé comme supprimé.',
    en: 'Give the user that runs Vigie the right to read and enter it. The rest of the folder is watched; nothing is told as deleted.',
  },
  silent: {
    fr: 'Vigie réessaie\u202f; rien n’est annoncé comme supprimé.',
    en: 'Vigie tries again; nothing is told as deleted.',
  },
  refused: {
    fr: 'Vérifiez NEXTCLOUD_URL et NEXTCLOUD_USER, et créez au besoin un nouveau mot de passe d’application (Paramètres › Sécurité) pour NEXTCLOUD_APP_PASSWORD.',
    en: 'Check NEXTCLOUD_URL and NEXTCLOUD_USER, and make a new app password (Settings › Security) for NEXTCLOUD_APP_PASSWORD where needed.',
  },
}

const mostOfAPlace = 300

/** @throws {z.ZodError} for what no Vigie wrote. */
export const describeFolder: Describe = ({ type, data }, telling) => {
  const facts = shape.parse(data)
  return type === folderBackType ? back(facts, telling) : missing(facts, telling)
}

type Facts = z.infer<typeof shape>
type When = Pick<Telling, 'locale' | 'timeZone' | 'now'>

function missing(
  { title, place, kind, error, lacking, since, at }: Facts,
  { locale, timeZone, now }: When,
): Description {
  const said = (titles[kind] ?? titles.silent)?.[locale]([bold(shorten(title, 120))]) ?? []
  const began = bold([{ own: clock(locale, timeZone, since ?? at, now) }])
  const when = locale === 'fr' ? rich`Depuis ${began}\u00a0: ` : rich`Since ${began}: `
  const what = { own: (advice[kind] ?? advice.silent)?.[locale] ?? '' }
  return {
    title: rich`🔴 ${said}`,
    text: rich`${when}${lacking ? own(lackingWords(lacking, locale)) : code(shorten(error, mostOfAPlace))}\n${code(shorten(place, mostOfAPlace))}\n${what}`,
    color: '#d24b4e',
    footer: 'Vigie',
    summary: said,
  }
}

/** `3 des 4 fichiers connus n’y sont plus.` */
function lackingWords({ absent, known }: NonNullable<Facts['lacking']>, locale: Locale): string {
  const [some, all] = [number(locale, absent), number(locale, known)]
  if (known === 1) return locale === 'fr' ? 'le seul fichier connu n’y est plus.' : 'the only known file is not there.'
  return locale === 'fr'
    ? `${some} des ${all} fichiers connus ${plural('fr', absent, 'n’y est plus', 'n’y sont plus')}.`
    : `${some} of the ${all} known files ${plural('en', absent, 'is', 'are')} not there.`
}

function back({ title, place, kind, since, at }: Facts, { locale, timeZone, now }: When): Description {
  const fr = locale === 'fr'
  const folder = bold(shorten(title, 120))
  const wasPartly = kind === 'partly'
  const said = wasPartly
    ? fr
      ? rich`Le dossier ${folder} peut de nouveau être lu en entier`
      : rich`The folder ${folder} can be read as a whole again`
    : fr
      ? rich`Le dossier ${folder} est de retour`
      : rich`The folder ${folder} is back`
  const changes = fr ? rich`Ce qui y a changé entre-temps est annoncé.` : rich`What changed there meanwhile is told.`
  const lasted = since === undefined ? undefined : duration(locale, Math.max(1000, at - since))
  const began = bold([{ own: clock(locale, timeZone, since ?? at, now) }])
  const away = bold([{ own: lasted ?? '' }])
  const howLong =
    lasted === undefined
      ? []
      : fr
        ? rich`${own(wasPartly ? 'Lu en partie' : 'Absent')} pendant ${away} depuis ${began}. `
        : rich`${own(wasPartly ? 'Read in part' : 'Away')} for ${away} since ${began}. `
  return {
    title: rich`🟢 ${said}`,
    text: rich`${howLong}${changes}\n${code(shorten(place, mostOfAPlace))}`,
    color: '#3db887',
    footer: 'Vigie',
    summary: said,
    line: lasted === undefined ? rich`🟢 ${said}` : rich`🟢 ${said} · ${lasted}`,
  }
}
