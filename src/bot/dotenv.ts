// Changes a dotenv file as `util.parseEnv` understands it, so that what `provision` writes is what `start` reads
// (interface.md, "provision"): other lines and comments stay, the file is never half written, nobody else can read it.

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

function append(text: string, line: string): string {
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n'
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

/** The file's text; empty where there is none. */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

/** Changes a dotenv file: written beside it, then renamed, mode 600. Resolves the names that changed; an unchanged file is only closed to others. */
export async function writeDotenv(path: string, changes: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const before = await readText(path)
  const after = editDotenv(before, changes)
  if (after === before) {
    await closeToOthers(path)
    return []
  }
  const draft = join(dirname(path), `.env.${crypto.randomUUID()}`)
  try {
    const file = await open(draft, 'wx', 0o600)
    await file.writeFile(after)
    await file.sync()
    await file.close()
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  const known = parseEnv(before)
  return Object.entries(changes)
    .filter(([name, value]) => known[name] !== value)
    .map(([name]) => name)
}

async function closeToOthers(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined) // absent: nothing to close
  if (found && (found.mode & 0o077) !== 0) await chmod(path, 0o600)
}
