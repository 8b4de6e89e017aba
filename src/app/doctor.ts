// `vigie doctor`: one synthetic event through each configured path, told to the first Vigie administrator by direct message and
// read back there. It takes the same road as a real one: our own HTTP door, the store, routing, the outbox, the notifier.

import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Calls } from '../bot/calls.ts'
import type { Draft, Now, Target } from '../event.ts'
import type { Integration, Probe } from '../integrations/integration.ts'
import type { Notifier } from '../notifiers/notifier.ts'
import type { Store } from '../store/store.ts'
import { mailTroubleOf } from '../text/mail-troubles.ts'
import type { DoctorLine } from '../web/control.ts'

export interface DoctorParts {
  readonly integrations: readonly Integration[]
  /** Those that can be knocked at are. */
  readonly notifiers: readonly Notifier[]
  readonly store: Store
  readonly calls: Pick<Calls, 'me' | 'post'>
  /** Ids of Vigie administrators, the first of VIGIE_ADMINS first. */
  readonly admins: () => Promise<readonly string[]>
  /** Where our own HTTP door stands. */
  readonly url: () => string
  readonly fetch: typeof fetch
  readonly now: Now
}

type Said = DoctorLine['said']

const patienceMs = 20_000
const lookEveryMs = 100

export interface Doctor {
  /** A line a path; `ok` only for what was read back. */
  examine(): Promise<readonly DoctorLine[]>
  /** Whom alone an event is told to, where it is a trial of ours. */
  confine(draft: Draft): readonly Target[] | undefined
}

export function createDoctor(parts: DoctorParts): Doctor {
  /** Where each trial under way is told, by its subject. */
  const trials = new Map<string, Target>()
  const line = async (path: string, run: () => Promise<Said>): Promise<DoctorLine> => {
    const began = parts.now()
    try {
      return { path, ok: true, said: await run(), tookMs: parts.now() - began }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const said = error instanceof Trouble ? error.said : (withWords(reason) ?? { fr: reason, en: reason })
      return { path, ok: false, said, tookMs: parts.now() - began }
    }
  }
  const examine = async () => {
    const lines = [
      await line('store', async () => {
        await parts.store.check()
        return { fr: 'écrit et relu', en: 'written and read back' }
      }),
      await line('mattermost', async () => {
        const { username } = await parts.calls.me()
        return { fr: `répond, je suis @${username}`, en: `answers, I am @${username}` }
      }),
    ]
    for (const notifier of parts.notifiers) {
      const knock = notifier.knock?.bind(notifier)
      if (knock === undefined) continue
      const answers = async () => {
        await knock(AbortSignal.timeout(patienceMs))
        return {
          fr: 'répond, connexion acceptée, rien n’a été envoyé',
          en: 'answers, login accepted, nothing was sent',
        }
      }
      lines.push(await line(notifier.name, answers))
    }
    for (const integration of parts.integrations) {
      const probe = await integration.probe?.(randomBytes(6).toString('hex'))
      if (probe) lines.push(await line(`${integration.name} → mattermost`, () => follow(parts, trials, probe)))
    }
    return lines
  }
  return {
    examine,
    confine({ subject = '' }) {
      const target = trials.get(subject)
      return target && [target]
    },
  }
}

/** What a notifier's error says, with the other side's own words. */
function withWords(error: string): Said | undefined {
  const known = mailTroubleOf(error)
  const words = / \(([^()]*(?:\([^()]*\)[^()]*)*)\)$/.exec(error)?.[1]
  if (known === undefined || words === undefined) return known
  return { fr: `${known.fr} (${words})`, en: `${known.en} (${words})` }
}

/** What stands in the way, in words. */
class Trouble extends Error {
  readonly said: Said
  constructor(said: Said) {
    super(said.en)
    this.said = said
  }
}

async function follow(parts: DoctorParts, trials: Map<string, Target>, probe: Probe): Promise<Said> {
  const [admin] = await parts.admins()
  if (admin === undefined)
    throw new Trouble({
      fr: 'personne à qui écrire\u00a0: nommez quelqu’un dans VIGIE_ADMINS',
      en: 'nobody to write to: name somebody in VIGIE_ADMINS',
    })
  trials.set(probe.subject, { notifier: 'mattermost', address: `@${admin}` })
  try {
    const event = await send(parts, probe)
    const post = await told(parts, event)
    const { props } = await parts.calls.post(post)
    if (!JSON.stringify(props).includes(event))
      throw new Trouble({
        fr: 'le message relu ne parle pas de cet événement',
        en: 'the post read back does not tell this event',
      })
    return {
      fr: 'envoyé, rangé, écrit en message direct et relu',
      en: 'sent, stored, written as a direct message and read back',
    }
  } finally {
    trials.delete(probe.subject)
  }
}

async function send({ fetch, url }: DoctorParts, probe: Probe): Promise<string> {
  const response = await fetch(`${url()}${probe.path}`, {
    method: 'POST',
    headers: { ...probe.headers },
    body: probe.body,
    signal: AbortSignal.timeout(patienceMs),
  })
  const answer = (await response.json()) as { event?: string; matched?: number; detail?: string }
  if (response.status === 200 && answer.event !== undefined && answer.matched === 1) return answer.event
  throw new Trouble({
    fr: `le webhook a répondu ${response.status} ${answer.detail ?? JSON.stringify(answer)}`,
    en: `the webhook answered ${response.status} ${answer.detail ?? JSON.stringify(answer)}`,
  })
}

/** The id of the post that tells the event, once the outbox has settled it. */
async function told({ store, now }: DoctorParts, event: string): Promise<string> {
  const until = now() + patienceMs
  for (;;) {
    const [delivery] = await store.deliveries.list({ event, limit: 1 })
    const post = delivery?.receipt?.post
    if (delivery?.state === 'delivered' && post !== undefined) return post
    if (delivery?.state === 'parked' || delivery?.state === 'withheld' || now() > until)
      throw new Trouble({
        fr: `non remis\u00a0: ${delivery?.error ?? delivery?.withheld ?? 'toujours en attente'}`,
        en: `not delivered: ${delivery?.error ?? delivery?.withheld ?? 'still waiting'}`,
      })
    await wait(lookEveryMs)
  }
}
