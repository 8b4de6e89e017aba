// So that an alert is told once: what FALLBACK took over is not told by a mail that comes late, what was taken meanwhile is not taken over,
// and no two of its deliveries that could be the one or the other are under way at once (threat F26).

import type { Event, Target } from '../event.ts'
import type { AlertStore, Claim, Taken } from '../store/store.ts'

/** `later`: another of its deliveries is under way. `taken`: it is told already, elsewhere. */
export type Admission = 'go' | 'later' | 'taken'

export interface AlertGate {
  /** Asked before every try. `leave` has to follow a `go`. @throws {StoreUnavailable} */
  enter(claim: Claim): Promise<Admission>
  leave(claim: Claim): void
  /** FALLBACK told it: where it waits beside others it is left out. @throws {StoreUnavailable} */
  isTakenOver(target: Target, event: Event): Promise<boolean>
}

/** Whatever tells of the alert alone; a channel's live card stays its card. */
const cardsOf = 'mattermost'

export function createAlertGate(alerts: Pick<AlertStore, 'takers'>): AlertGate {
  /** By alert: who is under way. One of FALLBACK's goes alone. */
  const underWay = new Map<string, Map<string, Taken>>()

  return {
    async enter(claim) {
      const alert = alertOf(claim)
      if (alert === undefined) return 'go'
      const { id, target } = claim.delivery
      const mine = kindOf(claim)
      const others = underWay.get(alert) ?? new Map<string, Taken>()
      const isFree = mine === 'fallback' ? others.size === 0 : ![...others.values()].includes('fallback')
      if (!isFree) return 'later'
      underWay.set(alert, others.set(id, mine))
      try {
        const takers = await alerts.takers(alert)
        const own = new Set(claim.delivery.events)
        const isTold =
          mine === 'fallback'
            ? takers.some(({ event }) => !own.has(event))
            : target.notifier !== cardsOf && takers.some(byFallback)
        if (!isTold) return 'go'
      } catch (error) {
        this.leave(claim)
        throw error
      }
      this.leave(claim)
      return 'taken'
    },
    leave(claim) {
      const alert = alertOf(claim)
      if (alert === undefined) return
      const others = underWay.get(alert)
      others?.delete(claim.delivery.id)
      if (others?.size === 0) underWay.delete(alert)
    },
    async isTakenOver({ notifier }, { alert, takesOver }) {
      if (alert === undefined || takesOver || notifier === cardsOf) return false
      return (await alerts.takers(alert)).some(byFallback)
    },
  }
}

const byFallback = ({ by }: { readonly by: Taken }) => by === 'fallback'

/** Nothing for what tells more than the one alert. */
function alertOf({ events }: Claim): string | undefined {
  const [first] = events
  const alert = first?.event.alert
  return events.every(({ event }) => event.alert === alert) ? alert : undefined
}

function kindOf({ events }: Claim): Taken {
  return events.some(({ event }) => event.takesOver) ? 'fallback' : 'own'
}
