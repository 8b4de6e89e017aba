// Where Mattermost calls us: slash commands, buttons, dialogs (interface.md, "HTTP routes"; threats T1–T5). Each route proves who calls
// in its own way, refuses in one text for every cause, and answers within 3 s: what takes longer is answered a second time.

import { isUtf8 } from 'node:buffer'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { LiveSecrets } from '../env.ts'
import { HttpProblem } from '../errors.ts'
import type { Log } from '../event.ts'
import { isTooDeep } from '../text/json-depth.ts'
import { plain } from '../text/rich.ts'
import type { Answers, Draw } from './answers.ts'
import type { Calls } from './calls.ts'
import { isFromMattermost, triggerOf } from './command-token.ts'
import type { Answer, Dispatch } from './conversation.ts'
import { dialogForm } from './dialog-form.ts'
import type { Gate } from './gate.ts'
import { renderText } from './render.ts'
import type { ResponseUrls } from './response-urls.ts'
import type { DialogDraft, Sealer } from './seal.ts'

export interface RoutesParts {
  readonly dispatch: Dispatch
  /** VIGIE_COMMAND_TOKENS: `team_id/trigger=token` words. */
  readonly commandTokens: LiveSecrets
  readonly gate: Gate
  readonly sealer: Sealer
  readonly draw: Draw
  readonly calls: Pick<Calls, 'openDialog'>
  readonly answers: Pick<Answers, 'tell'>
  readonly responseUrls: ResponseUrls
  /** How Mattermost reaches us, without trailing slash. */
  readonly vigieUrl: () => string
  readonly log: Log
  /** After this Mattermost is told to be patient; it waits 3 s in old versions. */
  readonly patienceMs?: number
}

const word = z.string().max(300)
const commandForm = z.object({
  token: z.string().optional(),
  team_id: word,
  channel_id: word,
  channel_name: z.string().default(''),
  user_id: word,
  command: word,
  text: z.string().default(''),
  trigger_id: z.string().default(''),
  root_id: word.default(''),
  response_url: z.string().default(''),
})
/** Of a direct message: two ids; of a group message: a SHA-1. */
const messagesName = /^(?:[a-z0-9]{26}__[a-z0-9]{26}|[0-9a-f]{40})$/
const pressBody = z.object({
  user_id: word,
  channel_id: word,
  post_id: word.default(''),
  team_id: word.default(''),
  trigger_id: z.string().default(''),
  context: z.looseObject({ vigie: z.unknown().optional(), selected_option: z.unknown().optional() }),
})
const dialogBody = z.object({
  user_id: word,
  channel_id: word,
  team_id: word.default(''),
  state: z.unknown().optional(),
  cancelled: z.boolean().default(false),
  submission: z.record(z.string(), z.json()).nullish(),
})

const notYours = new HttpProblem(401, {
  fr: 'Cette commande n’est pas reconnue\u00a0: jeton absent ou incorrect.',
  en: 'This command is not recognised: no token, or a wrong one.',
})
/** In both languages: who speaks is not known, and asking would tell causes apart. */
const expired =
  'Ce bouton ou ce formulaire n’est plus valable ici\u00a0: redemandez-le par une commande. · This button or form is no longer valid here: ask for it again with a command.'
const patience = 'Un instant… la réponse arrive. · One moment… the answer is coming.'

const commandMaxBytes = 64 * 1024
const jsonMaxBytes = 256 * 1024

