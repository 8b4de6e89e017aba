// The API documentation: complete, valid, readable, and true: every example in it is sent to a Vigie and answered as it says
// (issue 7, "OpenAPI 3.1 generated from the schemas").

import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { RouteDoc } from '../../src/integrations/integration.ts'
import { curlOf } from '../../src/web/api/curl.ts'
import { openApiOf, openPath, problemShape, schemaOf } from '../../src/web/api/openapi.ts'
import { docsOf, kindOf } from '../../src/web/api/page.ts'
import { madeBy } from '../threats/http-vigie.ts'
import { documented, type Proofs, send } from './documented.ts'
import { eventually, gitlabToken, type House, openHouse, standIn } from './house.ts'
import { makeKey } from './key.ts'

const settings = { METRICS_TOKEN: 'e2e-metrics-token', NEXTCLOUD_WEBHOOK_TOKEN: 'e2e-nextcloud-token' }
let proofs: Proofs = { settings: { ...settings, GITLAB_WEBHOOK_TOKEN: gitlabToken } }

let house: House
let routes: { method: string; url: string }[]
let url: string
beforeAll(async () => {
  const made = await madeBy(async () => openHouse(await standIn(), settings))
  house = made.result
  routes = made.routes.flatMap(({ method, url: path }) => [method].flat().map((one) => ({ method: one, url: path })))
  url = house.app().url()
  await eventually(async () => ((await fetch(`${url}/health/delivery`)).ok ? true : undefined), 'a connection')
  const person = await house.person('claire')
  const channel = await house.channel(person)
  await person.type(channel, '/vigie help')
  proofs = { ...proofs, channel, key: await makeKey(join(house.folder, 'data', 'vigie.db')) }
})
afterAll(() => house.close())

const documentShape = z.object({
  openapi: z.literal('3.1.1'),
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string() }))),
})

const answersShape = z.object({
  responses: z.record(z.string(), z.object({ headers: z.record(z.string(), z.unknown()).optional() })),
})
const bodyShape = z.object({
  requestBody: z
    .object({
      content: z.record(
        z.string(),
        z.object({
          schema: z.looseObject({}),
          examples: z.record(z.string(), z.object({ value: z.unknown() })).optional(),
        }),
      ),
    })
    .optional(),
})

