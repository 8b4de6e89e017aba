// Changes a dotenv file as `util.parseEnv` understands it, so that what `provision` writes is what `start` reads
// (interface.md, "provision"): other lines and comments stay, the file is never half written, nobody else can read it.
// One comment line names the settings that `provision` wrote, so that it can replace them and take them out again.

import { chmod, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isDeepStrictEqual, parseEnv } from 'node:util'

/**
 * The text with these settings changed in place or added at the end; every other line stays byte for byte.
 * @throws {Error} for a value that no dotenv file can hold, and for a text (an open quote) that cannot be changed without losing settings.
 */
export function editDotenv(text: string, changes: Readonly<Record<string, string>>): string {
  let edited = text
  for (const [name, value] of Object.entries(changes)) {
    if (parseEnv(edited)[name] === value) continue
    const line = `${name}=${quote(name, value)}`
    const wanted = { ...parseEnv(edited), [name]: value }
    const says = (candidate: string) => isDeepStrictEqual({ ...parseEnv(candidate) }, wanted)
    // A last value of spaces only would take the next line for its own.
    const closed = edited.replace(/[ \t]+(\s*)$/, '$1')
    const found = [replaceLast(edited, name, line), append(edited, line), append(closed, line)].find(says)
    if (found === undefined) throw new Error(`${name}: the dotenv file has a quote that is never closed`)
    edited = found
  }
  return edited
}

/** The last assignment counts; earlier ones of the same name stay as they are. */
function replaceLast(text: string, name: string, line: string): string {
  const last = [...text.matchAll(assignment)].filter((found) => found[1] === name).at(-1)
  return last ? text.slice(0, last.index) + line + text.slice(last.index + last[0].length) : append(text, line)
}

function lineBreakOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n'
}

function append(text: string, line: string): string {
  const lineBreak = lineBreakOf(text)
  return `${text}${text === '' || text.endsWith('\n') ? '' : lineBreak}${line}${lineBreak}`
}

/** From the name to the end of the value, a quoted one over several lines too. */
const assignment = /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*(?:'[^']*'|"[^"]*"|`[^`]*`|[^\r\n]*)/gm

function quote(name: string, value: string): string {
  if (/^[\w./:@,+=*%~?&-]*$/.test(value)) return value
  const mark = ["'", '"', '`'].find((one) => !value.includes(one) && !(one === '"' && value.includes('\\')))
  if (mark === undefined || value.includes('\r')) throw new Error(`${name}: this value cannot stand in a dotenv file`)
  return `${mark}${value}${mark}`
}

const markPattern = /^# vigie provision:([\w ]*)\r?\n?/m

/** The names that the comment line holds; nothing where there is no such line. */
export function writtenNames(text: string): readonly string[] | undefined {
  return markPattern
    .exec(text)?.[1]
    ?.split(' ')
    .filter((name) => name !== '')
}

/** The text whose comment line names these too; unchanged where a comment line would change what is read. */
export function markWritten(text: string, names: readonly string[]): string {
  const known = writtenNames(text)
  const all = [...new Set([...(known ?? []), ...names])]
  if (names.length === 0 || all.length === known?.length) return text
  const line = `# vigie provision: ${all.join(' ')}`
  const marked = known === undefined ? append(text, line) : text.replace(markPattern, `${line}${lineBreakOf(text)}`)
  return saysTheSame(marked, text) ? marked : text
}

/** The text without these settings and without the comment line; every other line stays byte for byte. */
export function removeFromDotenv(text: string, names: readonly string[]): string {
  let left = text.replace(markPattern, '')
  if (!saysTheSame(left, text)) left = text
  for (const name of names) {
    const last = [...left.matchAll(assignment)].filter((found) => found[1] === name).at(-1)
    if (last === undefined) continue
    const end = /[^\r\n]*(?:\r?\n|$)/y
    end.lastIndex = last.index + last[0].length
    const cut = left.slice(0, last.index) + left.slice(end.lastIndex + (end.exec(left)?.[0].length ?? 0))
    const others = (said: string) => ({ ...parseEnv(said), [name]: undefined })
    if (isDeepStrictEqual(others(cut), { ...others(left) })) left = cut
  }
  return left
}

function saysTheSame(one: string, other: string): boolean {
  return isDeepStrictEqual({ ...parseEnv(one) }, { ...parseEnv(other) })
}

/** The file's text; empty where there is none. */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

/** Changes a dotenv file and marks what changed as ours. Resolves the names that changed; an unchanged file is only closed to others. */
export async function writeDotenv(path: string, changes: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const before = await readText(path)
  const known = parseEnv(before)
  const changed = Object.keys(changes).filter((name) => known[name] !== changes[name])
  const after = editDotenv(markWritten(before, changed), changes)
  if (after === before) await closeToOthers(path)
  else await replace(path, after)
  return changed
}

/** Takes settings out of a dotenv file; a file in which nothing is left goes too. Resolves the names that were there. */
export async function eraseDotenv(path: string, names: readonly string[]): Promise<readonly string[]> {
  const before = await readText(path)
  const after = removeFromDotenv(before, names)
  if (after === before) return []
  if (after === '') await rm(path)
  else await replace(path, after)
  const [known, left] = [parseEnv(before), parseEnv(after)]
  return names.filter((name) => known[name] !== left[name])
}

/** Written beside it, then renamed, mode 600. */
async function replace(path: string, text: string): Promise<void> {
  const draft = join(dirname(path), `.env.${crypto.randomUUID()}`)
  try {
    const file = await open(draft, 'wx', 0o600)
    await file.writeFile(text)
    await file.sync()
    await file.close()
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

async function closeToOthers(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined) // absent: nothing to close
  if (found && (found.mode & 0o077) !== 0) await chmod(path, 0o600)
}
