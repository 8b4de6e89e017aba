// Vigie's own news, told to people by direct message and never subscribed to (interface.md, "Event types").

import type { Describe, Draft, Event } from '../../event.ts'
import { plural } from '../../text/format.ts'
import type { Said } from '../../text/locale.ts'
import { bold, code, own, type Rich, rich } from '../../text/rich.ts'
import type { MakeIntegration } from '../integration.ts'
import { commandsChangedType, describeCommandsChanged } from './commands-changed.ts'
import { describeFolder, folderBackType, folderMissingType } from './folders.ts'
import { describeHooksDisabled, describeHooksRecovered, hooksDisabledType, hooksRecoveredType } from './gitlab-hooks.ts'
import { describeIsolated, isolatedType } from './isolated.ts'
import { deliveryParkedType, describeDeliveryParked } from './parked.ts'
import { describeSubscriptionsEnded, subscriptionsEndedType } from './subscriptions-ended.ts'
import { describeToken, tokenAcceptedType, tokenRefusedType } from './token-refused.ts'
import { upkeepDescribers } from './upkeep.ts'

/** Why a channel's subscriptions fell asleep. */
export type AsleepReason = 'removed' | 'archived'

/** A channel can no longer be told anything: `channel` is its name as last known, `count` its subscriptions. */
export function subscriptionsAsleep(channel: string, reason: AsleepReason, count: number, at: number): Draft {
  return {
    source: 'vigie',
    type: 'vigie.subscriptions_asleep',
    time: new Date(at).toISOString(),
    data: { channel, reason, count },
    severity: 'warning',
    audience: 'closed',
    byDefault: false,
  }
}

export const createVigie: MakeIntegration = () => ({
  name: 'vigie',
  describe,
  events: [],
  status: async () => ({
    name: 'vigie',
    title: { fr: 'Vigie', en: 'Vigie' },
    state: 'ok',
    glance: { fr: rich`en marche`, en: rich`running` },
  }),
})

const reasons: Readonly<Record<string, Said>> = {
  removed: { fr: 'j’en ai été retirée', en: 'I was removed from it' },
  archived: { fr: 'il a été archivé', en: 'it was archived' },
}

const describe: Describe = (event, telling) => (describers.get(event.type) ?? describeAsleep)(event, telling)

const describers: ReadonlyMap<string, Describe> = new Map([
  [commandsChangedType, describeCommandsChanged],
  [hooksDisabledType, describeHooksDisabled],
  [hooksRecoveredType, describeHooksRecovered],
  [deliveryParkedType, describeDeliveryParked],
  [isolatedType, describeIsolated],
  [tokenRefusedType, describeToken],
  [tokenAcceptedType, describeToken],
  [subscriptionsEndedType, describeSubscriptionsEnded],
  [folderMissingType, describeFolder],
  [folderBackType, describeFolder],
  ...upkeepDescribers,
])

const describeAsleep: Describe = (event, { locale }) => {
  const channel = text(event, 'channel') ?? '?'
  const count = typeof event.data.count === 'number' ? event.data.count : 1
  const reason = reasons[text(event, 'reason') ?? '']?.[locale] ?? ''
  const said: Readonly<Record<'fr' | 'en', Rich>> = {
    fr: rich`Je ne peux plus rien dire dans ${bold(channel)}\u00a0: ${{ own: reason }}.`,
    en: rich`I can no longer say anything in ${bold(channel)}: ${{ own: reason }}.`,
  }
  const asleep = {
    fr: plural('fr', count, 'abonnement en sommeil. Il reprendra', 'abonnements en sommeil. Ils reprendront'),
    en: plural('en', count, 'subscription asleep. It resumes', 'subscriptions asleep. They resume'),
  }
  const advice: Readonly<Record<'fr' | 'en', Rich>> = {
    fr: rich`${count} ${own(asleep.fr)} quand je pourrai de nouveau y écrire (${code('/invite @vigie')}).`,
    en: rich`${count} ${own(asleep.en)} once I can write there again (${code('/invite @vigie')}).`,
  }
  return {
    title: said[locale],
    text: advice[locale],
    color: '#ffaa00',
    footer: 'Vigie',
    summary: said[locale],
  }
}

function text(event: Event, name: string): string | undefined {
  const value = event.data[name]
  return typeof value === 'string' ? value : undefined
}
