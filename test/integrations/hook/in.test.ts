// `POST /webhook/in/:name` (issue 7): any JSON, and what Slack's and Mattermost's incoming webhooks take, told as it is and defused.

import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { Event, JsonObject } from '../../../src/event.ts'
import { describe as tell } from '../../../src/integrations/hook/describe.ts'
import { toMattermost } from '../../../src/text/mattermost-markdown.ts'
import { plain } from '../../../src/text/rich.ts'
import { allowed, json, openDoor } from './door.ts'

const telling = { locale: 'fr', timeZone: 'UTC', now: 0 } as const

async function told(body: unknown, headers = json, name = 'grafana') {
  const door = await openDoor()
  const answer = await door.post(body, headers, `/webhook/in/${name}`)
  const [stored] = await door.stored()
  return { answer, event: stored?.event, card: stored && tell(stored.event, telling) }
}

describe('an incoming webhook', () => {
  it('of Mattermost is told with its attachment, and without its buttons, mentions, name or channel', async () => {
    const { answer, event, card } = await told({
      text: '@all la production',
      channel: 'town-square',
      username: 'admin',
      icon_url: 'https://evil.example/i.png',
      attachments: [
        {
          fallback: 'f',
          color: '#FF8000',
          pretext: 'avant',
          title: 'Alerte',
          title_link: 'https://evil.example/',
          text: 'CPU **haut**',
          image_url: 'https://evil.example/b.png',
          footer: 'Grafana',
          fields: [
            { title: 'Hôte', value: 'web1', short: true },
            { title: 'Charge', value: 9.5 },
          ],
          actions: [{ id: 'a', name: 'Oui', integration: { url: 'https://evil.example' } }],
        },
      ],
    })
    expect(answer.json()).toEqual({ ok: true, event: event?.id, matched: 0, hint: '/subscribe hook grafana' })
    expect(event).toMatchObject({ type: 'hook.grafana', topic: 'grafana', audience: 'closed' })
    expect(card).toMatchObject({ title: ['Alerte'], color: '#ff8000', footer: 'Hook · grafana · Grafana' })
    expect(card?.url).toBeUndefined()
    expect(card?.actions).toBeUndefined()
    expect(card?.fields?.map(({ title, short }) => [title, short])).toEqual([
      ['Hôte', true],
      ['Charge', false],
    ])
    const words = toMattermost(card?.text ?? [])
    expect(words).not.toMatch(/@all/)
    expect(JSON.stringify(card)).not.toContain('evil.example')
    expect(words).toContain('avant')
  })

  it('of Slack may be a form with a payload, with colours by name and blocks', async () => {
    const payload = JSON.stringify({
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'Build' } },
        { type: 'actions', elements: [{ type: 'button', text: { text: 'No' } }] },
      ],
      attachments: [
        { color: 'danger', text: 'rouge' },
        { title: 'deux', text: 'trois' },
      ],
    })
    const headers = { ...allowed, 'content-type': 'application/x-www-form-urlencoded' }
    const { card } = await told(`payload=${encodeURIComponent(payload)}`, headers)
    expect(card?.color).toBe('#a30200')
    expect(toMattermost(card?.text ?? [])).toBe('Build\nrouge\ndeux\ntrois')
    expect((await told('other=1', headers)).answer.statusCode).toBe(422)
    expect((await told('payload=%7B', headers)).answer.statusCode).toBe(400)
  })

  it.each([
    ['voir <https://a.example/x?y=1|la page>', 'voir la page (https://a.example/x?y=1)'],
    ['<https://a.example>', 'https://a.example'],
    ['<https://a.example|https://a.example>', 'https://a.example'],
    ['<mailto:a@b.example|Anne> <tel:112>', 'Anne 112'],
    ['<!channel> <!here|ici> <@U024BE7LH|claire> <#C024BE7LR|général>', '@channel @here @claire #général'],
    ['<!date^1392734382^{date}|hier>', 'hier'],
    ['a &lt;b&gt; &amp;amp; 1 < 2 <3', 'a <b> &amp; 1 < 2 <3'],
    ['<javascript:alert(1)|clic>', '<javascript:alert(1)|clic>'],
  ])('says %s in Slack’s brackets as it is meant, linking and mentioning nothing', async (text, meant) => {
    const { card } = await told({ text })
    expect(plain(card?.text ?? [])).toBe(meant)
    expect(JSON.stringify(card)).not.toContain('"href"')
    expect(toMattermost(card?.text ?? [])).not.toMatch(/(?<![\w`])@(?:channel|here)\b/)
  })

  it('of any JSON is told by its scalars', async () => {
    const { card } = await told({ host: 'web1', load: 3, deep: { a: 1 }, up: true, text: '' })
    expect(card).toMatchObject({ title: ['grafana'] })
    expect(card?.fields?.map(({ title }) => title)).toEqual(['host', 'load', 'up'])
    for (const body of ['[1,2]', '"bonjour"', '3', 'null', '{}']) expect((await told(body)).answer.statusCode).toBe(200)
  })

  it.each(['a%2Fb', 'a%20b', `${'x'.repeat(65)}`, '%F0%9F%92%A9'])('has no name like %s', async (name) => {
    expect((await told({}, json, name)).answer.statusCode).toBeOneOf([404, 422])
  })

  it.each([
    [
      'grafana',
      {
        title: '[FIRING:1] Disk',
        message: 'db1 is full',
        status: 'firing',
        alerts: [{ labels: { alertname: 'Disk' } }],
      },
      ['Disk', 'db1 is full'],
    ],
    [
      'alertmanager',
      { version: '4', status: 'resolved', externalURL: 'http://am:9093', alerts: [{ labels: { alertname: 'Down' } }] },
      ['resolved', 'Down', 'am:9093'],
    ],
    ['kuma', { msg: '[Site] [Down] timeout', monitor: { name: 'Site' }, heartbeat: { status: 0 } }, ['timeout']],
  ])('of %s is told whole by the template that docs/events.md gives', async (name, body, words) => {
    const documented = await readFile(new URL('../../../docs/events.md', import.meta.url), 'utf8')
    const template = documented.match(new RegExp(`/subscribe hook ${name} --template "([^"]+)"`))?.[1] ?? ''
    const { event } = await told(body, json, name)
    const text = event && plain(tell(event, { ...telling, template }).text ?? [])
    for (const word of words) expect(text).toContain(word)
    expect(text).not.toContain('{{')
  })

  it('takes its own key in the address, and nobody without one', async () => {
    const door = await openDoor()
    const headers = { 'content-type': 'application/json' }
    expect((await door.post({}, headers, '/webhook/in/a?key=test:events:write')).statusCode).toBe(200)
    expect((await door.post({}, headers, '/webhook/in/a')).statusCode).toBe(401)
    expect((await door.post('x', { ...allowed, 'content-type': 'text/plain' }, '/webhook/in/a')).statusCode).toBe(415)
  })
})

