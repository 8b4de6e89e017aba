// Whether a message calls the bot, and with which words (interface.md, "What people type").

/**
 * What was said to `@username`: what follows the mention where it stands first, else the message without it. Nothing where the message
 * does not mention it outside code.
 */
export function calledWith(message: string, username: string): string | undefined {
  const name = username.replace(/[.\\+*?[^\]$(){}=!<>|:-]/g, '\\$&')
  const mention = new RegExp(`(?<![\\p{L}\\p{N}_@./-])@${name}(?![\\p{L}\\p{N}_-]|\\.[\\p{L}\\p{N}])`, 'giu')
  const words = withoutCode(message)
  const first = words.search(mention)
  if (first === -1) return undefined
  if (message.slice(0, first).trim() === '') return afterMention(message.slice(first + 1 + username.length))
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
  return message.replace(
    /^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\1[`~]*[ \t]*$|(?![\s\S]))|(`+)(?!`)[\s\S]*?[^`]\2(?!`)/gm,
    (code) => ' '.repeat(code.length),
  )
}
