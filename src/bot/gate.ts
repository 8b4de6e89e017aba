// Whether a press or a submitted form is what we once offered, to this person, in this place, for the first time where once is enough
// (threats T3–T5). Who may do it is judged afterwards, by dispatch.

import type { Log, Meter, Now } from '../event.ts'
import type { AuditStore, DeliveryStore, SealStore } from '../store/store.ts'
import type { Calls } from './calls.ts'
import { answered } from './rest.ts'
import type { OpenedButton, OpenedDialog, Sealer } from './seal.ts'
import type { Self } from './self.ts'

export interface Passed<T> {
  readonly opened: T
  /** Nothing was done after all: what was good once is good once more. */
  release(): void
}

export interface Gate {
  /** Nothing for what is altered, expired, used, or of another place; it is audited and counted. */
  press(request: {
    person: string
    channel: string
    post: string
    token: unknown
    option: unknown
  }): Promise<Passed<OpenedButton> | undefined>
  dialog(request: { person: string; channel: string; state: unknown }): Promise<Passed<OpenedDialog> | undefined>
}

export interface GateParts {
  readonly sealer: Pick<Sealer, 'openButton' | 'openDialog'>
  readonly seals: SealStore
  readonly deliveries: Pick<DeliveryStore, 'receipt'>
  readonly audit: Pick<AuditStore, 'append'>
  readonly calls: Pick<Calls, 'post'>
  readonly self: Self
  /** True for a verb that may be pressed once only. */
  readonly isOnce: (verb: string) => boolean
  readonly log: Log
  readonly meter: Meter
  readonly now: Now
}

/** Anybody who reaches the port can be refused: more of them in a minute are counted, not written down. */
const mostAuditedPerMinute = 30
const mostReleased = 10_000

export function createGate(parts: GateParts): Gate {
  const { sealer, seals, deliveries, audit, calls, self, isOnce, log, meter, now } = parts
  /** Ids of used seals whose use came to nothing; in memory, since losing them only asks for another try. */
  const released = new Set<string>()
  let minute = 0
  let audited = 0

  const refuse = async (person: string, channel: string, detail: string): Promise<undefined> => {
    meter.count('actions_refused', { cause: detail })
    log.info({ person, channel, cause: detail }, 'a press or a form was refused')
    const present = Math.floor(now() / 60_000)
    if (present !== minute) audited = 0
    minute = present
    audited += 1
    if (audited > mostAuditedPerMinute || !isId(person)) return undefined
    const entry = { at: now(), person, verb: 'button', outcome: 'refused' as const, detail }
    try {
      await audit.append(isId(channel) ? { ...entry, channel } : entry)
    } catch (error) {
      log.error({ err: error }, 'a refusal could not be audited')
    }
    return undefined
  }

  const use = async (id: string, expiresAt: number): Promise<boolean> => released.delete(id) || seals.use(id, expiresAt)

  const release = (id: string) => {
    if (released.size >= mostReleased) released.clear()
    released.add(id)
  }

  /** The post is the one told by that delivery; while its receipt is not stored yet, or names an older post, the post itself says. */
  const isOnPost = async (delivery: string, post: string): Promise<boolean> => {
    if (!isId(post)) return false
    if ((await deliveries.receipt(delivery))?.post === post) return true
    try {
      const found = await calls.post(post)
      return found.user_id === (await self()).id && deliveriesOf(found.props).includes(delivery)
    } catch (error) {
      if (answered(error, 400, 403, 404)) return false
      throw error
    }
  }

  return {
    async press({ person, channel, post, token, option }) {
      const opened = sealer.openButton(token, { channel, person, option })
      if (opened === undefined) return refuse(person, channel, 'seal')
      if (opened.delivery !== undefined && !(await isOnPost(opened.delivery, post)))
        return refuse(person, channel, 'post')
      if (!isOnce(opened.verb)) return { opened, release: () => undefined }
      if (!(await use(opened.id, opened.expiresAt))) return refuse(person, channel, 'used')
      return { opened, release: () => release(opened.id) }
    },
    async dialog({ person, channel, state }) {
      const opened = sealer.openDialog(state, { channel, person })
      if (opened === undefined) return refuse(person, channel, 'seal')
      if (!(await use(opened.id, opened.expiresAt))) return refuse(person, channel, 'used')
      return { opened, release: () => release(opened.id) }
    },
  }
}

function isId(text: string): boolean {
  return /^[a-z0-9]{26}$/.test(text)
}

function deliveriesOf(props: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { vigie } = props
  if (typeof vigie !== 'object' || vigie === null || !('deliveries' in vigie)) return []
  return Array.isArray(vigie.deliveries) ? vigie.deliveries : []
}
