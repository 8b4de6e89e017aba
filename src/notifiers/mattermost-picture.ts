// A chart as a file of Mattermost, for the thread line that it stands with. What was uploaded and never named by a post is nobody's: the
// same picture is simply uploaded again.

import type { Draw } from './chart-drawer.ts'
import type { Message } from './notifier.ts'

export interface PictureParts {
  /** Resolves the file's id. */
  readonly upload: (channel: string, file: File, signal: AbortSignal) => Promise<string>
  readonly draw: Draw
  /** The HTTP status it was answered with; nothing where no answer came, or it is no failure of Mattermost's. */
  readonly statusOf: (error: unknown) => number | undefined
}

/** Ids of the files of a message: one, or none where it has no chart, or where it must do without. @throws what may pass. */
export type Pictures = (message: Message, channel: string, signal: AbortSignal) => Promise<readonly string[]>

/** A server whose file store is broken for longer gets the words alone. */
const mostAttempts = 3

export function createPictures({ upload, draw, statusOf }: PictureParts): Pictures {
  return async ({ description: { chart }, locale, attempt }, channel, signal) => {
    const png = chart && (await draw(chart, locale))
    if (!chart || !png) return []
    // Its name is what is read aloud.
    const file = new File([new Uint8Array(png)], `${chart.title}.png`, { type: 'image/png' })
    try {
      return [await upload(channel, file, signal)]
    } catch (error) {
      const status = statusOf(error)
      if (status === undefined || status === 401 || status === 429) throw error
      if (status >= 500 && status !== 501 && attempt < mostAttempts) throw error
      // Files are not allowed here, or not so large ones: the line says what there is to say.
      return []
    }
  }
}
