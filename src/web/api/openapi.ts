// `/openapi.json`: OpenAPI 3.1 made of what the routes themselves read and answer (interface.md, "HTTP routes"). Pure.

import { type ZodType, z } from 'zod'
import type { Json, JsonObject } from '../../event.ts'
import type { RouteAnswer, RouteDoc, RouteExample, RouteParam, RouteProof } from '../../integrations/integration.ts'
import type { Locale } from '../../text/locale.ts'
import { answerHeaders, headerComponents, headersOf } from './headers.ts'
import { apiWords } from './words.ts'

export interface ApiFacts {
  readonly documents: readonly RouteDoc[]
  /** VIGIE_URL. */
  readonly url: string
  readonly version: string
  readonly locale: Locale
}

/** OpenAPI 3.1.1, in one language. */
export function openApiOf({ documents, url, version, locale }: ApiFacts): JsonObject {
  const say = apiWords[locale]
  const paths: Record<string, Record<string, Json>> = {}
  for (const one of documents) {
    const path = openPath(one.path)
    paths[path] = { ...paths[path], [one.method.toLowerCase()]: operationOf(one, locale) }
  }
  const groups = [...new Set(documents.map(({ group }) => group))]
  return {
    openapi: '3.1.1',
    info: { title: 'Vigie', version, summary: say.title, description: say.introduction.join('\n\n') },
    servers: [{ url }],
    tags: groups.map((name) => ({ name, description: say.groups[name] })),
    paths,
    components: {
      securitySchemes: securityOf(documents, locale),
      headers: headerComponents(locale),
      schemas: { Problem: schemaOf(problemShape, locale) },
    },
  }
}

/** RFC 9457, as every refusal is answered. */
export const problemShape = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), detail: z.string() })).optional(),
})

/** `/personnages/{nom}` */
export const openPath = (path: string): string => path.replace(/:(\w+)/g, '{$1}')

/** `postWebhookPersonnage` */
const operationId = ({ method, path }: RouteDoc): string =>
  method.toLowerCase() + path.replace(/\W+(\w?)/g, (_, first: string) => first.toUpperCase())

function operationOf(one: RouteDoc, locale: Locale): JsonObject {
  const { summary, description, group, bodies } = one
  return {
    operationId: operationId(one),
    tags: [group],
    summary: summary[locale],
    ...(description ? { description: description[locale] } : {}),
    ...parametersOf(one, locale),
    ...(bodies ? { requestBody: { required: true, content: contentOf(one, locale) } } : {}),
    responses: responsesOf(one, locale),
    security: requirementsOf(one.proof),
  }
}

function parametersOf(one: RouteDoc, locale: Locale): { parameters?: readonly Json[] } {
  const places = { path: one.params, query: one.query, header: headersOf(one) } as const
  const parameters = Object.entries(places).flatMap(([place, params]) =>
    Object.entries(params ?? {}).map(([name, param]) => parameterOf(place, name, param, locale)),
  )
  return parameters.length === 0 ? {} : { parameters }
}

function parameterOf(place: string, name: string, { said, schema }: RouteParam, locale: Locale): JsonObject {
  const required = place === 'path' || !schema.safeParse(undefined).success
  return { name, in: place, required, description: said[locale], schema: schemaOf(schema, locale) }
}

function contentOf({ bodies = [], examples }: RouteDoc, locale: Locale): JsonObject {
  return Object.fromEntries(
    bodies.map(({ type, schema }) => {
      // What shows a refusal, or stands beside headers that say it is something else, is no example of this schema.
      const own = examples.filter(
        ({ body, ...one }) => typeOf({ body, ...one }) === type && schema.safeParse(body).success,
      )
      return [type, { schema: schemaOf(schema, locale), ...examplesOf(own, ({ body }) => body, locale) }]
    }),
  )
}

/** The content type an example is sent with. */
export const typeOf = ({ type, body }: RouteExample): string | undefined =>
  type ?? (body === undefined ? undefined : 'application/json')

function examplesOf(
  examples: readonly RouteExample[],
  value: (example: RouteExample) => Json | undefined,
  locale: Locale,
): { examples?: JsonObject } {
  const shown = examples.flatMap((one) => {
    const shownValue = value(one)
    return shownValue === undefined ? [] : [[one.name, { summary: one.said[locale], value: shownValue }] as const]
  })
  return shown.length === 0 ? {} : { examples: Object.fromEntries(shown) }
}

