// The plain text in a markdown message, as far as mentions need it: code blocks, code spans and the addresses of links are no text
// (server/channels/utils/markdown, shared/markdown).

/** The runs of text outside code; what stands between two runs separates words. */
export function textRuns(markdown: string): string[] {
  return withoutBlocks(markdown)
    .flatMap(withoutSpans)
    .map(withoutAddresses)
    .map((run) => run.replace(/\\([!-/:-@[-`{-~])/g, ' $1').replace(/\]\([^)\s]*(?:\s+"[^"]*")?\)/g, ' '))
    .filter((run) => run.trim() !== '')
}

// Paragraphs between code blocks: fenced ones, and indented ones that do not go on from a paragraph.
function withoutBlocks(markdown: string): string[] {
  const runs: string[] = []
  let paragraph: string[] = []
  let fence: string | null = null
  let inParagraph = false
  const end = (): void => {
    runs.push(paragraph.join('\n'))
    paragraph = []
  }
  for (const line of markdown.split(/\r?\n/)) {
    const bare = line.replace(/^(?: {0,3}> ?)+/, '')
    if (fence !== null) {
      if (new RegExp(`^ {0,3}${fence[0]}{${fence.length},}\\s*$`).test(bare)) fence = null
      continue
    }
    const opening = /^ {0,3}(`{3,}|~{3,})(?=[^`]*$)/.exec(bare)
    if (opening?.[1]) {
      end()
      fence = opening[1]
      inParagraph = false
    } else if (!inParagraph && /^(?: {4}|\t)/.test(bare) && bare.trim() !== '') end()
    else {
      paragraph.push(bare)
      inParagraph = bare.trim() !== ''
    }
  }
  end()
  return runs
}

// Code spans: as many backticks as opened it close it; without a partner they are text.
function withoutSpans(paragraph: string): string[] {
  const runs: string[] = []
  let text = ''
  let at = 0
  while (at < paragraph.length) {
    const letter = paragraph[at] ?? ''
    if (letter === '\\' && at + 1 < paragraph.length) {
      text += paragraph.slice(at, at + 2)
      at += 2
      continue
    }
    const ticks = letter === '`' ? (/^`+/.exec(paragraph.slice(at))?.[0].length ?? 0) : 0
    if (ticks === 0) {
      text += letter
      at += 1
      continue
    }
    const close = closingTicks(paragraph, at + ticks, ticks)
    if (close < 0) text += '`'.repeat(ticks)
    else {
      runs.push(text)
      text = ''
    }
    at = close < 0 ? at + ticks : close + ticks
  }
  runs.push(text)
  return runs
}

const address = /(^|[^A-Za-z0-9])((?:https?|ftp|mailto|tel):\/\/(?=[^\s\p{P}])|(?<=^|[\s*_~)])www\d{0,3}\.)([^\s<]*)/giu

// Addresses are links by themselves (shared/markdown/autolink.go): what stands in them is no text.
function withoutAddresses(run: string): string {
  return run.replace(address, (whole: string, before: string, opening: string, rest: string, place: number) => {
    if (hasOpenBracket(run.slice(0, place) + before)) return whole
    const domain = /^(?:[^\s\p{P}]|[-.])*/u.exec(rest)?.[0] ?? ''
    if (rest[domain.length] === '_') return whole
    const length = linkLength(opening + rest)
    return `${before} ${(opening + rest).slice(length)}`
  })
}

// Behind a bracket that is still open there may be a link to come, whose text is no address.
function hasOpenBracket(text: string): boolean {
  return text.split('[').length > text.split(']').length
}

// Without the punctuation, the entity and the closing brackets that follow an address and are no part of it.
function linkLength(link: string): number {
  let length = link.length
  for (;;) {
    const last = link[length - 1] ?? ''
    const part = link.slice(0, length)
    if (last === ';') length = /&[A-Za-z]+;$/.exec(part)?.index ?? length - 1
    else if (last === ')' && part.split(')').length > part.split('(').length) length -= 1
    else if (last !== '' && '?!.,:*_~\'"'.includes(last)) length -= 1
    else return length
  }
}

function closingTicks(paragraph: string, from: number, count: number): number {
  for (const match of paragraph.slice(from).matchAll(/`+/g)) if (match[0].length === count) return from + match.index
  return -1
}
