// When each monitor is looked at next: one heap and one timer for all of them (design.md; libraries.md §4), on a clock that never jumps
// (threat F17). A round that is still under way is never begun a second time.

export interface ScheduleParts {
  /** Milliseconds of a clock that only goes forward, whatever the wall clock does. */
  readonly monotonic: () => number
  /** Looks at one; resolves to how long until the next time, or nothing to forget it. Never rejects. */
  readonly look: (id: string) => Promise<number | undefined>
  /** How many may be under way at once. */
  readonly most: number
  /** Told how late each began, in milliseconds. */
  readonly onLate?: (lateMs: number) => void
}

export interface Schedule {
  /** Looks at it in so many milliseconds, instead of whenever it was due. While it is being looked at: once more after that. */
  set(id: string, inMs: number): void
  remove(id: string): void
  has(id: string): boolean
  /** How many wait or are under way. */
  size(): number
  /** For how long the one whose turn it is has been waiting for it, in milliseconds. */
  lateMs(): number
  /** Begins nothing more; resolves once what is under way has ended. */
  stop(): Promise<void>
}

interface Entry {
  readonly id: string
  readonly dueAt: number
}

/** Node's timers overflow beyond 24 days: a longer wait is made of several. */
const longestTimerMs = 86_400_000

export function createSchedule({ monotonic, look, most, onLate }: ScheduleParts): Schedule {
  const heap = createHeap()
  /** The entry that counts; another of the same id in the heap is a leftover. */
  const current = new Map<string, Entry>()
  const underWay = new Map<string, { again?: number; isRemoved?: true }>()
  const idle: (() => void)[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let timerAt = Number.POSITIVE_INFINITY
  let isStopped = false

  function put(id: string, inMs: number): void {
    const entry = { id, dueAt: monotonic() + Math.max(0, inMs) }
    current.set(id, entry)
    heap.push(entry)
    arm()
  }

  function arm(): void {
    const next = heap.peek()
    if (isStopped || next === undefined || underWay.size >= most || next.dueAt >= timerAt) return
    if (timer) clearTimeout(timer)
    timerAt = next.dueAt
    timer = setTimeout(fire, Math.min(longestTimerMs, Math.max(0, Math.ceil(next.dueAt - monotonic()))))
  }

  function fire(): void {
    timer = undefined
    timerAt = Number.POSITIVE_INFINITY
    const at = monotonic()
    for (let next = heap.peek(); next && next.dueAt <= at && underWay.size < most; next = heap.peek()) {
      heap.pop()
      if (current.get(next.id) !== next) continue
      current.delete(next.id)
      onLate?.(at - next.dueAt)
      void begin(next.id)
    }
    arm()
  }

  async function begin(id: string): Promise<void> {
    const turn: { again?: number; isRemoved?: true } = {}
    underWay.set(id, turn)
    const inMs = await look(id)
    underWay.delete(id)
    const nextMs = turn.again ?? inMs
    if (!turn.isRemoved && nextMs !== undefined && !isStopped) put(id, nextMs)
    else arm()
    if (underWay.size === 0) for (const wake of idle.splice(0)) wake()
  }

  return {
    set(id, inMs) {
      const turn = underWay.get(id)
      if (turn) {
        turn.again = inMs
        delete turn.isRemoved
      } else put(id, inMs)
    },
    remove(id) {
      current.delete(id)
      const turn = underWay.get(id)
      if (turn) turn.isRemoved = true
    },
    has: (id) => current.has(id) || (underWay.has(id) && underWay.get(id)?.isRemoved !== true),
    size: () => current.size + underWay.size,
    lateMs() {
      for (let next = heap.peek(); next; next = heap.peek()) {
        if (current.get(next.id) === next) return Math.max(0, monotonic() - next.dueAt)
        heap.pop()
      }
      return 0
    },
    async stop() {
      isStopped = true
      if (timer) clearTimeout(timer)
      if (underWay.size > 0) await new Promise<void>((resolve) => idle.push(resolve))
    },
  }
}

/** Smallest `dueAt` first. */
function createHeap() {
  const entries: Entry[] = []
  const dueAt = (index: number): number => entries[index]?.dueAt ?? Number.POSITIVE_INFINITY

  function swap(one: number, other: number): void {
    const [a, b] = [entries[one], entries[other]]
    if (a === undefined || b === undefined) return
    entries[one] = b
    entries[other] = a
  }

  return {
    peek: (): Entry | undefined => entries[0],
    push(entry: Entry): void {
      entries.push(entry)
      for (let at = entries.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1
        if (dueAt(parent) <= dueAt(at)) return
        swap(parent, at)
        at = parent
      }
    },
    pop(): void {
      const last = entries.pop()
      if (last === undefined || entries.length === 0) return
      entries[0] = last
      for (let at = 0; ; ) {
        const left = 2 * at + 1
        const least = dueAt(left + 1) < dueAt(left) ? left + 1 : left
        if (dueAt(at) <= dueAt(least)) return
        swap(at, least)
        at = least
      }
    },
  }
}
