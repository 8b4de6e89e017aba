// What `/monitor` and an incident's buttons do to the watch: read, refused with reasons, stored, then taken up (interface.md, "/monitor").

import { UserError } from '../../errors.ts'
import type { MonitorStore } from '../../store/store.ts'
import { code, rich } from '../../text/rich.ts'
import { said } from '../../text/said.ts'
import type { Added, Asker, MonitorKeeper, MonitorWish } from '../integration.ts'
import type { Admit } from './guard/admission.ts'
import type { Acted, Watched } from './incidents.ts'
import type { Ledger } from './ledger.ts'
import type { Acknowledgement, Monitor } from './monitor.ts'
import { withoutThose } from './unset.ts'
import type { Watch } from './watch.ts'
import { hashToken, readWish, type WishParts } from './wish.ts'
import { resultWords } from './words.ts'

export interface KeeperParts {
  readonly store: MonitorStore
  readonly ledger: Pick<Ledger, 'settle'>
  readonly watch: Watch
  readonly wish: WishParts
  readonly admit: Admit
  readonly isMaintained: (monitor: Monitor, at: number) => boolean
  readonly newId: () => string
  readonly newToken: () => string
  /** Where a job reports: `https://…/heartbeat/<token>`. */
  readonly beatAddress: (token: string) => string
  readonly now: () => number
}

export function createKeeper(parts: KeeperParts): MonitorKeeper {
  const { store, ledger, watch, now } = parts
  const actor = ({ by, name }: Asker): Acknowledgement => ({ by, name, at: now() })
  const find = (channel: string, name: string): Watched | undefined =>
    watch.inChannel(channel).find(({ monitor }) => isSameName(monitor.name, name))

  /** Stores what is wished, then watches it. */
  async function take(monitor: Monitor, former?: Monitor): Promise<void> {
    if (monitor.isPublic) requirePublicName(monitor, watch)
    if (!(await store.save(monitor))) throw taken(monitor.name)
    // Somebody else's edit came between: theirs is what this one began from no more.
    if (former !== undefined && watch.find(monitor.id) === undefined) {
      await store.remove(monitor.id)
      throw gone(monitor.name)
    }
    watch.put(monitor)
    await ledger.settle()
  }

  async function read(wish: Partial<MonitorWish>, before: Parameters<typeof readWish>[1], by: Asker): Promise<Monitor> {
    const { monitor, endpoint } = readWish(wish, before, parts.wish)
    if (endpoint && wish.target !== undefined) await parts.admit(endpoint, { vigieAdmin: by.vigieAdmin })
    return wish.after === undefined ? monitor : behind(monitor, wish.after)
  }

  function behind(monitor: Monitor, name: string): Monitor {
    const { after: _former, ...alone } = monitor
    if (name.trim() === '') return alone
    const parent = find(monitor.channel, name)?.monitor
    if (!parent) throw unknownParent(name)
    for (
      let above: Monitor | undefined = parent;
      above;
      above = above.after ? watch.find(above.after)?.monitor : undefined
    ) {
      if (above.id === monitor.id) throw circle(name)
    }
    return { ...alone, after: parent.id }
  }

  async function change(id: string, how: (monitor: Monitor) => Monitor): Promise<void> {
    const known = watch.find(id)?.monitor
    if (known) await take(how(known), known)
  }

  /** Told once it is stored. */
  async function acted(what: Acted | undefined): Promise<Acted | undefined> {
    if (what?.isChanged) await ledger.settle()
    return what
  }

  return {
    inChannel: (channel) => watch.inChannel(channel).toSorted(byName),
    find,
    byId: (id) => watch.find(id),
    publicOnes: () =>
      watch
        .all()
        .filter(({ monitor }) => monitor.isPublic)
        .toSorted(byName),
    all: () => watch.all(),
    isMaintained: (monitor) => parts.isMaintained(monitor, now()),
    cutSince: () => watch.cut()?.since,

    async add(wish, by): Promise<Added> {
      const before = { id: parts.newId(), channel: wish.channel, maker: by.by, madeAt: now() }
      const read_ = await read(wish, before, by)
      if (!read_.heartbeat) {
        await take(read_)
        return { monitor: read_ }
      }
      const token = parts.newToken()
      const monitor = { ...read_, heartbeat: { ...read_.heartbeat, tokenHash: hashToken(token) } }
      await take(monitor)
      return { monitor, address: parts.beatAddress(token) }
    },

    async edit(id, wish, by) {
      const known = watch.find(id)?.monitor
      if (!known) throw gone(id)
      const monitor = await read(wish, withoutThose(known, wish), by)
      await take(monitor, known)
      return { monitor }
    },

    async remove(id) {
      await store.remove(id)
      for (const { monitor } of watch.all()) {
        if (monitor.after !== id) continue
        const { after: _gone, ...alone } = monitor
        await take(alone, monitor)
      }
      watch.remove(id)
      await ledger.settle()
    },

    pause: (id) => change(id, (monitor) => ({ ...monitor, isPaused: true })),
    resume: (id) =>
      change(id, (monitor) => {
        const { isPaused: _was, ...awake } = monitor
        return awake
      }),

    async mute(id, mute, by) {
      await change(id, (monitor) => {
        const { mute: _former, ...loud } = monitor
        return mute === undefined ? loud : { ...loud, mute }
      })
      const incident = watch.find(id)?.state.incident
      if (incident !== undefined) await acted(watch.incidents.mute(incident, mute, actor(by)))
    },

    async maintain(id, maintenance) {
      for (const { when } of maintenance) if ('cron' in when) parts.wish.checkCron(when.cron, when.timeZone)
      await change(id, (monitor) => ({ ...monitor, maintenance }))
    },

    async check(id, by) {
      const result = await watch.checkNow(id)
      const incident = watch.find(id)?.state.incident
      if (result && incident !== undefined) watch.incidents.checked(incident, actor(by))
      await ledger.settle()
      return result
    },

    incident: async (id) => watch.incidents.find(id) ?? (await store.incident(id)),
    incidents: (filter) => store.incidents(filter),
    steps: (incident) => store.steps(incident),
    acknowledge: (incident, by) => acted(watch.incidents.acknowledge(incident, actor(by))),
    release: (incident, by) => acted(watch.incidents.release(incident, actor(by))),
    muteIncident: (incident, mute, by) => acted(watch.incidents.mute(incident, mute, actor(by))),
    inWords: resultWords,
    history: (monitor, request) => store.history(monitor, request),
    results: (monitor, request) => store.results(monitor, request),
  }
}