describe('/openapi.json', () => {
  test('is valid OpenAPI 3.1, in French and in English', async () => {
    for (const lang of ['fr', 'en']) {
      const text = await (await fetch(`${url}/openapi.json?lang=${lang}`)).text()
      const { valid, errors } = await new Validator().validate(JSON.parse(text))
      expect([valid, errors]).toEqual([true, undefined])
    }
  })

  test('tells every route that people and programs call, and no other', async () => {
    const { paths } = documentShape.parse(await (await fetch(`${url}/openapi.json`)).json())
    const told = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const there = routes
      .filter(({ method, url: path }) => method !== 'HEAD' && method !== 'OPTIONS' && !path.startsWith('/mattermost/'))
      .map(({ method, url: path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    expect(told.toSorted()).toEqual([...new Set(there)].toSorted())
  })

  test('names every operation once', async () => {
    const { paths } = documentShape.parse(await (await fetch(`${url}/openapi.json`)).json())
    const names = Object.values(paths).flatMap((operations) => Object.values(operations).map((one) => one.operationId))
    expect(names.toSorted()).toEqual([...new Set(names)].toSorted())
  })

  test('describes each field in the language that was asked for', () => {
    const field = z.string().meta({ said: { fr: 'un nom', en: 'a name' } })
    const one: RouteDoc = {
      method: 'POST',
      path: '/x',
      group: 'events',
      summary: { fr: 'x', en: 'x' },
      proof: { by: 'open' },
      bodies: [{ type: 'application/json', schema: z.strictObject({ nom: field }) }],
      answers: [],
      examples: [],
    }
    const facts = { documents: [one], url: 'http://v', version: '1' }
    expect(JSON.stringify(openApiOf({ ...facts, locale: 'fr' }))).toContain('"description":"un nom"')
    expect(JSON.stringify(openApiOf({ ...facts, locale: 'en' }))).toContain('"description":"a name"')
  })
})

describe('the examples', () => {
  test('are answered with the status and in the shape that the documentation says', async () => {
    for (const one of documented) {
      for (const example of one.examples) {
        const { status, type, text } = await send(url, one, example, proofs)
        const what = `${one.method} ${one.path} (${example.name})`
        expect(`${what}: ${status}${status === example.status ? '' : ` ${text}`}`).toBe(`${what}: ${example.status}`)
        const answer = one.answers.find((told) => told.status === status)
        if (answer === undefined) problemShape.parse(JSON.parse(text))
        else if (answer.type !== undefined) expect(`${what}: ${type}`).toBe(`${what}: ${answer.type}`)
        if (answer?.schema !== undefined) answer.schema.parse(JSON.parse(text))
        if (answer?.schema !== undefined && example.answer !== undefined) answer.schema.parse(example.answer)
      }
    }
  })

  test('carry the headers that the documentation tells of each answer', async () => {
    const { paths } = documentShape.parse(await (await fetch(`${url}/openapi.json`)).json())
    for (const one of documented.filter(({ proof }) => proof.by === 'key')) {
      const { responses } = answersShape.parse(paths[openPath(one.path)]?.[one.method.toLowerCase()])
      for (const example of one.examples) {
        const { status, headers } = await send(url, one, example, proofs)
        const what = `${one.method} ${one.path} (${example.name}): ${status}`
        const told = Object.keys(responses[status]?.headers ?? {}).map((name) => name.toLowerCase())
        const came = [...headers.keys()].filter((name) => /^(ratelimit|retry-after|www-authenticate)/.test(name))
        expect([what, came.toSorted()]).toEqual([what, told.toSorted()])
      }
    }
  })

  test('of bodies keep to the schema beside which they stand', async () => {
    const { paths } = documentShape.parse(await (await fetch(`${url}/openapi.json`)).json())
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    let count = 0
    for (const [path, operations] of Object.entries(paths))
      for (const [method, operation] of Object.entries(operations))
        for (const [type, { schema, examples = {} }] of Object.entries(
          bodyShape.parse(operation).requestBody?.content ?? {},
        ))
          for (const [name, { value }] of Object.entries(examples)) {
            count += 1
            const what = `${method} ${path} ${type} ${name}`
            expect([what, ajv.validate(schema, value) || ajv.errorsText()]).toEqual([what, true])
          }
    expect(count).toBeGreaterThan(6)
  })

  test('may be sent again under a name, where the documentation says so', () => {
    const says = documented.filter(({ once }) => once).map(({ method, path }) => `${method} ${path}`)
    expect(says).toEqual([
      'POST /webhook/personnage',
      'POST /scores',
      'DELETE /personnages/:nom',
      'POST /webhook/events',
      'POST /webhook/in/:name',
      'POST /subscribe',
      'DELETE /subscribe',
    ])
    const { paths } = documentShape.parse(openApiOf({ documents: documented, url, version: '1', locale: 'en' }))
    expect(JSON.stringify(paths['/scores']?.post?.parameters)).toContain('"Idempotency-Key"')
  })

  test('stand on the page as lines for a shell', async () => {
    const page = await (await fetch(`${url}/docs?lang=en`)).text()
    for (const one of documented)
      for (const example of one.examples) expect(page).toContain(escaped(curlOf(one, example, url)))
  })
})

const escaped = (text: string) => text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)

describe('/docs', () => {
  test('needs no script and loads nothing from anywhere', async () => {
    const response = await fetch(`${url}/docs`)
    const page = await response.text()
    expect(page).not.toMatch(/<script|<link rel="stylesheet|<img|\son\w+=|@import|url\(/i)
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
  })

  test('speaks the reader’s language', async () => {
    const page = async (headers: Record<string, string>, query = '') =>
      (await fetch(`${url}/docs${query}`, { headers })).text()
    expect(await page({ 'accept-language': 'en-GB' })).toContain('<html lang="en">')
    expect(await page({ 'accept-language': 'fr' })).toContain('<html lang="fr">')
    expect(await page({})).toContain('<html lang="fr">')
    expect(await page({ 'accept-language': 'fr' }, '?lang=en')).toContain('<html lang="en">')
  })

  test('says how long a text may be, where only one end is known too', () => {
    expect(
      [z.string().min(1), z.int().max(9), z.string().min(1).max(9)].map((one) => kindOf(schemaOf(one, 'en'))),
    ).toEqual(['string ≥ 1', 'integer ≤ 9', 'string 1–9'])
  })

  test('puts what is said of a field under it on a narrow screen', async () => {
    const page = await (await fetch(`${url}/docs?lang=en`)).text()
    expect(page).toMatch(
      /<tr class="field"><th scope="row"><code>vigiecard<\/code><\/th><td>[^<]*<\/td><td>events of the/,
    )
    expect(page).toMatch(/@media \(max-width:40rem\)\{\.field\{display:block/)
  })

  test('breaks no content type in the middle of a word', async () => {
    const page = await (await fetch(`${url}/docs?lang=en`)).text()
    expect(page).toContain('<td class="soft type">application/problem+json</td>')
    expect(page).toMatch(/\.type\{[^}]*overflow-wrap:normal/)
  })

  test('shows whatever stands in a document as text', () => {
    const evil = '<img src=x onerror=alert(1)>'
    const said = { fr: evil, en: evil }
    const param = { said, schema: z.literal(evil) }
    const one: RouteDoc = {
      method: 'GET',
      path: '/x',
      group: 'events',
      summary: said,
      description: said,
      proof: { by: 'open' },
      query: { [evil]: param },
      answers: [{ status: 200, said }],
      examples: [{ name: evil, said, query: { a: evil }, status: 200, answer: evil }],
    }
    expect(docsOf({ documents: [one], url: 'http://v', version: '1', locale: 'fr' })).not.toContain('<img')
  })
})
