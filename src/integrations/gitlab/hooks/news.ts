// What Vigie's administrators are told of hooks, by direct message (interface.md, "Event types": `vigie.…`); its words stand in
// integrations/vigie.

import type { Draft, Emit, Target } from '../../../event.ts'
import type { KeptHook } from '../../../store/store.ts'

export interface News {
  readonly path: string
  readonly state: KeptHook['state']
  /** Milliseconds since 1970. */
  readonly until?: number | undefined
}

/** Tells every administrator known. Resolves false while none is. */
export async function tellAdmins(
  kind: 'gitlab_hook_disabled' | 'gitlab_hook_recovered',
  hooks: readonly News[],
  { emit, admins, now }: { emit: Emit; admins: () => Promise<readonly string[]>; now: number },
): Promise<boolean> {
  const only: Target[] = (await admins()).map((id) => ({ notifier: 'mattermost', address: `@${id}` }))
  if (only.length === 0) return false
  const draft: Draft = {
    source: 'vigie',
    type: `vigie.${kind}`,
    time: new Date(now).toISOString(),
    data: {
      hooks: hooks.map(({ path, state, until }) => ({ path, state, ...(until === undefined ? {} : { until }) })),
    },
    severity: kind === 'gitlab_hook_disabled' ? 'warning' : 'info',
    audience: 'closed',
    byDefault: false,
  }
  await emit(draft, { only })
  return true
}
