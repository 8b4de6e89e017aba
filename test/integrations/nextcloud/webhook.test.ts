// `POST /webhook/nextcloud`: who may call, what is refused, and what is told of what `webhook_listeners` sends (interface.md, "HTTP routes").

import Fastify, { type LightMyRequestResponse } from 'fastify'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/env.ts'
import type { Draft, EmitOptions } from '../../../src/event.ts'
import { plainLook } from '../../../src/integrations/nextcloud/card-file.ts'
import { createBursts, tell } from '../../../src/integrations/nextcloud/draft.ts'
import type { Kept } from '../../../src/integrations/nextcloud/folder.ts'
import { createIgnores } from '../../../src/integrations/nextcloud/ignore.ts'
import { shown } from '../../../src/integrations/nextcloud/paths.ts'
import { registerRoutes } from '../../../src/integrations/nextcloud/webhook/routes.ts'
import { createTake } from '../../../src/integrations/nextcloud/webhook/take.ts'
import { registerProblems } from '../../../src/web/problem.ts'
import { accounts, morning, people } from './world.ts'

interface Door {
  post(body: unknown, headers?: Record<string, string>): Promise<LightMyRequestResponse>
  readonly emitted: { draft: Draft; options: EmitOptions | undefined }[]
  readonly hinted: string[]
}

interface Setting {
  readonly tokens?: readonly string[]
  /** What `isThere` finds in watched folders: `Documents_RH Contrats/a.pdf`. */
  readonly there?: readonly string[]
  readonly look?: Kept | 'unknown' | undefined
  /** Whether a hint leads to something told. */
  readonly tells?: boolean
}

function open({ tokens = ['bon-jeton'], there = [], tells = true, ...rest }: Setting = {}): Door {
  const emitted: Door['emitted'] = []
  const hinted: string[] = []
  const known = new Map<string, string>()
  const http = Fastify()
  const nothing = () => undefined
  registerProblems(http, { debug: nothing, info: nothing, warn: nothing, error: nothing, fatal: nothing })
  const burstOf = createBursts(() => morning)
  const take = createTake({
    folders: [people, accounts],
    davUser: 'vigie',
    ignores: createIgnores(['*.bak']),
    isThere: async ({ name }, path) => there.includes(`${name} ${shown(path)}`),
    hint: async ({ name }, path, { fileId = '-', owner = '-', isGoing }) => {
      hinted.push(`${name} ${shown(path)} ${fileId} ${owner}${isGoing ? ' going' : ''}`)
      return tells ? { event: 'watched', matched: 3, repeated: false } : undefined
    },
    look: async () => ('look' in rest ? rest.look : 'unknown'),
    tell: (change, folder) =>
      tell(change, folder, { looks: () => plainLook, nextcloudUrl: 'https://cloud.example.org', burstOf }),
    emit: async (draft, options) => {
      const key = options?.dedupe?.[0]?.key ?? `${emitted.length}`
      const first = known.get(key)
      if (first !== undefined) return { event: first, matched: 1, repeated: true }
      emitted.push({ draft, options })
      known.set(key, `e${emitted.length}`)
      return { event: `e${emitted.length}`, matched: options?.only === undefined ? 1 : 0, repeated: false }
    },
  })
  registerRoutes(http, {
    tokens: { current: () => tokens.map((token) => new Secret(token)) },
    take,
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing, fatal: nothing },
    meter: { count: nothing },
    now: () => morning,
    onRefused: nothing,
    onAccepted: nothing,
  })
  return {
    emitted,
    hinted,
    post: (body, headers = { authorization: 'Bearer bon-jeton' }) =>
      http.inject({
        method: 'POST',
        url: '/webhook/nextcloud',
        headers,
        payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
  }
}

const time = Math.floor(morning / 1000)
const user = { uid: 'zoe', displayName: 'Zoé' }
const created = (path: string, id: number | undefined = 12, at = time) => ({
  event: { class: 'OCP\\Files\\Events\\Node\\NodeCreatedEvent', node: { ...(id === undefined ? {} : { id }), path } },
  user,
  time: at,
})
const classed = (name: string, path: string, at = time) => ({
  event: { class: `OCP\\Files\\Events\\Node\\${name}`, node: { id: 12, path } },
  user,
  time: at,
})
const renamed = (from: string, to: string) => ({
  event: { class: 'OCP\\Files\\Events\\Node\\NodeRenamedEvent', source: { path: from }, target: { id: 12, path: to } },
  user,
  time,
})

describe('who may call', () => {
  it.each<Record<string, string>>([
    { authorization: 'Bearer bon-jeton' },
    { authorization: 'bon-jeton' },
    { 'x-nextcloud-webhook-token': 'bon-jeton' },
    { 'x-webhook-token': 'bon-jeton', 'content-type': 'application/json; charset=utf-8' },
  ])('is who has the token: %j', async (headers) => {
    expect((await open().post(created('/zoe/files/RH/a.pdf'), headers)).statusCode).toBe(200)
  })

  it('is nobody else, whatever the body, in the caller’s language', async () => {
    const wrong: Record<string, string>[] = [
      {},
      { authorization: 'Bearer mauvais' },
      { authorization: 'Basic bon-jeton' },
    ]
    for (const headers of wrong) {
      const answer = await open().post('{', { ...headers, 'accept-language': 'en' })
      expect([answer.statusCode, answer.json().detail]).toEqual([401, 'The secret token of this call is not valid.'])
    }
    expect((await open().post('{', {})).json().detail).toBe('Le jeton secret de cet appel n’est pas valable.')
    expect((await open({ tokens: [] }).post('{', {})).json().detail).toContain('NEXTCLOUD_WEBHOOK_TOKEN')
    expect((await open({ tokens: ['vieux', 'bon-jeton'] }).post(created('/zoe/files/a.pdf'))).statusCode).toBe(200)
  })
})

describe('a body', () => {
  const authorization = 'Bearer bon-jeton'
  it.each([
    ['{', 400],
    ['[]', 400],
    ['null', 400],
    ['', 400],
    [Buffer.from([0x7b, 0xff, 0x7d]), 400],
    ['['.repeat(5000), 400],
    ['{}', 422],
    ['{"event":{"class":5}}', 422],
    [' '.repeat(300_000), 413],
  ])('that is none of Nextcloud’s is refused (%#)', async (body, status) => {
    const { post, emitted } = open()
    expect((await post(body)).statusCode).toBe(status)
    expect(emitted).toEqual([])
  })

  it('of another type is refused', async () => {
    const { post } = open()
    expect((await post('<x/>', { authorization, 'content-type': 'text/xml' })).statusCode).toBe(415)
  })

  it('with wrong values is answered with the fields, in the caller’s language', async () => {
    const body = {
      event: { class: 'OCP\\Files\\Events\\Node\\NodeCreatedEvent', node: { id: 'x', path: '' } },
      time: 'hier',
    }
    const answer = await open().post(body, { authorization, 'accept-language': 'en' })
    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors.map(({ field }: { field: string }) => field)).toEqual([
      'event.node.id',
      'event.node.path',
      'time',
    ])
    const french = (await open().post(body, { authorization })).json()
    expect(french.detail).toContain('Nextcloud envoie')
    expect(french.errors[2].detail).not.toBe(answer.json().errors[2].detail)
  })
})

