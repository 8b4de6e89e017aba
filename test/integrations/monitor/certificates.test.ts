// A certificate near its end: told once at each threshold, and what could not be stored at first by and by.

import { describe, expect, it } from 'vitest'
import type { Draft, EmitOptions } from '../../../src/event.ts'
import { createCertificates, describeCertificate } from '../../../src/integrations/monitor/certificates.ts'
import type { Locale } from '../../../src/text/locale.ts'
import { toMattermost } from '../../../src/text/mattermost-markdown.ts'
import { createFakeLog } from '../../fakes/log.ts'
import { monitorOf } from '../../fakes/monitors.ts'

const day = 86_400_000
const now = Date.UTC(2026, 10, 21, 8)

function world() {
  const emitted: { draft: Draft; options: EmitOptions | undefined }[] = []
  const state = { isDown: false }
  const certificates = createCertificates({
    emit: async (draft, options) => {
      if (state.isDown) throw new Error('no store')
      emitted.push({ draft, options })
      return { event: 'e', matched: 1, repeated: false }
    },
    log: createFakeLog(),
    now: () => now,
  })
  return { emitted, state, certificates }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('a certificate near its end', () => {
  it('is told at home, wakes whom its monitor names, and is known when it is told again', async () => {
    const { emitted, certificates } = world()
    certificates.tell(monitorOf('shop', { mention: ['u1'] }), { kind: 'certificate', endsAt: now + 6 * day, days: 7 })
    await settled()
    expect(emitted).toMatchObject([
      {
        draft: {
          type: 'monitor.certificate',
          home: 'ops',
          subject: 'shop',
          severity: 'warning',
          rings: { people: ['u1'] },
        },
        options: { dedupe: [{ key: `certificate shop ${now + 6 * day} 7` }] },
      },
    ])
  })

  it('is told later when it could not be stored', async () => {
    const { emitted, state, certificates } = world()
    state.isDown = true
    certificates.tell(monitorOf('shop'), { kind: 'certificate', endsAt: now + day, days: 1 })
    await settled()
    await certificates.retry()
    expect(emitted).toEqual([])
    state.isDown = false
    await certificates.retry()
    await certificates.retry()
    expect(emitted).toHaveLength(1)
    expect(emitted[0]?.draft.severity).toBe('critical')
  })

  it.each<[number, number, Locale, string]>([
    [20.5, 21, 'fr', '🟠 Le certificat de shop finit dans 20 jours'],
    [20.5, 21, 'en', '🟠 The certificate of shop ends in 20 days'],
    [1.5, 3, 'fr', '🔴 Le certificat de shop finit dans 1 jour'],
    // At 8 h, for 23 h more: tomorrow.
    [0.96, 1, 'fr', '🔴 Le certificat de shop finit dans moins d’un jour'],
    [-1, 1, 'en', '🔴 The certificate of shop has ended'],
  ])('%s days before it ends says how long (%s, %s)', async (left, days, locale, title) => {
    const { emitted, certificates } = world()
    certificates.tell(monitorOf('shop'), { kind: 'certificate', endsAt: now + left * day, days })
    await settled()
    const [one] = emitted
    if (!one) throw new Error('not told')
    const card = describeCertificate({ ...one.draft, id: 'e' }, { locale, timeZone: 'Europe/Paris', now })
    expect(
      toMattermost(card.title ?? [])
        .replaceAll('\u200b', '')
        .replaceAll('\u00a0', ' '),
    ).toBe(title)
    expect(toMattermost(card.text ?? [])).toContain(locale === 'fr' ? '`/monitor vérifier`' : '`/monitor check`')
  })
})
