// What `/subscribe` adds where projects have no working hook: nobody would be told, however well the subscription is written.

import { code, join, type Rich, rich } from '../../text/rich.ts'
import type { CallContext, Reply } from '../command.ts'

const mostNamed = 5

const words = {
  fr: {
    none: (projects: Rich) => rich`⚠️ Sans webhook en marche, donc muets\u00a0: ${projects}.`,
    install: rich`${code('/vigie gitlab install …')} l’installe.`,
    ask: rich`Un administrateur de Vigie peut l’installer.`,
  },
  en: {
    none: (projects: Rich) => rich`⚠️ Without a working webhook, and so silent: ${projects}.`,
    install: rich`${code('/vigie gitlab install …')} installs it.`,
    ask: rich`An administrator of Vigie can install it.`,
  },
}

/** The reply, and the projects that will stay silent. */
export function withUnheard(reply: Reply, projects: readonly string[], { locale, role }: CallContext): Reply {
  if (projects.length === 0) return reply
  const { none, install, ask } = words[locale]
  const named = projects.slice(0, mostNamed).map((path): Rich => [code(path)])
  const more = projects.length > mostNamed ? [rich`… +${projects.length - mostNamed}`] : []
  const line = rich`${none(join([...named, ...more], ', '))} ${role === 'vigie_admin' ? install : ask}`
  return {
    ...reply,
    text: join([reply.text ?? [], line], '\n'),
    mood: 'warning',
    ...(role === 'vigie_admin' ? { personal: true } : {}),
  }
}
