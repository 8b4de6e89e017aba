// Vigie's own HTTP door before the small world of the commands: slash commands, presses and forms come in as Mattermost sends them.

import { randomBytes } from 'node:crypto'
import Fastify, { type LightMyRequestResponse } from 'fastify'
import type { Answer, Dispatch } from '../../src/bot/conversation.ts'
import { createGate } from '../../src/bot/gate.ts'
import { createMattermostRoutes } from '../../src/bot/http.ts'
import { render } from '../../src/bot/render.ts'
import { createResponseUrls } from '../../src/bot/response-urls.ts'
import { MattermostError } from '../../src/bot/rest.ts'
import { createSealer, type DialogDraft, type Offer } from '../../src/bot/seal.ts'
import type { Json } from '../../src/event.ts'
import { registerProblems } from '../../src/web/problem.ts'
import { log, secretsOf } from '../bot/parts.ts'
import type { World } from '../commands/world.ts'

export const team = 'team'
export const botId = 'v'.repeat(26)

export interface Heard {
  readonly status: number
  /** As it was sent. */
  readonly body: string
  /** What dispatch answered; nothing where the door let nobody in. */
  readonly answer: Answer | undefined
}

export type Door = ReturnType<typeof createDoor>

/** Everybody's token for a trigger is `token-<trigger>`. */
export function createDoor(world: World) {
  const http = Fastify()
  registerProblems(http, log)
  const now = () => world.clock.now
  const sealer = createSealer({
    secrets: secretsOf('a key of the tests'),
    now,
    random: randomBytes,
    actionUrl: 'http://vigie/mattermost/action',
  })
  const triggers = world.commands.filter(({ trigger }) => trigger === true).map(({ name }) => name)
  const commandTokens = secretsOf(...triggers.map((name) => `${team}/${name}=token-${name}`))
  /** What dispatch answered. */
  const answers: Answer[] = []
  const kept = async (answer: Promise<Answer>) => {
    answers.push(await answer)
    return answer
  }
  const dispatch: Dispatch = {
    say: (saying) => kept(world.dispatch.say(saying)),
    press: (pressing) => kept(world.dispatch.press(pressing)),
    submit: (submission) => kept(world.dispatch.submit(submission)),
  }
  const opened: { dialog: object; url: string }[] = []
  const refusals: string[] = []
  createMattermostRoutes({
    dispatch,
    commandTokens,
    gate: createGate({
      sealer,
      seals: world.store.seals,
      deliveries: world.store.deliveries,
      audit: world.store.audit,
      calls: {
        post: async (wanted) => {
          const post = world.posts.get(wanted)
          if (!post) throw new MattermostError('GET: 404', { failure: 'answered', status: 404, unsure: false })
          const times = { create_at: 1, update_at: 1, edit_at: 0, delete_at: 0 }
          const rest = { id: wanted, channel_id: post.channel, root_id: '', message: '', type: '', pending_post_id: '' }
          return { ...times, ...rest, user_id: post.user, props: { ...post.props } }
        },
      },
      self: async () => ({ id: botId, username: 'vigie' }),
      isOnce: (verb) => {
        const [name, button = ''] = verb.split('.')
        return world.commands.find((command) => command.name === name)?.buttons?.[button]?.once === true
      },
      log,
      meter: { count: (_name, labels) => void refusals.push(JSON.stringify(labels)) },
      now,
    }),
    sealer,
    draw: render,
    calls: { openDialog: async (_trigger, url, dialog) => void opened.push({ dialog: { ...Object(dialog) }, url }) },
    answers: { tell: async () => undefined },
    responseUrls: createResponseUrls({ url: 'http://mattermost', fetch: async () => new Response(''), now, log }),
    vigieUrl: () => 'http://vigie',
    log,
  })(http)

  const heard = async (sent: Promise<LightMyRequestResponse>): Promise<Heard> => {
    const before = answers.length
    const { statusCode, body } = await sent
    return { status: statusCode, body, answer: answers[before] }
  }
  const post = (url: string, payload: object) => heard(http.inject({ method: 'POST', url, payload }))
  return {
    http,
    sealer,
    commandTokens,
    answers,
    opened,
    /** Why presses and forms were refused. */
    refusals,
    /** A slash command as Mattermost sends it; `over` replaces or adds fields. */
    type(who: string, line: string, over: Readonly<Record<string, string>> = {}) {
      const [, trigger = '', text = ''] = /^\/(\S+) ?(.*)$/s.exec(line) ?? []
      const form = { token: `token-${trigger}`, team_id: team, channel_id: 'town', user_id: who }
      return heard(
        http.inject({
          method: 'POST',
          url: '/mattermost/command',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          payload: new URLSearchParams({
            ...form,
            command: `/${trigger}`,
            text,
            trigger_id: 'open',
            ...over,
          }).toString(),
        }),
      )
    },
    /** The token of a button of an answer that was given to this person. */
    sealOf: (person: string, offer: Offer, channel = 'town') =>
      sealer.stamp({ channel, person })([offer]).context.vigie,
    /** A press as Mattermost sends it. */
    press: (who: string, vigie: unknown, over: object = {}) =>
      post('/mattermost/action', { user_id: who, channel_id: 'town', post_id: '', context: { vigie }, ...over }),
    stateOf: (draft: Pick<DialogDraft, 'person' | 'command' | 'commandVerb' | 'line'>) =>
      sealer.sealDialog({ channel: 'town', ...draft }),
    /** A form as Mattermost sends it. */
    submit: (who: string, state: unknown, submission: Readonly<Record<string, Json>>, over: object = {}) =>
      post('/mattermost/dialog', { user_id: who, channel_id: 'town', team_id: team, state, submission, ...over }),
  }
}
