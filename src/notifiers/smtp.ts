// One conversation with the mail server, on nodemailer (libraries.md: every timeout set, no files, no addresses fetched). The password is
// sent over TLS or not at all, but to this machine itself.

import { Readable } from 'node:stream'
import type { MailComposerOptions } from 'nodemailer/lib/mail-composer'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import { toDeliveryError } from './email-failure.ts'
import type { EmailSettings } from './email-settings.ts'

export interface Smtp {
  /** Resolves once the server took it. @throws {DeliveryError} */
  send(mail: MailComposerOptions, recipient: string, signal: AbortSignal): Promise<void>
  /** Connects, encrypts and logs in, and sends nothing. @throws {DeliveryError} */
  knock(signal: AbortSignal): Promise<void>
}

export interface SmtpParts {
  readonly settings: EmailSettings
  /** Shorter in tests. */
  readonly timeouts?: Partial<Timeouts>
}

interface Timeouts {
  readonly connectMs: number
  /** Between two words of the server; some think for long over a message. */
  readonly silenceMs: number
}

export const smtpTimeouts: Timeouts = { connectMs: 10_000, silenceMs: 30_000 }

export function createSmtp({ settings, timeouts }: SmtpParts): Smtp {
  const { connectMs, silenceMs } = { ...smtpTimeouts, ...timeouts }
  const { host, port, sender, password } = settings

  const secretOf = () => {
    const [secret] = password.current()
    return secret?.reveal()
  }

  async function open(): Promise<SMTPConnection> {
    // Loaded with the first mail: many never send one.
    const { default: Connection } = await import('nodemailer/lib/smtp-connection')
    const isHere = isLoopback(host)
    const hasPassword = secretOf() !== undefined
    return new Connection({
      host,
      port,
      secure: port === 465,
      // Nobody listens in between on this machine, whose name no certificate bears. Without a password mail takes what is offered.
      requireTLS: hasPassword && !isHere && port !== 465,
      tls: { rejectUnauthorized: !isHere && (hasPassword || port === 465), minVersion: 'TLSv1.2' },
      connectionTimeout: connectMs,
      greetingTimeout: connectMs,
      dnsTimeout: connectMs / 2,
      socketTimeout: silenceMs,
      allowInternalNetworkInterfaces: true,
      name: heloName(sender.address),
    })
  }

  /** `talk` is what follows the login. */
  async function converse(
    signal: AbortSignal,
    talk: (connection: SMTPConnection, stage: { isHandedOver: boolean }) => Promise<void>,
  ): Promise<void> {
    const stage = { isHandedOver: false, isLoggedIn: false }
    const connection = await open()
    const broken = Promise.withResolvers<never>()
    // It may break after everything was said.
    broken.promise.catch(() => undefined)
    connection.on('error', broken.reject)
    // What the server said before it hung up is said first.
    connection.on('end', () => setImmediate(() => broken.reject(hungUp())))
    const stop = () => broken.reject(new Error('stopped'))
    signal.addEventListener('abort', stop)
    try {
      if (signal.aborted) stop()
      await Promise.race([
        broken.promise,
        (async () => {
          await called((done) => connection.connect(done))
          await logIn(connection)
          stage.isLoggedIn = true
          await talk(connection, stage)
        })(),
      ])
    } catch (error) {
      connection.close()
      throw toDeliveryError(error, { ...stage, isStopped: signal.aborted })
    } finally {
      signal.removeEventListener('abort', stop)
      connection.quit()
    }
  }

  async function logIn(connection: SMTPConnection): Promise<void> {
    const pass = secretOf()
    if (pass === undefined || !connection.allowsAuth) return
    await called((done) => connection.login({ user: sender.address, pass }, done))
  }

  return {
    async send(mail, recipient, signal) {
      const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
      const composed = await new MailComposer({ ...mail, disableFileAccess: true, disableUrlAccess: true })
        .compile()
        .build()
      await converse(signal, async (connection, stage) => {
        const body = Readable.from([composed])
        body.on('end', () => {
          stage.isHandedOver = true
        })
        const envelope = { from: sender.address, to: [recipient], size: composed.length }
        await called((done) => connection.send(envelope, body, done))
      })
    },
    knock: (signal) => converse(signal, async () => undefined),
  }
}

/** A function with a callback as a promise. */
function called(call: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())))
}

/** As nodemailer would say it. */
function hungUp(): Error {
  return Object.assign(new Error('Connection closed unexpectedly'), { code: 'ECONNECTION', command: 'CONN' })
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}

/** What we call ourselves: never this machine's own name, which is nobody's business. */
function heloName(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1)
  return /^[a-z\d.-]+$/i.test(domain) ? domain : '[127.0.0.1]'
}
