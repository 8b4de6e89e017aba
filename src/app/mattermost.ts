// Mattermost as we know it: its REST, who we are there, who is who, and the seal on what we put there.

import { randomBytes } from 'node:crypto'
import { createAdmins } from '../bot/admins.ts'
import { createAround } from '../bot/around.ts'
import { createCalls } from '../bot/calls.ts'
import { createPeople } from '../bot/people.ts'
import { createRest } from '../bot/rest.ts'
import { createSealer } from '../bot/seal.ts'
import { createSelf } from '../bot/self.ts'
import { createTeams } from '../bot/teams.ts'
import type { LiveSecrets } from '../env.ts'
import type { Settings } from '../settings.ts'
import type { Store } from '../store/store.ts'
import type { AppParts } from './parts.ts'

export interface MattermostParts extends Pick<AppParts, 'fetch' | 'now' | 'log'> {
  readonly settings: Settings
  readonly store: Store
  readonly secretKey: LiveSecrets
  /** VIGIE_URL. */
  readonly url: string
}

export type Mattermost = ReturnType<typeof createMattermost>

export function createMattermost({ settings, store, secretKey, url, fetch, now, log }: MattermostParts) {
  const { mattermostUrl, locale } = settings
  const token = () => settings.mattermostToken.current()[0]?.reveal() ?? ''
  const rest = createRest({ url: mattermostUrl, token, fetch, log })
  const everywhere = createCalls(rest)
  const teams = createTeams(everywhere, settings.teams)
  const calls = { ...everywhere, myTeams: teams.mine }
  const self = createSelf(calls)
  const admins = createAdmins({ names: settings.admins, calls, marks: store.marks, people: store.people, now, log })
  const people = createPeople({ self, calls, admins, now, locale })
  const around = createAround({ url: mattermostUrl, self, calls, people })
  const actionUrl = `${url}/mattermost/action`
  const sealer = createSealer({ secrets: secretKey, now, random: randomBytes, actionUrl })
  return { token, download: rest.download, teams, calls, self, admins, people, around, sealer }
}
