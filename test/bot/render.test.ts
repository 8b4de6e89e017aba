// How answers look (reference/cards.md), and that nothing in them mentions anybody or breaks Mattermost's limits.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { render, renderText } from '../../src/bot/render.ts'
import type { Stamp } from '../../src/bot/seal.ts'
import type { Reply } from '../../src/commands/command.ts'
import { bold, code, own, rich } from '../../src/text/rich.ts'

const stamp: Stamp = (offers) => ({
  url: 'https://vigie.example.org/mattermost/action',
  context: { vigie: JSON.stringify(offers) },
})

const attachment = (reply: Reply) => render(reply, 'fr', stamp).props.attachments[0]

const full: Reply = {
  title: own('Tout va bien'),
  text: rich`${bold('Jeanne')} a poussé`,
  fields: [{ title: 'GitLab', value: rich`🟢 ${code('main')}`, short: true }],
  mood: 'good',
  footer: 'Vigie 1.0.0',
  next: '/statut gitlab',
}

describe('an answer as a post', () => {
  it('says the verdict first and the next command last', () => {
    expect(attachment(full)).toEqual({
      fallback: 'Tout va bien',
      color: '#3db887',
      title: 'Tout va bien',
      text: '**Jeanne** a poussé',
      fields: [{ title: 'GitLab', value: '🟢 `main`', short: true }],
      footer: 'Vigie 1.0.0 · Ensuite\u00a0: /statut gitlab',
    })
  })

  it.each([
    ['plain', '#808080'],
    ['good', '#3db887'],
    ['warning', '#ffaa00'],
    ['danger', '#d24b4e'],
  ] as const)('colours %s', (mood, color) => {
    expect(attachment({ text: own('x'), mood })?.color).toBe(color)
  })

  it('draws buttons whose ids Mattermost takes and whose context is sealed', () => {
    const buttons = [
      { verb: 'subscribe.unmute', object: 'gitlab a/b', label: 'Réentendre' },
      { verb: 'explain.why', object: 'e1', label: 'Pourquoi', style: 'primary' as const },
    ]
    const drawn = attachment({ text: own('x'), buttons })?.actions
    expect(drawn).toEqual([
      {
        id: 'b0',
        name: 'Réentendre',
        type: 'button',
        style: 'default',
        integration: stamp([{ verb: 'subscribe.unmute', object: 'gitlab a/b' }]),
      },
      {
        id: 'b1',
        name: 'Pourquoi',
        type: 'button',
        style: 'primary',
        integration: stamp([{ verb: 'explain.why', object: 'e1' }]),
      },
    ])
    for (const { id } of drawn ?? []) expect(id).toMatch(/^[A-Za-z0-9]+$/)
  })

  it('draws a button that opens the form where none can open by itself', () => {
    const dialog = { title: 'x', submit: 'x', fields: [], command: 'settings', commandVerb: 'lang' }
    const drawn = attachment({ text: own('x'), dialog })?.actions?.[0]
    expect(drawn?.name).toBe('Remplir le formulaire')
    expect(drawn?.integration).toEqual(stamp([{ verb: 'form.open', object: 'settings lang' }]))
  })

  it('writes a title with a link as it is, one without as markdown', () => {
    const title = rich`${'a_b*'} ${code('x')}`
    expect(attachment({ title, url: 'https://git.example.org/' })).toMatchObject({
      title: 'a_b* x',
      title_link: 'https://git.example.org/',
    })
    expect(attachment({ title })?.title).toBe('a_b\\* `x`')
  })

  it('keeps a table whole whatever stands in its cells', () => {
    const cells = [rich`${'a|b\nc'}`, [code('x|y')], own('1\n2')]
    const text = attachment({ table: { head: ['A', 'B', 'C'], rows: [cells] } })?.text
    expect(text).toBe('| A | B | C |\n| --- | --- | --- |\n| a\\|b c | `x\\|y` | 1 2 |')
  })

  it('leaves out a table without rows', () => {
    expect(attachment({ text: own('x'), table: { head: ['A'], rows: [] } })?.text).toBe('x')
  })

  it('never grows beyond what Mattermost takes', () => {
    const rows = Array.from({ length: 2000 }, (_, index) => [own(`${index} ${'é'.repeat(30)}`)])
    const reply: Reply = { title: own('T'), table: { head: ['A'], rows } }
    expect([...(attachment(reply)?.text ?? '')].length).toBeLessThanOrEqual(16_383)
    expect([...renderText(reply, 'fr')].length).toBeLessThanOrEqual(16_383)
    expect(attachment(reply)?.text).toMatch(/é \|\n…$/)
    expect([...renderText({ text: own('x'.repeat(40_000)) }, 'fr')].length).toBeLessThanOrEqual(16_383)
  })

  it('mentions nobody, whatever foreign words it holds (threats T20)', () => {
    const foreign = fc.string({ unit: fc.constantFrom(...'@all here<!>|`*_[](): \n~#\u202e') })
    fc.assert(
      fc.property(foreign, foreign, (one, other) => {
        const text = rich`${one} ${bold(other)}`
        const table = { head: ['A', 'B'], rows: [[[one], [code(other)]]] }
        const reply: Reply = { title: [one], text, table, fields: [{ title: 'F', value: [other], short: true }] }
        const [drawn] = render(reply, 'en', stamp).props.attachments
        const posted = [drawn?.title, drawn?.text, drawn?.fields?.[0]?.value, renderText(reply, 'en')]
        for (const outside of posted.flatMap((read) => withoutCode(read ?? ''))) {
          expect(outside).not.toMatch(/@(?:all|here)/)
        }
      }),
      { examples: [['`', '@all']] },
    )
  })
})

describe('what the server would make a link of', () => {
  // server/public/model/slack_attachment.go, linkWithTextRegex
  const slackLink = /<([^<|]+)\|([^>]+)>/

  it('has both its brackets changed where they are a pair', () => {
    const text = attachment({ text: [code('/monitor <name|all> <start> | list')] })?.text
    expect(text).toBe('`/monitor ‹name|all› <start> | list`')
  })

  it('stands in no answer, and nothing else is changed', () => {
    const words = fc.string({ unit: fc.constantFrom('<', '|', '>', 'a'), maxLength: 40 })
    fc.assert(
      fc.property(words, (one) => {
        const text = attachment({ text: [code(`x${one}x`)] })?.text ?? ''
        expect(text).not.toMatch(slackLink)
        const plain = attachment({ text: [code(`x${one.replaceAll('|', '')}x`)] })?.text ?? ''
        expect(text.replaceAll('‹', '<').replaceAll('›', '>').replaceAll('|', '')).toBe(plain)
      }),
      { numRuns: 2000, examples: [['<a><b|c>'], ['<<a|b>>'], ['<|a>'], ['<a|>b>']] },
    )
  })
})

/** What stands outside code spans. A backtick behind a backslash begins none; no backslash is among the words. */
function withoutCode(text: string): readonly string[] {
  return text.replaceAll('\\`', '').split(/(`+)[^`](?:[\s\S]*?[^`])?\1(?!`)|`[^`]`/)
}

describe('an answer as text alone', () => {
  it('holds all of it', () => {
    expect(renderText(full, 'fr')).toBe(
      '**Tout va bien**\n**Jeanne** a poussé\n\n**GitLab**\u00a0: 🟢 `main`\n\nVigie 1.0.0 · Ensuite\u00a0: `/statut gitlab`',
    )
    expect(renderText(full, 'en')).toContain('**GitLab**: 🟢 `main`\n\nVigie 1.0.0 · Next: `/statut gitlab`')
  })
})
