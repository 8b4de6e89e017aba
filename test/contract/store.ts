// What every store must do (src/store/store.ts), whatever lies under it.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DedupeKey, Draft, Event, Keeping, Personnage } from '../../src/event.ts'
import type { CardRow, Claim, PersonnageQuery, Recording, Routed, Store } from '../../src/store/store.ts'
import { draftOf, time, wishOf } from '../fakes/event.ts'

export interface OpenStore {
  readonly store: Store
  /** Closes it as it is and opens it again, as the next process would. */
  reopen(): Promise<Store>
}

const town = { notifier: 'mattermost', address: 'town' }
const dev = { notifier: 'mattermost', address: 'dev' }
const leaseMs = 15_000

export function storeContract(name: string, open: () => Promise<OpenStore>): void {
  describe(`${name} as a store`, () => {
    let opened: OpenStore
    let store: Store
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => store.close())

    const reopen = async () => {
      store = await opened.reopen()
    }
    const record = async (recording: Partial<Recording> = {}) => {
      const [accepted] = await store.events.record([recordingOf(recording)])
      if (!accepted) throw new Error('nothing was accepted')
      return accepted
    }
    const claim = (now = time, limit = 10) => store.deliveries.claim({ notifier: 'mattermost', now, leaseMs, limit })
    const claimOne = async (now = time): Promise<Claim> => {
      const [first] = await claim(now)
      if (!first) throw new Error('nothing could be claimed')
      return first
    }
    const fold = async (as: 'digest' | 'card', digest = false) => {
      const waiting = await store.deliveries.foldable(town, { digest, limit: 100, liveSince: 0 })
      return await store.deliveries.fold(
        waiting.map(({ delivery }) => delivery.id),
        as,
        time,
      )
    }

    describe('watched folders', () => {
      const kept = { identity: '12', sizeBytes: 2 ** 40, changedAt: time }
      const filesOf = async (name: string) => {
        const all: (readonly [string, unknown])[] = []
        for await (const rows of store.folders.files(name)) all.push(...rows)
        return Object.fromEntries(all)
      }

      test('a folder and its files are there after a restart, whatever bytes their names have', async () => {
        const trouble = { kind: 'missing', error: 'gone' } as const
        await store.folders.save({ name: 'rh', place: '/srv/rh', root: '1:2', trouble })
        const path = 'Contrats/\xe9t\xe9\n\xff.pdf'
        const owned = { ...kept, fileId: '99', owner: 'claire' }
        await store.folders.record([
          { folder: 'rh', path, file: kept },
          { folder: 'rh', path: 'b.pdf', file: owned },
          { folder: 'other', path: 'c.pdf', file: kept },
        ])
        await reopen()
        expect(await store.folders.find('rh')).toEqual({ name: 'rh', place: '/srv/rh', root: '1:2', trouble })
        expect(await filesOf('rh')).toEqual({ [path]: kept, 'b.pdf': owned })
      })

      test('a folder that is saved again keeps its files, and what is not said of it any more is gone', async () => {
        await store.folders.save({ name: 'rh', place: '/srv/rh', trouble: { kind: 'silent', error: '' } })
        await store.folders.record([{ folder: 'rh', path: 'a', file: kept }])
        await store.folders.save({ name: 'rh', place: '/srv/rh' })
        expect(await store.folders.find('rh')).toEqual({ name: 'rh', place: '/srv/rh' })
        expect(await filesOf('rh')).toEqual({ a: kept })
      })

      test('files change, move from one folder to another and go in one transaction', async () => {
        await store.folders.record(['a', 'b', 'c'].map((path) => ({ folder: 'rh', path, file: kept })))
        const changed = { ...kept, identity: '13', sizeBytes: 0 }
        await store.folders.record([
          { folder: 'rh', path: 'a', file: changed },
          { folder: 'rh', path: 'b' },
          { folder: 'other', path: 'b', file: kept },
        ])
        expect(await filesOf('rh')).toEqual({ a: changed, c: kept })
        expect(await filesOf('other')).toEqual({ b: kept })
      })

      test('many files are read in order, each once', async () => {
        const paths = Array.from({ length: 9000 }, (_, count) => `${String(count).padStart(5, '0')}.pdf`)
        await store.folders.record(paths.map((path) => ({ folder: 'rh', path, file: kept })))
        const read: string[] = []
        for await (const rows of store.folders.files('rh')) read.push(...rows.map(([path]) => path))
        expect(read).toEqual(paths)
      })

      test('a folder that is forgotten leaves the others', async () => {
        for (const name of ['rh', 'other']) {
          await store.folders.save({ name, place: `/srv/${name}` })
          await store.folders.record([{ folder: name, path: 'a', file: kept }])
        }
        await store.folders.forget('rh')
        expect(await store.folders.find('rh')).toBeUndefined()
        expect(await filesOf('rh')).toEqual({})
        expect(await filesOf('other')).toEqual({ a: kept })
      })
    })

    describe('characters', () => {
      const naruto = { nom: 'Naruto', score: 85, madeAt: time, changedAt: time, by: 'claire' }
      const kept = (nom: string, personnage?: Personnage): Keeping => ({
        nom,
        change: () => ({ draft: draftOf(), ...(personnage === undefined ? {} : { personnage }) }),
      })
      const keep = (some: Partial<typeof naruto>, more: Partial<Recording> = {}) =>
        record({ keeps: kept(some.nom ?? naruto.nom, { ...naruto, ...some }), ...more })
      const best = { sort: 'score', order: 'desc', limit: 10 } as const
      const nomsOf = async (query: Partial<PersonnageQuery> = {}) =>
        (await store.personnages.list({ ...best, ...query })).map(({ nom }) => nom)

      test('a character is there after a restart, found without regard to case, however its accents are written', async () => {
        await keep({ nom: 'Émilie du Châtelet', score: Number.MIN_SAFE_INTEGER })
        await reopen()
        const found = await store.personnages.find('ÉMILIE du châtelet'.normalize('NFD'))
        expect(found).toEqual({ ...naruto, nom: 'Émilie du Châtelet', score: Number.MIN_SAFE_INTEGER })
        expect(await store.personnages.find('Emilie du Chatelet')).toBeUndefined()
      })

      test('a character of the same name takes the place of the one before', async () => {
        await keep({})
        await keep({ nom: 'NARUTO', score: 12, changedAt: time + 1, by: 'key k1' })
        expect(await store.personnages.list(best)).toEqual([
          { ...naruto, nom: 'NARUTO', score: 12, changedAt: time + 1, by: 'key k1' },
        ])
      })

      test('a removed character is gone', async () => {
        await keep({})
        await record({ keeps: kept('naruto') })
        expect(await store.personnages.find('Naruto')).toBeUndefined()
      })

      test('a repeated event writes nothing', async () => {
        const dedupe: readonly DedupeKey[] = [{ key: 'once', lifeMs: 1000 }]
        await keep({}, { dedupe })
        await keep({ score: 1 }, { dedupe })
        expect((await store.personnages.find('Naruto'))?.score).toBe(85)
      })

      test('each of many in one transaction is decided by what those before it did', async () => {
        const add: Recording = recordingOf({
          keeps: {
            nom: 'Naruto',
            change: (known) => ({
              draft: draftOf({ type: known === undefined ? 'made' : 'changed' }),
              personnage: { ...naruto, score: (known?.score ?? 0) + 1 },
            }),
          },
        })
        const accepted = await store.events.record([add, add, add])
        expect(accepted.map(({ type }) => type)).toEqual(['made', 'changed', 'changed'])
        expect((await store.personnages.find('Naruto'))?.score).toBe(3)
        expect((await store.events.find(accepted[2]?.event ?? ''))?.event.type).toBe('changed')
      })

      test('an event that cannot be stored leaves the character as it was', async () => {
        const fails = () => {
          throw new Error('no route')
        }
        await expect(keep({}, { route: fails })).rejects.toThrow('no route')
        expect(await store.personnages.find('Naruto')).toBeUndefined()
      })

      test('characters are listed by score, name or time of change, equal ones by name', async () => {
        await keep({ nom: 'b', score: 2, changedAt: time + 1 })
        await keep({ nom: 'C', score: 1, changedAt: time + 2 })
        await keep({ nom: 'a', score: 2, changedAt: time + 3 })
        expect(await nomsOf()).toEqual(['a', 'b', 'C'])
        expect(await nomsOf({ order: 'asc' })).toEqual(['C', 'a', 'b'])
        expect(await nomsOf({ sort: 'nom', order: 'asc' })).toEqual(['a', 'b', 'C'])
        expect(await nomsOf({ sort: 'nom' })).toEqual(['C', 'b', 'a'])
        expect(await nomsOf({ sort: 'changedAt' })).toEqual(['a', 'C', 'b'])
      })

      test('names are listed as in a dictionary, page by page, in both directions', async () => {
        const noms = ['Zoé', 'Élise', 'elise', 'Eli', 'Œdipe', 'Odin', 'Çelik', 'Dara', 'Ærø']
        for (const nom of noms) await keep({ nom })
        const sorted = ['Ærø', 'Çelik', 'Dara', 'Eli', 'elise', 'Élise', 'Odin', 'Œdipe', 'Zoé']
        for (const [order, expected] of [
          ['asc', sorted],
          ['desc', sorted.toReversed()],
        ] as const) {
          const found: string[] = []
          for (;;) {
            const [last] = found.slice(-1)
            const after = last === undefined ? undefined : await store.personnages.find(last)
            const page = await store.personnages.list({ sort: 'nom', order, limit: 2, ...(after ? { after } : {}) })
            found.push(...page.map(({ nom }) => nom))
            if (page.length === 0) break
          }
          expect(found).toEqual(expected)
        }
      })

      test('characters are found by part of the name, which is no pattern, and by the bounds of the score', async () => {
        for (const [nom, score] of [
          ['100 %', 1],
          ['Été', 2],
          ['été 2', 3],
        ] as const)
          await keep({ nom, score })
        expect(await nomsOf({ contains: 'ÉTÉ' })).toEqual(['été 2', 'Été'])
        expect(await nomsOf({ contains: '%' })).toEqual(['100 %'])
        expect(await nomsOf({ min: 2, max: 2 })).toEqual(['Été'])
      })

      test('pages go on where they ended, whatever came and went meanwhile', async () => {
        for (let score = 1; score <= 5; score += 1) await keep({ nom: `n${score}`, score: Math.ceil(score / 2) })
        const first = await store.personnages.list({ ...best, limit: 2 })
        await record({ keeps: kept(first[1]?.nom ?? '') })
        await keep({ nom: 'n0', score: 99 })
        const second = await nomsOf({ ...(first[1] ? { after: first[1] } : {}) })
        expect([...first.map(({ nom }) => nom), ...second]).toEqual(['n5', 'n3', 'n4', 'n1', 'n2'])
      })

      test('it is counted how many there are and how many are ahead', async () => {
        for (const score of [1, 2, 2, 3]) await keep({ nom: `n${score}${Math.random()}`, score })
        expect(await store.personnages.counts(2)).toEqual({ all: 4, above: 1 })
      })
    })

    describe('alerts', () => {
      const mail = { notifier: 'email', address: 'a@example.org' }
      const alert = (more: Partial<Draft> = {}, targets: readonly Routed['target'][] = [mail], at = time) =>
        record({
          draft: draftOf({ alert: 'incident i1', ...more }),
          acceptedAt: at,
          route: () => targets.map((target) => ({ ...routedTo(target), subscriptions: [] })),
        })
      const open = (since = time) => store.alerts.open({ since, limit: 10 })
      const deliver = async (notifier: string) => {
        const [claimed] = await store.deliveries.claim({ notifier, now: time, leaseMs, limit: 1 })
        if (!claimed) throw new Error('nothing could be claimed')
        const { id, attempt } = claimed.delivery
        return {
          settle: () => store.deliveries.settle(id, attempt, { as: 'delivered', receipt: { mail: 'x' } }, time),
        }
      }

      test('an alert is open from its first event on, with whom it was sent to', async () => {
        const { event } = await alert()
        await alert({}, [town], time + 5)
        await record()
        expect(await open(time - 1)).toEqual([])
        expect(await open()).toMatchObject([{ key: 'incident i1', event, since: time, ways: 0, isInHand: false }])
        expect((await open())[0]?.targets).toEqual([mail, town])
        expect((await open())[0]?.taken).toBeUndefined()
      })

      test('it is taken by whoever it was delivered to, and in hand until then', async () => {
        const { event } = await alert()
        const { settle } = await deliver('email')
        expect(await open()).toMatchObject([{ isInHand: true }])
        await settle()
        expect(await open()).toMatchObject([{ isInHand: false, taken: 'own' }])
        expect(await store.alerts.takers('incident i1')).toEqual([{ event, by: 'own' }])
        await store.alerts.close('incident i1')
        expect(await open()).toEqual([])
        // Who has it is known as long as its events are.
        expect(await store.alerts.takers('incident i1')).toHaveLength(1)
      })

      test('it is told apart who took it over, and that it is over', async () => {
        await alert()
        await store.alerts.pass('incident i1', 1, time + 60_000)
        await alert({ takesOver: true }, [dev])
        await (await deliver('mattermost')).settle()
        const { event: over } = await record({ draft: draftOf({ alertsOver: ['incident i1', 'incident i2'] }) })
        await reopen()
        expect(await open()).toMatchObject([
          { taken: 'fallback', ways: 1, passedAt: time + 60_000, passedTo: [dev], over },
        ])
      })

      test('whom an event names has to take it, whoever else reads of it', async () => {
        await record({
          draft: draftOf({ alert: 'incident i1' }),
          route: () => [routedTo(town), { ...routedTo(mail), subscriptions: [] }],
        })
        await (await deliver('mattermost')).settle()
        expect((await open())[0]?.taken).toBeUndefined()
        await (await deliver('email')).settle()
        expect((await open())[0]?.taken).toBe('own')
      })
    })

    test('what waits is counted for one notifier apart', async () => {
      await record({ route: () => [routedTo(town)], acceptedAt: time })
      await record({ route: () => [routedTo({ notifier: 'email', address: 'a@example.org' })], acceptedAt: time - 5 })
      expect(await store.deliveries.counts()).toMatchObject({ waiting: 2, oldestWaitingAt: time - 5 })
      expect(await store.deliveries.counts({ of: ['mattermost'] })).toMatchObject({ waiting: 1, oldestWaitingAt: time })
      const but = await store.deliveries.counts({ except: ['mattermost'] })
      expect(but).toMatchObject({ waiting: 1, oldestWaitingAt: time - 5 })
      expect(await store.deliveries.counts({ of: [] })).toEqual({ waiting: 0, parked: 0 })
      expect(await store.deliveries.counts({ except: [] })).toMatchObject({ waiting: 2 })
    })

    describe('events', () => {
      test('an event is found as it was accepted', async () => {
        const draft = draftOf({ data: { title: 'Été' }, facets: { labels: ['a'] } })
        const { event, matched } = await record({ draft, acceptedAt: time + 5 })
        expect(await store.events.find(event)).toEqual({
          event: { id: event, ...draft },
          acceptedAt: time + 5,
          matched,
        })
      })

      test('an id that nobody gave finds nothing', async () => {
        expect(await store.events.find('zzzzzzzzzzz')).toBeUndefined()
        expect(await store.events.find('not an id')).toBeUndefined()
      })

      test('the nearest is what has the id, else what was given the one before, and says which', async () => {
        const { event } = await record({ route: () => [routedTo(town)] })
        const [delivery] = await store.deliveries.list({ limit: 1 })
        for (const [of, id = ''] of [
          [store.events, event],
          [store.deliveries, delivery?.id],
        ] as const) {
          const found = await of.find(id)
          expect(found).toBeDefined()
          expect(await of.nearest(id)).toEqual({ found, isIt: true })
          expect(await of.nearest(`${id.slice(0, -2)}zz`)).toEqual({ found, isIt: false })
          expect(await of.nearest('0')).toBeUndefined()
          expect(await of.nearest('not an id')).toBeUndefined()
        }
      })

      test('ids rise in the order of acceptance, also when the clock steps back and after a restart', async () => {
        const first = await record({ acceptedAt: time })
        const second = await record({ acceptedAt: time - 3_600_000 })
        await reopen()
        const third = await record({ acceptedAt: time - 7_200_000 })
        expect([second.event > first.event, third.event > second.event]).toEqual([true, true])
      })

      test('matched counts targets, and routing sees the event with its id', async () => {
        let seen: Event | undefined
        const accepted = await record({
          route: (event) => {
            seen = event
            return [routedTo(town), routedTo(dev)]
          },
        })
        expect([accepted.matched, seen?.id]).toEqual([2, accepted.event])
      })

      test('a batch is all or nothing', async () => {
        const broken = recordingOf({
          route: () => {
            throw new Error('broken')
          },
        })
        await expect(store.events.record([recordingOf(), broken])).rejects.toThrow('broken')
        expect(await store.events.recent({ limit: 10 })).toEqual([])
        expect((await store.deliveries.counts()).waiting).toBe(0)
        expect((await record()).matched).toBe(1)
      })

      test('recent lists the newest first, by source and by subject without regard to case', async () => {
        const first = await record({ draft: draftOf({ subject: 'Acme/Site' }) })
        const other = await record({ draft: draftOf({ source: 'other', subject: 'x' }) })
        const last = await record()
        const ids = async (filter: { source?: string; subject?: string; limit: number }) =>
          (await store.events.recent(filter)).map(({ event }) => event.id)
        expect(await ids({ limit: 2 })).toEqual([last.event, other.event])
        expect(await ids({ subject: 'acme/SITE', limit: 5 })).toEqual([last.event, first.event])
        expect(await ids({ source: 'other', limit: 5 })).toEqual([other.event])
      })

      test('a list holds as many as were asked for, and fewer where they are large, until there are none', async () => {
        const ids: string[] = []
        for (const length of [10, 400_000, 400_000, 400_000, 3_000_000, 10, 3_000_000, 10])
          ids.push((await record({ draft: draftOf({ data: { text: 'é'.repeat(length / 2) } }) })).event)
        const pages: string[][] = []
        for (let after = ''; ; after = pages.at(-1)?.at(-1) ?? '') {
          const page = await store.events.list({ after, limit: 4 })
          if (page.length === 0) break
          pages.push(page.map(({ event }) => event.id))
        }
        expect(pages.flat()).toEqual(ids)
        expect(pages.map((page) => page.length)).toEqual([3, 2, 2, 1])
        expect((await store.events.list({ after: '', limit: 2 })).length).toBe(2)
      })

      test('it is known when a source was last heard of', async () => {
        expect(await store.events.lastAcceptedAt('gitlab')).toBeUndefined()
        await record({ acceptedAt: time })
        await record({ acceptedAt: time + 9 })
        expect(await store.events.lastAcceptedAt('gitlab')).toBe(time + 9)
      })

      test('the newest word on a subject’s visibility counts', async () => {
        expect(await store.events.visibility('gitlab', 'acme/site')).toBeUndefined()
        await record({ draft: draftOf({ visibility: 'public' }) })
        expect(await store.events.visibility('gitlab', 'Acme/Site')).toBe('open')
        await record({ draft: draftOf({ visibility: 'internal' }) })
        await record({ draft: silentDraft() })
        expect(await store.events.visibility('gitlab', 'acme/site')).toBe('closed')
      })
    })

    describe('deduplication', () => {
      const key = (name: string, lifeMs = 1000): DedupeKey[] => [{ key: name, lifeMs }]

      test('the same key again is the first event', async () => {
        const first = await record({ dedupe: key('a') })
        expect(await record({ dedupe: key('a') })).toEqual({ ...first, repeated: true })
        expect((await store.events.recent({ limit: 10 })).length).toBe(1)
      })

      test('twins in one batch are one event', async () => {
        const accepted = await store.events.record([
          recordingOf({ dedupe: key('a') }),
          recordingOf({ dedupe: key('a') }),
        ])
        expect(accepted.map(({ repeated }) => repeated)).toEqual([false, true])
        expect(new Set(accepted.map(({ event }) => event)).size).toBe(1)
      })

      test('another key is another event', async () => {
        const first = await record({ dedupe: key('a') })
        expect((await record({ dedupe: key('b') })).event).not.toBe(first.event)
      })

      test('a key is forgotten after its life, and survives a restart until then', async () => {
        const first = await record({ dedupe: key('a', 1000), acceptedAt: time })
        await reopen()
        expect((await record({ dedupe: key('a'), acceptedAt: time + 999 })).event).toBe(first.event)
        expect((await record({ dedupe: key('a'), acceptedAt: time + 1000 })).event).not.toBe(first.event)
      })

      test('a twin that came by another way is known by its own key from then on', async () => {
        const body = { key: 'body', lifeMs: 1000 }
        const first = await record({ dedupe: [{ key: 'project', lifeMs: 9000 }, body], acceptedAt: time })
        await record({ dedupe: [{ key: 'group', lifeMs: 9000 }, body], acceptedAt: time + 1 })
        const again = await record({ dedupe: [{ key: 'group', lifeMs: 9000 }], acceptedAt: time + 5000 })
        expect(again).toEqual({ ...first, repeated: true })
      })
    })

    describe('tracked states', () => {
      const track = async (value: string, order: number): Promise<string | undefined> => {
        const { event } = await record({ draft: draftOf({ track: { key: 'main', value, order } }) })
        return (await store.events.find(event))?.event.track?.before
      }

      test('an event knows the state before it', async () => {
        expect([await track('failed', 1), await track('success', 2), await track('success', 3)]).toEqual([
          undefined,
          'failed',
          'success',
        ])
      })

      test('the same thing told again follows itself', async () => {
        await track('failed', 1)
        expect(await track('success', 1)).toBe('failed')
      })

      test('what comes late is compared with what was before it, and does not replace what is newer', async () => {
        await track('failed', 1)
        await track('success', 3)
        expect(await track('canceled', 2)).toBe('failed')
        expect(await track('failed', 4)).toBe('success')
      })

      test('keys of different sources are different', async () => {
        await track('failed', 1)
        const draft = draftOf({ source: 'other', track: { key: 'main', value: 'x', order: 2 } })
        const { event } = await record({ draft })
        expect((await store.events.find(event))?.event.track?.before).toBeUndefined()
      })
    })

    describe('claims', () => {
      test('a claim brings the delivery with its event, and counts the try', async () => {
        const { event } = await record({ route: () => [routedTo(town, { subscriptions: ['s1', 's2'] })] })
        const found = await claimOne()
        expect(found).toMatchObject({
          delivery: { target: town, events: [event], subscriptions: ['s1', 's2'], state: 'waiting', attempt: 1 },
          deliveries: [found.delivery.id],
          unsure: false,
          refusals: 0,
          firstTriedAt: time,
          digest: false,
          wished: false,
        })
        expect(found.events.map((stored) => stored.event.id)).toEqual([event])
      })

      test('one delivery a target is in flight, in order', async () => {
        const first = await record()
        const second = await record()
        const [claimed, ...others] = await claim()
        expect([claimed?.delivery.events, others]).toEqual([[first.event], []])
        expect(await claim()).toEqual([])
        await settleAs(store, claimed, 'delivered')
        expect((await claimOne()).delivery.events).toEqual([second.event])
      })

      test('targets do not wait for each other, the oldest comes first', async () => {
        await record({ route: () => [routedTo(dev)] })
        await record()
        expect((await claim(time, 1)).map(({ delivery }) => delivery.target)).toEqual([dev])
        expect((await claim()).map(({ delivery }) => delivery.target)).toEqual([town])
      })

      test('other notifiers’ deliveries are left alone', async () => {
        await record({ route: () => [routedTo({ notifier: 'email', address: 'a@example.org' })] })
        expect(await claim()).toEqual([])
        expect(await store.deliveries.nextDueAt('mattermost', 0)).toEqual({})
        expect(await store.deliveries.nextDueAt('email', 0)).toEqual({ dueAt: time })
      })

      test('what backs off holds back what stands behind it', async () => {
        await record()
        await record()
        const first = await claimOne()
        await store.deliveries.settle(first.delivery.id, 1, retryAt(time + 5000), time)
        expect(await claim(time + 4999)).toEqual([])
        expect(await store.deliveries.nextDueAt('mattermost', 0)).toEqual({ dueAt: time + 5000 })
        expect(await claimOne(time + 5000)).toMatchObject({ delivery: { id: first.delivery.id, attempt: 2 } })
      })

      test('after its lease a delivery is claimed again and may have arrived', async () => {
        await record()
        const first = await claimOne(time)
        expect(await claim(time + leaseMs - 1)).toEqual([])
        const again = await claimOne(time + leaseMs)
        expect(again).toMatchObject({ unsure: true, firstTriedAt: time, delivery: { attempt: 2 } })
        expect(await store.deliveries.settle(first.delivery.id, 1, { as: 'withheld', reason: 'x' }, time)).toBe(false)
        expect(await store.deliveries.renew(first.delivery.id, 1, { now: time, leaseMs })).toBe(false)
        expect(await settleAs(store, again, 'delivered')).toBe(true)
      })

      test('a renewed lease lasts longer', async () => {
        await record()
        const { delivery } = await claimOne(time)
        expect(await store.deliveries.renew(delivery.id, 1, { now: time + 10_000, leaseMs })).toBe(true)
        expect(await claim(time + leaseMs)).toEqual([])
        expect((await claim(time + 10_000 + leaseMs)).length).toBe(1)
      })

      test('a settled delivery cannot be settled twice', async () => {
        await record()
        const found = await claimOne()
        expect(await settleAs(store, found, 'delivered')).toBe(true)
        expect(await settleAs(store, found, 'delivered')).toBe(false)
      })

      test('after a restart what was in hand is due at once, and unsure', async () => {
        await record()
        const { delivery } = await claimOne()
        await reopen()
        expect(await store.deliveries.releaseClaims(time + 1)).toBe(1)
        const again = await claimOne(time + 1)
        expect(again).toMatchObject({ unsure: true, delivery: { id: delivery.id, attempt: 2 } })
      })

      test('a refusal is counted, and what was unsure stays so only as long as it is said', async () => {
        await record()
        const { delivery } = await claimOne()
        await store.deliveries.settle(delivery.id, 1, { ...retryAt(time), unsure: true, refused: true }, time)
        expect(await claimOne()).toMatchObject({ refusals: 1, unsure: true })
        await store.deliveries.settle(delivery.id, 2, retryAt(time), time)
        expect(await claimOne()).toMatchObject({ refusals: 1, unsure: false })
      })

      test('what waits for a digest’s window holds nothing up, but only one of a target is in flight', async () => {
        await record({ route: () => [routedTo(town, { digest: true, dueAt: time + 600_000 })] })
        const { event } = await record()
        const found = await claimOne()
        expect(found.delivery.events).toEqual([event])
        expect(await claim(time + 600_000 - 600_000)).toEqual([])
        await settleAs(store, found, 'delivered')
        expect(await store.deliveries.nextDueAt('mattermost', 0)).toEqual({ dueAt: time + 600_000 })
        expect(await claimOne(time + 600_000)).toMatchObject({ wished: true })
      })

      test('while one line of a target is in flight the other is not due', async () => {
        await record({ route: () => [routedTo(town, { digest: true })] })
        await record()
        await claimOne()
        expect(await claim()).toEqual([])
        expect(await store.deliveries.nextDueAt('mattermost', 0)).toEqual({ dueAt: time + leaseMs })
      })
    })

    describe('what became of deliveries', () => {
      test('the states, reasons and errors are told', async () => {
        const states = async () =>
          (await store.deliveries.list({ limit: 10 })).map(({ state, withheld, error }) => [state, withheld, error])
        for (let count = 0; count < 3; count += 1) await record()
        await settleAs(store, await claimOne(), 'delivered')
        const second = await claimOne()
        await store.deliveries.settle(second.delivery.id, 1, { as: 'withheld', reason: 'muted' }, time)
        const third = await claimOne()
        await store.deliveries.settle(third.delivery.id, 1, { as: 'parked', error: 'too long' }, time)
        expect(await states()).toEqual([
          ['parked', undefined, 'too long'],
          ['withheld', 'muted', undefined],
          ['delivered', undefined, undefined],
        ])
        expect(await store.deliveries.counts()).toEqual({ waiting: 0, parked: 1 })
      })

      test('how a target does is told: last told when, and in vain since when and why', async () => {
        const { deliveries } = store
        expect(await deliveries.lately(town)).toEqual({})
        for (let count = 0; count < 2; count += 1) await record()
        await record({ route: () => [routedTo(dev)] })
        expect(await deliveries.lately(town)).toEqual({})
        const claimed = await deliveries.claim({ notifier: town.notifier, now: time, leaseMs, limit: 1 })
        await settleAs(store, claimed[0], 'delivered')
        expect(await deliveries.lately(town)).toEqual({ deliveredAt: time })
        const next = async (now: number) =>
          (await claim(now)).find(({ delivery }) => delivery.target.address === town.address)?.delivery
        const tried = await next(time + 5)
        await deliveries.settle(tried?.id ?? '', 1, retryAt(time + 9), time + 6)
        const failing = { since: time + 5, error: 'not now' }
        expect(await deliveries.lately(town)).toEqual({ deliveredAt: time, failing })
        const again = await next(time + 9)
        await deliveries.settle(again?.id ?? '', 2, { as: 'parked', error: 'never' }, time + 10)
        expect(await deliveries.lately(town)).toEqual({ deliveredAt: time, failing: { ...failing, error: 'never' } })
        expect(await deliveries.lately({ ...town, notifier: 'webhook' })).toEqual({})
      })

      test('they are listed by channel, state and event', async () => {
        const first = await record({ route: () => [routedTo(town), routedTo(dev)] })
        const second = await record({ route: () => [routedTo(dev)] })
        const events = async (filter: Parameters<Store['deliveries']['list']>[0]) =>
          (await store.deliveries.list(filter)).map(({ target, events: ids }) => [target.address, ...ids])
        expect(await events({ event: first.event, limit: 9 })).toEqual([
          ['dev', first.event],
          ['town', first.event],
        ])
        expect(await events({ channel: 'dev', limit: 9 })).toEqual([
          ['dev', second.event],
          ['dev', first.event],
        ])
        expect(await events({ channel: 'dev', limit: 1 })).toEqual([['dev', second.event]])
        expect(await events({ state: 'parked', limit: 9 })).toEqual([])
      })

      test('a parked delivery can be replayed, at the end of its line', async () => {
        await record()
        const parked = await claimOne()
        await store.deliveries.settle(parked.delivery.id, 1, { as: 'parked', error: 'x' }, time)
        const later = await record()
        expect(await store.deliveries.replay(parked.delivery.id, time)).toBe(true)
        expect(await store.deliveries.replay(parked.delivery.id, time)).toBe(false)
        const next = await claimOne()
        expect(next.delivery.events).toEqual([later.event])
        await settleAs(store, next, 'delivered')
        expect(await claimOne()).toMatchObject({ delivery: { id: parked.delivery.id, attempt: 2 }, refusals: 0 })
      })

      test('since when the oldest waits is counted without a digest’s window', async () => {
        await record({ route: () => [routedTo(dev, { digest: true, dueAt: time + 600_000 })] })
        expect((await store.deliveries.counts()).oldestWaitingAt).toBe(time + 600_000)
        await record({ acceptedAt: time + 7 })
        expect(await store.deliveries.counts()).toEqual({ waiting: 2, parked: 0, oldestWaitingAt: time + 7 })
      })
    })

    describe('posts and cards', () => {
      const cardOf = (found: Claim, said: Partial<CardRow> = {}): CardRow => ({
        key: 'mr',
        delivery: found.delivery.id,
        receipt: { post: 'p1', channel: 'town' },
        events: found.delivery.events,
        shownAt: time,
        changedAt: time,
        ...said,
      })
      const makeCard = async (): Promise<Claim> => {
        await record({ draft: draftOf({ card: 'mr' }) })
        const found = await claimOne()
        await store.deliveries.settle(
          found.delivery.id,
          1,
          { as: 'delivered', receipt: { post: 'p1', channel: 'town' }, card: cardOf(found) },
          time,
        )
        return found
      }

      test('the next event of a card finds the live post', async () => {
        const first = await makeCard()
        await record({ draft: draftOf({ card: 'mr' }) })
        expect((await claimOne()).card).toEqual(cardOf(first))
      })

      test('another target, another card or a post of its own finds none', async () => {
        await makeCard()
        await record({ draft: draftOf({ card: 'mr' }), route: () => [routedTo(dev)] })
        await record({ draft: draftOf({ card: 'mr' }), route: () => [routedTo(town, { each: true })] })
        const claims = await claim()
        expect(claims.map(({ card, each }) => [card, each])).toEqual([
          [undefined, false],
          [undefined, true],
        ])
      })

      test('a post leads to its deliveries and the events its card lists', async () => {
        const first = await makeCard()
        const { event } = await record({ draft: draftOf({ card: 'mr' }) })
        const second = await claimOne()
        const events = [...first.delivery.events, event]
        const line = { post: 'p2', channel: 'town', root: 'p1' }
        const card = cardOf(first, { events })
        await store.deliveries.settle(second.delivery.id, 1, { as: 'delivered', receipt: line, card }, time)
        const found = await store.deliveries.byPost('p1')
        expect(found?.deliveries.map(({ id }) => id)).toEqual([first.delivery.id, second.delivery.id])
        expect(found?.events).toEqual(events)
        expect((await store.deliveries.byPost('p2'))?.events).toEqual([event])
        expect(await store.deliveries.byPost('p3')).toBeUndefined()
        expect(await store.deliveries.receipt(second.delivery.id)).toEqual(line)
      })
    })

    describe('folding', () => {
      test('a digest stands in the place of the first, tells all in order, and the others say who took them in', async () => {
        const first = await record()
        const second = await record()
        const digest = await fold('digest')
        const third = await record()
        const found = await claimOne()
        expect(found).toMatchObject({ digest: true, delivery: { id: digest, events: [first.event, second.event] } })
        const absorbed = await store.deliveries.list({ state: 'absorbed', limit: 9 })
        expect(absorbed.map(({ absorbedBy }) => absorbedBy)).toEqual([digest, digest])
        expect(found.deliveries).toEqual(absorbed.map(({ id }) => id).toReversed())
        await settleAs(store, found, 'delivered')
        expect((await claimOne()).delivery.events).toEqual([third.event])
      })

      test('what may already have been sent is not taken in', async () => {
        await record()
        const second = await record()
        const third = await record()
        const tried = await claimOne()
        await store.deliveries.settle(tried.delivery.id, 1, { ...retryAt(time), unsure: true }, time)
        const waiting = await store.deliveries.foldable(town, { digest: false, limit: 9, liveSince: 0 })
        expect(waiting.flatMap(({ delivery }) => delivery.events)).toEqual([second.event, third.event])
        const ids = [tried.delivery.id, ...waiting.map(({ delivery }) => delivery.id)]
        expect(await store.deliveries.fold(ids, 'digest', time)).toBeUndefined()
        expect((await store.deliveries.counts()).waiting).toBe(3)
      })

      test('a digest that was not sent yet is taken into the next', async () => {
        const first = await record()
        const second = await record()
        await fold('digest')
        const third = await record()
        const whole = await fold('digest')
        const found = await claimOne()
        expect(found.delivery).toMatchObject({ id: whole, events: [first.event, second.event, third.event] })
        expect(found.deliveries.length).toBe(3)
        const singles = await Promise.all(found.deliveries.map((id) => store.deliveries.find(id)))
        expect(singles.map((delivery) => delivery?.absorbedBy)).toEqual([whole, whole, whole])
      })

      test('what is left out of a digest is withheld with its reason', async () => {
        const first = await record()
        const second = await record()
        await fold('digest')
        const found = await claimOne()
        const dropped = [{ event: first.event, reason: 'closed' }]
        const outcome = { as: 'delivered', receipt: { post: 'p' }, dropped } as const
        await store.deliveries.settle(found.delivery.id, 1, outcome, time)
        expect((await store.deliveries.find(found.delivery.id))?.events).toEqual([second.event])
        expect(await store.deliveries.list({ state: 'withheld', limit: 9 })).toMatchObject([
          { events: [first.event], withheld: 'closed' },
        ])
      })

      test('a live card’s events become one edit', async () => {
        await record({ draft: draftOf({ card: 'mr' }) })
        await record({ draft: draftOf({ card: 'mr' }) })
        await fold('card')
        expect(await claimOne()).toMatchObject({ digest: false, events: [{}, {}] })
      })

      test('a crowd is overdue once the oldest has waited long enough', async () => {
        for (let count = 0; count < 4; count += 1) await record()
        const overdue = (count: number, olderThan: number) =>
          store.deliveries.overdue({ notifier: 'mattermost', now: time, count, olderThan })
        expect(await overdue(4, time + 1)).toEqual([])
        expect(await overdue(3, time)).toEqual([])
        expect(await overdue(3, time + 1)).toEqual([{ target: town, digest: false }])
      })

      const gather = (count: number, burst = 'rh', dueAt = time + 2000) =>
        Promise.all(Array.from({ length: count }, () => record({ route: () => [routedTo(town, { burst, dueAt })] })))
      const bursts = (now = time + 2000) => store.deliveries.bursts(town, { now, liveSince: 0, limit: 9 })
      const gathered = (limit = 9, burst = 'rh') => store.deliveries.gathered(town, burst, limit)

      test('what waits for its burst is not claimed, and is let go by itself', async () => {
        await gather(3)
        expect(await claim(time + 60_000)).toEqual([])
        expect(await store.deliveries.nextDueAt('mattermost', time)).toEqual({ windowAt: time + 2000 })
        expect(await store.deliveries.nextDueAt('mattermost', time + 2000)).toEqual({})
        expect(await store.deliveries.nextWindowAt('mattermost', time)).toBe(time + 2000)
        expect(await store.deliveries.gathering('mattermost', time + 1999)).toEqual([])
        expect(await store.deliveries.gathering('mattermost', time + 2000)).toEqual([town])
        const [first] = await gathered(1)
        expect(first).toMatchObject({ dueAt: time + 2000, unsure: false })
        await store.deliveries.release([first?.delivery ?? ''])
        expect(await gathered()).toHaveLength(2)
        expect(await claim(time + 60_000)).toMatchObject([{ delivery: { id: first?.delivery }, events: [{}] }])
      })

      test('bursts that wait are known by name, those of a card or with a part in line as live', async () => {
        await gather(2, 'later', time + 3000)
        await gather(2, 'b')
        await gather(2, 'a')
        expect(await bursts(time + 1999)).toEqual([])
        expect(await bursts()).toEqual(['b', 'a'].map((name) => ({ name, isLive: false, isBusy: false })))
        const [first] = await gathered(1, 'a')
        await store.deliveries.fold([first?.delivery ?? ''], 'burst', time + 2000)
        expect(await bursts()).toMatchObject([
          { name: 'b', isLive: false, isBusy: true },
          { name: 'a', isLive: true, isBusy: true },
        ])
      })

      test('a part of a burst stands at the end of its line, and knows its card and what more waits', async () => {
        await gather(7)
        const other = await record()
        const some = (await gathered()).slice(0, 6).map(({ delivery }) => delivery)
        const part = await store.deliveries.fold(some, 'burst', time + 2000)
        expect((await claimOne(time + 2000)).delivery.events).toEqual([other.event])
        await store.deliveries.releaseClaims(time + 2000)
        const before = await claimOne(time + 2000)
        await store.deliveries.settle(before.delivery.id, 2, { as: 'withheld', reason: 'closed' }, time)
        const receipt = { post: 'p1', channel: 'town' }
        const claimed = await claimOne(time + 2000)
        expect(claimed).toMatchObject({ delivery: { id: part }, deliveries: some, digest: false, each: false })
        expect(claimed.burst).toEqual({ card: 'burst rh', first: [], waiting: 1 })
        const card = { key: 'burst rh', delivery: part ?? '', receipt, events: claimed.delivery.events, told: 6 }
        const moments = { shownAt: time, changedAt: time }
        const line = { post: 'p2', channel: 'town', root: 'p1' }
        const outcome = { as: 'delivered', receipt: line, card: { ...card, ...moments } } as const
        await store.deliveries.settle(part ?? '', 1, outcome, time)
        expect(await bursts()).toEqual([{ name: 'rh', isLive: true, isBusy: false }])
        expect((await store.deliveries.byPost('p1'))?.events).toEqual(claimed.delivery.events)
        expect((await store.deliveries.byPost('p2'))?.events).toEqual(claimed.delivery.events)
        const rest = (await gathered()).map(({ delivery }) => delivery)
        await store.deliveries.fold(rest, 'burst', time + 3000)
        const next = await claimOne(time + 3000)
        expect(next.card).toMatchObject({ key: 'burst rh', told: 6 })
        expect(next.burst?.first.map(({ event }) => event.id)).toEqual(claimed.delivery.events)
      })

      test('what waits for a burst is folded with the rest of its target, unless it is live', async () => {
        await gather(2)
        await record()
        await gather(2, 'live')
        const [first] = await gathered(1, 'live')
        await store.deliveries.fold([first?.delivery ?? ''], 'burst', time)
        const waiting = await store.deliveries.foldable(town, { digest: false, limit: 9, liveSince: 0 })
        expect(waiting).toHaveLength(3)
        const overdue = { notifier: 'mattermost', now: time, count: 4, olderThan: time + 1 }
        expect(await store.deliveries.overdue(overdue)).toEqual([{ target: town, digest: false }])
        await fold('digest')
        expect(await claimOne(time)).toMatchObject({ digest: true, wished: false, events: [{}, {}, {}] })
      })

      test('a digest’s window closes for all that waits in it', async () => {
        const late = { digest: true, dueAt: time + 900_000 }
        await record({ route: () => [routedTo(town, { digest: true, dueAt: time + 600_000 })] })
        const overdue = (now: number) =>
          store.deliveries.overdue({ notifier: 'mattermost', now, count: 20, olderThan: 0 })
        expect(await overdue(time + 600_000)).toEqual([])
        await record({ route: () => [routedTo(town, late)] })
        expect(await overdue(time + 599_999)).toEqual([])
        expect(await overdue(time + 600_000)).toEqual([{ target: town, digest: true }])
        await fold('digest', true)
        expect(await claimOne(time + 600_000)).toMatchObject({ digest: true, wished: true, events: [{}, {}] })
      })
    })

    describe('subscriptions', () => {
      test('one is known by channel, source and subject without regard to case; repeating it replaces the rest', async () => {
        const first = await store.subscriptions.save(wishOf({ subject: 'Acme/**  !acme/old' }))
        const again = await store.subscriptions.save(
          wishOf({ subject: 'acme/** !acme/old', maker: 'hugo', filters: { events: ['push'] } }),
        )
        expect(first.replaced).toBeUndefined()
        expect(again.subscription).toMatchObject({ id: first.subscription.id, maker: 'hugo' })
        expect(again.replaced).toEqual(first.subscription)
        expect(await store.subscriptions.all()).toEqual([again.subscription])
      })

      test('another subject, none, or another channel is another subscription', async () => {
        await store.subscriptions.save(wishOf())
        await store.subscriptions.save(wishOf({ subject: '**' }))
        await store.subscriptions.save(wishOf({ channel: 'dev' }))
        expect((await store.subscriptions.all()).length).toBe(3)
        expect((await store.subscriptions.inChannel('town')).map(({ subject }) => subject)).toEqual([undefined, '**'])
      })

      test('it survives a restart and can be removed once', async () => {
        const { subscription } = await store.subscriptions.save(
          wishOf({ filters: { branch: ['main'], label: ['!wip'], digestMs: 5, cards: 'each', changesOnly: true } }),
        )
        await reopen()
        expect(await store.subscriptions.find(subscription.id)).toEqual(subscription)
        expect(await store.subscriptions.remove(subscription.id)).toBe(true)
        expect(await store.subscriptions.remove(subscription.id)).toBe(false)
        expect(await store.subscriptions.find(subscription.id)).toBeUndefined()
      })

      test('a channel’s subscriptions fall asleep and wake together, and those that changed are told', async () => {
        const { subscription } = await store.subscriptions.save(wishOf())
        await store.subscriptions.save(wishOf({ channel: 'dev' }))
        expect(await store.subscriptions.sleep('town', 'archived')).toEqual([{ ...subscription, asleep: 'archived' }])
        expect(await store.subscriptions.sleep('town', 'archived')).toEqual([])
        expect(await store.subscriptions.sleep('town', undefined)).toEqual([subscription])
      })

      test('allow ends deny of the same words and the other way round', async () => {
        const rule = { source: 'gitlab', subject: 'acme/**', channel: 'town', maker: 'claire', madeAt: time }
        await store.subscriptions.saveRule({ effect: 'allow', ...rule })
        await store.subscriptions.saveRule({ effect: 'deny', ...rule, subject: 'ACME/**' })
        const { channel: _channel, ...everyone } = rule
        await store.subscriptions.saveRule({ effect: 'allow', ...everyone })
        const rules = await store.subscriptions.rules()
        expect(rules.map(({ effect, channel }) => [effect, channel])).toEqual([
          ['deny', 'town'],
          ['allow', undefined],
        ])
        expect(await store.subscriptions.removeRule({ effect: 'allow', ...rule })).toBe(false)
        expect(await store.subscriptions.removeRule({ effect: 'deny', ...rule })).toBe(true)
      })

      test('a mute is replaced by a later one and can be ended', async () => {
        const mute = { channel: 'town', source: 'gitlab', subject: 'acme/site', until: time + 1000, maker: 'claire' }
        await store.subscriptions.mute(mute)
        await store.subscriptions.mute({ ...mute, subject: 'Acme/Site', until: time + 5000 })
        expect(await store.subscriptions.mutes()).toEqual([{ ...mute, until: time + 5000 }])
        expect(await store.subscriptions.unmute({ channel: 'town', source: 'gitlab', maker: 'claire' })).toBe(false)
        expect(await store.subscriptions.unmute(mute)).toBe(true)
        expect(await store.subscriptions.mutes()).toEqual([])
      })

      test('a longer mute of somebody else stands, whoever asks at the same moment', async () => {
        const short = { channel: 'town', source: 'gitlab', subject: 'acme/site', until: time + 1000, maker: 'bob' }
        const long = { ...short, until: time + 100_000, maker: 'claire' }
        const respectAfter = time + 5000
        const stood = await Promise.all([
          store.subscriptions.mute(long, respectAfter),
          store.subscriptions.mute(short, respectAfter),
        ])
        expect(stood).toEqual([undefined, long])
        expect(await store.subscriptions.mutes()).toEqual([long])
        expect(await store.subscriptions.unmute(short, respectAfter)).toBe(false)
        expect(await store.subscriptions.mute({ ...short, maker: 'claire' }, respectAfter)).toBeUndefined()
        expect(await store.subscriptions.unmute(short, respectAfter)).toBe(true)
        await store.subscriptions.mute(long)
        expect(await store.subscriptions.unmute(long, respectAfter)).toBe(true)
      })

      test('a mute whose time is over is forgotten', async () => {
        await store.subscriptions.mute({ channel: 'town', source: 'gitlab', until: time - 1, maker: 'claire' })
        expect(await store.subscriptions.mutes()).toEqual([])
      })

      test('a channel’s language is kept', async () => {
        expect(await store.subscriptions.settings('town')).toEqual({})
        await store.subscriptions.saveSettings('town', { lang: 'en' })
        expect(await store.subscriptions.settings('town')).toEqual({ lang: 'en' })
        expect([...(await store.subscriptions.allSettings())]).toEqual([['town', { lang: 'en' }]])
      })

      test('whoever listens hears of every change, after it', async () => {
        const seen: number[] = []
        let pending: Promise<unknown> = Promise.resolve()
        store.subscriptions.onChange(() => {
          pending = store.subscriptions.all().then((all) => seen.push(all.length))
        })
        const { subscription } = await store.subscriptions.save(wishOf())
        await pending
        await store.subscriptions.remove(subscription.id)
        await pending
        expect(seen).toEqual([1, 0])
      })
    })

    test('a URL that is told no more goes with what it heard, in one step', async () => {
      const urlOf = (id: string) => ({
        id,
        url: `https://example.org/${id}`,
        maker: 'claire',
        sealed: 'x',
        madeAt: time,
      })
      const heardBy = (address: string) => wishOf({ channel: '', target: { notifier: 'webhook', address } })
      for (const id of ['a', 'b']) {
        await store.subscribers.save(urlOf(id))
        await store.subscriptions.save(heardBy(id))
      }
      await store.subscriptions.save(wishOf({ channel: 'a' }))
      const seen: (readonly number[])[] = []
      let pending: Promise<unknown> = Promise.resolve()
      store.subscriptions.onChange(() => {
        pending = Promise.all([store.subscribers.all(), store.subscriptions.all()]).then((all) =>
          seen.push(all.map(({ length }) => length)),
        )
      })
      expect(await store.subscribers.remove('a')).toBe(true)
      await pending
      expect(seen).toEqual([[1, 2]])
      expect((await store.subscriptions.all()).map(({ target }) => target.address)).toEqual(['b', 'a'])
      expect(await store.subscribers.remove('a')).toBe(false)
    })

    describe('API keys', () => {
      const key = { id: 'k1', name: 'Banque', hash: 'ab', scopes: ['events:write' as const], madeAt: time }
      const signer = { id: 'k2', name: 'signer', scopes: ['events:write' as const], sealed: 'x', madeAt: time }

      test('are there after a restart as they were made', async () => {
        const whole = {
          ...key,
          scopes: ['personnages:read' as const, 'personnages:write' as const],
          maker: 'claire',
          channel: 'town',
          inName: 'bank',
          expiresAt: time + 1,
        }
        expect(await store.apiKeys.add(whole)).toBe(true)
        expect(await store.apiKeys.add(signer)).toBe(true)
        await store.apiKeys.used('k1', time + 5)
        await store.apiKeys.reseal('k2', 'y')
        await reopen()
        expect(await store.apiKeys.all()).toEqual([
          { ...whole, usedAt: time + 5 },
          { ...signer, sealed: 'y' },
        ])
        expect(await store.apiKeys.count()).toBe(2)
      })

      test('are revoked once, and leave their name to another', async () => {
        await store.apiKeys.add(key)
        expect(await store.apiKeys.add({ ...key, id: 'k3', name: 'BANQUE' })).toBe(false)
        expect(await store.apiKeys.revoke('k1', time + 1)).toBe(true)
        expect(await store.apiKeys.revoke('k1', time + 2)).toBe(false)
        expect(await store.apiKeys.all()).toEqual([{ ...key, revokedAt: time + 1 }])
        expect(await store.apiKeys.add({ ...key, id: 'k3' })).toBe(true)
        await store.apiKeys.add(signer)
        await store.apiKeys.revoke('k2', time)
        expect((await store.apiKeys.all()).map(({ id, revokedAt }) => [id, revokedAt])).toEqual([
          ['k1', time + 1],
          ['k3', undefined],
          ['k2', time],
        ])
        expect(await store.apiKeys.count()).toBe(3)
      })

      test('answers are kept for their life, after a restart too', async () => {
        const kept = { body: 'digest', answer: '{"event":"e"}' }
        await store.apiKeys.keepAnswer('one', kept, { now: time, lifeMs: 1000 })
        await reopen()
        expect(await store.apiKeys.answer('one', time + 999)).toEqual(kept)
        expect(await store.apiKeys.answer('one', time + 1000)).toBeUndefined()
        await store.apiKeys.keepAnswer('one', { ...kept, body: 'other' }, { now: time + 2000, lifeMs: 1000 })
        expect(await store.apiKeys.answer('one', time + 2000)).toEqual({ ...kept, body: 'other' })
        expect(await store.apiKeys.answer('two', time)).toBeUndefined()
      })
    })

    describe('small facts', () => {
      test('a mark is what was last set', async () => {
        expect(await store.marks.get('socket')).toBeUndefined()
        await store.marks.set('socket', { at: 1 })
        await store.marks.set('socket', { at: 2 })
        await reopen()
        expect(await store.marks.get('socket')).toEqual({ at: 2 })
      })

      test('what may happen once happens once, until it is forgotten', async () => {
        expect(await store.marks.once('post', time, 1000)).toBe(true)
        expect(await store.marks.once('post', time + 999, 1000)).toBe(false)
        expect(await store.marks.once('other', time, 1000)).toBe(true)
        expect(await store.marks.once('post', time + 1000, 1000)).toBe(true)
      })

      test('a seal is used once, whatever marks bear its name', async () => {
        await store.marks.once('a', time, 1000)
        expect(await store.seals.use('a', time + 1000)).toBe(true)
        expect(await store.seals.use('a', time + 1000)).toBe(false)
      })

      test('the audit is listed newest first, by person and channel', async () => {
        const entry = { at: time, person: 'claire', verb: 'subscribe', outcome: 'done' } as const
        await store.audit.append({ ...entry, channel: 'town', object: 's1', detail: 'gitlab' })
        await store.audit.append({ ...entry, person: 'hugo', outcome: 'refused' })
        expect((await store.audit.list({ limit: 9 })).map(({ person }) => person)).toEqual(['hugo', 'claire'])
        expect(await store.audit.list({ person: 'claire', channel: 'town', limit: 9 })).toEqual([
          { ...entry, channel: 'town', object: 's1', detail: 'gitlab' },
        ])
        expect((await store.audit.list({ limit: 1 })).length).toBe(1)
      })

      test('who was an administrator is known, and a change of it is told', async () => {
        let changes = 0
        store.people.onChange(() => {
          changes += 1
        })
        await store.people.setAdmin('claire', true, time)
        await store.people.setAdmin('claire', true, time + 1)
        await store.people.setAdmin('hugo', false, time)
        expect(await store.people.admins()).toEqual(['claire'])
        await store.people.setAdmin('claire', false, time)
        expect([await store.people.admins(), changes]).toEqual([[], 2])
      })

      test('it says that it can store', async () => {
        await expect(store.check()).resolves.toBeUndefined()
      })
    })

    test('what is asked for all at once is answered all the same', async () => {
      const wishes = Array.from({ length: 20 }, (_, index) =>
        store.subscriptions.save(wishOf({ channel: `c${index % 5}` })),
      )
      const recordings = Array.from({ length: 20 }, () => record())
      await Promise.all([...wishes, ...recordings, store.deliveries.counts(), store.check()])
      expect((await store.subscriptions.all()).length).toBe(5)
      expect((await store.deliveries.counts()).waiting).toBe(20)
    })
  })
}

function recordingOf(said: Partial<Recording> = {}): Recording {
  const draft: Draft = said.draft ?? draftOf()
  return { draft, dedupe: [], acceptedAt: time, route: () => [routedTo(town)], ...said }
}

function routedTo(target: Routed['target'], said: Partial<Routed> = {}): Routed {
  return { target, subscriptions: ['s1'], dueAt: time, each: false, ...said }
}

/** Says nothing of its subject's visibility. */
function silentDraft(): Draft {
  const { visibility: _visibility, ...draft } = draftOf()
  return draft
}

function retryAt(dueAt: number) {
  return { as: 'retry', dueAt, error: 'not now', unsure: false } as const
}

async function settleAs(store: Store, claim: Claim | undefined, as: 'delivered'): Promise<boolean> {
  if (!claim) return false
  const { id, attempt } = claim.delivery
  return await store.deliveries.settle(id, attempt, { as, receipt: { post: `post-${id}`, channel: 'c' } }, time)
}
