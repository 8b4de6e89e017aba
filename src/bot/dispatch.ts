// Words, presses and submitted forms → command → reply (design.md, "bot/"): the one place where permissions are checked, where every
// change and refusal is audited, and where errors become replies.

import { randomBytes } from 'node:crypto'
import type { Around, Call, CallContext, Command, Form, Place, Press, Reply, Role } from '../commands/command.ts'
import { isStoreUnavailable, UserError } from '../errors.ts'
import type { Log, Meter, Now } from '../event.ts'
import type { AuditStore } from '../store/store.ts'
import type { Locale } from '../text/locale.ts'
import { code, own, type Rich, rich, shorten } from '../text/rich.ts'
import type { Answer, Dispatch, People, Pressing, Saying, Submission } from './conversation.ts'
import { dialogFor } from './dialogs.ts'
import { type Found, findForm, readWords } from './grammar.ts'
import { helpFor, usageOf } from './help.ts'
import { createQuota, type Quota } from './quota.ts'
import { brokenReply, nothingHere, outsideNote, tooMany, withNote } from './refusals.ts'
import { mayTry, notYours, reaches, refusal, requireRules } from './rights.ts'
import { readFields, readValues, type Values } from './values.ts'

/** The press that opens a command's form where the first answer could not: its object is the command and its verb. */
export const openFormVerb = 'form.open'

/** Changes of one person within a minute (threats T13). */
const mostPerMinute = 30
/** Refusals of one person written down within a minute; more of them are counted only. */
const mostRefusalsAudited = 30

export interface DispatchParts {
  readonly commands: readonly Command[]
  readonly people: People
  readonly around: Pick<Around, 'bringBot'>
  readonly audit: Pick<AuditStore, 'append'>
  readonly log: Log
  readonly meter: Meter
  readonly now: Now
  /** Of those whose own language is not known. */
  readonly locale?: Locale
}

/** A "no": shown to the person, audited. */
class Refusal extends Error {
  readonly reply: Reply
  constructor(text: string) {
    super(text)
    this.reply = { text: own(text), mood: 'warning' }
  }
}

/** What is asked, for the audit and the count. */
interface Asked {
  readonly verb: string
  readonly object?: string
}

/** What one request tells and takes on its way. */
interface Hand {
  asked(what: Asked): void
  /** Takes one change of what this person may make, given back where nothing is changed. @throws {UserError} where none is left. */
  take(rule: Role): void
}

type Request = Saying | Pressing | Submission
type Act = (context: CallContext, hand: Hand) => Promise<Partial<Answer> & { reply: Reply }>

interface Parts extends DispatchParts {
  readonly quota: Quota
  /** Of forms that may be used less often. */
  readonly quotas: ReadonlyMap<Form, Quota>
  readonly refusals: Quota
}

/** @throws {Error} when a command, verb or button declares no rule. */
export function createDispatch(given: DispatchParts): Dispatch {
  requireRules(given.commands)
  const quota = createQuota(mostPerMinute, 60_000)
  const forms = given.commands.flatMap((command): Form[] => [command, ...(command.verbs ?? [])])
  const quotas = new Map(
    forms.flatMap((form) => (form.perMinute === undefined ? [] : [[form, createQuota(form.perMinute, 60_000)]])),
  )
  const parts: Parts = { ...given, quota, quotas, refusals: createQuota(mostRefusalsAudited, 60_000) }
  const answer = (request: Request, act: Act) => answerTo(parts, request, act)
  return {
    say: (saying) => answer(saying, (context, hand) => say(parts, saying, context, hand)),
    press: (pressing) => answer(pressing, (context, hand) => press(parts, pressing, context, hand)),
    submit: (submission) => answer(submission, (context, hand) => submit(parts, submission, context, hand)),
  }
}

async function answerTo(parts: Parts, request: Request, act: Act): Promise<Answer> {
  const now = parts.now()
  let what: Asked = { verb: 'verb' in request ? request.verb : 'unknown' }
  let locale = parts.locale ?? 'fr'
  let giveBack: () => void = () => undefined
  try {
    const person = await parts.people.person(request.person, request.channel)
    locale = person?.locale ?? locale
    if (person === undefined) throw new Refusal(nothingHere(locale))
    const place = placeOf(request, await parts.people.place(request.channel, person.id, request.team))
    const role = place === undefined ? undefined : await parts.people.role(person, place)
    if (place === undefined || role === undefined) throw new Refusal(nothingHere(locale))
    const context: CallContext = {
      person,
      place,
      locale,
      role,
      by: request.by,
      now,
      ...('root' in request && request.root !== undefined ? { root: request.root } : {}),
      ...('files' in request && request.files !== undefined ? { files: request.files } : {}),
    }
    const answer = await act(context, {
      asked: (asked) => {
        what = asked
      },
      take: (rule) => {
        giveBack = takeChange(parts, rule, context)
      },
    })
    if (answer.reply.changed === undefined) giveBack()
    else await note(parts, request, { verb: what.verb, object: answer.reply.changed }, 'done')
    parts.meter.count('commands', { command: what.verb, by: request.by, outcome: 'done' })
    return { locale, refused: false, ...answer }
  } catch (error) {
    giveBack()
    return failed(parts, request, what, locale, error)
  }
}

