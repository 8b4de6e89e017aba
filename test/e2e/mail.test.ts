// Mail end to end, through a real SMTP server: an outage and its end to whoever watches over mail, nothing of what is not to be mailed; the
// doctor's knock, and the sign of life outside (issue "The watch", "E-mail"; threat F31).

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMailServer, type MailServer } from '../fakes/mail-server.ts'
import { eventually, type House, openHouse, type Someone, standIn } from './house.ts'

const receivers = ['garde@example.org', 'astreinte@example.org']

describe('mail', () => {
  let house: House
  let alice: Someone
  let mail: MailServer
  let web: Server
  let url: string
  let isBroken = false
  const beats: string[] = []

  beforeAll(async () => {
    web = createServer((request, response) => {
      if (request.url?.startsWith('/beat')) beats.push(request.url)
      response.writeHead(isBroken ? 503 : 200).end('hello')
    })
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', () => resolve()))
    const { port } = web.address() as AddressInfo
    url = `http://127.0.0.1:${port}/`
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'mail.example' }], { keyType: 'ec' })
    mail = await createMailServer({ user: 'vigie@example.org', password: 'a, b', key, cert })
    house = await openHouse(await standIn(), {
      MONITOR_ALLOW: new URL(url).host,
      SMTP_SERVER: '127.0.0.1',
      SMTP_PORT: String(mail.port),
      EMAIL_SENDER: 'Vigie <vigie@example.org>',
      EMAIL_PASSWORD: 'a, b',
      EMAIL_RECEIVER: receivers.join(', '),
      HEARTBEAT_URL: `${url}beat?status=up&key=k`,
    })
    alice = await house.person('alice', { teamAdmin: true })
  })
  afterAll(async () => {
    await house?.close()
    await mail?.stop()
    web?.close()
  })

  const arrived = async (count: number) =>
    eventually(async () => (mail.mails.length >= count ? await mail.parsed() : undefined), `${count} mails`)

  it('tells an outage and its end to every receiver, and not of what is not to be mailed', async () => {
    const channel = await house.channel(alice)
    const add = (name: string, more: string) =>
      alice.type(channel, `/monitor add ${url} --name ${name} --every 1h --retries 1 --recover 1 ${more}`)
    const check = async () => {
      for (const name of ['boutique', 'discret']) await alice.type(channel, `/monitor check ${name}`)
    }
    await add('boutique', '')
    await add('discret', '--no-email')
    await check()
    isBroken = true
    await check()
    const down = await arrived(2)
    expect(down.map(({ to }) => to?.[0]?.address).sort()).toEqual(receivers.toSorted())
    expect(new Set(down.map(({ subject }) => subject))).toEqual(
      new Set(['ALERTE : Indisponibilité du service boutique']),
    )
    expect(down[0]?.text).toContain('503 Service Unavailable')
    expect(down[0]?.attachments).toMatchObject([{ mimeType: 'image/png', disposition: 'inline' }])
    expect(mail.mails.every(({ isSecure, user }) => isSecure && user === 'vigie@example.org')).toBe(true)

    isBroken = false
    await check()
    const all = await arrived(4)
    expect(new Set(all.slice(2).map(({ subject }) => subject))).toEqual(
      new Set(['RÉTABLI : Le service boutique est de nouveau disponible']),
    )
    // The end stands with the beginning.
    const begun = new Set(down.map(({ messageId }) => messageId))
    expect(all.slice(2).every(({ inReplyTo }) => begun.has(inReplyTo ?? ''))).toBe(true)
    expect(mail.mails.some(({ raw }) => raw.includes('discret'))).toBe(false)
  })

  it('is looked at by the doctor without a mail, and stands in the status', async () => {
    const before = mail.mails.length
    const lines = await house.app().doctor()
    expect(lines.find(({ path }) => path === 'email')).toMatchObject({ ok: true })
    expect(mail.mails).toHaveLength(before)
    const { parts } = await house.app().status()
    expect(parts.find(({ name }) => name === 'email')).toMatchObject({ state: 'ok' })
  })

  it('calls the outside with all its address says', async () => {
    expect(await eventually(async () => beats[0], 'a sign of life')).toBe('/beat?status=up&key=k')
  })
})
