// Asking a person at the terminal (interface.md, "provision": "asks for an administrator's name, password and code").

import { EventEmitter } from 'node:events'
import { beforeEach, expect, test } from 'vitest'
import { type Ask, createAsk } from '../../src/cli/terminal.ts'

class Keyboard extends EventEmitter {
  raw = false
  setRawMode(on: boolean) {
    this.raw = on
    return this
  }
  resume() {
    return this
  }
  pause() {
    return this
  }
  type(text: string) {
    this.emit('data', Buffer.from(text))
  }
}

let keyboard: Keyboard
let shown: string
let ask: Ask
const signal = new AbortController().signal
beforeEach(() => {
  keyboard = new Keyboard()
  shown = ''
  // The parts of a terminal that are used, on an emitter of the same events.
  ask = createAsk({
    input: keyboard as unknown as Parameters<typeof createAsk>[0]['input'],
    write: (text) => {
      shown += text
    },
  })
})

test('an answer is echoed, a hidden one is not', async () => {
  const name = ask('Name: ', { hidden: false, signal })
  keyboard.type('zoé\r')
  expect(await name).toBe('zoé')
  const password = ask('Password: ', { hidden: true, signal })
  keyboard.type('se cret\r')
  expect(await password).toBe('se cret')
  expect(shown).toBe('Name: zoé\nPassword: \n')
})

test('the terminal is given back after every question, also after one that was interrupted', async () => {
  const asked = ask('Name: ', { hidden: false, signal })
  expect(keyboard.raw).toBe(true)
  keyboard.type('\u0003')
  await expect(asked).rejects.toThrow('Interrupted: nothing was done.')
  expect(keyboard.raw).toBe(false)
  expect(keyboard.listenerCount('data')).toBe(0)
})

test('the end of input and a signal interrupt too', async () => {
  const ended = ask('Name: ', { hidden: false, signal })
  keyboard.type('\u0004')
  await expect(ended).rejects.toThrow('Interrupted')
  const stopping = new AbortController()
  const stopped = ask('Name: ', { hidden: false, signal: stopping.signal })
  stopping.abort()
  await expect(stopped).rejects.toThrow('Interrupted')
  await expect(ask('Name: ', { hidden: false, signal: stopping.signal })).rejects.toThrow('Interrupted')
})

test('corrections are made, arrow keys and marks of pasting are no text', async () => {
  const asked = ask('Name: ', { hidden: false, signal })
  keyboard.type('wrong\u0015adm\u001b[Dix\u007fn')
  keyboard.type('\u001b[200~!\u001b[201~\r')
  expect(await asked).toBe('admin!')
})

test('what is typed ahead answers the next question, and a letter cut in two is one', async () => {
  const name = ask('Name: ', { hidden: false, signal })
  const [first, second] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)]
  keyboard.emit('data', first)
  keyboard.emit('data', Buffer.concat([second, Buffer.from('\rsecret\r')]))
  expect(await name).toBe('é')
  expect(await ask('Password: ', { hidden: true, signal })).toBe('secret')
  expect(shown).not.toContain('secret')
})
