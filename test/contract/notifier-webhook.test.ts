// The notifier suite over a URL. A receiver knows a message that comes twice by its `webhook-id`.

import { afterAll, beforeAll } from 'vitest'
import { createWebhookNotifier } from '../../src/notifiers/webhook.ts'
import { createReceiver, outwardTo, type Receiver } from '../notifiers/receiver.ts'
import { type NotifierStage, testNotifier } from './notifier.ts'

let receiver: Receiver
let stage: NotifierStage

beforeAll(async () => {
  receiver = await createReceiver()
  const { post } = outwardTo(receiver.at)
  stage = {
    notifier: createWebhookNotifier({
      find: async (id) => (id === 's1' ? { url: receiver.url, secret: 'whsec_c2VjcmV0' } : undefined),
      post,
      now: Date.now,
    }),
    address: 's1',
    nowhere: 'nobody',
    async told() {
      receiver.answer = { status: 204 }
      return [...new Map(receiver.taken.map(({ headers, body }) => [headers['webhook-id'], body])).values()]
    },
    loseNextAnswer() {
      receiver.answer = undefined
      // Asked again, it answers.
      const { taken } = receiver
      const push = taken.push.bind(taken)
      taken.push = (...all) => {
        taken.push = push
        queueMicrotask(() => {
          receiver.answer = { status: 204 }
        })
        return push(...all)
      }
    },
    mentionsNobody: true,
  }
})
afterAll(() => receiver.close())

testNotifier(() => stage)
