// Second answers to a slash command (mattermost.md §0 rule 6: five within 30 minutes). A dialog has no ephemeral answer of its own: one
// that a slash command opened is answered there too; after a restart, or opened by a button, by direct message.

import type { Log, Now } from '../event.ts'

export interface ResponseUrls {
  /** Remembers where the answer to this dialog, known by its state, may go. */
  keep(state: string, url: string): void
  of(state: string): string | undefined
  /** Resolves true when Mattermost took it. */
  answer(url: string, body: object): Promise<boolean>
}

export interface ResponseUrlsParts {
  /** MATTERMOST_URL: the only server ever answered. */
  readonly url: string
  readonly fetch: typeof fetch
  readonly now: Now
  readonly log: Log
}

const lifeMs = 30 * 60_000
const mostKept = 1000

export function createResponseUrls({ url: mattermostUrl, fetch, now, log }: ResponseUrlsParts): ResponseUrls {
  const kept = new Map<string, { url: string; at: number }>()
  return {
    keep(state, url) {
      if (url === '') return
      for (const [old, { at }] of kept) if (kept.size >= mostKept || now() - at > lifeMs) kept.delete(old)
      kept.set(state, { url, at: now() })
    },
    of(state) {
      const found = kept.get(state)
      return found !== undefined && now() - found.at <= lifeMs ? found.url : undefined
    },
    async answer(url, body) {
      // Its origin is SiteURL's, which may be another name than ours for the same server; only the hook's id is taken from it.
      const id = /\/hooks\/commands\/([A-Za-z0-9]{1,64})$/.exec(url)?.[1]
      if (id === undefined) return false
      try {
        const response = await fetch(`${mattermostUrl}/hooks/commands/${id}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          redirect: 'error',
          signal: AbortSignal.timeout(10_000),
        })
        await response.body?.cancel()
        if (!response.ok) log.warn({ status: response.status }, 'a second answer to a command was refused')
        return response.ok
      } catch (error) {
        log.warn({ err: error }, 'a second answer to a command was not taken')
        return false
      }
    },
  }
}
