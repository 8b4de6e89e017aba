// Asks a person at the terminal: one line, echoed or not. The terminal itself echoes nothing meanwhile, so that a password that is typed
// ahead does not show either.

import type { ReadStream } from 'node:tty'
import { UserError } from '../errors.ts'

export type Ask = (question: string, how: { readonly hidden: boolean; readonly signal: AbortSignal }) => Promise<string>

export interface TerminalParts {
  readonly input: Pick<ReadStream, 'setRawMode' | 'on' | 'off' | 'resume' | 'pause'>
  readonly write: (text: string) => void
}

const interrupt = '\u0003'
const endOfInput = '\u0004'
const eraseLine = '\u0015'
const erasers: ReadonlySet<string> = new Set(['\u007f', '\b'])
const lineEnds: ReadonlySet<string> = new Set(['\r', '\n'])
/** Arrow keys and the marks around pasted text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they begin with
const escapeSequences = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: what is no text
const controlCharacter = /[\u0000-\u001f\u007f]/

/** @throws {UserError} from the asking, when the person interrupts it (Ctrl-C, Ctrl-D, a signal). */
export function createAsk({ input, write }: TerminalParts): Ask {
  /** What was typed ahead of the next question. */
  let ahead = ''
  return async (question, { hidden, signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const decoder = new TextDecoder()
    let line = ''
    let isDone = false
    const settle = (finish: () => void) => {
      isDone = true
      finish()
    }
    const giveUp = () => settle(() => reject(new UserError(interrupted)))
    const take = (text: string) => {
      for (const key of text.replaceAll(escapeSequences, '')) {
        if (isDone) ahead += key
        else if (lineEnds.has(key)) settle(() => resolve(line))
        else if (key === interrupt || (key === endOfInput && line === '')) giveUp()
        else line = edited(line, key, hidden ? () => undefined : write)
      }
    }
    const hear = (chunk: Buffer) => take(decoder.decode(chunk, { stream: true }))
    input.setRawMode(true)
    input.on('data', hear)
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      write(question)
      const early = ahead
      ahead = ''
      if (signal.aborted) giveUp()
      take(early)
      input.resume()
      return await promise
    } finally {
      write('\n')
      signal.removeEventListener('abort', giveUp)
      input.off('data', hear)
      input.pause()
      input.setRawMode(false)
    }
  }
}

const interrupted = { fr: 'Interrompu : rien n’a été fait.', en: 'Interrupted: nothing was done.' }

function edited(line: string, key: string, echo: (text: string) => void): string {
  if (erasers.has(key)) {
    if (line !== '') echo('\b \b')
    return [...line].slice(0, -1).join('')
  }
  if (key === eraseLine) {
    echo('\b \b'.repeat([...line].length))
    return ''
  }
  if (controlCharacter.test(key)) return line
  echo(key)
  return line + key
}
