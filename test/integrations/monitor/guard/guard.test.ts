// What a monitor may reach (threats-and-faults.md §3b; interface.md, MONITOR_ALLOW).

import { isIP } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createEnv } from '../../../../src/env.ts'
import { ConfigError, UserError } from '../../../../src/errors.ts'
import { createAdmission } from '../../../../src/integrations/monitor/guard/admission.ts'
import { readAllowList } from '../../../../src/integrations/monitor/guard/allow.ts'
import { type Endpoint, readEndpoint } from '../../../../src/integrations/monitor/guard/endpoint.ts'
import { createGuard } from '../../../../src/integrations/monitor/guard/guard.ts'

interface Town {
  readonly settings?: Readonly<Record<string, string>>
  readonly forbidden?: readonly string[]
  readonly own?: readonly string[]
  readonly names?: Readonly<Record<string, readonly string[]>>
}

function townOf({ settings = {}, forbidden = [], own = [], names = {} }: Town) {
  const env = createEnv({ environment: settings, dotenv: {}, readFile: () => '' })
  const allow = readAllowList(env)
  env.check()
  const resolve = async (host: string) => {
    const addresses = isIP(host) === 0 ? names[host] : [host]
    if (addresses === undefined) throw new Error('unknown')
    return addresses
  }
  const guard = createGuard({
    allow,
    forbidden: forbidden.map(placeOf),
    interfaces: () => ({ eth0: own.map((address) => ({ address })) }),
    resolve,
    elapsed: () => 0,
  })
  const admit = createAdmission({ guard, allow, resolve })
  /** `public`, `listed`… is one word to the guard: yes or no. */
  const may = async (place: string, addresses?: readonly string[]) => {
    const endpoint = placeOf(place)
    return (await guard.judge(endpoint, addresses ?? [endpoint.host])).isAllowed
  }
  return { allow, guard, admit, may }
}

function placeOf(text: string): Endpoint {
  const endpoint = readEndpoint(text)
  if (endpoint === undefined) throw new Error(`no place: ${text}`)
  return endpoint
}

describe('the guard', () => {
  test('lets everybody reach public addresses, at any port', async () => {
    const { may } = townOf({})
    expect(await may('8.8.8.8:53')).toBe(true)
    expect(await may('example.org:443', ['93.184.216.34', '2606:2800:220:1::1'])).toBe(true)
  })

  test('refuses private addresses that are not listed, and a name as soon as one of its addresses is private', async () => {
    const { may } = townOf({})
    expect(await may('10.0.0.5:80')).toBe(false)
    expect(await may('example.org:80', ['93.184.216.34', '10.0.0.5'])).toBe(false)
    expect(await may('example.org:80', [])).toBe(false)
    expect(await may('example.org:80', ['nonsense'])).toBe(false)
  })

  test('lets private places be reached by network, host, or host and port', async () => {
    const { may } = townOf({
      settings: {
        MONITOR_ALLOW: '10.1.0.0/16, fd12::/16, Intranet.example., 192.168.7.7, 172.16.0.9:5432, db.example:5432',
      },
    })
    expect(await may('10.1.2.3:80')).toBe(true)
    expect(await may('any.example:80', ['10.1.2.3', 'fd12::9'])).toBe(true)
    expect(await may('10.2.2.3:80')).toBe(false)
    expect(await may('intranet.example:8443', ['192.168.0.1'])).toBe(true)
    expect(await may('evil.example:8443', ['192.168.0.1'])).toBe(false)
    expect(await may('other.example:1', ['192.168.7.7'])).toBe(true)
    expect(await may('172.16.0.9:5432')).toBe(true)
    expect(await may('172.16.0.9:5433')).toBe(false)
    expect(await may('db.example:5432', ['10.9.9.9'])).toBe(true)
    expect(await may('db.example:22', ['10.9.9.9'])).toBe(false)
  })

  test('lets this machine be reached by an exact host and port alone', async () => {
    const { may } = townOf({
      settings: { MONITOR_ALLOW: '127.0.0.0/8,10.0.0.0/8,0.0.0.0/0,::/0,127.0.0.1:8080,me.example:9000,me.example' },
      own: ['10.0.0.2', '8.8.4.4'],
    })
    expect(await may('127.0.0.1:8080')).toBe(true)
    expect(await may('localhost:8080', ['127.0.0.1', '::1'])).toBe(true)
    expect(await may('[::1]:8080')).toBe(false)
    expect(await may('127.0.0.1:8081')).toBe(false)
    expect(await may('10.0.0.2:80')).toBe(false)
    expect(await may('8.8.4.4:80')).toBe(false)
    expect(await may('me.example:9000', ['10.0.0.2'])).toBe(true)
    expect(await may('me.example:9001', ['10.0.0.2'])).toBe(false)
    expect(await may('10.0.0.3:80')).toBe(true)
  })

  test('pins the listed half of localhost', async () => {
    const { guard } = townOf({ settings: { MONITOR_ALLOW: '127.0.0.1:8080' } })
    const verdict = await guard.judge(placeOf('localhost:8080'), ['127.0.0.1', '::1'])
    expect(verdict).toEqual({ isAllowed: true, addresses: [{ text: '127.0.0.1', family: 4, carries: [] }] })
  })

  test('takes localhost with a port for both of its addresses', async () => {
    const { may } = townOf({ settings: { MONITOR_ALLOW: 'localhost:8080' } })
    expect(await may('127.0.0.1:8080')).toBe(true)
    expect(await may('[::1]:8080')).toBe(true)
    expect(await may('127.0.0.1:8081')).toBe(false)
  })

  test('never lets link-local, metadata, multicast and this-network addresses be reached, even if listed', async () => {
    const listed = ['169.254.0.0/16', '169.254.169.254', '169.254.169.254:80', '0.0.0.0/0', '::/0', 'fe80::/10']
    const more = ['fd00:ec2::254', 'metadata.google.internal', 'meta.example', '[ff02::1]:80', '0.0.0.0:80']
    const { may, allow } = townOf({ settings: { MONITOR_ALLOW: [...listed, ...more].join(',') } })
    for (const host of [
      '169.254.169.254',
      '169.254.1.1',
      '[fe80::1]',
      '[fd00:ec2::254]',
      '[ff02::1]',
      '224.0.0.1',
      '0.0.0.0',
    ]) {
      expect([host, await may(`${host}:80`)]).toEqual([host, false])
    }
    expect(await may('meta.example:80', ['169.254.169.254'])).toBe(false)
    expect(await may('metadata.google.internal:80', ['93.184.216.34'])).toBe(false)
    expect(allow.idle.map(({ fr }) => fr).join()).toContain('169.254.169.254:80')
  })

  test('always lets the servers be reached that Vigie works with', async () => {
    const { may } = townOf({
      settings: {
        MATTERMOST_URL: 'http://127.0.0.1:8065',
        GITLAB_URL: 'https://gitlab.internal.example/sub',
        NEXTCLOUD_URL: 'http://10.0.0.9',
      },
      own: ['10.0.0.2'],
    })
    expect(await may('127.0.0.1:8065')).toBe(true)
    expect(await may('gitlab.internal.example:443', ['10.0.0.2'])).toBe(true)
    expect(await may('10.0.0.9:80')).toBe(true)
    expect(await may('10.0.0.9:443')).toBe(false)
    expect(await may('gitlab.internal.example:22', ['10.0.0.2'])).toBe(false)
  })

  test('never lets Vigie, its database and Ollama be reached, even if listed', async () => {
    const { may } = townOf({
      settings: {
        MONITOR_ALLOW: '0.0.0.0/0,127.0.0.1:8090,[::1]:8090,10.0.0.2:8090,db.example,127.0.0.1:11434,10.0.0.2:11434',
      },
      forbidden: ['0.0.0.0:8090', 'db.example:5432', 'localhost:11434'],
      own: ['10.0.0.2'],
      names: { 'db.example': ['10.0.0.7'], localhost: ['127.0.0.1', '::1'] },
    })
    for (const place of [
      '127.0.0.1:8090',
      '[::1]:8090',
      '10.0.0.2:8090',
      '127.0.0.1:11434',
      '10.0.0.2:11434',
      '10.0.0.7:5432',
    ]) {
      expect([place, await may(place)]).toEqual([place, false])
    }
    expect(await may('db.example:5432', ['10.0.0.8'])).toBe(false)
    expect(await may('alias.example:5432', ['10.0.0.7'])).toBe(false)
    expect(await may('db.example:80', ['10.0.0.7'])).toBe(true)
  })
})

