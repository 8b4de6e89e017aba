// Errors of our HTTP routes as application/problem+json (RFC 9457, interface.md "HTTP routes"), in the language of `Accept-Language`.

import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type FieldProblem, HttpProblem, isStoreUnavailable } from '../errors.ts'
import type { Log } from '../event.ts'
import { type Locale, localeOf, type Said } from '../text/locale.ts'

const titles: Readonly<Record<number, string>> = {
  400: 'Requête incorrecte',
  401: 'Non authentifié',
  403: 'Interdit',
  404: 'Introuvable',
  405: 'Méthode non permise',
  408: 'Requête trop lente',
  413: 'Trop volumineux',
  415: 'Type de contenu non pris en charge',
  422: 'Valeurs incorrectes',
  429: 'Trop de requêtes',
  431: 'En-têtes trop longs',
  500: 'Erreur interne',
  503: 'Indisponible',
}

/** What fastify itself refuses, in words; its own messages name internals and one language. */
const known: Readonly<Record<string, Said>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    fr: 'Le corps de la requête est trop volumineux.',
    en: 'The request body is too large.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    fr: 'Ce type de contenu n’est pas pris en charge ici.',
    en: 'This content type is not supported here.',
  },
  FST_ERR_CTP_INVALID_JSON_BODY: { fr: 'Le corps n’est pas du JSON valide.', en: 'The body is not valid JSON.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    fr: 'Le corps est vide\u202f; du JSON est attendu.',
    en: 'The body is empty; JSON is expected.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    fr: 'La longueur annoncée n’est pas celle du corps.',
    en: 'The announced length is not that of the body.',
  },
}

const notStored: Said = {
  fr: 'Rien n’a pu être enregistré\u00a0: réessayez plus tard.',
  en: 'Nothing could be stored: try again later.',
}

/** Every error becomes a problem, in `usual` where its reader names no language; those of ours that nobody foresaw are logged and say nothing. */
export function registerProblems(http: FastifyInstance, log: Log, usual: Locale = 'fr'): void {
  const sendProblem = problemsIn(usual)
  http.setErrorHandler<FastifyError | HttpProblem>((error, request, reply) => {
    if (error instanceof HttpProblem) {
      const { statusCode, said, headers, fields } = error
      return sendProblem(request, reply, statusCode, said, headers, fields)
    }
    if (isStoreUnavailable(error)) return sendProblem(request, reply, 503, notStored, { 'retry-after': '10' })
    const said = known[error.code]
    const status = error.statusCode ?? 500
    if (said) return sendProblem(request, reply, status, said)
    if (status < 500) return sendProblem(request, reply, status, unread)
    log.error(
      { error, path: request.routeOptions.url, client: request.ip },
      'a request failed for a reason nobody foresaw',
    )
    return sendProblem(request, reply, 500, {
      fr: 'Une erreur inattendue s’est produite\u202f; rien n’a été pris.',
      en: 'Something unexpected went wrong; nothing was taken.',
    })
  })
  http.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, 404, {
      fr: `Rien ne répond à cette adresse (${request.method}).`,
      en: `Nothing answers at this address (${request.method}).`,
    }),
  )
}

/** An address that cannot be decoded: no route, and no handler of errors, is asked about it. */
export const answerBadAddress = (usual: Locale) => (_error: Error, request: FastifyRequest, reply: FastifyReply) => {
  problemsIn(usual)(request, reply, 400, {
    fr: 'Cette adresse ne peut pas être lue : vérifiez ses caractères échappés (%…).',
    en: 'This address cannot be read: check its escaped characters (%…).',
  })
}

type Unread = Error & { readonly code?: string; readonly rawPacket?: unknown }

/** What never became a request: too slow, too long, or no HTTP. Its language is looked for in what came. */
export const answerUnreadable = (usual: Locale) => (error: Unread, socket: Socket) => {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const status = unreadable[error.code ?? ''] ?? 400
  const came = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString('latin1') : ''
  const locale = localeOf(/^accept-language:(.*)$/im.exec(came)?.[1]?.trim(), usual)
  const detail = (error.code === 'HPE_INVALID_URL' ? badAddress : unread)[locale]
  const body = JSON.stringify({ type: 'about:blank', title: titleOf(status, locale), status, detail })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-language: ${locale}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroy()
}

const unread: Said = { fr: 'Cette requête ne peut pas être lue.', en: 'This request cannot be read.' }
const badAddress: Said = {
  fr: 'Cette adresse ne peut pas être lue\u00a0: ses lettres accentuées et ses espaces doivent être échappés (é s’écrit %C3%A9).',
  en: 'This address cannot be read: its accented letters and spaces must be escaped (é is written %C3%A9).',
}

const titleOf = (status: number, locale: Locale): string =>
  (locale === 'fr' ? titles[status] : undefined) ?? STATUS_CODES[status] ?? 'Error'

const unreadable: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
}

type SendProblem = (
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  said: Said,
  headers?: Readonly<Record<string, string>>,
  fields?: readonly FieldProblem[],
) => FastifyReply

/** The reader's language: `Accept-Language`, `usual` where it is absent. */
const problemsIn =
  (usual: Locale): SendProblem =>
  (request, reply, status, said, headers = {}, fields = []) => {
    const locale = localeOf(request.headers['accept-language'], usual)
    const title = titleOf(status, locale)
    const vary = reply.getHeader('vary')
    return reply
      .code(status)
      .headers(headers)
      .headers({
        'content-language': locale,
        vary: vary === undefined ? 'Accept-Language' : `${vary}, Accept-Language`,
      })
      .type('application/problem+json; charset=utf-8')
      .send(JSON.stringify({ type: 'about:blank', title, status, detail: said[locale], ...errorsOf(fields, locale) }))
  }

function errorsOf(fields: readonly FieldProblem[], locale: Locale): object {
  return fields.length === 0 ? {} : { errors: fields.map(({ field, said }) => ({ field, detail: said[locale] })) }
}
