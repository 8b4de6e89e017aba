// What comes in from files: events of our own export or archive, and the archive of the course's character service (issue 7, "`vigie
// import webhook_log.json`"). History is told to nobody; what was taken before is recognised, so that twice is once.

import { hash } from 'node:crypto'
import { z } from 'zod'
import type { DedupeKey, Draft, Emit, JsonObject, Keeping, Now, Personnage } from '../event.ts'
import { typePrefix } from '../integrations/personnage/facts.ts'
import { subjectOf } from '../integrations/personnage/keeper.ts'
import type { EventStore, PersonnageStore } from '../store/store.ts'
import type { Said } from '../text/locale.ts'
import { readMoment } from '../text/moment.ts'
import { cleanNom, longestNom, nomFault, nomKey } from '../text/nom.ts'

/** A thing of a file. */
export interface ImportRecord {
  /** Where it begins in the file, from 1. */
  readonly line: number
  readonly value: unknown
  /** How many before it in the file were the same. */
  readonly nth: number
}

export interface Imported {
  readonly added: number
  /** Known already. */
  readonly repeated: number
  readonly refused: readonly { readonly line: number; readonly said: Said }[]
}

export type Import = (records: readonly ImportRecord[]) => Promise<Imported>

export interface ImportParts {
  readonly emit: Emit
  readonly events: Pick<EventStore, 'find'>
  readonly personnages: Pick<PersonnageStore, 'find'>
  readonly niveauOf: (score: number) => string
  /** What events may come from. */
  readonly sources: readonly string[]
  readonly timeZone: string
  readonly now: Now
}

/** What was taken is known for this long. */
const keptMs = 10 * 365 * 86_400_000

interface Ready {
  readonly draft: Draft
  readonly dedupe: readonly DedupeKey[]
  readonly keeps?: Keeping
}
type Prepared = Ready | { readonly known: true } | { readonly refused: Said }

export function createImport(parts: ImportParts): Import {
  return async (records) => {
    const characters: Characters = new Map()
    const prepared: Prepared[] = []
    // In order, for each score of a character follows the one before.
    for (const record of records)
      prepared.push(
        isCloudEvent(record.value) ? await readEvent(record.value, parts) : await readScore(record, parts, characters),
      )
    const outcomes = await Promise.all(prepared.map((one) => take(one, parts.emit)))
    return {
      added: outcomes.filter((one) => one === 'added').length,
      repeated: outcomes.filter((one) => one === 'repeated').length,
      refused: outcomes.flatMap((one, index) =>
        typeof one === 'string' ? [] : [{ line: records[index]?.line ?? 0, said: one }],
      ),
    }
  }
}

async function take(prepared: Prepared, emit: Emit): Promise<'added' | 'repeated' | Said> {
  if ('refused' in prepared) return prepared.refused
  if ('known' in prepared) return 'repeated'
  const { draft, dedupe, keeps } = prepared
  const { repeated } = await emit(draft, { only: [], dedupe, ...(keeps === undefined ? {} : { keeps }) })
  return repeated ? 'repeated' : 'added'
}

const isCloudEvent = (value: unknown): boolean => typeof value === 'object' && value !== null && 'specversion' in value

/** Read from JSON: numbers in it may be exact ones, which a copy would lose. */
const jsonObject = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
const moment = z.iso.datetime({ offset: true })
const eventShape = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(1000),
  source: z.string(),
  type: z.string().min(1).max(300),
  subject: z.string().min(1).max(4096).optional(),
  time: moment,
  severity: z.enum(['info', 'warning', 'critical']).default('info'),
  url: z.url({ protocol: /^https?$/ }).optional(),
  audience: z.enum(['open', 'closed']).default('closed'),
  visibility: z.enum(['public', 'internal', 'private']).optional(),
  home: z.string().optional(),
  card: z.string().optional(),
  origin: z.string().optional(),
  confidential: z.boolean().optional(),
  bydefault: z.boolean().default(false),
  data: jsonObject,
})

/** One that this Vigie, or another, exported or archived. */
async function readEvent(value: unknown, { events, sources }: ImportParts): Promise<Prepared> {
  const read = eventShape.safeParse(value)
  if (!read.success)
    return { refused: faultOf(read.error, 'un événement exporté par Vigie', 'an event that Vigie exported') }
  const { id, source, type, subject, time, severity, url, audience, visibility, home, card, origin, data } = read.data
  if (!sources.includes(source))
    return { refused: { fr: `source inconnue\u00a0: ${source}`, en: `unknown source: ${source}` } }
  // Ours already: its id is of this very database.
  const own = await events.find(id)
  if (own?.event.type === type && own.event.time === time) return { known: true }
  return {
    dedupe: [{ key: `import ${source} ${id}`, lifeMs: keptMs }],
    draft: {
      source,
      type,
      time,
      data,
      severity,
      audience,
      byDefault: read.data.bydefault,
      ...(subject === undefined ? {} : { subject }),
      ...(url === undefined ? {} : { url }),
      ...(visibility === undefined ? {} : { visibility }),
      ...(home === undefined ? {} : { home }),
      ...(card === undefined ? {} : { card }),
      ...(origin === undefined ? {} : { origin }),
      ...(read.data.confidential ? { confidential: true } : {}),
    },
  }
}

