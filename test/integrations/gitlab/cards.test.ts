import { describe, expect, it } from 'vitest'
import { locales } from '../../../src/text/locale.ts'
import { toMattermost } from '../../../src/text/mattermost-markdown.ts'
import { plain } from '../../../src/text/rich.ts'
import { altered, describeIn, eventOf, fixture, sheet } from './fixtures.ts'
import { variants } from './variants.ts'

const nbsp = '\u00a0'

describe('cards of every kind and notable action', () => {
  it.each(locales)('read word by word as approved (%s)', async (locale) => {
    const sheets = variants.map(({ name, body }) => `== ${name}\n${sheet(locale, body)}\n`)
    await expect(sheets.join('\n')).toMatchFileSnapshot(`cards.${locale}.txt`)
  })
})

describe('a merge request card', () => {
  const card = describeIn('fr', eventOf(fixture('merge_request')))

  it('looks like reference/cards.json', () => {
    expect(plain(card.title ?? [])).toBe('Merge Request #5: Feature: Nouveau module')
    expect(card.url).toBe('https://git.example.org/taaf/projet-test-taaf/-/merge_requests/5')
    expect(toMattermost(card.text ?? [])).toBe('**Admin TAAF** a ouvert une merge request')
    expect(card.fields?.map(({ title, value, short }) => [title, toMattermost(value), short])).toEqual([
      ['Projet', 'projet-test-taaf', true],
      ['Statut', 'ouverte', true],
      ['Source', '`feature/test-notification`', true],
      ['Cible', '`main`', true],
    ])
    expect(card.footer).toBe('GitLab · taaf/projet-test-taaf')
    expect(plain(card.summary)).toBe(`Admin TAAF a ouvert la merge request #5${nbsp}: Feature: Nouveau module`)
  })

  it.each([
    ['open', '#00ff00'],
    ['merge', '#0000ff'],
    ['close', '#ff0000'],
    ['update', '#ffaa00'],
    ['reopen', '#808080'],
    ['approved', '#808080'],
    ['juggle', '#808080'],
  ])('is coloured by its action: %s', (action, color) => {
    const body = altered(fixture('merge_request'), { 'object_attributes.action': action })
    expect(describeIn('fr', eventOf(body)).color).toBe(color)
  })

  it('is a card without what is missing when the body holds the bare minimum', () => {
    const minimal = describeIn('fr', eventOf(fixture('merge_request_minimal')))
    expect(plain(minimal.title ?? [])).toBe('Merge Request: Feature: Nouveau module')
    expect(toMattermost(minimal.text ?? [])).toBe('**Admin TAAF** a ouvert une merge request')
    expect(minimal.fields?.map(({ title, value }) => [title, toMattermost(value)])).toEqual([['Statut', 'ouverte']])
    expect(minimal.footer).toBe('GitLab')
    expect(minimal).not.toHaveProperty('url')
  })
})

describe('a push', () => {
  it('says who pushed how much where, and links the first commits', () => {
    const card = describeIn('fr', eventOf(fixture('push')))
    expect(toMattermost(card.message ?? [])).toBe(
      '📦 **Jeanne** a poussé 3 commits sur **projet-test-taaf** (branche `main`)',
    )
    expect(toMattermost(card.text ?? []).split('\n')[0]).toBe(
      '[`da156088`](https://git.example.org/taaf/projet-test-taaf/-/commit/da1560886d4f094c3e6c9ef40349f7d38b5d27d7) feat: ajout du module de congés',
    )
    expect(card).not.toHaveProperty('title')
  })
})

describe('a pipeline', () => {
  it('names the failed stages and jobs, in its card and in its thread line', () => {
    const card = describeIn('fr', eventOf(fixture('pipeline')))
    expect(plain(card.title ?? [])).toBe('Pipeline #31 en échec sur main')
    expect(toMattermost(card.text ?? [])).toBe(
      `**Jeanne** · [\`9f0c1b22\`](https://git.example.org/taaf/projet-test-taaf/-/commit/9f0c1b22aa4f094c3e6c9ef40349f7d38b5d27d8) fix: arrondi des soldes négatifs\n❌ \`test\` › **rspec**${nbsp}: échec du script · ❌ \`test\` › **lint** (autorisé à échouer)`,
    )
    expect(toMattermost(card.line ?? [])).toBe(`Pipeline **#31** en échec${nbsp}: \`test\` › \`rspec\``)
  })
})

describe('the menu of a card', () => {
  it('mutes the project here, stops these, and says why', () => {
    expect(describeIn('fr', eventOf(fixture('merge_request'))).actions).toEqual([
      {
        kind: 'menu',
        label: 'Options…',
        options: [
          { verb: 'subscribe.mute', object: 'gitlab taaf/projet-test-taaf 1h', label: `Sourdine 1${nbsp}h` },
          { verb: 'subscribe.mute', object: 'gitlab taaf/projet-test-taaf 8h', label: `Sourdine 8${nbsp}h` },
          { verb: 'subscribe.mute', object: 'gitlab taaf/projet-test-taaf 24h', label: `Sourdine 24${nbsp}h` },
          {
            verb: 'unsubscribe.stop',
            object: 'gitlab taaf/projet-test-taaf merge_request',
            label: 'Ne plus recevoir ceci',
          },
          { verb: 'explain.why', object: 'ev1', label: 'Pourquoi ce message\u202f?' },
        ],
      },
    ])
  })

  it('only says why where no project is known', () => {
    const [menu] = describeIn('en', eventOf(fixture('merge_request_minimal'))).actions ?? []
    expect(menu).toEqual({
      kind: 'menu',
      label: 'Options…',
      options: [{ verb: 'explain.why', object: 'ev1', label: 'Why this message?' }],
    })
  })
})