describe('a file that no watched folder sees', () => {
  it('is told by an event of its own, with its id and who put it there', async () => {
    const { post, emitted } = open()
    const answer = await post(created('/zoe/files/Dossier_RH/Contrats/contrat.pdf'))
    expect(answer.json()).toEqual({ event: 'e1', matched: 1 })
    expect(emitted[0]?.draft).toMatchObject({
      type: 'nextcloud.file.created',
      subject: 'Dossier_RH/Contrats',
      time: new Date(morning).toISOString(),
      url: 'https://cloud.example.org/f/12',
      audience: 'closed',
      data: { folder: 'Dossier_RH', title: 'Dossier RH', path: 'Contrats/contrat.pdf', owner: 'Zoé', fileId: '12' },
      facets: { extension: 'pdf' },
    })
    expect(emitted[0]?.draft.data.sizeBytes).toBeUndefined()
    expect(emitted[0]?.draft.facets?.sizeBytes).toBeUndefined()
  })

  it('is looked at where that can be done: its size is told, a folder is not', async () => {
    const file = { identity: '12', sizeBytes: 2048, changedAt: morning, fileId: '12', owner: 'Compte' }
    const { post, emitted } = open({ look: file })
    await post(created('/vigie/files/Dossier/a.pdf'))
    expect(emitted[0]?.draft).toMatchObject({ facets: { sizeBytes: 2048 }, data: { sizeBytes: 2048, owner: 'Zoé' } })
    const folder = open({ look: undefined })
    expect((await folder.post(created('/vigie/files/Dossier/Nouveau'))).json()).toMatchObject({ matched: 0 })
    expect(folder.emitted[0]?.options?.only).toEqual([])
  })

  it('is told once, however often and whatever else is called with it', async () => {
    const { post, emitted } = open()
    const path = '/zoe/files/Dossier/a.pdf'
    const answers = [
      await post(created(path)),
      await post(created(path)),
      await post(created(path, 12, time + 900)),
      await post(classed('NodeWrittenEvent', path, time + 2)),
    ]
    expect(answers.map((answer) => answer.json().event)).toEqual(['e1', 'e1', 'e1', 'e1'])
    expect(emitted).toHaveLength(1)
    await post(classed('NodeWrittenEvent', path, time + 60))
    await post(classed('NodeDeletedEvent', path, time + 61))
    await post(renamed(path, '/zoe/files/Dossier/b.pdf'))
    expect(emitted.map(({ draft }) => draft.type)).toEqual([
      'nextcloud.file.created',
      'nextcloud.file.modified',
      'nextcloud.file.deleted',
      'nextcloud.file.moved',
    ])
    expect(emitted[3]?.draft.data).toMatchObject({ path: 'b.pdf', from: 'a.pdf' })
  })

  it('is told as new when it got its name from an unfinished one, and as deleted when it leaves the files', async () => {
    const { post, emitted } = open()
    await post(renamed('/zoe/files/D/a.pdf.ocTransferId5.part', '/zoe/files/D/a.pdf'))
    await post(renamed('/zoe/files/D/a.pdf', '/zoe/files_trashbin/files/a.pdf.d17'))
    expect(emitted.map(({ draft }) => draft.type)).toEqual(['nextcloud.file.created', 'nextcloud.file.deleted'])
  })

  it.each([
    ['an unfinished upload', created('/zoe/files/D/a.pdf.ocTransferId5.part')],
    ['a hidden file', created('/zoe/files/D/.caché/a.pdf')],
    ['what WATCH_IGNORE names', created('/zoe/files/D/a.bak')],
    ['the trash', created('/zoe/files_trashbin/files/a.pdf.d17')],
    ['a preview', created('/appdata_x/preview/1/2.png')],
    ['a path that climbs', created('/zoe/files/D/../../../etc/passwd')],
    ['another event', { event: { class: 'OCP\\Calendar\\Events\\CalendarObjectCreatedEvent', calendarId: 1 } }],
    ['a copy', classed('NodeCopiedEvent', '/zoe/files/D/a.pdf')],
  ])('is told to nobody if it is %s', async (_what, body) => {
    const { post, emitted } = open()
    expect((await post(body)).json()).toEqual({ event: 'e1', matched: 0 })
    expect(emitted[0]?.options?.only).toEqual([])
    expect(emitted[0]?.draft.type).toMatch(/^nextcloud\.webhook\.\w+$/)
  })
})

