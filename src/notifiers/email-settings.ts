// The settings of e-mail (interface.md, "Settings"): SMTP_SERVER, SMTP_PORT, EMAIL_SENDER, EMAIL_PASSWORD, EMAIL_RECEIVER.

import type { Env, LiveSecrets } from '../env.ts'
import { type Mailbox, readMailbox } from '../text/mail-address.ts'

export interface EmailSettings {
  readonly host: string
  readonly port: number
  readonly sender: Mailbox
  /** Absent: the server takes mail from this machine without a login. */
  readonly password: LiveSecrets
  /** EMAIL_RECEIVER's addresses. */
  readonly receivers: readonly string[]
}

/** Nothing without SMTP_SERVER: mail is off. Problems are noted in `env`. */
export function readEmailSettings(env: Env): EmailSettings | undefined {
  const host = env.text('SMTP_SERVER')
  if (host === undefined) return undefined
  const port = env.integer('SMTP_PORT', 587, { min: 1, max: 65_535 })
  if (!/^[\p{L}\d._:[\]-]+$/u.test(host))
    env.problem({
      fr: `SMTP_SERVER\u00a0: un nom de machine est attendu, par exemple smtp.example.org, pas «\u00a0${host}\u00a0».`,
      en: `SMTP_SERVER: a host name is expected, for example smtp.example.org, not "${host}".`,
    })
  const from = env.required('EMAIL_SENDER', {
    fr: 'l’adresse qui envoie, par exemple vigie@example.org (SMTP_SERVER est donné)',
    en: 'the address that sends, for example vigie@example.org (SMTP_SERVER is set)',
  })
  env.required('EMAIL_RECEIVER', {
    fr: 'une ou plusieurs adresses à prévenir, séparées par des virgules (SMTP_SERVER est donné)',
    en: 'one or more addresses to tell, comma separated (SMTP_SERVER is set)',
  })
  const sender = readMailbox(from)
  if (sender === undefined && from !== '') env.problem(noAddress('EMAIL_SENDER', from))
  const receivers = env.list('EMAIL_RECEIVER').flatMap((written) => {
    const mailbox = readMailbox(written)
    if (mailbox === undefined) env.problem(noAddress('EMAIL_RECEIVER', written))
    return mailbox?.address ?? []
  })
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port,
    sender: sender ?? { name: '', address: '' },
    password: env.secret('EMAIL_PASSWORD'),
    receivers: [...new Set(receivers)],
  }
}

function noAddress(name: string, written: string) {
  return {
    fr: `${name}\u00a0: une adresse de courriel est attendue, pas «\u00a0${written}\u00a0».`,
    en: `${name}: an e-mail address is expected, not "${written}".`,
  }
}