/** What is hidden from us may be messages of other people: there nobody can invite us. */
function placeOf(request: Request, place: Place | undefined): Place | undefined {
  const isTheirs = 'isMessages' in request && place?.name === '' && !place.botIn
  return isTheirs ? { ...place, kind: 'group' } : place
}

async function failed(parts: Parts, request: Request, what: Asked, locale: Locale, error: unknown): Promise<Answer> {
  const count = (outcome: string) => parts.meter.count('commands', { command: what.verb, by: request.by, outcome })
  if (error instanceof UserError) {
    count('refused')
    return { reply: { text: own(error.in(locale)), mood: 'warning' }, locale, refused: true }
  }
  if (error instanceof Refusal) {
    count('refused')
    if ('giveBack' in parts.refusals.take(request.person, parts.now())) await note(parts, request, what, 'refused')
    return { reply: error.reply, locale, refused: true }
  }
  count('failed')
  const reference = randomBytes(4).toString('hex')
  parts.log.error({ err: error, reference, command: what.verb, by: request.by }, 'a command failed')
  const stored = isStoreUnavailable(error)
  return { reply: brokenReply(reference, stored, locale), locale, refused: true }
}

/** Writes the audit. A failure here does not undo what was done: it is logged. */
async function note(parts: DispatchParts, request: Request, what: Asked, outcome: 'done' | 'refused'): Promise<void> {
  try {
    await parts.audit.append({
      at: parts.now(),
      person: request.person,
      channel: request.channel,
      verb: what.verb,
      ...(what.object === undefined || what.object === '' ? {} : { object: shorten(what.object, 200) }),
      outcome,
    })
  } catch (error) {
    parts.log.error({ err: error, verb: what.verb, outcome }, 'an audit line could not be written')
  }
}

async function say(
  parts: Parts,
  saying: Saying,
  context: CallContext,
  hand: Hand,
): Promise<{ reply: Reply; refused?: boolean }> {
  const brought = await bringBot(parts, context)
  try {
    const found = findForm(parts.commands, saying.trigger, saying.text)
    hand.asked(nameOf(found))
    const line = [saying.trigger, saying.text].filter((words) => words !== undefined).join(' ')
    const reply = keeping(line, await give(parts, found, brought.context, hand))
    return { reply: withNote(reply, brought.note) }
  } catch (error) {
    if (brought.note === undefined || !(error instanceof UserError)) throw error
    return { reply: withNote({ text: own(error.in(context.locale)), mood: 'warning' }, brought.note), refused: true }
  }
}

/** A form that asks for the rest only carries what was typed. */
function keeping(line: string, reply: Reply): Reply {
  return reply.dialog?.keepsWords ? { ...reply, dialog: { ...reply.dialog, line } } : reply
}

/** Gives a command in words: explained, asked for by a form, or run. */
async function give(parts: Parts, found: Found, context: CallContext, hand: Hand): Promise<Reply> {
  if (found.help) return helpFor(found.command, found.verb, context.locale)
  if (!mayTry(context.role, found.form.allow)) throw new Refusal(refusal(found.form.allow, context.locale))
  hand.take(found.form.allow)
  if (found.words.length === 0 && found.form.args?.some(({ required }) => required)) {
    return {
      text: rich`${own(context.locale === 'fr' ? 'Il manque la suite :' : 'More is needed:')} ${code(usageOf(found, context.locale))}`,
      dialog: await dialogFor(found, context),
    }
  }
  const words = readWords(found.form, found.words)
  hand.asked({ ...nameOf(found), object: words.positionals.join(' ') })
  return run(parts, found, await readValues(found, words, context), context)
}

async function run(parts: Parts, found: Found, values: Values, context: CallContext): Promise<Reply> {
  const { command, verb, form } = found
  for (const [name, value] of Object.entries(values.flags)) {
    const flag = form.flags?.[name]
    for (const rule of [flag?.allow, flag?.allowValue?.(value, context)]) {
      if (rule === undefined || reaches(context.role, rule)) continue
      throw new Refusal(`\`--${name}\`${context.locale === 'fr' ? '\u00a0' : ''}: ${refusal(rule, context.locale)}`)
    }
  }
  const call: Call = {
    ...context,
    command: command.name,
    ...(verb === undefined ? {} : { verb: verb.name }),
    ...values,
  }
  await requireMaker(form.allow, () => form.maker?.(call), context)
  return withinQuota(parts, form, call)
}

/** For `maker` rules: what somebody else made is theirs and the channel administrators'; what is not there yet is anybody's who may try. */
async function requireMaker(
  rule: Role,
  maker: () => Promise<string | undefined> | undefined,
  { role, person, locale }: CallContext,
): Promise<void> {
  if (!mayTry(role, rule)) throw new Refusal(refusal(rule, locale))
  if (reaches(role, rule)) return
  const owner = await maker()
  if (owner !== undefined && owner !== person.id) throw new Refusal(notYours(locale))
}

