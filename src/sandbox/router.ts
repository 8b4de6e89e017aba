// From an address to its route. The patterns of the parts are Mattermost's (server/channels/api4/api.go): what does not fit them is no route at all.
import type { Route } from './call.ts'

const kinds: Record<string, RegExp> = {
  username: /^[A-Za-z0-9_\-.]+$/,
  team_name: /^[A-Za-z0-9_-]+$/,
  channel_name: /^[A-Za-z0-9_-]+$/,
  emoji_name: /^[A-Za-z0-9_\-+]+$/,
  role_name: /^[a-z0-9_]+$/,
  email: /^.+$/,
}
const identifier = /^[A-Za-z0-9]+$/

interface Compiled {
  route: Route
  parts: string[]
}

export interface Match {
  route: Route
  params: Record<string, string>
}

/** Finds the first route of the table that fits, by method and path after `/api/v4`; null where there is none. */
export function createRouter(routes: readonly Route[]): (method: string, path: string) => Match | null {
  const byShape = new Map<string, Compiled[]>()
  for (const route of routes) {
    const parts = route.path.split('/').slice(1)
    const shape = `${route.method} ${parts.length}`
    byShape.set(shape, [...(byShape.get(shape) ?? []), { route, parts }])
  }
  return (method, path) => {
    const words = path.split('/').slice(1)
    for (const { route, parts } of byShape.get(`${method} ${words.length}`) ?? []) {
      const params = paramsOf(parts, words)
      if (params) return { route, params }
    }
    return null
  }
}

function paramsOf(parts: string[], words: string[]): Record<string, string> | null {
  const params: Record<string, string> = {}
  for (const [index, part] of parts.entries()) {
    const word = words[index] ?? ''
    if (!part.startsWith(':')) {
      if (part !== word) return null
      continue
    }
    const name = part.slice(1)
    if (!(kinds[name] ?? identifier).test(word)) return null
    params[name] = word
  }
  return params
}
