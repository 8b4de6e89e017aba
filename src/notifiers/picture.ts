// What pictures are made of: their font, their colours, and the way from SVG to PNG. They bring their own font, for they are drawn on
// machines without any (libraries.md §1.6).

import { fileURLToPath } from 'node:url'
import { Resvg } from '@resvg/resvg-js'

/** Pixels of a point, each way. */
const scale = 2

export const font = 'Inter'
const fontFiles = ['400Regular/Inter_400Regular.ttf', '600SemiBold/Inter_600SemiBold.ttf'].map((path) =>
  fileURLToPath(import.meta.resolve(`@expo-google-fonts/inter/${path}`)),
)

/** Legible by themselves on any page: the card is light, its border visible on white and on black. */
export const colors = {
  card: '#ffffff',
  border: '#d5d9e0',
  words: '#3f4350',
  faint: '#6c7080',
  grid: '#eceef2',
  line: '#1c58d9',
  fill: '#1c58d9',
  bad: '#d24b4e',
} as const

/** @throws {Error} when the drawing library fails. */
export function pngOf(svg: string): Buffer {
  const picture = new Resvg(svg, {
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: font },
    fitTo: { mode: 'zoom', value: scale },
  })
  return picture.render().asPng()
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
}
