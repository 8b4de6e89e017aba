// What every notifier must do, whatever it leads to (src/notifiers/notifier.ts): tell a message once, and say honestly what happened.

import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { DeliveryError } from '../../src/errors.ts'
import type { Event } from '../../src/event.ts'
import type { Message, Notifier } from '../../src/notifiers/notifier.ts'
import { own, rich } from '../../src/text/rich.ts'

export interface NotifierStage {
  readonly notifier: Notifier
  readonly address: string
  /** An address that does not exist. */
  readonly nowhere: string
  /** Everything told at `address` so far as text, oldest first. */
  told(): Promise<readonly string[]>
  /** The next message is taken, and the answer to it lost. */
  loseNextAnswer?(): void
  /** Nothing that is written there calls anybody. */
  readonly mentionsNobody?: true
}

export const newId = (): string => randomBytes(6).toString('hex')

export function eventOf(id: string): Event {
  return {
    id,
    source: 'gitlab',
    type: 'gitlab.merge_request.open',
    subject: 'taaf/projet',
    time: '2026-11-21T08:00:00.000Z',
    data: {},
    severity: 'info',
    audience: 'open',
    byDefault: true,
  }
}

/** A message that tells these words. */
export function messageOf(words: string, more: Partial<Message> = {}): Message {
  const deliveryId = more.deliveryId ?? newId()
  return {
    deliveryId,
    attempt: 1,
    unsure: false,
    firstTriedAt: Date.now(),
    events: [eventOf(`e${deliveryId}`)],
    description: { title: own(words), text: rich`text of ${words}`, color: '#00ff00', summary: own(words) },
    locale: 'fr',
    ...more,
  }
}

export const neverStop = new AbortController().signal

export async function failureOf(sent: Promise<unknown>): Promise<DeliveryError> {
  const error = await sent.catch((thrown: unknown) => thrown)
  if (error instanceof DeliveryError) return error
  throw new Error('it was taken, or failed in another way', { cause: error })
}

/** Registers the suite; the stage is set up by the caller's hooks. */
export function testNotifier(stage: () => NotifierStage): void {
  const tellings = async (words: string) => (await stage().told()).filter((told) => told.includes(words))

  test('a message is told, and its receipt says where', async () => {
    const words = `first ${newId()}`
    const { receipt } = await stage().notifier.send(messageOf(words), stage().address, neverStop)
    expect(Object.values(receipt).every((value) => value !== '')).toBe(true)
    expect(await tellings(words)).toHaveLength(1)
  })

  test('a message that may have arrived is looked for, and told once', async () => {
    const words = `twice ${newId()}`
    const message = messageOf(words)
    const first = await stage().notifier.send(message, stage().address, neverStop)
    const second = await stage().notifier.send({ ...message, attempt: 2, unsure: true }, stage().address, neverStop)
    expect(second.receipt).toEqual(first.receipt)
    expect(await tellings(words)).toHaveLength(1)
  })

  test('a lost answer says that nothing is sure, and the next try finds what was told', async () => {
    const { notifier, address, loseNextAnswer } = stage()
    if (loseNextAnswer === undefined) return
    const words = `lost ${newId()}`
    const message = messageOf(words)
    loseNextAnswer()
    expect(await failureOf(notifier.send(message, address, neverStop))).toMatchObject({ retry: true, unsure: true })
    await notifier.send({ ...message, attempt: 2, unsure: true }, address, neverStop)
    expect(await tellings(words)).toHaveLength(1)
  })

  test('an address that does not exist is a failure of that target alone, for good', async () => {
    const failure = await failureOf(stage().notifier.send(messageOf('nobody'), stage().nowhere, neverStop))
    expect(failure).toMatchObject({ retry: false, scope: 'target' })
  })

  test('a stopped sending ends and is no refusal', async () => {
    const stop = new AbortController()
    stop.abort()
    const failure = await failureOf(stage().notifier.send(messageOf('stopped'), stage().address, stop.signal))
    expect(failure).toMatchObject({ retry: true, reason: 'cancelled' })
  })

  test('foreign words mention nobody', async () => {
    if (stage().mentionsNobody) return
    const words = `foreign ${newId()}`
    const description = { title: [words], text: [`@all @here @channel ${words}`], color: '#00ff00', summary: [words] }
    await stage().notifier.send(messageOf(words, { description }), stage().address, neverStop)
    const [told = ''] = await tellings(words)
    expect(told).not.toMatch(/@(all|here|channel)/)
  })
}
