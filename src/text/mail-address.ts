// Addresses of e-mail, read strictly: what a mail server could take for more than one address is none (threat T23).

export interface Mailbox {
  readonly name: string
  readonly address: string
}

const longestAddress = 254

/** `Vigie <vigie@example.org>` or the address alone; nothing for what could be read as more than one address (threat T23). */
export function readMailbox(written: string): Mailbox | undefined {
  const [, name = '', inner = written] = /^([^<>]*)<([^<>]*)>$/.exec(written.trim()) ?? []
  const address = inner.trim()
  return isMailAddress(address) ? { name: name.trim().replace(/^"|"$/g, ''), address } : undefined
}

/** One plain address, RFC 5321's dot-string form: no quotes, no comments, no lists, nothing hidden. */
export function isMailAddress(address: string): boolean {
  if (address.length > longestAddress || /[\p{C}\s]/u.test(address)) return false
  return /^[^@<>()[\]\\,;:"]{1,64}@[^@<>()[\]\\,;:"]+$/.test(address) && !/(?:^|@)[.-]|\.\.|\.(?:@|$)/.test(address)
}