function responsesOf(one: RouteDoc, locale: Locale): JsonObject {
  const answers = one.answers.map((answer) => [String(answer.status), answerOf(answer, one, locale)] as const)
  const told = new Set(one.answers.map(({ status }) => status))
  const refusals = refusalsOf(one, locale)
    .filter(({ status }) => !told.has(status))
    .map(({ status, said }) => [String(status), refusalOf(said, answerHeaders(one, status, true))] as const)
  return Object.fromEntries([...answers, ...refusals])
}

function answerOf({ status, said, type, schema }: RouteAnswer, one: RouteDoc, locale: Locale): JsonObject {
  const told = { description: said[locale], ...answerHeaders(one, status, false) }
  if (type === undefined) return told
  const own = one.examples.filter((example) => example.status === status)
  const content = {
    ...(schema ? { schema: schemaOf(schema, locale, 'output') } : { schema: { type: 'string' } }),
    ...examplesOf(own, ({ answer }) => answer, locale),
  }
  return { ...told, content: { [type]: content } }
}

const refusalOf = (description: string, headers: JsonObject): JsonObject => ({
  description,
  ...headers,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
})

/** What a route refuses, in order: its own, and those of its proof and its body. */
export function refusalsOf(
  one: RouteDoc,
  locale: Locale,
): readonly { readonly status: number; readonly said: string }[] {
  const say = apiWords[locale].refusals
  const { by } = one.proof
  const statuses = [
    ...(one.bodies ? ([400, 413, 415] as const) : []),
    ...(by === 'key' || by === 'secret' || by === 'bearer' ? ([401] as const) : []),
    ...(by === 'key' ? ([403, 429] as const) : []),
    ...(one.method !== 'GET' || by === 'key' ? ([503] as const) : []),
  ]
  const own = (one.refusals ?? []).map(({ status, said }) => ({ status, said: said[locale] }))
  const common = statuses
    .filter((status) => !own.some((refusal) => refusal.status === status))
    .map((status) => ({ status, said: say[status] }))
  return [...own, ...common].toSorted((a, b) => a.status - b.status)
}

function requirementsOf(proof: RouteProof): readonly Json[] {
  if (proof.by === 'key') {
    const others = [...(proof.orSigned ? ['signature'] : []), ...(proof.orInAddress ? ['keyInAddress'] : [])]
    return ['key', 'keyHeader', ...others].map((name) => ({ [name]: [] }))
  }
  if (proof.by === 'secret') return [{ [proof.header]: [] }]
  return proof.by === 'bearer' ? [{ [proof.setting]: [] }] : []
}

function securityOf(documents: readonly RouteDoc[], locale: Locale): JsonObject {
  const say = apiWords[locale].proofs
  const others = documents.flatMap(({ proof }): (readonly [string, JsonObject])[] => {
    if (proof.by === 'secret')
      return [[proof.header, { type: 'apiKey', in: 'header', name: proof.header, description: proof.setting }]]
    return proof.by === 'bearer' ? [[proof.setting, { type: 'http', scheme: 'bearer' }]] : []
  })
  return {
    key: { type: 'http', scheme: 'bearer', description: say.key },
    keyHeader: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: say.key },
    keyInAddress: { type: 'apiKey', in: 'query', name: 'key', description: say.inAddress },
    signature: { type: 'apiKey', in: 'header', name: 'webhook-signature', description: say.signature },
    ...Object.fromEntries(others),
  }
}

/** JSON Schema of what a route reads (or answers: `output`); a `said` among a schema's `meta` becomes its description. */
export function schemaOf(schema: ZodType, locale: Locale, io: 'input' | 'output' = 'input'): JsonObject {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any', cycles: 'ref' })
  return tidyObject(JSON.parse(JSON.stringify(made)), locale)
}

const inner = /^#/

function tidy(value: Json, locale: Locale): Json {
  if (Array.isArray(value)) return value.map((one: Json) => tidy(one, locale))
  if (typeof value !== 'object' || value === null) return value
  return tidyObject(Object.fromEntries(Object.entries(value)), locale)
}

/** What refers to a part of its own schema could stand nowhere else: it is told as anything. */
function tidyObject(value: JsonObject, locale: Locale): JsonObject {
  if (typeof value.$ref === 'string' && inner.test(value.$ref)) return {}
  const { $schema: _schema, $defs: _defs, said, ...rest } = value
  const entries = Object.entries(rest).map(([name, one]) => [name, tidy(one ?? null, locale)] as const)
  return { ...describedBy(said, locale), ...Object.fromEntries(entries) }
}

function describedBy(said: Json | undefined, locale: Locale): JsonObject {
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return {}
  const text = Object.entries(said).find(([name]) => name === locale)?.[1]
  return typeof text === 'string' ? { description: text } : {}
}
