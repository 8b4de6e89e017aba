// TLS on a socket that stands, and what is made of the certificate shown there (`--tls verify|any-ca|off`). The handshake is let
// through first and judged then, so that the end of a bad certificate is known too; nothing is sent before.

import { isIP, type Socket } from 'node:net'
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import type { TlsTrust } from '../monitor.ts'
import { CheckFailure, type Trace } from './failures.ts'
import { type Limit, LimitOver } from './limit.ts'

export interface HandshakeWish {
  /** Whom we mean: the name for SNI and in the certificate. */
  readonly host: string
  readonly trust: TlsTrust
  /** HTTP/1.1 is offered, and nothing newer. */
  readonly isHttp: boolean
}

/** @throws {CheckFailure | LimitOver | NodeJS.ErrnoException}; the socket is destroyed then. */
export type Handshake = (socket: Socket, wish: HandshakeWish, limit: Limit, trace: Trace) => Promise<TLSSocket>

/** `ca`: whom to trust instead of the system and NODE_EXTRA_CA_CERTS, in PEM. */
export function createHandshake(parts: { readonly now: () => number; readonly ca?: string }): Handshake {
  // To make one for every check would cost as much as half a handshake.
  let context: SecureContext | undefined
  return (socket, wish, limit, trace) =>
    new Promise((resolve, reject) => {
      context ??= createSecureContext(parts.ca === undefined ? {} : { ca: parts.ca })
      const secured = connect({
        socket,
        host: wish.host,
        servername: isIP(wish.host) === 0 ? wish.host : '',
        secureContext: context,
        rejectUnauthorized: false,
        ...(wish.isHttp ? { ALPNProtocols: ['http/1.1'] } : {}),
      })
      const fail = (error: Error) => {
        release()
        reject(error)
        secured.destroy()
        socket.destroy()
      }
      const release = limit.onOver(() => fail(new LimitOver()))
      // Stays, as on the socket below it.
      secured.on('error', fail)
      secured.once('secureConnect', () => {
        release()
        const fault = faultOf(secured, wish, parts.now(), trace)
        if (fault === undefined) resolve(secured)
        else fail(new CheckFailure('tls', fault))
      })
    })
}

/** What is wrong with the certificate, as OpenSSL and Node call it. */
function faultOf(socket: TLSSocket, wish: HandshakeWish, now: number, trace: Trace): string | undefined {
  const certificate = socket.getPeerX509Certificate()
  if (certificate !== undefined) trace.certificateEndsAt ??= certificate.validToDate.getTime()
  if (wish.trust === 'off') return undefined
  if (wish.trust === 'verify') return socket.authorized ? undefined : String(socket.authorizationError)
  if (certificate === undefined) return 'NO_CERTIFICATE'
  if (now > certificate.validToDate.getTime()) return 'CERT_HAS_EXPIRED'
  if (now < certificate.validFromDate.getTime()) return 'CERT_NOT_YET_VALID'
  const isNamed = isIP(wish.host) === 0 ? certificate.checkHost(wish.host) : certificate.checkIP(wish.host)
  return isNamed === undefined ? 'ERR_TLS_CERT_ALTNAME_INVALID' : undefined
}
