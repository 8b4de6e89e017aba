// What an SMTP conversation that failed means for the delivery (threat F26): what may be tried again, how far it reaches, what to do. Pure.

import { z } from 'zod'
import { DeliveryError, type DeliveryFailure } from '../errors.ts'
import { type MailTrouble, mailTroubleText } from '../text/mail-troubles.ts'
import { shorten } from '../text/rich.ts'

/** How far a conversation came. */
export interface Stage {
  /** The whole message was handed over: without an answer nobody knows. */
  readonly isHandedOver: boolean
  readonly isStopped: boolean
  readonly isLoggedIn: boolean
}

/** What nodemailer says of a failure. */
const failureShape = z.object({
  message: z.string(),
  code: z.string().optional(),
  originalCode: z.string().optional(),
  command: z.string().optional(),
  response: z.string().optional(),
  responseCode: z.number().optional(),
})
type Failure = z.infer<typeof failureShape>

type Verdict = Omit<DeliveryFailure, 'unsure'> & { readonly trouble: MailTrouble }

/** A refused login is tried once a minute, like a refused token (threat F8): more would lock the account. */
const refusedLoginMs = 60_000
const wordsRunes = 200

/** A DeliveryError for whatever the conversation threw; our own bugs stay what they are. */
export function toDeliveryError(error: unknown, stage: Stage): unknown {
  if (error instanceof DeliveryError) return error
  if (stage.isStopped) return failed({ ...stopped, words: '', unsure: stage.isHandedOver }, error)
  const failure = readFailure(error)
  if (failure === undefined) return error
  const unsure = stage.isHandedOver && failure.responseCode === undefined
  const words = shorten(failure.response ?? failure.message, wordsRunes)
  return failed({ ...verdictOf(failure), words, unsure }, error)
}

const stopped: Verdict = { trouble: 'stopped', retry: true, scope: 'message', reason: 'cancelled' }

function failed(
  { trouble, words, ...failure }: Verdict & { readonly words: string; readonly unsure: boolean },
  cause: unknown,
): DeliveryError {
  return new DeliveryError(mailTroubleText(trouble, words), failure, { cause })
}

/** Only what comes with a code is of the conversation. */
function readFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined
  const failure = failureShape.safeParse({ ...error, message: error.message }).data
  return failure?.code === undefined && failure?.responseCode === undefined ? undefined : failure
}

function verdictOf(failure: Failure): Verdict {
  return failure.responseCode === undefined ? silence(failure) : answer(failure, failure.responseCode)
}

/** No answer says why. */
function silence({ code, message, command = '' }: Failure): Verdict {
  const away = { retry: true, scope: 'notifier', reason: 'network' } as const
  if (code === 'EDNS') return { ...away, trouble: 'name' }
  if (code === 'ETIMEDOUT') return { ...away, trouble: 'timeout', reason: 'timeout' }
  if (code === 'ETLS') return { ...away, trouble: 'tls' }
  if (code === 'ESOCKET' && /certificate|\bTLS\b|\bSSL\b|altnames|self.signed|issuer/i.test(message))
    return { ...away, trouble: 'tls' }
  if (code === 'ESOCKET' && /ECONNRE|EHOSTUNREACH|ENETUNREACH|EADDR|connect/i.test(message) && !/RESET/.test(message))
    return { ...away, trouble: 'unreachable' }
  if (code === 'EAUTH') return { ...refusedLogin, scope: 'notifier' }
  // It advertised a limit that this message is over.
  if (code === 'EMESSAGE' && command === 'MAIL FROM') return { ...message_, trouble: 'size' }
  return { ...away, trouble: 'broken' }
}

const refusedLogin = {
  trouble: 'login',
  retry: true,
  scope: 'notifier',
  reason: 'auth',
  afterMs: refusedLoginMs,
} as const
const message_ = { trouble: 'content', retry: false, scope: 'message', reason: 'client' } as const
const busy = { trouble: 'busy', retry: true, scope: 'notifier', reason: 'server' } as const

/** By RFC 5321 §4.2 and RFC 3463: 4yz passes, 5yz stays; which command it answers says whose it is. */
function answer({ command = '', response = '', code }: Failure, status: number): Verdict {
  const isPassing = status < 500
  // It is about to hang up, whatever was asked.
  if (status === 421) return busy
  if (command.startsWith('AUTH') || status === 534 || status === 535 || status === 538) {
    return isPassing ? { ...busy, trouble: 'locked' } : refusedLogin
  }
  if (status === 530)
    return /STARTTLS|5\.7\.0.*TLS/i.test(response) ? { ...refusedLogin, trouble: 'tls' } : refusedLogin
  if (command === 'STARTTLS' || code === 'ETLS')
    return { trouble: 'plain', retry: true, scope: 'notifier', reason: 'auth', afterMs: refusedLoginMs }
  if (command === 'RCPT TO') {
    if (isPassing) return { trouble: 'later', retry: true, scope: 'target', reason: 'server' }
    const isRelay = /relay/i.test(response)
    return isRelay
      ? { trouble: 'relay', retry: false, scope: 'target', reason: 'forbidden' }
      : { trouble: 'recipient', retry: false, scope: 'target', reason: 'gone' }
  }
  if (isPassing) return busy
  if (status === 552 || /\b5\.3\.4\b/.test(response)) return { ...message_, trouble: 'size' }
  if (command === 'MAIL FROM')
    return { trouble: 'sender', retry: true, scope: 'notifier', reason: 'forbidden', afterMs: refusedLoginMs }
  if (command === 'DATA') return message_
  return busy
}
