// The bot's access token: kept while it works, made anew, revoked (interface.md, "provision").

import { z } from 'zod'
import { UserError } from '../errors.ts'
import type { Said } from '../text/locale.ts'
import { account } from './provision-account.ts'
import type { Teller } from './provision-parts.ts'
import { answered, type Rest } from './rest.ts'

const accessToken = z.looseObject({ id: z.string(), token: z.string() })

export interface TokenSearch {
  readonly botId: string
  readonly admin: Rest
  readonly asBot: (token: string) => Rest
  /** The one in the settings. */
  readonly present: string | undefined
  /** Make a new one even where the present one works. */
  readonly renew: boolean
}

/** What tells the tokens that `provision` made from those that a person made for the same bot. */
const tokenDescription = 'vigie provision'

/** A token that works: the present one, else a new one, which was tried and which `save` has stored before this resolves. */
export async function ensureToken(
  search: TokenSearch,
  save: (token: string) => Promise<void>,
  tell: Teller,
): Promise<{ readonly token: string; readonly id?: string }> {
  const { botId, admin, asBot, present, renew } = search
  const isGood = present !== undefined && (await belongsTo(asBot(present), botId))
  if (isGood && !renew) return { token: present }
  const body = { description: tokenDescription }
  const made = accessToken.parse(await admin.call('POST', `/users/${botId}/tokens`, { body }))
  if (!(await belongsTo(asBot(made.token), botId))) {
    throw new UserError({
      fr: 'Mattermost n’accepte pas le jeton qu’il vient de créer pour le bot : rien n’a été remplacé.',
      en: 'Mattermost does not accept the token it has just made for the bot: nothing was replaced.',
    })
  }
  await save(made.token)
  tell.changed(saidOf(present, isGood))
  return made
}

function saidOf(before: string | undefined, wasGood: boolean): Said {
  if (before === undefined) return { fr: 'jeton du bot créé', en: "bot's token created" }
  if (wasGood) return { fr: 'jeton du bot remplacé', en: "bot's token replaced" }
  return {
    fr: 'jeton du bot remplacé : l’ancien ne valait plus',
    en: "bot's token replaced: the old one was no longer good",
  }
}

const listedToken = z.looseObject({ id: z.string(), description: z.string().default('') })

/** Revokes the bot's tokens that `provision` made, save one. Those that a person made stay. */
export async function revokeTokens(
  admin: Rest,
  botId: string,
  keptId: string | undefined,
  tell: Teller,
): Promise<void> {
  const query = { per_page: 200 }
  const known = z.array(listedToken).parse(await admin.call('GET', `/users/${botId}/tokens`, { query }))
  const ours = known.filter(({ id, description }) => description === tokenDescription && id !== keptId)
  for (const { id } of ours) await admin.call('POST', '/users/tokens/revoke', { body: { token_id: id } })
  if (ours.length === 0) return
  tell.changed(
    keptId === undefined
      ? { fr: `jetons du bot révoqués : ${ours.length}`, en: `bot's tokens revoked: ${ours.length}` }
      : { fr: `anciens jetons du bot révoqués : ${ours.length}`, en: `old tokens of the bot revoked: ${ours.length}` },
  )
}

async function belongsTo(rest: Rest, botId: string): Promise<boolean> {
  try {
    return account.parse(await rest.call('GET', '/users/me')).id === botId
  } catch (error) {
    if (answered(error, 401)) return false
    throw error
  }
}
