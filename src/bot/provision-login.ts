// Logs an administrator in by name, password and, where Mattermost asks for it, a code (interface.md, "provision"; Mattermost's
// api4/user.go, `login`). What was typed is sent once and kept nowhere.

import { z } from 'zod'
import { UserError } from '../errors.ts'
import type { Said } from '../text/locale.ts'
import { MattermostError } from './rest.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
  readonly code?: string
}

export interface LoginParts {
  /** Asks on the terminal; a hidden answer is not echoed. @throws {UserError} when the person gives up. */
  readonly ask: (question: Said, how: { readonly hidden: boolean }) => Promise<string>
  /** Resolves the session's token and the account, as Mattermost answers. @throws {MattermostError} */
  readonly signIn: (credentials: Credentials) => Promise<SignedIn>
  readonly signOut: (token: string) => Promise<unknown>
  readonly print: (said: Said) => void
}

export interface SignedIn {
  readonly token: string
  readonly account: unknown
}

/** Mattermost locks an account after ten. */
const mostTries = 3

/** The session's token. @throws {UserError} after three wrong answers, and for an account that is no system administrator's. */
export async function logIn(parts: LoginParts): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const signedIn = await tryOnce(parts)
    if (signedIn !== undefined) return ensureAdministrator(parts, signedIn)
    if (tries === mostTries) throw new UserError(tooMany)
    parts.print(wrong)
  }
}

/** Nothing where what was typed is wrong. */
async function tryOnce({ ask, signIn }: LoginParts): Promise<SignedIn | undefined> {
  const username = (await ask(questions.username, { hidden: false })).trim()
  const password = await ask(questions.password, { hidden: true })
  if (username === '' || password === '') return undefined
  try {
    return await signIn({ username, password })
  } catch (error) {
    if (!isAboutCode(error)) return noneIfWrong(error)
  }
  const code = (await ask(questions.code, { hidden: false })).replaceAll(/\s/g, '')
  if (code === '') return undefined
  return signIn({ username, password, code }).catch((error: unknown) =>
    isAboutCode(error) ? undefined : noneIfWrong(error),
  )
}

const questions = {
  username: {
    fr: 'Administrateur de Mattermost (nom ou courriel) : ',
    en: 'Mattermost administrator (name or e-mail): ',
  },
  password: { fr: 'Mot de passe (il ne s’affiche pas) : ', en: 'Password (not shown): ' },
  code: { fr: 'Code d’authentification à plusieurs facteurs : ', en: 'Multi-factor authentication code: ' },
} satisfies Record<string, Said>

const wrong: Said = {
  fr: 'Nom, mot de passe ou code refusé. Si ce compte se connecte par GitLab, SAML ou un autre service, interrompez (Ctrl-C) et donnez --admin-token.',
  en: 'Name, password or code refused. If this account signs in through GitLab, SAML or another service, interrupt (Ctrl-C) and give --admin-token.',
}

const tooMany: Said = {
  fr: `Mattermost a refusé ${mostTries} essais : vérifiez le nom et le mot de passe, ou donnez --admin-token.`,
  en: `Mattermost refused ${mostTries} attempts: check name and password, or give --admin-token.`,
}

/** The first answers where the account has a second factor and no code came; the second where the code is wrong. */
const codeIds: ReadonlySet<string> = new Set([
  'mfa.validate_token.authenticate.app_error',
  'api.user.check_user_mfa.bad_code.app_error',
])

function isAboutCode(error: unknown): boolean {
  return error instanceof MattermostError && error.id !== undefined && codeIds.has(error.id)
}

const refusals: Readonly<Record<string, Said>> = {
  'api.user.check_user_login_attempts.too_many.app_error': {
    fr: 'Mattermost a verrouillé ce compte après trop d’essais : changez son mot de passe, ou donnez --admin-token.',
    en: 'Mattermost has locked this account after too many attempts: reset its password, or give --admin-token.',
  },
  'api.user.login.inactive.app_error': {
    fr: 'Ce compte est désactivé dans Mattermost.',
    en: 'This account is deactivated in Mattermost.',
  },
  'api.user.login.not_verified.app_error': {
    fr: 'L’adresse électronique de ce compte n’est pas encore vérifiée dans Mattermost.',
    en: "This account's e-mail address is not verified in Mattermost yet.",
  },
  'api.user.login.bot_login_forbidden.app_error': {
    fr: 'C’est le compte d’un bot : donnez celui d’une personne qui administre Mattermost.',
    en: 'This is the account of a bot: give that of a person who administers Mattermost.',
  },
}

function noneIfWrong(error: unknown): undefined {
  if (!(error instanceof MattermostError)) throw error
  const said = error.id === undefined ? undefined : refusals[error.id]
  if (said !== undefined) throw new UserError(said, { cause: error })
  if (error.status === 401 || error.id?.startsWith('api.user.login.')) return undefined
  throw error
}

const accountShape = z.looseObject({ username: z.string(), roles: z.string().default('') })

async function ensureAdministrator({ signOut }: LoginParts, { token, account }: SignedIn): Promise<string> {
  const { username, roles } = accountShape.parse(account)
  if (roles.split(' ').includes('system_admin')) return token
  await signOut(token)
  throw new UserError({
    fr: `@${username} n’est pas administrateur système : demandez à quelqu’un qui l’est de se connecter ici.`,
    en: `@${username} is no system administrator: ask somebody who is to log in here.`,
  })
}
