// What `--template` makes of an event: fixed names in double braces stand for its own words, everything else for itself (threat T32).
// No code, no conditions, no second round: what a value holds is never read again.

import type { Json, JsonObject } from '../../event.ts'
import { own, type Rich, shorten } from '../../text/rich.ts'
import { type Facts, isObject, wordOf } from './facts.ts'

const longestValue = 300
const mostParts = 200

/** The names that stand for something: `type`, `source`, `subject`, `id`, `time`, `title`, `text`, `progress`, an extension attribute, `data.x.y`. */
const variable = /(?<!\{)\{\{ ?([A-Za-z][\w-]*(?:\.[\w-]+){0,10}) ?\}\}(?!\})/g

/** The template with the event's words in it; all of it is foreign text. A name without a value is printed as it stands; `\n` breaks the line. */
export function fillTemplate(template: string, facts: Facts): Rich {
  const names = namesOf(facts)
  // Each once: a long value costs time to shorten, and a template may name it a hundred times (threat T28).
  const shown = new Map<string, string | undefined>()
  const shownOf = (path: string): string | undefined => {
    if (!shown.has(path)) {
      const value = valueAt(names, path)
      shown.set(path, value === undefined ? undefined : shorten(value, longestValue))
    }
    return shown.get(path)
  }
  const spans: Rich[number][] = []
  const print = (text: string) => {
    text.split('\\n').forEach((line, index) => {
      if (index > 0) spans.push(...own('\n'))
      // A bare span is trimmed, and the space between two of them would go.
      const [, before = '', words = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(line) ?? []
      spans.push(...own(before === '' ? '' : ' '), ...(words === '' ? [] : [words]), ...own(after === '' ? '' : ' '))
    })
  }
  let from = 0
  for (const match of [...template.matchAll(variable)].slice(0, mostParts)) {
    const value = shownOf(match[1] ?? '')
    if (value === undefined) continue
    print(template.slice(from, match.index))
    if (value !== '') spans.push(value)
    from = match.index + match[0].length
  }
  print(template.slice(from))
  return spans
}

function namesOf({ extensions, told, ...facts }: Facts): JsonObject {
  const { title, text } = told ?? {}
  return {
    ...extensions,
    ...facts,
    ...(title === undefined ? {} : { title }),
    ...(text === undefined ? {} : { text }),
  }
}

/** Nothing where there is no such word. */
function valueAt(names: JsonObject, path: string): string | undefined {
  let at: Json | undefined = names
  for (const name of path.split('.')) {
    if (Array.isArray(at)) at = /^\d{1,4}$/.test(name) ? at[Number(name)] : undefined
    else if (isObject(at) && Object.hasOwn(at, name)) at = at[name]
    else return undefined
  }
  return wordOf(at)
}