const isSameName = (one: string, other: string): boolean => one.toLowerCase() === other.trim().toLowerCase()
const byName = (one: Watched, other: Watched): number => one.monitor.name.localeCompare(other.monitor.name)

/** The status page tells all public ones, so that there a name is one's own everywhere. */
function requirePublicName({ id, name }: Monitor, watch: Watch): void {
  const namesake = watch
    .all()
    .find(({ monitor }) => monitor.isPublic && monitor.id !== id && isSameName(monitor.name, name))
  if (namesake) throw taken(name)
}

const taken = (name: string): UserError =>
  new UserError(
    said({
      fr: rich`${code(name)} est déjà surveillé\u00a0: choisissez un autre nom avec ${code('--name')}.`,
      en: rich`${code(name)} is watched already: choose another name with ${code('--name')}.`,
    }),
  )

const gone = (name: string): UserError =>
  new UserError(
    said({
      fr: rich`${code(name)} n’est plus surveillé\u00a0: quelqu’un l’a retiré.`,
      en: rich`${code(name)} is no longer watched: somebody removed it.`,
    }),
  )

const unknownParent = (name: string): UserError =>
  new UserError(
    said({
      fr: rich`${code(name)} n’est pas surveillé dans ce canal\u00a0: ${code('/monitor liste')} montre ce qui l’est.`,
      en: rich`${code(name)} is not watched in this channel: ${code('/monitor list')} shows what is.`,
    }),
  )

const circle = (name: string): UserError =>
  new UserError(
    said({
      fr: rich`${code(name)} dépend déjà de ce moniteur, ou est ce moniteur lui-même\u00a0: choisissez-en un autre pour ${code('--after')}.`,
      en: rich`${code(name)} stands behind this monitor already, or is this monitor itself: choose another for ${code('--after')}.`,
    }),
  )
