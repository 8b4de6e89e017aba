// A description as a mail's subject, text and HTML, and the chart that stands in it (issue "The watch", "E-mail"; threats T21, T23).

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Description } from '../../src/event.ts'
import { drawChart, failuresOf } from '../../src/notifiers/chart.ts'
import { createDrawer, type DrawingThread } from '../../src/notifiers/chart-drawer.ts'
import { renderMail } from '../../src/notifiers/email-render.ts'
import { bold, code, item, link, own, rich, strike } from '../../src/text/rich.ts'
import { createFakeLog } from '../fakes/log.ts'
import { hostileWords } from '../text/hostile.ts'

const base: Description = { summary: own('Intranet ne répond plus'), color: '#d24b4e' }
const render = (more: Partial<Description>, cid?: string) => renderMail({ ...base, ...more }, { locale: 'fr', cid })

describe('a mail', () => {
  test('tells everything in both its parts, in the same order', () => {
    const { subject, text, html } = render({
      subject: rich`ALERTE : ${'Intranet'}`,
      title: own('🔴 Intranet ne répond plus'),
      text: rich`Depuis ${bold('08:40')}\n${code('503 <Service>')} ${strike('vieux')}${item(own('un'))}`,
      fields: [{ title: 'Adresse', value: [code('https://intranet.example')], short: true }],
      url: 'https://intranet.example',
      footer: 'Surveillance',
    })
    expect(subject).toBe('ALERTE : Intranet')
    expect(text).toBe(
      '🔴 Intranet ne répond plus\n\nDepuis 08:40\n503 <Service> vieux\n- un\n\nAdresse\u00a0: https://intranet.example\n\n-- \nSurveillance\n',
    )
    expect(html).toMatch(
      /<strong>08:<wbr>40<\/strong><br><code[^>]*>503 &#60;Service&#62;<\/code> <s>vieux<\/s><br>•&nbsp;un/,
    )
    expect(html).toContain('href="https://intranet.example/"')
    expect(html).toContain('#d24b4e')
  })

  test('is called by its summary where nothing else is said', () => {
    expect(render({}).subject).toBe('Intranet ne répond plus')
  })

  test('sets off what is new, unless its title says so', () => {
    const escalated = render({ line: own('⏫ Personne ne l’a pris en charge') })
    expect(escalated.text).toContain('⏫ Personne')
    expect(escalated.html).toContain('border-left:3px solid #d24b4e')
    expect(render({ line: own('🟢 Intranet ne répond plus · 12 min') }).text).not.toContain('12 min')
  })

  test('shows a picture only where there is one, with what it shows for who cannot see it', () => {
    const chart = { title: 'Temps "de" <réponse>', from: 0, to: 1, timeZone: 'UTC', points: [] }
    expect(render({ chart }, 'c1').html).toContain('src="cid:c1" alt="Temps &#34;de&#34; &#60;réponse&#62;"')
    expect(render({ chart }).html).not.toContain('<img')
    expect(render({}, 'c1').html).not.toContain('<img')
  })

  test('links only where a description does, and to web addresses alone', () => {
    const { html } = render({
      text: [link('javascript:alert(1)', 'un'), link('https://gitlab.example/x', 'deux')],
      url: 'data:text/html,x',
    })
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual(['https://gitlab.example/x'])
  })

  test('runs, loads and links nothing of foreign words, and its subject is one line', () => {
    const hostile = fc.oneof(
      fc.constantFrom(
        ...hostileWords,
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "' style='x",
        '<!--',
        ']]>',
        '</style><script>',
        'a\r\nBcc: x@evil.example',
      ),
      fc.string({ unit: 'binary', maxLength: 300 }),
    )
    fc.assert(
      fc.property(hostile, hostile, (one, other) => {
        const { subject, html } = render({
          subject: rich`ALERTE : ${one}`,
          title: [one],
          text: [one, { own: '\n' }, code(other), bold(other)],
          fields: [{ title: one, value: [other], short: false }],
          footer: other,
          summary: [one],
          line: [other],
        })
        expect(subject).not.toMatch(/\p{Cc}/u)
        expect([...subject].length).toBeLessThanOrEqual(200)
        // All there is of markup is ours.
        const tags = new Set(
          [...html.replace(/<style>[\s\S]*?<\/style>/, '').matchAll(/<\/?([a-z!][a-z\d]*)/gi)].map(([, tag = '']) =>
            tag.toLowerCase(),
          ),
        )
        expect([...tags].filter((tag) => !ours.has(tag))).toEqual([])
        expect(html).not.toMatch(/<[^>]*\son\w+\s*=|javascript:|href=/i)
      }),
      { numRuns: 150 },
    )
  })
})

