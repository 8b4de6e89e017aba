// What dispatch itself has to say: no, not yet, not so often, and that something broke; in both languages.

import type { CallContext, Reply } from '../commands/command.ts'
import { UserError } from '../errors.ts'
import { duration } from '../text/format.ts'
import type { Locale } from '../text/locale.ts'
import { code, own, plain, type Rich, rich } from '../text/rich.ts'

const invitation = '/invite @vigie'

/** How the bot is let in where it is not. */
export function outsideNote(kind: CallContext['place']['kind'], locale: Locale): Rich {
  if (kind === 'direct' || kind === 'group') {
    return locale === 'fr'
      ? rich`Je ne peux pas entrer dans les messages d’autres personnes\u00a0: écrivez-moi directement, ou dans un canal.`
      : rich`I cannot be in other people's messages: write to me directly, or in a channel.`
  }
  return locale === 'fr'
    ? rich`Je ne suis pas membre de ce canal\u00a0: ${code(invitation)} m’y fait entrer.`
    : rich`I am not a member of this channel: ${code(invitation)} lets me in.`
}

/** The reply with a line that asks for attention; a reply that says by itself how the bot is let in needs none. */
export function withNote(reply: Reply, added: Rich | undefined): Reply {
  if (added === undefined || plain(reply.text ?? []).includes(invitation)) return reply
  const text = reply.text === undefined ? added : [...reply.text, ...own('\n\n'), ...added]
  return { ...reply, text, mood: reply.mood === 'danger' ? 'danger' : 'warning' }
}

/** One text for every cause: not a member, deactivated, a bot, an unknown button. */
export function nothingHere(locale: Locale): string {
  return locale === 'fr' ? 'Je ne peux rien faire pour vous ici.' : 'I cannot do anything for you here.'
}

/** When to ask again. */
export function tooMany(most: number, waitMs: number): UserError {
  const wait = (locale: Locale) => duration(locale, Math.max(1000, waitMs))
  return new UserError({
    fr: `Plus de ${most} fois en une minute\u00a0: réessayez dans ${wait('fr')}.`,
    en: `More than ${most} times within a minute: try again in ${wait('en')}.`,
  })
}

/** A fault of ours: its reference alone, or that nothing could be stored. */
export function brokenReply(reference: string, stored: boolean, locale: Locale): Reply {
  const words = {
    fr: stored
      ? rich`Je ne peux rien enregistrer pour l’instant\u00a0: rien n’a été changé. Réessayez dans un moment. Référence\u00a0: ${code(reference)}`
      : rich`Quelque chose a échoué de mon côté. Avec cette référence un administrateur trouvera quoi\u00a0: ${code(reference)}`,
    en: stored
      ? rich`I cannot store anything right now: nothing was changed. Try again in a moment. Reference: ${code(reference)}`
      : rich`Something failed on my side. With this reference an administrator will find what: ${code(reference)}`,
  }
  return { text: words[locale], mood: 'danger' }
}
