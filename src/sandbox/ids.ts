// Mattermost's identifiers: 26 characters of a 32-letter alphabet without look-alikes (server/public/model/utils.go, NewId).
import { randomBytes } from 'node:crypto'

const alphabet = 'ybndrfg8ejkmcpqxot1uwisza345h769'

/** A fresh identifier, 26 characters, as the server makes them for objects, tokens and secrets. */
export function newId(): string {
  let id = ''
  for (const byte of randomBytes(26)) id += alphabet[byte & 31]
  return id
}

/** Whether a word has the shape of an identifier. The server accepts any 26 letters and digits. */
export function isId(word: string): boolean {
  return /^[A-Za-z0-9]{26}$/.test(word)
}