const ours = new Set([
  '!doctype',
  'html',
  'head',
  'meta',
  'title',
  'style',
  'body',
  'div',
  'table',
  'tr',
  'td',
  'h1',
  'code',
  'strong',
  'br',
  'wbr',
])

describe('a chart', () => {
  const hourMs = 3_600_000
  const to = Date.UTC(2026, 10, 21, 8)
  const points = Array.from({ length: 60 }, (_, index) => ({
    at: to - (60 - index) * 60_000,
    ...(index % 20 < 3 ? {} : { value: 80 + index }),
  }))
  const chart = { title: 'Temps de réponse sur 1 h', from: to - hourMs, to, timeZone: 'Europe/Paris', points }
  const sizeOf = (png: Uint8Array) => Buffer.from(png).readUInt32BE(16)

  test.each([
    ['of an hour', chart],
    ['of nothing', { ...chart, points: [] }],
    ['of one answer', { ...chart, points: points.slice(5, 6) }],
    ['of failures alone', { ...chart, points: points.map(({ at }) => ({ at })) }],
    ['of slow answers', { ...chart, points: points.map(({ at }) => ({ at, value: 25_000 })) }],
    ['of no time', { ...chart, from: to, to }],
    ['with a title that is markup', { ...chart, title: '<svg onload=x> & "é"' }],
  ])('%s is a picture', (_what, one) => {
    const png = drawChart(one, 'fr')
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect(sizeOf(png)).toBe(1280)
  })

  test('has words in it without a font of the machine', () => {
    const worded = drawChart(chart, 'fr').length
    expect(worded).toBeGreaterThan(drawChart({ ...chart, title: '' }, 'fr').length + 500)
  })

  test('shows when there was no answer, from the first failure of a row to the answer after it', () => {
    const rows = failuresOf({
      ...chart,
      points: [{ at: 0, value: 1 }, { at: 10 }, { at: 20 }, { at: 30, value: 1 }, { at: 90 }],
      from: 0,
      to: 100,
    })
    expect(rows).toEqual([
      { from: 10, to: 30 },
      { from: 90, to: 100 },
    ])
  })

  test('is drawn on another thread', async () => {
    // How fast is another matter: machines are shared and slow at times.
    const drawer = createDrawer(createFakeLog(), { patienceMs: 80_000 })
    const pictures = await Promise.all([drawer.draw(chart, 'fr'), drawer.draw({ ...chart, points: [] }, 'en')])
    expect(pictures.map((png) => png && sizeOf(png))).toEqual([1280, 1280])
    await drawer.close()
  })

  test('is done without where the other thread dies, and the next one has another thread', async () => {
    const log = createFakeLog()
    const threads: Map<string, (given: never) => void>[] = []
    const newThread = (): DrawingThread => {
      const heard = new Map<string, (given: never) => void>()
      threads.push(heard)
      const thread: DrawingThread = {
        on: (event: string, listener: (given: never) => void) => heard.set(event, listener),
        postMessage: () => setImmediate(() => heard.get('error')?.(new Error('out of memory') as never)),
        unref: () => undefined,
        terminate: async () => undefined,
      }
      return thread
    }
    const drawer = createDrawer(log, { newThread })
    expect(await drawer.draw(chart, 'fr')).toBeUndefined()
    expect(await drawer.draw(chart, 'fr')).toBeUndefined()
    expect(threads).toHaveLength(2)
    expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'warn'])
  })
})