describe('the default card', () => {
  const eventOf = (data: JsonObject, more: Partial<Event> = {}): Event => ({
    id: 'e1',
    source: 'hook',
    type: `hook.${data.type}`,
    time: '2026-11-21T08:00:00Z',
    data,
    severity: 'info',
    audience: 'closed',
    byDefault: true,
    ...more,
  })

  it('has the subject as title, type and source as text, scalars as fields', () => {
    const data = {
      type: 'shop.order',
      source: '/shop',
      subject: 'order 42',
      data: { state: 'paid', count: 3, in: { a: 1 } },
    }
    const card = tell(eventOf(data), telling)
    expect(card.title).toEqual(['order 42'])
    expect(toMattermost(card.text ?? [])).toBe('`shop.order` · `/shop`')
    expect(card.fields).toEqual([
      { title: 'state', value: [{ code: 'paid' }], short: true },
      { title: 'count', value: [{ code: '3' }], short: true },
    ])
    expect(tell(eventOf({ type: 'shop.order', source: '/shop' }), telling).title).toEqual(['shop.order'])
  })

  it('holds so many fields and no more', () => {
    const data = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, 'x'.repeat(5000)]))
    const card = tell(eventOf({ type: 'a', source: 's', data }), telling)
    expect(card.fields).toHaveLength(12)
    expect(JSON.stringify(card).length).toBeLessThan(10_000)
    expect(toMattermost(card.text ?? [])).toContain('… et 88 de plus')
  })

  it('draws a bar, and one card for all events of a vigiecard', async () => {
    const card = tell(eventOf({ type: 'a', source: 's', progress: 60 }), telling)
    expect(toMattermost(card.text ?? [])).toContain(`${'█'.repeat(12)}${'░'.repeat(8)} 60\u00a0%`)
    const door = await openDoor()
    await door.post({ type: 'a', text: 'b', vigiecard: 'build 1', progress: 10 })
    await door.post({ type: 'c', text: 'd', vigiecard: 'build 1', progress: 100 })
    await door.post({ type: 'c', text: 'd', vigiecard: 'build 2' })
    const cards = (await door.stored()).map(({ event }) => event.card)
    expect(cards[2]).toBe(cards[1])
    expect(cards[0]).not.toBe(cards[1])
  })
})