/** What every guest may do only looks, and looking is free. */
function takeChange({ quota }: Parts, rule: Role, { person, now }: CallContext): () => void {
  if (rule === 'guest') return () => undefined
  const taken = quota.take(person.id, now)
  if ('waitMs' in taken) throw tooMany(mostPerMinute, taken.waitMs)
  return taken.giveBack
}

/** Counted while it is done, so that many at once are as many as one after another; what changed nothing and sent no file is given back. */
async function withinQuota({ quotas }: Parts, form: Form, call: Call): Promise<Reply> {
  const quota = quotas.get(form)
  if (quota === undefined || form.perMinute === undefined) return form.run(call)
  const taken = quota.take(call.person.id, call.now)
  if ('waitMs' in taken) throw tooMany(form.perMinute, taken.waitMs)
  let isDone = false
  try {
    const reply = await form.run(call)
    // A file costs its making and its sending, whatever it changed (threats T13).
    isDone = reply.changed !== undefined || reply.file !== undefined
    return reply
  } finally {
    if (!isDone) taken.giveBack()
  }
}

async function press(parts: Parts, pressing: Pressing, context: CallContext, hand: Hand): Promise<{ reply: Reply }> {
  hand.asked({ verb: pressing.verb, object: pressing.object })
  if (pressing.verb === openFormVerb) {
    const found = findForm(parts.commands, undefined, pressing.object)
    return { reply: keeping(pressing.object, await give(parts, found, context, hand)) }
  }
  const [name, button = ''] = pressing.verb.split('.')
  const buttons = parts.commands.find((command) => command.name === name)?.buttons ?? {}
  const handler = Object.hasOwn(buttons, button) ? buttons[button] : undefined
  if (handler === undefined) throw new Refusal(nothingHere(context.locale))
  const pressed: Press = {
    ...context,
    object: pressing.object,
    ...(pressing.delivery === undefined ? {} : { delivery: pressing.delivery }),
  }
  await requireMaker(handler.allow, () => handler.maker?.(pressed), context)
  hand.take(handler.allow)
  return { reply: await handler.run(pressed) }
}

async function submit(
  parts: Parts,
  submission: Submission,
  context: CallContext,
  hand: Hand,
): Promise<Partial<Answer> & { reply: Reply }> {
  const command = parts.commands.find(({ name }) => name === submission.command)
  const verb = command?.verbs?.find(({ name }) => name === submission.commandVerb)
  const form: Form | undefined = submission.commandVerb === undefined ? command : verb
  if (command === undefined || form === undefined) throw new Refusal(nothingHere(context.locale))
  const found: Found = { command, form, words: [], help: false, ...(verb === undefined ? {} : { verb }) }
  hand.asked(nameOf(found))
  if (!mayTry(context.role, form.allow)) throw new Refusal(refusal(form.allow, context.locale))
  hand.take(form.allow)
  const typed = submission.line === undefined ? undefined : await readLine(parts, submission.line, context)
  const values = await readFields(form, submission.fields, context, typed)
  if ('errors' in values) {
    const text = own(context.locale === 'fr' ? 'Des champs sont à revoir.' : 'Some fields need another look.')
    return { reply: { text, mood: 'warning' }, refused: true, fieldErrors: values.errors }
  }
  hand.asked({ ...nameOf(found), object: Object.values(values.args).join(' ') })
  const brought = await bringBot(parts, context)
  return { reply: withNote(await run(parts, found, values, brought.context), brought.note) }
}

/** What was typed before the form asked for the rest. */
async function readLine({ commands }: Parts, line: string, context: CallContext): Promise<Values> {
  const found = findForm(commands, undefined, line)
  return readValues(found, readWords(found.form, found.words), context)
}

/** Any command in a public channel brings the bot into it; elsewhere the answer says how it is let in. */
async function bringBot(parts: DispatchParts, context: CallContext): Promise<{ context: CallContext; note?: Rich }> {
  const { place, person, locale } = context
  if (place.botIn) return { context }
  const inside = place.kind === 'public' && (await bring(parts, place))
  if (!inside) return { context, note: outsideNote(place.kind, locale) }
  // Only from inside does the bot see who is who here.
  const seen = (await parts.people.place(place.channel, person.id, place.team)) ?? place
  const role = (await parts.people.role(person, seen)) ?? context.role
  return { context: { ...context, place: { ...seen, botIn: true }, role } }
}

async function bring({ around, log }: DispatchParts, place: CallContext['place']): Promise<boolean> {
  try {
    return await around.bringBot(place)
  } catch (error) {
    log.warn({ err: error, channel: place.channel }, 'could not join a channel')
    return false
  }
}

function nameOf({ command, verb }: Found): Asked {
  return { verb: verb === undefined ? command.name : `${command.name} ${verb.name}` }
}
