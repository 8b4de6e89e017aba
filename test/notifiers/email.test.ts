// Mails on their way through a real SMTP server: what arrives, over which line, and what is made of every refusal (issue "The watch",
// "E-mail"; threats T23, F26).

import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { generate } from 'selfsigned'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../src/app/free-port.ts'
import type { DeliveryError } from '../../src/errors.ts'
import { createEmailNotifier } from '../../src/notifiers/email.ts'
import { mailTroubleOf } from '../../src/text/mail-troubles.ts'
import { failureOf, messageOf, neverStop } from '../contract/notifier.ts'
import { createMailServer, type Fault, type MailServer, type Step } from '../fakes/mail-server.ts'
import { described, notifierOf, read, receiver, settingsOf } from './mail-stage.ts'

const password = 'mot de passe, à virgule'
let server: MailServer
beforeAll(async () => {
  server = await createMailServer({ hideSTARTTLS: true })
})
afterAll(() => server.stop())
afterEach(() => {
  server.fault = undefined
  server.mails.length = 0
})

const quick = { connectMs: 400, silenceMs: 400 }
const send = (more = {}) =>
  notifierOf(settingsOf(server.port), { timeouts: quick, ...more }).send(described({}), receiver, neverStop)

async function sent(message = described({}), more = {}) {
  server.mails.length = 0
  await notifierOf(settingsOf(server.port), more).send(message, receiver, neverStop)
  const [mail] = await server.parsed()
  if (mail === undefined) throw new Error('nothing came')
  return mail
}

describe('a mail', () => {
  test('has a sender, one recipient, a subject, a text and an HTML part', async () => {
    const subject = [{ own: 'ALERTE : Indisponibilité du service ' }, 'Intranet']
    const mail = await sent(described({ subject, text: ['503 après 212 ms'] }))
    expect(mail.from).toMatchObject({ name: 'Vigie', address: 'vigie@example.org' })
    expect(mail.to).toMatchObject([{ address: receiver }])
    expect(server.mails[0]).toMatchObject({ from: 'vigie@example.org', to: [receiver] })
    expect(mail.subject).toBe('ALERTE : Indisponibilité du service Intranet')
    expect(mail.text).toContain('503 après 212 ms')
    expect(mail.html).toContain('503 après 212 ms')
  })

  test('is known by its delivery, so that one sent twice is recognised', async () => {
    const message = described({}, { deliveryId: '0kq3x2' })
    expect((await sent(message)).messageId).toBe('<vigie.0kq3x2@example.org>')
    expect((await sent({ ...message, attempt: 2, unsure: true })).messageId).toBe('<vigie.0kq3x2@example.org>')
  })

  test('stands in a mailbox with the one that opened its incident', async () => {
    const card = { key: 'incident 7', deliveryId: 'd1', events: ['e1', 'e2'], late: false, receipt: { mail: 'x' } }
    const mail = await sent(described({}, { card }))
    expect(mail.inReplyTo).toBe('<vigie.d1@example.org>')
  })

  test('answers no machine, and names its events', async () => {
    const message = described({})
    const headers = new Map((await sent(message)).headers.map(({ key, value }) => [key, value]))
    expect(headers.get('auto-submitted')).toBe('auto-generated')
    expect(headers.get('x-vigie-events')).toBe(message.events[0]?.id)
  })

  test('shows its chart within, by its content id', async () => {
    const chart = { title: 'Temps de réponse', from: 0, to: 1, timeZone: 'UTC', points: [] }
    const mail = await sent(described({ chart }), { draw: async () => new Uint8Array([0x89, 0x50, 0x4e, 0x47]) })
    expect(mail.attachments).toMatchObject([{ mimeType: 'image/png', disposition: 'inline', filename: 'chart.png' }])
    const cid = mail.attachments[0]?.contentId?.replace(/[<>]/g, '')
    expect(mail.html).toContain(`src="cid:${cid}" alt="Temps de réponse"`)
  })

  test('goes without a chart that could not be drawn', async () => {
    const chart = { title: 'Temps de réponse', from: 0, to: 1, timeZone: 'UTC', points: [] }
    const mail = await sent(described({ chart }))
    expect(mail.attachments).toEqual([])
    expect(mail.html).not.toContain('<img')
  })

  test('is marked as important where it is urgent', async () => {
    const urgent = await sent(described({}, { isUrgent: true }))
    expect(urgent.headers.find(({ key }) => key === 'importance')?.value).toBe('high')
    const other = await sent()
    expect(other.headers.some(({ key }) => key === 'importance')).toBe(false)
  })
})

