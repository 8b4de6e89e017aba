// Whether a message calls the bot, and with which words (interface.md, "What people type").

/**
 * What was said to `@username`: what follows the mention, else the message without it. Nothing where the message does not mention it
 * outside code.
 */
export function calledWith(message: string, username: string): string | undefined {
  if (!message.toLowerCase().includes(`@${username.toLowerCase()}`)) return undefined
  const name = username.replace(/[.\\+*?[^\]$(){}=!<>|:-]/g, '\\$&')
  const mention = new RegExp(`(?<![\\p{L}\\p{N}_@./-])@${name}(?![\\p{L}\\p{N}_-]|\\.[\\p{L}\\p{N}])`, 'giu')
  const words = withoutCode(message)
  const first = words.search(mention)
  if (first === -1) return undefined
  const after = afterMention(message.slice(first + 1 + username.length))
  if (after !== '' || message.slice(0, first).trim() === '') return after
  let told = ''
  let end = 0
  for (const found of words.matchAll(mention)) {
    told += message.slice(end, found.index)
    end = found.index + found[0].length
    if (message[end] === ' ') end += 1
  }
  return (told + message.slice(end)).trim()
}

/** In a direct message nobody has to be called; who does it all the same is understood. */
export function saidDirectly(message: string, username: string): string {
  const called = calledWith(message, username)
  return called !== undefined && message.trimStart().startsWith('@') ? called : message.trim()
}

function afterMention(words: string): string {
  return words.replace(/^\s*[,:.!?]+(?:\s+|$)/, '').trim()
}

/** The message with its code blocks and spans blanked, every other character at its place. */
function withoutCode(message: string): string {
  let fence: string | undefined
  let paragraph = ''
  let words = ''
  const endParagraph = () => {
    words += withoutSpans(paragraph)
    paragraph = ''
  }
  for (const line of message.split(/(?<=\n)/)) {
    const [, marks = '', rest = ''] = /^ {0,3}(`{3,}|~{3,})([^\n]*)/.exec(line) ?? []
    const closes = fence !== undefined && marks.startsWith(fence) && rest.trim() === ''
    // A fence of backticks has none behind it: such a line holds a span.
    const opens = fence === undefined && marks !== '' && !(marks.startsWith('`') && rest.includes('`'))
    if (fence !== undefined || opens) {
      endParagraph()
      words += ' '.repeat(line.length)
      if (opens) fence = marks
      else if (closes) fence = undefined
      continue
    }
    paragraph += line
    if (line.trim() === '') endParagraph()
  }
  endParagraph()
  return words
}

/** Spans blanked: from a run of backticks to the next one of the same length. Linear in the text, whatever backticks it holds. */
function withoutSpans(paragraph: string): string {
  const runs = [...paragraph.matchAll(/`+/g)].map((run) => ({ start: run.index, length: run[0].length }))
  /** For each run, the next one of its length. */
  const closers = new Map<number, number>()
  const nextOf = new Map<number, number>()
  for (const [index, { length }] of [...runs.entries()].reverse()) {
    const next = nextOf.get(length)
    if (next !== undefined) closers.set(index, next)
    nextOf.set(length, index)
  }
  let words = ''
  let end = 0
  for (let index = 0; index < runs.length; index += 1) {
    const opener = runs[index]
    const closing = closers.get(index)
    const closer = closing === undefined ? undefined : runs[closing]
    if (opener === undefined || closing === undefined || closer === undefined) continue
    const spanEnd = closer.start + closer.length
    words += paragraph.slice(end, opener.start) + ' '.repeat(spanEnd - opener.start)
    end = spanEnd
    index = closing
  }
  return words + paragraph.slice(end)
}
