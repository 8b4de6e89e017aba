// The notifier suite over a real SMTP server. A mailbox shows a mail once that was sent twice: it is known by its Message-ID.

import { afterAll, beforeAll } from 'vitest'
import { createMailServer, type MailServer } from '../fakes/mail-server.ts'
import { notifierOf, receiver, settingsOf } from '../notifiers/mail-stage.ts'
import { type NotifierStage, testNotifier } from './notifier.ts'

let server: MailServer
let stage: NotifierStage

beforeAll(async () => {
  server = await createMailServer({ hideSTARTTLS: true })
  let isLost = false
  server.fault = (step, address) => {
    if (step === 'rcpt' && address.startsWith('nobody@')) return { code: 550, words: '5.1.1 No such user' }
    // The whole mail was taken in, and the line breaks before the answer.
    if (step === 'taken' && isLost) {
      isLost = false
      return 'cut'
    }
    return undefined
  }
  stage = {
    notifier: notifierOf(settingsOf(server.port)),
    address: receiver,
    nowhere: 'nobody@example.org',
    async told() {
      const mails = await server.parsed()
      return [...new Map(mails.map((mail) => [mail.messageId, `${mail.subject}\n${mail.text}\n${mail.html}`])).values()]
    },
    loseNextAnswer() {
      isLost = true
    },
    mentionsNobody: true,
  }
})
afterAll(() => server.stop())

testNotifier(() => stage)