/** The DeliveryError, and its sentence in French. */
async function failure(sending: Promise<unknown>): Promise<DeliveryError & { said: string | undefined }> {
  const error = await failureOf(sending)
  return Object.assign(error, { said: mailTroubleOf(error.message)?.fr })
}

describe('a refusal', () => {
  const refusals: readonly [string, Step, Fault, object, RegExp][] = [
    [
      'a server that is closing',
      'connect',
      { code: 421 },
      { retry: true, scope: 'notifier', reason: 'server' },
      /débordé/,
    ],
    ['a server that serves nobody', 'connect', { code: 554 }, { retry: true, scope: 'notifier' }, /serveur/],
    [
      'a sender that is not ours',
      'from',
      { code: 553 },
      { retry: true, scope: 'notifier', reason: 'forbidden' },
      /EMAIL_SENDER/,
    ],
    [
      'a login that is missing',
      'from',
      { code: 530, words: '5.7.0 Authentication required' },
      { retry: true, scope: 'notifier', reason: 'auth', afterMs: 60_000 },
      /EMAIL_PASSWORD/,
    ],
    ['a sender put off', 'from', { code: 451 }, { retry: true, scope: 'notifier', reason: 'server' }, /réessaie/],
    ['greylisting', 'rcpt', { code: 450 }, { retry: true, scope: 'target', reason: 'server' }, /liste grise/],
    ['a full mailbox', 'rcpt', { code: 452 }, { retry: true, scope: 'target' }, /boîte pleine/],
    [
      'a closing server in the middle',
      'rcpt',
      { code: 421 },
      { retry: true, scope: 'notifier', reason: 'server' },
      /débordé/,
    ],
    [
      'an unknown mailbox',
      'rcpt',
      { code: 550 },
      { retry: false, scope: 'target', reason: 'gone' },
      /destinataire refusé/,
    ],
    [
      'a mailbox that is not here',
      'rcpt',
      { code: 553 },
      { retry: false, scope: 'target', reason: 'gone' },
      /EMAIL_RECEIVER/,
    ],
    [
      'a relay that is closed',
      'rcpt',
      { code: 554, words: '5.7.1 Relay access denied' },
      { retry: false, scope: 'target', reason: 'forbidden' },
      /EMAIL_PASSWORD/,
    ],
    ['a store that is full', 'data', { code: 452 }, { retry: true, scope: 'notifier', reason: 'server' }, /réessaie/],
    ['a filter that is away', 'data', { code: 451 }, { retry: true, scope: 'notifier' }, /réessaie/],
    ['a spam filter', 'data', { code: 554 }, { retry: false, scope: 'message', reason: 'client' }, /antispam/],
    ['a policy', 'data', { code: 550 }, { retry: false, scope: 'message', reason: 'client' }, /contenu/],
    ['a limit of size', 'data', { code: 552 }, { retry: false, scope: 'message', reason: 'client' }, /trop gros/],
  ]
  test.each(refusals)('by %s is told apart, and nothing is in doubt', async (_what, step, fault, facts, words) => {
    server.fault = (at) => (at === step ? fault : undefined)
    const error = await failure(send())
    expect(error).toMatchObject({ ...facts, unsure: false })
    expect(error.said).toMatch(words)
    expect(error.message).toContain(typeof fault === 'object' ? String(fault.code) : '')
    expect(server.mails).toEqual([])
  })

  const silences: readonly [string, Step, Fault, object, boolean][] = [
    ['before a greeting', 'connect', 'hang', { reason: 'timeout' }, false],
    ['at the recipient', 'rcpt', 'hang', { reason: 'timeout' }, false],
    ['after the message', 'data', 'hang', { reason: 'timeout' }, true],
    ['cut before a greeting', 'connect', 'cut', { reason: 'network' }, false],
    ['cut at the sender', 'from', 'cut', { reason: 'network' }, false],
    ['cut after the message', 'data', 'cut', { reason: 'network' }, true],
  ]
  test.each(silences)(
    'that is no answer, %s, is tried again, in doubt only after the message',
    async (_what, step, fault, facts, unsure) => {
      server.fault = (at) => (at === step ? fault : undefined)
      expect(await failure(send())).toMatchObject({ retry: true, scope: 'notifier', unsure, ...facts })
    },
  )

  test('by nobody at all says what to check', async () => {
    const error = await failure(
      notifierOf(settingsOf(await freePort('127.0.0.1'))).send(described({}), receiver, neverStop),
    )
    expect(error).toMatchObject({ retry: true, scope: 'notifier', reason: 'network', unsure: false })
    expect(error.said).toMatch(/SMTP_SERVER, SMTP_PORT/)
  })

  test('by a name that leads nowhere says so', async () => {
    const settings = { ...settingsOf(25), host: 'nowhere.invalid' }
    const error = await failure(notifierOf(settings, { timeouts: quick }).send(described({}), receiver, neverStop))
    expect(error).toMatchObject({ retry: true, scope: 'notifier', unsure: false })
    expect(error.said).toMatch(/nom du serveur|à temps/)
  })

  test('of ours, for what is no address, asks no server', async () => {
    const before = server.count()
    for (const address of [
      '',
      'a b@c.example',
      'a@b.example\r\nRCPT TO:<x@y.example>',
      'a@b.example, c@d.example',
      `${'a'.repeat(65)}@b.example`,
      `a@${'b'.repeat(250)}.example`,
      '"a b"@c.example',
      'a@b.example>',
      'a\0@b.example',
    ])
      expect(
        await failureOf(notifierOf(settingsOf(server.port)).send(described({}), address, neverStop)),
      ).toMatchObject({ retry: false, scope: 'target' })
    expect(server.count()).toBe(before)
  })

  test('ends when it is stopped in the middle', async () => {
    const stop = new AbortController()
    server.fault = (step) => {
      if (step === 'rcpt') stop.abort()
      return step === 'rcpt' ? 'hang' : undefined
    }
    const sending = notifierOf(settingsOf(server.port)).send(described({}), receiver, stop.signal)
    expect(await failureOf(sending)).toMatchObject({ retry: true, reason: 'cancelled', unsure: false })
  })
})

