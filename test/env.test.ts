import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createEnv, type EnvSource, Secret } from '../src/env.ts'
import { ConfigError } from '../src/errors.ts'
import { readSettings } from '../src/settings.ts'

const source = (environment: Record<string, string>, more: Partial<EnvSource> = {}): EnvSource => ({
  environment,
  dotenv: {},
  readFile: () => {
    throw new Error('no such file')
  },
  ...more,
})
const complete = { MATTERMOST_URL: 'https://mm.example.org', MATTERMOST_TOKEN: 'abcdefgh' }
const problemsOf = (environment: Record<string, string>, more: Partial<EnvSource> = {}): readonly string[] => {
  const env = createEnv(source(environment, more))
  readSettings(env, '/srv/vigie')
  try {
    env.check()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((problem) => problem.fr)
    throw error
  }
  return []
}

describe('settings', () => {
  it('are taken from the environment first, setting by setting, then from the dotenv file', () => {
    const env = createEnv(source({ HOST: '127.0.0.9' }, { dotenv: { ...complete, HOST: '127.0.0.8', PORT: '9000' } }))
    const settings = readSettings(env, '/srv/vigie')
    expect(settings).toMatchObject({ host: '127.0.0.9', port: 9000, mattermostUrl: 'https://mm.example.org' })
  })

  it('have the documented defaults', () => {
    const settings = readSettings(createEnv(source(complete)), '/srv/vigie')
    expect(settings).toMatchObject({
      host: '127.0.0.1',
      port: 8090,
      locale: 'fr',
      timeZone: 'Europe/Paris',
      logLevel: 'info',
      databasePath: '/srv/vigie/data/vigie.db',
      vigieUrl: undefined,
      teams: [],
    })
  })

  it('that are missing or wrong stop the start with one message that names every one', () => {
    const problems = problemsOf({
      PORT: '70000',
      TZ: 'Paris',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://x',
      VIGIE_LOCALE: 'de',
    })
    for (const name of [
      'MATTERMOST_URL',
      'MATTERMOST_TOKEN',
      'PORT',
      'TZ',
      'LOG_LEVEL',
      'DATABASE_URL',
      'VIGIE_LOCALE',
    ])
      expect(problems.filter((problem) => problem.startsWith(`${name}\u00a0:`))).toHaveLength(1)
  })

  it('name the address that is not one', () => {
    expect(problemsOf({ ...complete, MATTERMOST_URL: 'mm.example.org' }).join()).toContain('mm.example.org')
    expect(problemsOf({ ...complete, MATTERMOST_URL: 'ftp://mm.example.org' })).not.toEqual([])
  })

  it('must say how Vigie is reached when it listens everywhere', () => {
    expect(problemsOf({ ...complete, HOST: '0.0.0.0' }).join()).toContain('VIGIE_URL')
    expect(problemsOf({ ...complete, HOST: '0.0.0.0', VIGIE_URL: 'http://vigie.example.org:8090' })).toEqual([])
  })

  it('of the Python scripts are refused with what to write instead', () => {
    const problems = problemsOf({
      ...complete,
      MATTERMOST_WEBHOOK_URL: 'https://mm.example.org/hooks/x',
      GITLAB_SECRET_TOKEN: 'x',
    })
    expect(problems).toHaveLength(2)
    expect(problems.join('\n')).toMatch(/MATTERMOST_WEBHOOK_URL\u00a0: .*MATTERMOST_TOKEN/)
    expect(problems.join('\n')).toMatch(/GITLAB_SECRET_TOKEN\u00a0: .*GITLAB_WEBHOOK_TOKEN/)
  })
})

describe('secrets', () => {
  it('may stand in a file that NAME_FILE names', () => {
    const env = createEnv(
      source({ GITLAB_WEBHOOK_TOKEN_FILE: '/run/secrets/gitlab' }, { readFile: (path) => `from ${path}\n` }),
    )
    expect(
      env
        .secrets('GITLAB_WEBHOOK_TOKEN')
        .current()
        .map((secret) => secret.reveal()),
    ).toEqual(['from /run/secrets/gitlab'])
  })

  it('whose file cannot be read stop the start, by name', () => {
    expect(problemsOf({ ...complete, METRICS_TOKEN_FILE: '/nowhere' }).join()).toContain('METRICS_TOKEN_FILE')
  })

  it('follow a changed dotenv file, several while rotating', () => {
    const env = createEnv(source({}, { dotenv: { GITLAB_WEBHOOK_TOKEN: 'old' } }))
    const token = env.secrets('GITLAB_WEBHOOK_TOKEN')
    env.reload({ GITLAB_WEBHOOK_TOKEN: 'new, old' })
    expect(token.current().map((secret) => secret.reveal())).toEqual(['new', 'old'])
  })

  it('do not print', () => {
    const secret = new Secret('hunter2-hunter2')
    expect(
      `${secret} ${JSON.stringify({ secret })} ${inspect(secret)} ${inspect({ secret }, { depth: 5 })}`,
    ).not.toContain('hunter2')
  })
})
