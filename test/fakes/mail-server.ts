// A real SMTP server on loopback (npm smtp-server) that keeps what it takes, and refuses, hangs or hangs up where a test says so.

import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

/** Where a conversation can go wrong, and how: an answer, nothing any more, or the line cut. */
export type Step = 'connect' | 'auth' | 'from' | 'rcpt' | 'data' | 'body' | 'taken'
export type Fault = { readonly code: number; readonly words?: string } | 'hang' | 'cut'

export interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly raw: string
  /** Over TLS. */
  readonly isSecure: boolean
  /** Who had logged in. */
  readonly user: string | undefined
}

export interface MailServer {
  readonly port: number
  /** What was taken with 250, oldest first. */
  readonly mails: Mail[]
  /** Conversations begun. */
  readonly count: () => number
  fault: ((step: Step, address: string) => Fault | undefined) | undefined
  parsed(): Promise<readonly Email[]>
  /** Ends and starts again at the same port. */
  stop(): Promise<void>
  start(): Promise<void>
}

export interface MailServerWish extends SMTPServerOptions {
  readonly user?: string
  readonly password?: string
}

export async function createMailServer({ user, password, ...options }: MailServerWish = {}): Promise<MailServer> {
  const mails: Mail[] = []
  const sockets = new Set<Socket>()
  let count = 0
  let server: SMTPServer | undefined
  let port = 0

  /** Calls back as the fault says; what hangs never does. */
  const judge = (step: Step, address: string, done: (error?: Error) => void, id?: string) => {
    const fault = self.fault?.(step, address)
    if (fault === undefined) return done()
    if (fault === 'hang') return
    if (fault === 'cut') return cut(id)
    done(Object.assign(new Error(fault.words ?? 'no'), { responseCode: fault.code }))
  }

  /** All lines: a test has one. */
  const cut = (_id?: string) => {
    for (const socket of sockets) socket.destroy()
  }

  const make = () =>
    new SMTPServer({
      disableReverseLookup: true,
      authOptional: user === undefined,
      ...(user === undefined ? { disabledCommands: ['AUTH', ...(options.disabledCommands ?? [])] } : {}),
      closeTimeout: 100,
      ...options,
      onConnect: (session, done) => {
        count += 1
        judge('connect', session.remoteAddress, done)
      },
      onAuth: (login, _session, done) =>
        judge('auth', login.username ?? '', (error) => {
          if (error) return done(error)
          const isRight = login.username === user && login.password === password
          done(
            isRight ? undefined : new Error('5.7.8 Authentication failed'),
            isRight ? { user: login.username } : undefined,
          )
        }),
      onMailFrom: ({ address }, _session, done) => judge('from', address, done),
      onRcptTo: ({ address }, _session, done) => judge('rcpt', address, done),
      onData: (stream, { envelope, secure, user: who }, done) => {
        // Cut while the body comes in, before its end was seen.
        if (self.fault?.('body', '') === 'cut') return void stream.once('data', () => cut())
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () =>
          judge('data', '', (error) => {
            if (error) return done(error)
            const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
            const to = envelope.rcptTo.map(({ address }) => address)
            mails.push({ from, to, raw: Buffer.concat(chunks).toString('utf8'), isSecure: secure, user: who })
            judge('taken', '', done)
          }),
        )
      },
    })

  const self: MailServer = {
    get port() {
      return port
    },
    mails,
    count: () => count,
    fault: undefined,
    parsed: () => Promise.all(mails.map(({ raw }) => PostalMime.parse(raw))),
    async start() {
      const made = make()
      // A line that was cut is what the test wants.
      made.on('error', () => undefined)
      const { server: tcp } = made
      tcp.on('connection', (socket: Socket) => {
        sockets.add(socket)
        socket.once('close', () => sockets.delete(socket))
      })
      made.listen(port, '127.0.0.1')
      await once(tcp, 'listening')
      port = (tcp.address() as AddressInfo).port
      server = made
    },
    async stop() {
      const ended = server
      server = undefined
      cut()
      await new Promise<void>((resolve) => (ended ? ended.close(() => resolve()) : resolve()))
    },
  }
  await self.start()
  return self
}
