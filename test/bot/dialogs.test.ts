// Forms that derive from a command (mattermost.md §1, "Dialogs").

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWorld, readAnswer, type World } from '../commands/world.ts'

describe('a command with required arguments and none of them', () => {
  let world: World
  beforeEach(async () => {
    world = await createWorld()
  })
  afterEach(() => world.store.close())

  it('answers with a form of its arguments and the flags this person may use', async () => {
    world.locale.of = 'fr'
    const { reply } = await world.say('member', '/subscribe')
    expect(reply.dialog).toMatchObject({ command: 'subscribe', submit: 'Valider' })
    expect(reply.dialog?.fields.map(({ name, kind, optional }) => [name, kind, optional])).toEqual([
      ['source', 'select', false],
      ['subject', 'text', true],
      ['--events', 'text', true],
      ['--branch', 'text', true],
      ['--digest', 'text', true],
      ['--cards', 'select', true],
    ])
  })

  it('keeps within Mattermost’s limits, for every form of every command in both languages', async () => {
    for (const locale of ['fr', 'en'] as const) {
      world.locale.of = locale
      for (const command of world.commands) {
        for (const verb of [undefined, ...(command.verbs ?? [])]) {
          const form = verb ?? command
          if (!form.args?.some(({ required }) => required)) continue
          const { reply } = await world.say('sysadmin', `/vigie ${command.name} ${verb?.name ?? ''}`)
          expect(reply.dialog?.command).toBe(command.name)
          const { title = '', fields = [] } = reply.dialog ?? {}
          expect([...title].length).toBeLessThanOrEqual(24)
          expect(fields.length).toBeLessThanOrEqual(6)
          for (const field of fields) {
            expect([...field.label].length, field.name).toBeLessThanOrEqual(24)
            expect([...(field.help ?? '')].length, field.name).toBeLessThanOrEqual(150)
          }
        }
      }
    }
  })

  it('is the same call once submitted', async () => {
    const answer = await world.submit('member', 'subscribe', {
      source: 'gitlab',
      subject: 'acme/** !acme/old',
      '--events': 'push, issue',
      '--digest': '10m',
      '--changes-only': true,
      '--branch': null,
      '--cards': '',
    })
    expect(answer.refused).toBe(false)
    const [made] = await world.store.subscriptions.inChannel('town')
    expect(made).toMatchObject({ subject: 'acme/** !acme/old', maker: 'member' })
    expect(made?.filters).toEqual({ events: ['push', 'issue'], digestMs: 600_000, changesOnly: true })
  })

  it('says at each field what is wrong with it', async () => {
    const answer = await world.submit('member', 'subscribe', {
      source: 'gitlub',
      '--events': 'pusch',
      '--digest': 'soon',
    })
    expect(answer.refused).toBe(true)
    expect(answer.fieldErrors).toEqual({
      source: expect.stringContaining('Did you mean `gitlab`?'),
      '--events': expect.stringContaining('Did you mean `push`?'),
      '--digest': expect.stringContaining('needs a duration'),
    })
    expect(await world.store.subscriptions.all()).toEqual([])
  })

  it('asks for what is required', async () => {
    const { fieldErrors } = await world.submit('member', 'subscribe', { source: '  ' })
    expect(fieldErrors).toEqual({ source: 'Please fill this in.' })
  })

  it.each([
    ['a field the form does not have', { source: 'gitlab', '--admin': 'yes' }],
    ['a field that is no argument', { source: 'gitlab', constructor: 'yes' }],
  ])('refuses %s', async (_, fields) => {
    const answer = await world.submit('member', 'subscribe', fields)
    expect(readAnswer(answer)).toContain('This form has no field')
    expect(await world.store.subscriptions.all()).toEqual([])
  })

  it('refuses a text of 100 KB at its field', async () => {
    const { fieldErrors } = await world.submit('member', 'subscribe', {
      source: 'gitlab',
      subject: 'a'.repeat(100_000),
    })
    expect(fieldErrors?.subject).toContain('3000')
  })

  it('takes a name with the quotes that typed words need, and without', async () => {
    for (const [nom, expected] of [
      ['"Rock Lee"', 'Rock Lee'],
      ['«\u00a0Might Guy\u00a0»', 'Might Guy'],
      ['Neji Hyūga', 'Neji Hyūga'],
      ['Tenten "Ten"', 'Tenten "Ten"'],
    ])
      expect(readAnswer(await world.submit('member', 'personnage', { nom: nom ?? '', score: '5' }, 'add'))).toContain(
        `**${expected}**`,
      )
    await world.submit('member', 'subscribe', { source: 'personnage', subject: '"Rock Lee" Tenten' })
    const [made] = await world.store.subscriptions.all()
    expect(made?.subject).toBe('Rock_Lee Tenten')
  })

  it('judges rights again when it is submitted', async () => {
    const answer = await world.submit('member', 'subscribe', { source: 'gitlab', '--confidential': true })
    expect(answer.refused).toBe(true)
    expect(await world.store.subscriptions.all()).toEqual([])
    expect((await world.submit('guest', 'subscribe', { source: 'gitlab' })).refused).toBe(true)
    expect((await world.submit('member', 'allow', { source: 'gitlab', subject: 'a' })).refused).toBe(true)
    expect((await world.submit('member', 'nothing', {})).refused).toBe(true)
    expect((await world.submit('member', 'subscribe', {}, 'nothing')).refused).toBe(true)
  })

  it('opens by a button where it could not open by itself', async () => {
    const { reply } = await world.press('member', 'form.open', 'subscribe')
    expect(reply.dialog).toMatchObject({ command: 'subscribe' })
    expect((await world.press('guest', 'form.open', 'subscribe')).refused).toBe(true)
  })
})