describe('a server with a login', () => {
  let guarded: MailServer
  let secure: MailServer
  let before: string[]

  beforeAll(async () => {
    // `0.0.0.0` leads here as well, and is not a name of this machine itself: everything is checked.
    const pair = await generate([{ name: 'commonName', value: 'mail.example' }], {
      keyType: 'ec',
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 7, ip: '0.0.0.0' }] },
      ],
    })
    const login = { user: 'vigie@example.org', password }
    guarded = await createMailServer({ ...login, key: pair.private, cert: pair.cert })
    secure = await createMailServer({
      ...login,
      key: pair.private,
      cert: pair.cert,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
    })
    before = getCACertificates('default')
    setDefaultCACertificates([...before, pair.cert])
  })
  afterAll(async () => {
    setDefaultCACertificates(before)
    await guarded.stop()
    await secure.stop()
  })
  const far = (port: number, secret = password) => settingsOf(port, { host: '0.0.0.0', secret })

  test('is spoken to over STARTTLS, its certificate checked, the password as it was written', async () => {
    await notifierOf(far(guarded.port)).send(described({}), receiver, neverStop)
    expect(guarded.mails).toMatchObject([{ isSecure: true, user: 'vigie@example.org', to: [receiver] }])
  })

  test('that knows another password is tried once a minute', async () => {
    const error = await failure(notifierOf(far(guarded.port, 'wrong secret')).send(described({}), receiver, neverStop))
    expect(error).toMatchObject({ retry: true, scope: 'notifier', reason: 'auth', afterMs: 60_000, unsure: false })
    expect(error.said).toMatch(/EMAIL_SENDER et EMAIL_PASSWORD/)
    expect(error.message).not.toContain('wrong secret')
  })

  test('that cannot check it now is tried again', async () => {
    guarded.fault = (step) =>
      step === 'auth' ? { code: 454, words: '4.7.0 Temporary authentication failure' } : undefined
    const error = await failure(notifierOf(far(guarded.port)).send(described({}), receiver, neverStop))
    guarded.fault = undefined
    expect(error).toMatchObject({ retry: true, scope: 'notifier', reason: 'server' })
    expect(error.said).toMatch(/pour l’instant/)
  })

  test('without STARTTLS is not given the password', async () => {
    let asked = false
    secure.fault = (step) => {
      asked ||= step === 'auth'
      return undefined
    }
    const error = await failure(notifierOf(far(secure.port)).send(described({}), receiver, neverStop))
    expect(error).toMatchObject({ retry: true, scope: 'notifier', reason: 'auth' })
    expect(error.said).toMatch(/STARTTLS/)
    expect(asked).toBe(false)
    expect(secure.mails).toEqual([])
  })

  test('with a certificate of nobody we know is not given the password', async () => {
    setDefaultCACertificates(before)
    const error = await failure(notifierOf(far(guarded.port)).send(described({}), receiver, neverStop))
    setDefaultCACertificates([...before])
    expect(error).toMatchObject({ retry: true, scope: 'notifier', reason: 'network' })
    expect(error.said).toMatch(/NODE_EXTRA_CA_CERTS/)
  })

  test('on this machine itself needs no certificate of its name', async () => {
    guarded.mails.length = 0
    await notifierOf(settingsOf(guarded.port, { secret: password })).send(described({}), receiver, neverStop)
    expect(guarded.mails).toMatchObject([{ isSecure: true }])
  })

  test('is knocked at without sending anything', async () => {
    guarded.mails.length = 0
    await notifierOf(settingsOf(guarded.port, { secret: password })).knock?.(neverStop)
    const refused = notifierOf(settingsOf(guarded.port, { secret: 'wrong' })).knock?.(neverStop)
    expect(await failureOf(refused ?? Promise.resolve())).toMatchObject({ reason: 'auth' })
    expect(guarded.mails).toEqual([])
  })
})