describe('a file that a watched folder sees', () => {
  it('is told by that folder, which learns its id and its depositor', async () => {
    const { post, emitted, hinted } = open()
    const answer = await post(created('/admin/files/Documents_RH/Contrats/a.pdf'))
    expect(answer.json()).toEqual({ event: 'watched', matched: 3 })
    expect(emitted).toEqual([])
    expect(hinted).toEqual(['Documents_RH Contrats/a.pdf 12 Zoé'])
  })

  it('is one that lies there under the same folder’s name, if the paths differ', async () => {
    const { post, hinted, emitted } = open({ there: ['compta 2026/a.pdf'] })
    await post(created('/bob/files/Partages/compta/2026/a.pdf'))
    await post(created('/bob/files/Partages/compta/2026/b.pdf'))
    expect(hinted).toEqual(['compta 2026/a.pdf 12 Zoé'])
    expect(emitted.map(({ draft }) => draft.subject)).toEqual(['Partages/compta/2026'])
  })

  it('is not told again where the folder told it before, or tells nothing', async () => {
    const { post, emitted } = open({ tells: false })
    expect((await post(created('/admin/files/Documents_RH/a.pdf'))).json().matched).toBe(0)
    expect(emitted[0]?.options?.only).toEqual([])
  })

  it('is told there as gone, and as new where it came to, when it was moved out of it', async () => {
    const { post, emitted, hinted } = open()
    await post(classed('NodeDeletedEvent', '/admin/files/Documents_RH/a.pdf'))
    await post(renamed('/admin/files/Documents_RH/a.pdf', '/admin/files/Autre/a.pdf'))
    expect(hinted).toEqual(['Documents_RH a.pdf 12 Zoé going', 'Documents_RH a.pdf - - going'])
    expect(emitted.map(({ draft }) => [draft.type, draft.subject])).toEqual([['nextcloud.file.created', 'Autre']])
  })
})