/** Registers `/mattermost/command`, `/action` and `/dialog`. */
export function createMattermostRoutes(parts: RoutesParts): (http: FastifyInstance) => void {
  return (http) => {
    http.register(async (scope) => {
      scope.removeAllContentTypeParsers()
      const form = 'application/x-www-form-urlencoded'
      scope.addContentTypeParser(form, { parseAs: 'string', bodyLimit: commandMaxBytes }, (_request, body, done) =>
        done(null, fieldsOf(new URLSearchParams(String(body)))),
      )
      const door = { proof: 'command', takes: form } as const
      scope.all('/mattermost/command', { config: { door }, bodyLimit: commandMaxBytes }, (request) =>
        answerCommand(parts, request),
      )
    })
    http.register(async (scope) => {
      scope.removeAllContentTypeParsers()
      const json = scope.getDefaultJsonParser('error', 'error')
      const bounds = { parseAs: 'buffer', bodyLimit: jsonMaxBytes } as const
      scope.addContentTypeParser<Buffer>('application/json', bounds, (request, body, done) => {
        if (!isUtf8(body) || isTooDeep(body)) done(new Error('the body is not UTF-8, or nests too deep'))
        else json(request, body.toString('utf8'), done)
      })
      const scoped = (refusal: object) => ({
        config: { door: { proof: 'seal', takes: 'application/json' } as const },
        bodyLimit: jsonMaxBytes,
        errorHandler: (
          error: Error,
          request: FastifyRequest,
          reply: { code(status: number): { send(body: object): unknown } },
        ) => {
          parts.log.warn({ err: error, path: request.routeOptions.url }, 'a press or a form was not understood')
          return reply.code(200).send(refusal)
        },
      })
      scope.post('/mattermost/action', scoped(ephemeral(expired)), (request) => answerPress(parts, request.body))
      scope.post('/mattermost/dialog', scoped({ error: expired }), (request) => answerDialog(parts, request.body))
    })
  }
}

/** Nothing where a field is said twice: Mattermost says each once, and whoever reads the other one of two would believe another. */
function fieldsOf(form: URLSearchParams): Readonly<Record<string, string>> | undefined {
  const names = [...form.keys()]
  return new Set(names).size === names.length ? Object.fromEntries(form) : undefined
}

async function answerCommand(parts: RoutesParts, request: FastifyRequest): Promise<object> {
  const form = request.method === 'POST' ? commandForm.safeParse(request.body).data : undefined
  if (form === undefined || !isFromMattermost(parts.commandTokens, form, request.headers.authorization)) throw notYours
  const { user_id: person, channel_id: channel, team_id: team, trigger_id, response_url } = form
  const answered = parts.dispatch
    .say({
      by: 'slash',
      person,
      channel,
      team: team || undefined,
      root: form.root_id || undefined,
      ...(messagesName.test(form.channel_name) ? { isMessages: true } : {}),
      trigger: triggerOf(form.command),
      text: form.text,
    })
    .then(async (answer) => {
      const draft = { person, channel, team: team || undefined }
      if (await openForm(parts, answer, draft, trigger_id, response_url)) return {}
      // An answer of its own HTTP response carries no file.
      if (answer.reply.file !== undefined) await parts.answers.tell(person, answer)
      return slashAnswer(parts, answer, channel, person)
    })
  const first = await within(parts, answered)
  if (first !== undefined) return first
  answered
    .then((late) => ('text' in late ? parts.responseUrls.answer(response_url, late) : undefined))
    .catch((error: unknown) => parts.log.error({ err: error }, 'a late answer to a command was not taken'))
  return { response_type: 'ephemeral', text: patience, skip_slack_parsing: true }
}

function slashAnswer({ draw, sealer }: RoutesParts, { reply, locale }: Answer, channel: string, person: string) {
  const { message, props } = draw(withFileNote(reply, locale), locale, sealer.stamp({ channel, person }))
  return { response_type: 'ephemeral', text: message, attachments: props.attachments, skip_slack_parsing: true }
}

/** The answer says where its file is. */
function withFileNote(reply: Answer['reply'], locale: Answer['locale']): Answer['reply'] {
  const { file, footer } = reply
  if (file === undefined) return reply
  const note = `${locale === 'fr' ? 'Fichier en message direct\u00a0:' : 'File by direct message:'} ${file.name}`
  return { ...reply, footer: footer === undefined ? note : `${footer} · ${note}` }
}

async function answerPress(parts: RoutesParts, body: unknown): Promise<object> {
  const press = pressBody.safeParse(body).data
  if (press === undefined) return ephemeral(expired)
  const pressed = doPress(parts, press)
  const first = await within(parts, pressed)
  if (first === 'opened') return {}
  if (first === 'refused') return ephemeral(expired)
  if (first !== undefined) return ephemeral(renderText(first.reply, first.locale))
  pressed
    .then((late) => (typeof late === 'string' ? undefined : parts.answers.tell(press.user_id, late)))
    .catch((error: unknown) => parts.log.error({ err: error }, 'a late answer to a press was not taken'))
  return ephemeral(patience)
}

