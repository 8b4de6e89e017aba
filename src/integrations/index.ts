// The integrations, in the order `status` shows them (design.md, "Lists, not folder scans").

import { createGitlab } from './gitlab/gitlab.ts'
import { createHook } from './hook/hook.ts'
import type { MakeIntegration } from './integration.ts'
import { createMonitoring } from './monitor/monitoring.ts'
import { createNextcloud } from './nextcloud/nextcloud.ts'
import { createPersonnages } from './personnage/personnage.ts'
import { createVigie } from './vigie/vigie.ts'

export const integrations: readonly MakeIntegration[] = [
  createGitlab,
  createNextcloud,
  createMonitoring,
  createPersonnages,
  createHook,
  createVigie,
]

/** What their events say they come from. */
export const sourceNames: readonly string[] = ['gitlab', 'nextcloud', 'monitor', 'personnage', 'hook', 'vigie']
