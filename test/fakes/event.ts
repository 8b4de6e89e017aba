// Drafts and subscriptions as they come in, with what a test does not care about filled in.

import type { Draft, Subscription } from '../../src/event.ts'

export const time = Date.UTC(2026, 10, 21, 8)

/** An open merge request of `acme/site`. */
export function draftOf(said: Partial<Draft> = {}): Draft {
  return {
    source: 'gitlab',
    type: 'gitlab.merge_request.open',
    subject: 'acme/site',
    time: new Date(time).toISOString(),
    data: {},
    severity: 'info',
    audience: 'open',
    visibility: 'public',
    byDefault: true,
    ...said,
  }
}

/** Channel `town` hears everything of gitlab. */
export function wishOf(said: Partial<Subscription> = {}): Omit<Subscription, 'id'> {
  const channel = said.channel ?? 'town'
  return {
    channel,
    target: { notifier: 'mattermost', address: channel },
    source: 'gitlab',
    filters: {},
    maker: 'claire',
    madeAt: time,
    ...said,
  }
}

export function subscriptionOf(said: Partial<Subscription> = {}): Subscription {
  return { id: 's1', ...wishOf(said), ...said }
}