describe('MONITOR_ALLOW', () => {
  test('that cannot be read stops the start, and each wrong word is named', () => {
    const words = [
      'http://intranet.example',
      '10.0.0.0/33',
      'fd00::/129',
      '*.example',
      'a b',
      'host:0',
      'host:99999',
      '/24',
      'u@h',
    ]
    try {
      townOf({ settings: { MONITOR_ALLOW: `10.0.0.0/8,${words.join(',')}` } })
      expect.unreachable()
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      const problems = error.problems.map(({ en }) => /"(.*)"/.exec(en)?.[1])
      expect(problems).toEqual(words)
    }
  })

  test('says which of its words have no effect', () => {
    const { allow } = townOf({ settings: { MONITOR_ALLOW: '127.0.0.1,localhost,::1,intranet.example,127.0.0.1:80' } })
    expect(allow.idle.map(({ en }) => /"(.*?)"/.exec(en)?.[1])).toEqual(['127.0.0.1', 'localhost', '::1'])
  })
})

describe('a monitor that is added at an address which is not allowed', () => {
  const town = townOf({
    settings: { MONITOR_ALLOW: '10.0.0.0/8,intranet.example' },
    names: {
      'private.example': ['192.168.1.1'],
      'meta.example': ['169.254.169.254'],
      'site.example': ['93.184.216.34'],
    },
  })
  const said = async (place: string, vigieAdmin: boolean) => {
    try {
      await town.admit(placeOf(place), { vigieAdmin })
      return 'admitted'
    } catch (error) {
      if (error instanceof UserError) return error.in('en')
      throw error
    }
  }

  test('is refused in the same words to everybody, whatever the reason', async () => {
    const places = [
      '192.168.1.1:80',
      'private.example:22',
      'meta.example:80',
      '127.0.0.1:1',
      '[fe80::1]:80',
      'metadata:80',
    ]
    const words = new Set(await Promise.all(places.map((place) => said(place, false))))
    expect([...words]).toEqual([expect.stringContaining('not allowed')])
  })

  test('tells an administrator the very line to add', async () => {
    expect(await said('private.example:22', true)).toContain(
      '`MONITOR_ALLOW=10.0.0.0/8,intranet.example,private.example:22`',
    )
    expect(await said('[::1]:8080', true)).toContain('`MONITOR_ALLOW=10.0.0.0/8,intranet.example,[::1]:8080`')
  })

  test('tells an administrator when no line would help', async () => {
    expect(await said('meta.example:80', true)).toContain('never')
    expect(await said('metadata.google.internal:80', true)).toContain('never')
  })

  test('is taken when all is well, and when its name has no address yet', async () => {
    expect(await said('site.example:443', false)).toBe('admitted')
    expect(await said('soon.example:443', false)).toBe('admitted')
  })
})
