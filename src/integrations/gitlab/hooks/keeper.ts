// Hooks looked after (issue 4): what is made from GITLAB_URL and GITLAB_API_TOKEN, put together.

import { setTimeout as sleep } from 'node:timers/promises'
import type { LiveSecrets } from '../../../env.ts'
import type { KeptHook } from '../../../store/store.ts'
import type { HookKeeper, IntegrationParts } from '../../integration.ts'
import type { Reader } from '../reader.ts'
import { createApi } from './api.ts'
import { type Care, createCare } from './care.ts'
import { createGaps } from './gaps.ts'
import { doToHooks } from './install.ts'
import { createOwnHooks, type OwnHooks } from './own.ts'
import { createPlaces } from './places.ts'
import { unheardProjects } from './unheard.ts'

export interface KeeperParts
  extends Pick<
    IntegrationParts,
    'emit' | 'log' | 'now' | 'fetch' | 'url' | 'hooks' | 'vault' | 'admins' | 'recentEvents'
  > {
  readonly gitlabUrl: string | undefined
  /** GITLAB_API_TOKEN. */
  readonly tokens: LiveSecrets
  readonly reader: Reader
  readonly wait?: (waitMs: number, signal: AbortSignal) => Promise<void>
}

export interface Keeper {
  readonly own: OwnHooks
  readonly care: Care
  readonly keeper: HookKeeper
  /** Whether the API may be asked at all. */
  configured(): boolean
}

/** Where GitLab calls us, below VIGIE_URL. */
const route = '/webhook/gitlab'

export function createKeeper(parts: KeeperParts): Keeper {
  const { gitlabUrl, tokens, reader, log, now, emit } = parts
  const wait = parts.wait ?? waitByTheClock
  const api = createApi({ url: gitlabUrl, tokens, fetch: parts.fetch, now, wait, log })
  const places = createPlaces(api)
  const own = createOwnHooks({ store: parts.hooks, vault: parts.vault, now })
  const hookUrl = () => `${parts.url()}${route}`
  const gaps = createGaps({ api, reader, gitlabUrl, emit, recentEvents: parts.recentEvents, log })
  const care = createCare({ api, places, own, gaps, reader, gitlabUrl, emit, admins: parts.admins, now, log, wait })
  const installing = { api, places, own, gitlabUrl, hookUrl, log }
  return {
    own,
    care,
    configured: () => api.configured(),
    keeper: {
      async known(): Promise<readonly KeptHook[]> {
        await own.load()
        return own.all()
      },
      install: (target) => doToHooks(installing, 'install', target),
      check: (target) => doToHooks(installing, 'check', target),
      remove: (target) => doToHooks(installing, 'remove', target),
      unheard: (subject, asker) => unheardProjects({ api, places, own, hookUrl, log }, subject, asker),
    },
  }
}

/** Resolves after so long, or as soon as the signal is aborted. */
async function waitByTheClock(waitMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(waitMs, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