const scoreShape = z.looseObject({
  nom: z
    .string()
    .overwrite(cleanNom)
    .refine((nom) => nomFault(nom) === undefined, `1–${longestNom}`),
  score: z.int(),
  timestamp: z.union([z.string(), z.number()]).optional(),
})

/** As they stand after what was read before, by their key. */
type Characters = Map<string, Personnage>

/** Where the course's service kept what came to it: in the record itself, or one level down. */
const inner = ['data', 'payload', 'body', 'personnage', 'event']
/** `changed`: as our own exports say it. */
const times = ['timestamp', 'date', 'time', 'horodatage', 'received_at', 'receivedAt', 'changed']

/** A line of the course's `webhook_log.json`. */
async function readScore(record: ImportRecord, parts: ImportParts, characters: Characters): Promise<Prepared> {
  const read = scoreShape.safeParse(flat(record.value))
  if (!read.success) return { refused: faultOf(read.error, '{"nom", "score"}', '{"nom", "score"}') }
  const { nom, score, timestamp } = read.data
  const at = timestamp === undefined ? parts.now() : momentOf(timestamp, parts.timeZone)
  if (at === undefined)
    return {
      refused: {
        fr: `timestamp\u00a0: une date et une heure sont attendues, pas «\u00a0${timestamp}\u00a0»`,
        en: `timestamp: a date and time are expected, not "${timestamp}"`,
      },
    }
  const earlier = characters.get(nomKey(nom))
  const stored = earlier ?? (await parts.personnages.find(nom))
  // As it stands here already: exported from this very database, or with no word of when.
  const isAsOf = timestamp === undefined || stored?.changedAt === at
  if (earlier === undefined && stored?.score === score && isAsOf) return { known: true }
  const before = stored
  const isNews = before === undefined || at >= before.changedAt
  const by = 'import'
  const personnage = { nom: before?.nom ?? nom, score, madeAt: before?.madeAt ?? at, changedAt: at, by }
  if (isNews) characters.set(nomKey(nom), personnage)
  const data: JsonObject = {
    nom: personnage.nom,
    score,
    niveau: parts.niveauOf(score),
    ...(before === undefined ? {} : { before: before.score, niveauBefore: parts.niveauOf(before.score) }),
    by: { person: by, name: by },
  }
  const same = hash('sha256', JSON.stringify([nomKey(nom), score, timestamp ?? null]))
  const draft: Draft = {
    source: 'personnage',
    type: `${typePrefix}${before === undefined ? 'created' : 'scored'}`,
    subject: subjectOf(personnage.nom),
    time: new Date(at).toISOString(),
    data,
    severity: 'info',
    audience: 'open',
    card: `personnage ${personnage.madeAt} ${nomKey(nom)}`,
    byDefault: true,
  }
  // What changed since it was read is newer than any file.
  const change: Keeping['change'] = (known) => ({
    draft,
    personnage: known !== undefined && known.changedAt > personnage.changedAt ? known : personnage,
  })
  return {
    dedupe: [{ key: `import personnage ${same} ${record.nth}`, lifeMs: keptMs }],
    ...(isNews ? { keeps: { nom: personnage.nom, change } } : {}),
    draft,
  }
}

function flat(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const own = new Map<string, unknown>(Object.entries(value))
  const within = inner.map((name) => own.get(name)).find((one) => typeof one === 'object' && one !== null)
  const named =
    own.has('nom') || within === undefined ? own : new Map<string, unknown>([...own, ...Object.entries(within)])
  const timestamp = times.map((name) => named.get(name)).find((one) => one !== undefined && one !== null)
  return { nom: named.get('nom'), score: named.get('score'), ...(timestamp === undefined ? {} : { timestamp }) }
}

/** Seconds or milliseconds since 1970, ISO 8601, or `2026-11-21 08:00:00` on a wall of this zone. */
function momentOf(said: string | number, timeZone: string): number | undefined {
  if (typeof said === 'number') {
    const at = said < 1e11 ? said * 1000 : said
    return at > 0 && at < farAway ? Math.round(at) : undefined
  }
  const text = said
    .trim()
    .replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T')
    .replace(',', '.')
  return readMoment(text, timeZone)
}

const farAway = Date.UTC(2200, 0, 1)

function faultOf({ issues }: z.ZodError, fr: string, en: string): Said {
  const field = issues[0]?.path.join('.') ?? ''
  const at = field === '' ? '' : `${field}`
  return {
    fr: at === '' ? `${fr} est attendu` : `${at} ne convient pas\u202f; ${fr} est attendu`,
    en: at === '' ? `${en} is expected` : `${at} will not do; ${en} is expected`,
  }
}