/** The answer; `opened` where a dialog is the answer, `refused` where the press is none of ours. */
async function doPress(parts: RoutesParts, press: z.infer<typeof pressBody>): Promise<Answer | 'opened' | 'refused'> {
  const { user_id: person, channel_id: channel, post_id: post, context } = press
  const team = press.team_id || undefined
  const token = context.vigie
  const passed = await parts.gate.press({ person, channel, post, token, option: context.selected_option })
  if (passed === undefined) return 'refused'
  const { verb, object, delivery } = passed.opened
  const answer = await parts.dispatch.press({ by: 'button', person, channel, team, verb, object, delivery })
  if (answer.refused) passed.release()
  return (await openForm(parts, answer, { person, channel, team }, press.trigger_id, '')) ? 'opened' : answer
}

async function answerDialog(parts: RoutesParts, body: unknown): Promise<object> {
  const submission = dialogBody.safeParse(body).data
  if (submission === undefined) return { error: expired }
  if (submission.cancelled) return {}
  const { user_id: person, channel_id: channel, state } = submission
  const passed = await parts.gate.dialog({ person, channel, state })
  if (passed === undefined) return { error: expired }
  const { command, commandVerb, team, line } = passed.opened
  const fields = submission.submission ?? {}
  const answered = parts.dispatch.submit({ by: 'dialog', person, channel, team, command, commandVerb, line, fields })
  const show = async (answer: Answer) => {
    const url = parts.responseUrls.of(String(state))
    const isTaken =
      url !== undefined && (await parts.responseUrls.answer(url, slashAnswer(parts, answer, channel, person)))
    // Neither carries a file.
    if (!isTaken || answer.reply.file !== undefined) await parts.answers.tell(person, answer)
  }
  const showLater = (answer: Answer) =>
    void show(answer).catch((error: unknown) => parts.log.error({ err: error }, 'the answer to a form was not taken'))
  const first = await within(parts, answered)
  if (first === undefined) {
    answered.then(showLater, (error: unknown) => parts.log.error({ err: error }, 'a form failed'))
    return {}
  }
  // What is wrong can be put right in the same form, so its seal is good once more.
  if (first.refused || first.fieldErrors !== undefined) passed.release()
  if (first.fieldErrors !== undefined) return { errors: unmarkedAll(first.fieldErrors) }
  if (first.refused) return { error: unmarked(plain(first.reply.text ?? first.reply.title ?? [])) }
  showLater(first)
  return {}
}

/** A form shows what is wrong as plain text: the marks of code would stand there. */
function unmarked(words: string): string {
  return words.replace(/`([^`]+)`/g, '$1')
}

function unmarkedAll(errors: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(errors).map(([field, words]) => [field, unmarked(words)]))
}

/** Opens the form an answer asks for; false where there is none, or none could open: the answer then carries a button. */
async function openForm(
  { sealer, calls, vigieUrl, responseUrls, log }: RoutesParts,
  { reply }: Answer,
  place: Pick<DialogDraft, 'person' | 'channel' | 'team'>,
  triggerId: string,
  responseUrl: string,
): Promise<boolean> {
  const { dialog } = reply
  if (dialog === undefined || triggerId === '') return false
  const { command, commandVerb, line } = dialog
  const state = sealer.sealDialog({ ...place, command, commandVerb, line })
  try {
    await calls.openDialog(triggerId, `${vigieUrl()}/mattermost/dialog`, dialogForm(dialog, state))
  } catch (error) {
    log.warn({ err: error }, 'a dialog could not be opened')
    return false
  }
  responseUrls.keep(state, responseUrl)
  return true
}

function ephemeral(text: string): object {
  return { ephemeral_text: text, skip_slack_parsing: true }
}

/** What was promised, or nothing once Mattermost has waited long enough. */
async function within<T>({ patienceMs = 2500 }: RoutesParts, promised: Promise<T>): Promise<T | undefined> {
  const timer = new AbortController()
  // Rejects only when it is stopped below, and nobody waits for it then.
  const late = sleep(patienceMs, undefined, { signal: timer.signal }).catch(() => undefined)
  try {
    return await Promise.race([promised, late])
  } finally {
    timer.abort()
  }
}
