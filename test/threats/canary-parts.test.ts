// Threat T25, part by part: what a secret is wrapped in, what an error may say (sealing at rest and a change of key: test/vault.test.ts, hooks-own.test.ts, bot/seal.test.ts).

import { format, inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createEnv, Secret } from '../../src/env.ts'
import { ConfigError } from '../../src/errors.ts'
import { createApi } from '../../src/integrations/gitlab/hooks/api.ts'
import { createLog } from '../../src/log.ts'
import { readSettings } from '../../src/settings.ts'
import { createFakeLog } from '../fakes/log.ts'
import { singing } from './canary-house.ts'

const canary = 'canary.of-the-parts/+"~'
const sings = (words: string) => singing(new Map([['it', canary]]), [{ what: 'words', words }])

describe('a secret', () => {
  it('prints nothing, however it is asked', () => {
    const secret = new Secret(canary)
    const error = new Error('refused', { cause: secret })
    const words = [
      `${secret}`,
      String(secret),
      JSON.stringify({ secret, list: [secret] }),
      format('%s %o %O %j', secret, secret, secret, secret),
      inspect({ secret, error }, { depth: 9, showHidden: true, getters: true }),
      inspect(error, { customInspect: false, depth: 9, showHidden: true }),
      JSON.stringify(Object.entries(secret)),
      JSON.stringify(structuredClone({ ...secret })),
    ]
    expect(sings(words.join('\n'))).toEqual([])
  })

  it('is cut out of a log that an error’s cause carries it into', () => {
    const lines: string[] = []
    const log = createLog({ level: 'debug', write: (line) => lines.push(line), secrets: () => [canary] })
    const cause = new TypeError(`Headers.append: "Bearer ${canary}" is an invalid header value.`)
    log.error({ err: new Error('failed', { cause }) }, 'failed')
    log.warn({ error: new AggregateError([cause], canary) }, 'failed')
    expect(lines).toHaveLength(2)
    expect(sings(lines.join(''))).toEqual([])
  })
})

describe('a problem with a setting', () => {
  const problemsOf = (environment: Record<string, string>): string => {
    const env = createEnv({ environment, dotenv: {}, readFile: () => `${canary}\nsecond line` })
    readSettings(env, '/srv/vigie')
    try {
      env.check()
    } catch (error) {
      if (error instanceof ConfigError) return [error.message, ...error.problems.flatMap(Object.values)].join('\n')
      throw error
    }
    return ''
  }

  it.each([
    ['DATABASE_URL', `postgres://vigie:${canary}@db.example.org/vigie`],
    ['DATABASE_URL', `mysql:vigie:${canary}@db.example.org`],
    ['MATTERMOST_URL', `https://vigie:${canary}@mattermost.example.org`],
    ['METRICS_TOKEN_FILE', 'two-lines'],
  ])('names %s without the password in it', (name, value) => {
    const words = problemsOf({ [name]: value })
    expect(words).toContain(name.replace('_FILE', ''))
    expect(sings(words)).toEqual([])
  })
})

describe('GitLab that cannot be asked', () => {
  it('is told without the token that its request would have carried', async () => {
    const token = `${canary}\nsecond line`
    const api = createApi({
      url: 'http://127.0.0.1:9',
      tokens: { current: () => [new Secret(token)] },
      fetch,
      now: Date.now,
      wait: async () => undefined,
      log: createFakeLog(),
    })
    const error = await api.call({ path: '/version' }, new AbortController().signal).catch((thrown: unknown) => thrown)
    if (!(error instanceof Error)) throw new Error('it was answered')
    expect(error.message).toMatch(/^GitLab did not answer/)
    expect(sings(error.message)).toEqual([])
  })
})
