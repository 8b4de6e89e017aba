// The stand-in's page shows posts as the real client does and lets none of them run or fetch anything (reference/mattermost.md §0, threats T20, T21).
import fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { describe, expect, it } from 'vitest'

const page = new URL('../../src/sandbox/page/', import.meta.url)
const { createMarkdown } = await import(new URL('markdown.js', page).href)
const { safeAddress } = await import(new URL('dom.js', page).href)

const people = new Set(['alice', 'bob', 'vigie.bot'])
const names = {
  mention: (name: string) => (people.has(name) ? { mine: name === 'alice' } : undefined),
  channel: (name: string) => (name === 'dev' ? { href: '#alice/taaf/dev', label: 'Développement' } : undefined),
}
const markdown: { block(text: string): string; inline(text: string): string } = createMarkdown(MarkdownIt, names)

/** Every tag of some markup with its attributes, as written. */
const tagsOf = (markup: string): string[] => markup.match(/<[a-z][^>]*>/gi) ?? []

describe('markdown on the page', () => {
  it('shows bold, struck and code words, and keeps line breaks', () => {
    expect(markdown.block('**Jeanne** ~~non~~ `main`\nsuite')).toBe(
      '<p><strong>Jeanne</strong> <s>non</s> <code>main</code><br>\nsuite</p>\n',
    )
  })

  it('links no address that a zero width space breaks, as Vigie writes foreign ones', () => {
    for (const words of ['x@\u200by.example', 'http:\u200b//y.example', 'www\u200b.y.example'])
      expect(markdown.inline(words)).toBe(words)
  })

  it('links addresses written bare, with a scheme or www., but not file names', () => {
    const markup = markdown.inline('https://example.org/a_b, www.example.org. README.md alice@example.org')
    expect(markup.match(/href="[^"]*"/g)).toEqual([
      'href="https://example.org/a_b"',
      'href="http://www.example.org"',
      'href="mailto:alice@example.org"',
    ])
  })

  it('opens links elsewhere and tells them nothing of the page', () => {
    expect(markdown.inline('[x](https://example.org)')).toBe(
      '<a href="https://example.org" target="_blank" rel="noopener noreferrer">x</a>',
    )
  })

  it('shows a picture as a link with its words, so that nothing is fetched', () => {
    expect(markdown.inline('![plan](https://example.org/a.png)')).toBe(
      '<a href="https://example.org/a.png" target="_blank" rel="noopener noreferrer">plan</a>',
    )
    expect(markdown.inline('[![plan](https://a.example/b.png)](https://example.org)').match(/<a /g)).toHaveLength(1)
  })

  it('marks mentions of people who exist and of everybody, and leaves other names alone', () => {
    expect(markdown.inline('@bob, @alice. @all @nobody bob@alice')).toBe(
      '<span class="mention">@bob</span>, <span class="mention mine">@alice</span>. <span class="mention mine">@all</span> @nobody bob@alice',
    )
  })

  it('takes a dot into a name only where somebody bears it', () => {
    expect(markdown.inline('@vigie.bot.')).toBe('<span class="mention">@vigie.bot</span>.')
  })

  it('marks no mention inside code', () => {
    expect(markdown.inline('`@all`')).toBe('<code>@all</code>')
  })

  it('links public channels that exist by their shown name', () => {
    expect(markdown.inline('~dev ~autre')).toBe('<a href="#alice/taaf/dev">~Développement</a> ~autre')
  })

  it('turns known short names into pictures and leaves unknown ones and times as typed', () => {
    expect(markdown.inline(':tada: :nope: 08:41:07 :constructor:')).toBe('🎉 :nope: 08:41:07 :constructor:')
  })

  it('aligns table cells by class, since the page allows no style attribute', () => {
    const markup = markdown.block('| a | b |\n|:--|--:|\n| 1 | 2 |')
    expect(markup).toContain('<td class="left">1</td>')
    expect(markup).toContain('<td class="right">2</td>')
    expect(markup).not.toContain('style=')
  })

  it('escapes markup in posts, names of links and code', () => {
    const markup = markdown.block('<img src=x onerror=alert(1)> [<b>](https://example.org/"onclick="x) `<i>`')
    expect(
      tagsOf(markup).filter(
        (tag) => !/^<(p|code|a href="[^"]*" target="_blank" rel="noopener noreferrer")>$/.test(tag),
      ),
    ).toEqual([])
  })

  it('writes only tags and attributes of its own, whatever is posted', () => {
    const piece = fc.constantFrom(
      ...[
        '<',
        '>',
        '"',
        "'",
        '&',
        '[',
        ']',
        '(',
        ')',
        '!',
        '@all',
        '@alice',
        '~dev',
        ':tada:',
        '`',
        '```\n',
        '**',
        '~~',
        '_',
        '\n',
        '\n\n',
        '|',
        '-|-\n',
        '# ',
        '- ',
        '> ',
      ],
      ...[
        'javascript:alert(1)',
        'data:text/html,x',
        'https://example.org/',
        '//evil.example',
        'www.a.example',
        'onload=x',
        '<script>',
        'style=x',
        'é',
        ' ',
        '\\',
        '&#106;',
      ],
    )
    const allowed =
      /^<(p|br|strong|em|s|code|code class="language-[^"<>]*"|pre|h[1-6]|ul|ol|ol start="\d+"|li|hr|blockquote|div class="table"|table|thead|tbody|tr|t[hd]( class="(left|center|right)")?|span class="mention( mine)?"|a href="(https?:\/\/|mailto:|tel:|\/|#)[^"<>]*"( target="_blank" rel="noopener noreferrer")?)>$/
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        expect(tagsOf(markdown.block(pieces.join(''))).filter((tag) => !allowed.test(tag))).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})

describe('addresses on the page', () => {
  it.each([
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    '//evil.example',
    '/\\evil.example',
    '',
  ])('sends nobody to %j', (address) => {
    expect(safeAddress(address)).toBeUndefined()
  })

  it.each([
    ['https://example.org/a', 'https://example.org/a'],
    ['/taaf/pl/x', '/taaf/pl/x'],
    ['example.org', 'http://example.org'],
  ])('sends people to %j', (address, shown) => {
    expect(safeAddress(address)).toBe(shown)
  })
})
