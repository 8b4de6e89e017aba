// Profile pictures: the one that was uploaded, or a drawn initial.
import type { Picture, User } from './shapes.ts'

const colours = ['#1c5cbf', '#8a3ffc', '#0f7b6c', '#b2432f', '#8f6a00', '#55606e']

/** What to show of somebody: the uploaded picture, else an initial on a colour of their own (SVG, where the real server draws a PNG). */
export function pictureOf(user: User): Picture {
  if (user.picture) return user.picture
  const initial = (user.username[0] ?? '?').toUpperCase().replace(/[^A-Z0-9]/, '?')
  let sum = 0
  for (const letter of user.id) sum += letter.charCodeAt(0)
  const colour = colours[sum % colours.length]
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 128 128"><rect width="128" height="128" fill="${colour}"/><text x="64" y="86" font-family="sans-serif" font-size="64" fill="#fff" text-anchor="middle">${initial}</text></svg>`
  return { bytes: new TextEncoder().encode(svg), type: 'image/svg+xml' }
}

/** The content type of a picture that Mattermost can read, by its first bytes; null for what is no such picture (SVG neither). */
export function pictureType(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (head.startsWith('GIF8')) return 'image/gif'
  if (head.startsWith('BM')) return 'image/bmp'
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'image/webp'
  return null
}