describe('the settings of mail', () => {
  const full = {
    SMTP_SERVER: 'smtp.example.org',
    EMAIL_SENDER: 'Vigie <vigie@example.org>',
    EMAIL_RECEIVER: 'a@example.org, b@example.org',
  }

  test('are off without a server, and there is no notifier then', () => {
    const { settings, check } = read({})
    expect(settings).toBeUndefined()
    expect(check).not.toThrow()
    expect(createEmailNotifier({ settings, draw: async () => undefined, now: Date.now })).toBeNull()
  })

  test('name a server, port 587 unless said otherwise, who sends and who receives', () => {
    const { settings, check } = read({ ...full, EMAIL_PASSWORD: password })
    expect(check).not.toThrow()
    expect(settings).toMatchObject({
      host: 'smtp.example.org',
      port: 587,
      receivers: ['a@example.org', 'b@example.org'],
    })
    expect(settings?.sender).toEqual({ name: 'Vigie', address: 'vigie@example.org' })
    expect(settings?.password.current().map((secret) => secret.reveal())).toEqual([password])
    expect(read({ ...full, SMTP_PORT: '465' }).settings?.port).toBe(465)
  })

  test('that are wrong are named all at once', () => {
    const wrong = {
      SMTP_SERVER: 'smtp://x',
      SMTP_PORT: '0',
      EMAIL_SENDER: 'nobody',
      EMAIL_RECEIVER: 'a@example.org, b',
    }
    for (const name of Object.keys(wrong)) expect(read(wrong).check).toThrow(`${name}:`)
    for (const name of ['EMAIL_SENDER', 'EMAIL_RECEIVER'])
      expect(read({ SMTP_SERVER: 'x' }).check).toThrow(`${name}: is missing`)
  })
})

test('a digest is a mail like any other', async () => {
  const mail = await sent(messageOf('3 événements'))
  expect(mail.subject).toBe('3 événements')
})
