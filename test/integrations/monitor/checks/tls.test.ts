// Certificates (interface.md, `--tls verify|any-ca|off`): judged by signer, dates and name, by dates and name, or not at all.

import { createServer as createTlsServer } from 'node:https'
import { generate } from 'selfsigned'
import { beforeAll, describe, expect, test } from 'vitest'
import type { TlsTrust } from '../../../../src/integrations/monitor/monitor.ts'
import { httpWish, lookoutOf, type Place, placeOf, serveTcp } from './outside.ts'

interface Pair {
  readonly key: string
  readonly cert: string
}

const dayMs = 86_400_000
const certificates: Record<'ca' | 'good' | 'expired' | 'early' | 'otherName' | 'selfSigned' | 'address', Pair> = {
  ca: { key: '', cert: '' },
  good: { key: '', cert: '' },
  expired: { key: '', cert: '' },
  early: { key: '', cert: '' },
  otherName: { key: '', cert: '' },
  selfSigned: { key: '', cert: '' },
  address: { key: '', cert: '' },
}

interface Wish {
  readonly name?: string
  readonly ip?: string
  readonly from?: number
  readonly to?: number
  readonly signer?: Pair
  readonly isCa?: boolean
}

async function certificate({
  name = 'site.example',
  ip,
  from = -1,
  to = 30,
  signer,
  isCa = false,
}: Wish): Promise<Pair> {
  const made = await generate([{ name: 'commonName', value: isCa ? 'Test CA' : name }], {
    algorithm: 'sha256',
    keyType: 'ec',
    notBeforeDate: new Date(Date.now() + from * dayMs),
    notAfterDate: new Date(Date.now() + to * dayMs),
    extensions: [
      { name: 'basicConstraints', cA: isCa },
      { name: 'subjectAltName', altNames: [ip === undefined ? { type: 2, value: name } : { type: 7, ip }] },
    ],
    ...(signer === undefined ? {} : { ca: signer }),
  })
  return { key: made.private, cert: made.cert }
}

beforeAll(async () => {
  const ca = await certificate({ isCa: true, name: 'ca.example' })
  certificates.ca = ca
  certificates.good = await certificate({ signer: ca })
  certificates.expired = await certificate({ signer: ca, from: -10, to: -1 })
  certificates.early = await certificate({ signer: ca, from: 1 })
  certificates.otherName = await certificate({ signer: ca, name: 'other.example' })
  certificates.address = await certificate({ signer: ca, ip: '127.0.0.1' })
  certificates.selfSigned = await certificate({})
})

const serveTls = (pair: Pair): Promise<Place> =>
  placeOf(
    createTlsServer(pair, (request, response) => response.end(`${request.httpVersion} ${request.headers.host}`)),
    '127.0.0.1',
  )

const lookoutAt = ({ port }: Place) =>
  lookoutOf({
    settings: { MONITOR_ALLOW: `site.example:${port},127.0.0.1:${port}` },
    world: { ca: certificates.ca.cert, readHosts: () => '127.0.0.1 site.example' },
  })

describe('a tls check', () => {
  test.each<[keyof typeof certificates, TlsTrust, string | undefined]>([
    ['good', 'verify', undefined],
    ['good', 'any-ca', undefined],
    ['selfSigned', 'verify', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['selfSigned', 'any-ca', undefined],
    ['selfSigned', 'off', undefined],
    ['expired', 'verify', 'CERT_HAS_EXPIRED'],
    ['expired', 'any-ca', 'CERT_HAS_EXPIRED'],
    ['expired', 'off', undefined],
    ['early', 'verify', 'CERT_NOT_YET_VALID'],
    ['early', 'any-ca', 'CERT_NOT_YET_VALID'],
    ['otherName', 'verify', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['otherName', 'any-ca', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['otherName', 'off', undefined],
  ])('of a certificate that is %s, by %s', async (kind, trust, detail) => {
    const place = await serveTls(certificates[kind])
    const result = await lookoutAt(place).look({ type: 'tls', target: `site.example:${place.port}`, tls: trust })
    expect(result.failure).toEqual(detail === undefined ? undefined : { kind: 'tls', detail, isNetwork: false })
    const days = (Number(result.certificateEndsAt) - Date.now()) / dayMs
    expect(Math.round(days)).toBe(kind === 'expired' ? -1 : 30)
    expect('tlsMs' in result.phases).toBe(detail === undefined)
  })

  test('of an address looks for it in the certificate', async () => {
    const good = await serveTls(certificates.address)
    const other = await serveTls(certificates.good)
    for (const tls of ['verify', 'any-ca'] as const) {
      expect((await lookoutAt(good).look({ type: 'tls', target: good.at, tls })).failure).toBeUndefined()
      expect((await lookoutAt(other).look({ type: 'tls', target: other.at, tls })).failure).toMatchObject({
        detail: 'ERR_TLS_CERT_ALTNAME_INVALID',
      })
    }
  })

  test('tells plain text, a hang-up and silence from a bad certificate', async () => {
    const plain = await serveTcp((socket) => socket.end('220 mail.example ESMTP\r\n'))
    const closing = await serveTcp((socket) => socket.once('data', () => socket.end()))
    const silent = await serveTcp(() => undefined)
    const failureAt = async (place: Place) =>
      (await lookoutAt(place).look({ type: 'tls', target: `site.example:${place.port}`, timeoutMs: 300 })).failure
    expect(await failureAt(plain)).toMatchObject({ kind: 'tls', detail: expect.stringMatching(/^ERR_SSL_/) })
    expect(await failureAt(closing)).toMatchObject({ kind: 'tls', detail: 'ECONNRESET' })
    expect(await failureAt(silent)).toEqual({ kind: 'timeout', detail: 'ETIMEDOUT TLS handshake', isNetwork: false })
  })
})

describe('an https check', () => {
  test('names its host to the server, speaks HTTP/1.1, and tells when the certificate ends', async () => {
    const place = await serveTls(certificates.good)
    const result = await lookoutAt(place).look({
      target: `https://site.example:${place.port}/`,
      http: { ...httpWish, contains: `1.1 site.example:${place.port}` },
    })
    expect(result).toMatchObject({ status: 200, certificateEndsAt: expect.any(Number) })
    expect(result.failure).toBeUndefined()
    expect(Object.keys(result.phases)).toEqual(['dnsMs', 'connectMs', 'tlsMs', 'firstByteMs'])
  })

  test('sends nothing to a server whose certificate is not trusted', async () => {
    let count = 0
    const server = createTlsServer(certificates.selfSigned, (_, response) => {
      count += 1
      response.end()
    })
    const place = await placeOf(server, '127.0.0.1')
    const { failure } = await lookoutAt(place).look({ target: `https://site.example:${place.port}/`, http: httpWish })
    expect(failure).toMatchObject({ kind: 'tls' })
    expect(count).toBe(0)
  })

  test('does not follow a redirect to http', async () => {
    const server = createTlsServer(certificates.good, (_, response) =>
      response.writeHead(302, { location: 'http://site.example/' }).end(),
    )
    const place = await placeOf(server, '127.0.0.1')
    const { failure } = await lookoutAt(place).look({ target: `https://site.example:${place.port}/`, http: httpWish })
    expect(failure).toEqual({ kind: 'redirects', detail: 'https → http', isNetwork: false })
  })
})
