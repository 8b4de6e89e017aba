// `CORS_ORIGINS` (interface.md): exact origins, routes with keys alone, never with cookies.

import { afterEach, describe, expect, test } from 'vitest'
import { createEnv } from '../../src/env.ts'
import { readOrigins } from '../../src/web/cors.ts'
import { bearer, createKeyStage, type KeyStage } from './key-stage.ts'

let stage: KeyStage
afterEach(() => stage?.close())

const origin = 'https://board.example.org'
const preflight = (from: string, url = '/things', more: Readonly<Record<string, string>> = {}) =>
  stage.http.inject({
    method: 'OPTIONS',
    url,
    headers: { origin: from, 'access-control-request-method': 'POST', ...more },
  })

describe('a page of a named origin', () => {
  test('may call routes with keys, and reads refusals too', async () => {
    stage = await createKeyStage({ origins: [origin] })
    const asked = await preflight(origin, '/things', {
      'access-control-request-headers': 'authorization,ce-id,x-evil',
    })
    expect(asked.statusCode).toBe(204)
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers':
        'authorization, x-api-key, content-type, idempotency-key, webhook-id, accept-language, ce-id',
      vary: 'Origin',
    })
    const key = await stage.make(['events:write'])
    for (const headers of [bearer(key), bearer('x')]) {
      const answer = await stage.post({ ...headers, origin })
      expect(answer.headers['access-control-allow-origin']).toBe(origin)
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
    }
    expect((await stage.post({ ...bearer('x'), origin })).headers.vary).toBe('Origin, Accept-Language')
    expect((await preflight(origin, '/in/bank')).statusCode).toBe(204)
  })

  test.each([
    'https://board.example.org.evil.example',
    'http://board.example.org',
    'https://board.example.org:444',
    'null',
    '*',
  ])('is not %s', async (other) => {
    stage = await createKeyStage({ origins: [origin] })
    const asked = await preflight(other)
    expect(asked.statusCode).toBe(404)
    expect(asked.headers['access-control-allow-origin']).toBeUndefined()
    const answer = await stage.post({ ...bearer(await stage.make(['events:write'])), origin: other })
    expect(answer.headers).toMatchObject({ vary: 'Origin' })
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })

  test('is none where the setting is absent, and elsewhere than at routes with keys', async () => {
    stage = await createKeyStage()
    expect((await preflight(origin)).statusCode).toBe(404)
    expect((await stage.post({ origin })).headers['access-control-allow-origin']).toBeUndefined()
    await stage.close()
    stage = await createKeyStage({ origins: [origin] })
    expect((await preflight(origin, '/elsewhere')).statusCode).toBe(404)
  })
})

describe('CORS_ORIGINS', () => {
  const read = (value: string) => {
    const env = createEnv({ environment: { CORS_ORIGINS: value }, dotenv: {}, readFile: () => '' })
    const origins = readOrigins(env)
    env.check()
    return origins
  }

  test('takes exact origins, comma separated', () => {
    expect(read('')).toEqual([])
    expect(read(`${origin}, http://localhost:3000`)).toEqual([origin, 'http://localhost:3000'])
  })

  test.each(['*', 'board.example.org', `${origin}/`, `${origin}/page`, 'HTTPS://Board.example.org', 'file:///x'])(
    'does not take %s',
    (value) => {
      expect(() => read(value)).toThrow(/CORS_ORIGINS/)
    },
  )
})
