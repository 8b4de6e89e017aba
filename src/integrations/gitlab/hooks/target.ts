// What `/vigie gitlab …` and `/subscribe gitlab …` name: one project, or the projects of a group, found through the API.

import { UserError } from '../../../errors.ts'
import { code, rich } from '../../../text/rich.ts'
import { said } from '../../../text/said.ts'
import { pathOfPage } from '../addresses.ts'
import { GitlabError } from './api.ts'
import type { Place } from './places.ts'

/** `group/project`; `group/**` with its subgroups, `group/*` without. */
export interface Wanted {
  readonly path: string
  readonly of: 'project' | 'group'
  readonly deep: boolean
}

/** More than anybody installs in one go. */
export const mostProjects = 1000

/** Reads `group/project`, `group/**`, `group/*` or the address of its page. @throws {UserError} */
export function readTarget(words: string, gitlabUrl: string | undefined): Wanted {
  const wanted = readGlob(/^https?:/i.test(words) ? (pathOfPage(words, gitlabUrl) ?? '') : words)
  if (wanted !== undefined) return wanted
  throw new UserError(
    said({
      fr: rich`${code(words.slice(0, 80))} n’est ni un projet ni un groupe\u00a0: écrivez ${code('groupe/projet')}, ou ${code('groupe/**')}.`,
      en: rich`${code(words.slice(0, 80))} is neither a project nor a group: write ${code('group/project')}, or ${code('group/**')}.`,
    }),
  )
}

/** Nothing for a glob that names no one place. */
export function readGlob(glob: string): Wanted | undefined {
  const [, path = '', stars] = /^([^\s/*?![\]{}]+(?:\/[^\s/*?![\]{}]+)*)(\/\*{1,2})?$/.exec(glob) ?? []
  if (path === '') return undefined
  return { path, of: stars === undefined ? 'project' : 'group', deep: stars !== '/*' }
}

/** As people write it: `group/**`. */
export function shownPath({ kind, path }: Pick<Place, 'kind' | 'path'>): string {
  return kind === 'group' ? `${path}/**` : path
}

export function unknownPlace({ path, of }: Wanted): UserError {
  return new UserError(
    said({
      fr: rich`GitLab ne connaît pas ${code(path)}, ou le jeton ${code('GITLAB_API_TOKEN')} ne peut pas le voir${of === 'project' ? rich`. Pour un groupe, écrivez ${code(`${path}/**`)}` : []}.`,
      en: rich`GitLab knows no ${code(path)}, or the token ${code('GITLAB_API_TOKEN')} cannot see it${of === 'project' ? rich`. For a group, write ${code(`${path}/**`)}` : []}.`,
    }),
  )
}

export function notConfigured(): UserError {
  return new UserError(
    said({
      fr: rich`Pour cela il faut ${code('GITLAB_URL')} et ${code('GITLAB_API_TOKEN')} (portée ${code('api')}, rôle Maintainer) dans les réglages de Vigie.`,
      en: rich`This needs ${code('GITLAB_URL')} and ${code('GITLAB_API_TOKEN')} (scope ${code('api')}, role Maintainer) in Vigie's settings.`,
    }),
  )
}

/** GitLab's refusal as the person reads it; anything else as it is. */
export function asUserError(error: unknown): unknown {
  if (!(error instanceof GitlabError)) return error
  if (error.status === 401) {
    return new UserError(
      said({
        fr: rich`GitLab refuse le jeton ${code('GITLAB_API_TOKEN')}\u00a0: il est faux, périmé ou révoqué.`,
        en: rich`GitLab refuses the token ${code('GITLAB_API_TOKEN')}: it is wrong, expired or revoked.`,
      }),
      { cause: error },
    )
  }
  return new UserError(
    said({
      fr: rich`GitLab n’a pas pu le faire\u00a0: ${code(error.message)}.`,
      en: rich`GitLab could not do it: ${code(error.message)}.`,
    }),
    { cause: error },
  )
}
