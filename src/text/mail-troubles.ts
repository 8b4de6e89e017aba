// What goes wrong with e-mail, each with what to do about it: said where a delivery is given up, in `/statut` and by `vigie doctor`.

import type { Said } from './locale.ts'

/** A closed set, the word after `smtp ` in an error's text. */
export type MailTrouble =
  | 'unreachable'
  | 'name'
  | 'timeout'
  | 'tls'
  | 'plain'
  | 'login'
  | 'locked'
  | 'sender'
  | 'recipient'
  | 'relay'
  | 'later'
  | 'busy'
  | 'content'
  | 'size'
  | 'broken'
  | 'stopped'

const troubles: Readonly<Record<MailTrouble, Said>> = {
  unreachable: {
    fr: 'aucune connexion au serveur de courriel\u00a0: vérifiez SMTP_SERVER, SMTP_PORT et le pare-feu',
    en: 'no connection to the mail server: check SMTP_SERVER, SMTP_PORT and the firewall',
  },
  name: {
    fr: 'le nom du serveur de courriel ne mène nulle part\u00a0: vérifiez SMTP_SERVER',
    en: 'the mail server’s name leads nowhere: check SMTP_SERVER',
  },
  timeout: {
    fr: 'le serveur de courriel ne répond pas à temps\u00a0: vérifiez SMTP_PORT (465 parle TLS d’emblée, 587 non), sinon son état',
    en: 'the mail server does not answer in time: check SMTP_PORT (465 speaks TLS at once, 587 does not), else how it does',
  },
  tls: {
    fr: 'la liaison chiffrée échoue\u00a0: vérifiez SMTP_PORT et le certificat du serveur (une autorité interne se nomme dans NODE_EXTRA_CA_CERTS)',
    en: 'the encrypted connection fails: check SMTP_PORT and the server’s certificate (name an internal authority in NODE_EXTRA_CA_CERTS)',
  },
  plain: {
    fr: 'le serveur ne propose pas STARTTLS, et le mot de passe ne part pas en clair\u00a0: essayez SMTP_PORT=465',
    en: 'the server offers no STARTTLS, and the password is not sent in clear: try SMTP_PORT=465',
  },
  login: {
    fr: 'connexion refusée par le serveur de courriel\u00a0: vérifiez EMAIL_SENDER et EMAIL_PASSWORD (souvent un mot de passe d’application)',
    en: 'the mail server refuses the login: check EMAIL_SENDER and EMAIL_PASSWORD (often an application password)',
  },
  locked: {
    fr: 'le serveur de courriel ne peut pas vérifier le mot de passe pour l’instant\u00a0: Vigie réessaie',
    en: 'the mail server cannot check the password for now: Vigie tries again',
  },
  sender: {
    fr: 'expéditeur refusé\u00a0: EMAIL_SENDER doit être une adresse que ce compte peut utiliser',
    en: 'sender refused: EMAIL_SENDER must be an address that this account may use',
  },
  recipient: {
    fr: 'destinataire refusé\u00a0: vérifiez l’adresse (EMAIL_RECEIVER, ou celle de l’escalade)',
    en: 'recipient refused: check the address (EMAIL_RECEIVER, or the escalation’s)',
  },
  relay: {
    fr: 'le serveur ne transmet pas à cette adresse sans connexion\u00a0: donnez EMAIL_PASSWORD, ou autorisez cette machine',
    en: 'the server does not relay to this address without a login: set EMAIL_PASSWORD, or allow this machine',
  },
  later: {
    fr: 'le serveur demande de revenir plus tard (liste grise, boîte pleine)\u00a0: Vigie réessaie',
    en: 'the server asks to come back later (greylisting, mailbox full): Vigie tries again',
  },
  busy: {
    fr: 'le serveur de courriel est débordé ou en maintenance\u00a0: Vigie réessaie',
    en: 'the mail server is busy or under maintenance: Vigie tries again',
  },
  content: {
    fr: 'message refusé pour son contenu (filtre antispam, règle)\u00a0: autorisez EMAIL_SENDER chez le destinataire',
    en: 'message refused for what it holds (spam filter, policy): allow EMAIL_SENDER at the recipient’s',
  },
  size: {
    fr: 'message trop gros pour ce serveur',
    en: 'message too large for this server',
  },
  broken: {
    fr: 'la conversation avec le serveur de courriel s’est interrompue\u00a0: Vigie réessaie',
    en: 'the conversation with the mail server broke off: Vigie tries again',
  },
  stopped: { fr: 'envoi interrompu', en: 'sending was stopped' },
}

/** The text of an error: our word for it, what to do, and the server's own words where it said any. */
export function mailTroubleText(trouble: MailTrouble, words = ''): string {
  return `smtp ${trouble}: ${troubles[trouble].en}${words === '' ? '' : ` (${words})`}`
}

/** What an error's text says to a reader, without the server's words; nothing for what is not of mail. */
export function mailTroubleOf(error: string): Said | undefined {
  const word = /^smtp (\w+):/.exec(error)?.[1]
  return Object.entries(troubles).find(([trouble]) => trouble === word)?.[1]
}
