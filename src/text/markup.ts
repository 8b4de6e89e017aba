// HTML, SVG and XML by template: what is interpolated is escaped unless it is markup itself (threat T21).

/** Markup that was built here. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Piece = string | number | Markup | readonly Markup[] | undefined

/**
 * Tagged template: the literal parts are ours, what is interpolated is foreign unless it is `Markup`.
 * @example markup`<h3>${name}</h3>`
 */
export function markup(words: TemplateStringsArray, ...values: readonly Piece[]): Markup {
  return new Markup(words.map((word, index) => word + textOf(values[index])).join(''))
}

function textOf(value: Piece): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escapeMarkup(value)
  return value instanceof Markup ? value.text : value.map(({ text }) => text).join('')
}

/** For text and quoted attributes of HTML and XML; what XML may not hold at all, or turns text around, is left out. */
export function escapeMarkup(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu, '')
    .replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
}
