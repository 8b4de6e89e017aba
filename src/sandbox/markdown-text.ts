// The plain text in a markdown message, as far as mentions need it: code blocks, code spans and the addresses of links are no text
// (server/channels/utils/markdown, shared/markdown).

/** The runs of text outside code; what stands between two runs separates words. */
export function textRuns(markdown: string): string[] {
  return withoutBlocks(markdown)
    .flatMap(withoutSpans)
    .map((run) => run.replace(/\\([!-/:-@[-`{-~])/g, '$1').replace(/\]\([^)\s]*(?:\s+"[^"]*")?\)/g, ' '))
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
    const opening = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/.exec(bare)
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

function closingTicks(paragraph: string, from: number, count: number): number {
  for (const match of paragraph.slice(from).matchAll(/`+/g)) if (match[0].length === count) return from + match.index
  return -1
}
