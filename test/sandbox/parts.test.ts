// The pure parts of the stand-in: routes, bodies, the text of a message, sealed cookies.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openCookie, sealActions } from '../../src/sandbox/action-cookies.ts'
import { storedProps, withoutIntegrations } from '../../src/sandbox/attachments.ts'
import { done } from '../../src/sandbox/call.ts'
import { isId, newId } from '../../src/sandbox/ids.ts'
import { textRuns } from '../../src/sandbox/markdown-text.ts'
import { partsOf } from '../../src/sandbox/multipart.ts'
import { createRouter } from '../../src/sandbox/router.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { linksToMarkdown } from '../../src/sandbox/slack-text.ts'
import { at } from '../contract/mattermost/driver.ts'

describe('ids', () => {
  it('are 26 letters and digits, never twice the same', () => {
    const ids = Array.from({ length: 1000 }, newId)
    expect(ids.every(isId)).toBe(true)
    expect(new Set(ids).size).toBe(1000)
  })
})

describe('the router', () => {
  const find = createRouter(
    ['/users/ids', '/users/:user_id', '/teams/name/:team_name', '/posts/:post_id/actions/:action_id'].map((path) => ({
      method: 'GET',
      path,
      handler: done,
    })),
  )

  it('takes the first route that fits', () => {
    expect(find('GET', '/users/ids')?.params).toEqual({})
    expect(find('GET', '/users/me')?.params).toEqual({ user_id: 'me' })
  })

  it('knows no route for a part of the wrong shape, a wrong method or a wrong length', () => {
    expect(find('GET', '/posts/abc/actions/a-b')).toBeNull()
    expect(find('GET', '/teams/name/a b')).toBeNull()
    expect(find('POST', '/users/ids')).toBeNull()
    expect(find('GET', '/users/me/more')).toBeNull()
  })
})

describe('multipart bodies', () => {
  it('are read as they were written, whatever bytes they hold', async () => {
    const name = fc
      .string({ minLength: 1, maxLength: 20 })
      .filter((text) => !/[\r\n"\\%]/.test(text) && text.isWellFormed())
    await fc.assert(
      fc.asyncProperty(name, fc.uint8Array({ maxLength: 300 }), async (filename, bytes) => {
        const form = new FormData()
        form.append('channel_id', 'c')
        form.append('files', new Blob([new Uint8Array(bytes)], { type: 'text/csv' }), filename)
        const request = new Request('http://localhost', { method: 'POST', body: form })
        const parts = partsOf(request.headers.get('content-type') ?? '', new Uint8Array(await request.arrayBuffer()))
        expect(parts.map((part) => part.name)).toEqual(['channel_id', 'files'])
        expect(parts[1]).toMatchObject({ filename, type: 'text/csv' })
        expect([...(parts[1]?.bytes ?? [])]).toEqual([...bytes])
      }),
      { numRuns: 50 },
    )
  })

  it('are nothing when they are cut short or of another type', () => {
    expect(partsOf('multipart/form-data; boundary=x', Buffer.from('--x\r\nContent-Disp'))).toEqual([])
    expect(partsOf('application/json', Buffer.from('{}'))).toEqual([])
  })
})

describe('the text of a message', () => {
  it.each([
    ['plain @a', ['plain @a']],
    ['a `@code` b', ['a', 'b']],
    ['``a ` @code`` b', ['b']],
    ['a `open @a', ['a `open @a']],
    ['a\n```\n@code\n```\nb', ['a', 'b']],
    ['~~~\n@code', []],
    ['    @code', []],
    ['a\n    @no code', ['a\n    @no code']],
    ['> @quote', ['@quote']],
    ['\\@a', ['@a']],
  ])('of %j is %j', (markdown, runs) => {
    expect(textRuns(markdown).map((run) => run.trim())).toEqual(runs)
  })

  it('is found in any text without failing', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => Array.isArray(textRuns(text))))
  })
})

describe('attachments', () => {
  it('lose what Mattermost has no field for, and those of the wrong type are left out whole', () => {
    const props = storedProps({ k: 1, attachments: [{ text: 't', bogus: 1 }, { title: 5 }, 'x'] })
    expect(at(props, 'k')).toBe(1)
    expect(at(props, 'attachments')).toHaveLength(1)
    expect(at(props, 'attachments.0')).not.toHaveProperty('bogus')
  })

  it('hide where their buttons lead and what they carry', () => {
    const integration = { url: 'http://vigie.example/secret', context: { token: 'secret' } }
    const props = storedProps({ attachments: [{ actions: [{ name: 'B', integration }] }] })
    expect(JSON.stringify(withoutIntegrations(props))).not.toContain('secret')
    expect(at(props, 'attachments.0.actions.0.id')).toHaveLength(26)
  })
})

describe('a button’s cookie', () => {
  it('opens where it was sealed and nowhere else', async () => {
    const [one, other] = [await createSandbox(), await createSandbox()]
    const [id, channelId] = [newId(), newId()]
    const props = { attachments: [{ actions: [{ name: 'B', integration: { url: 'http://x', context: { n: 1 } } }] }] }
    const post = { ...emptyPost, id, channel_id: channelId, props }
    const cookie = String(at(sealActions(one.world, post), 'attachments.0.actions.0.cookie'))
    expect(openCookie(one.world, cookie)).toMatchObject({
      post_id: id,
      channel_id: channelId,
      integration: { context: { n: 1 } },
    })
    expect(openCookie(other.world, cookie)).toBeNull()
    expect(openCookie(one.world, 'nonsense')).toBeNull()
    await Promise.all([one.stop(), other.stop()])
  })
})

const emptyPost = {
  create_at: 1,
  update_at: 1,
  edit_at: 0,
  delete_at: 0,
  is_pinned: false,
  user_id: '',
  root_id: '',
  original_id: '',
  message: '',
  type: '',
  hashtags: '',
  file_ids: [],
  pending_post_id: '',
  has_reactions: false,
  priority: null,
}

describe('Slack’s links', () => {
  it('become Mattermost’s', () => {
    expect(linksToMarkdown('see <http://a.example|the page>, <b> and <http://c>')).toBe(
      'see [the page](http://a.example), <b> and <http://c>',
    )
  })
})
