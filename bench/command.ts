// A slash command from Mattermost's call to the reply, against an empty Fastify route: idle, and while webhooks are taken as fast as they
// come from 50 connections and what they say is posted (issue 4).

import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, median, moreOf, quantile } from './figure.ts'
import { createLoad, type Load } from './load.ts'
import { type Stage, setStage, startStandIn } from './mattermost.ts'
import type { Server } from './server.ts'
import { commandToken, fillChannels, startVigie, startYardstick, withFolder } from './servers.ts'

const rounds = 3
const commandsARound = 400
const warmUp = 100
const loadedConnections = 50
const loadedMs = 8000
const pauseMs = 5

interface Times {
  readonly p50Ms: number
  readonly p99Ms: number
}

export const benchCommand: Bench = async (say) =>
  await withFolder(async (folder) => {
    const standIn = await startStandIn(folder)
    const stage = await setStage(standIn, 5)
    const load = createLoad()
    const runs: Record<'idle' | 'loaded' | 'empty', Times[]> = { idle: [], loaded: [], empty: [] }
    try {
      for (let round = 0; round < rounds; round += 1) {
        const ours = await vigieOnce(stage, load)
        runs.idle.push(ours.idle)
        runs.loaded.push(ours.loaded)
        runs.empty.push(await emptyOnce(stage))
        say(`command: ${JSON.stringify([ours, runs.empty.at(-1)])}`)
      }
    } finally {
      load.close()
      await standIn.stop()
    }
    const of = (run: keyof typeof runs, what: keyof Times) => median(runs[run].map((times) => times[what]))
    return [
      moreOf({
        name: 'command to reply: p50, to an empty route',
        ours: of('idle', 'p50Ms'),
        yardstick: of('empty', 'p50Ms'),
        unit: ' ms',
        aim: { most: 5 },
      }),
      moreOf({
        name: 'command to reply while ingest is loaded: p99, to an empty route',
        ours: of('loaded', 'p99Ms'),
        yardstick: of('empty', 'p99Ms'),
        unit: ' ms',
        aim: { most: 50 },
      }),
    ]
  })

async function vigieOnce(stage: Stage, load: Load): Promise<{ idle: Times; loaded: Times }> {
  const { mattermost, botToken, channels, team } = stage
  return await withFolder(async (folder) => {
    await fillChannels(folder, channels)
    const vigie = await startVigie(folder, {
      MATTERMOST_URL: mattermost.url,
      MATTERMOST_TOKEN: botToken,
      VIGIE_COMMAND_TOKENS: `${team}/vigie=${commandToken}`,
    })
    const idle = await ask(vigie, stage, { count: commandsARound })
    await load.start({ port: vigie.port, path: '/webhook/gitlab', connections: loadedConnections })
    await sleep(1500)
    const loaded = await ask(vigie, stage, { forMs: loadedMs })
    const { refused } = await load.count()
    await load.stop()
    await vigie.stop()
    if (refused > 0) throw new Error(`${refused} webhooks were refused`)
    return { idle, loaded }
  })
}

async function emptyOnce(stage: Stage): Promise<Times> {
  return await withFolder(async (folder) => {
    const server = await startYardstick('empty', folder)
    const times = await ask(server, stage, { count: commandsARound })
    await server.stop()
    return times
  })
}

/** One command after the other, on one connection, as Mattermost sends them: so many, or for so long. */
async function ask(
  { port }: Server,
  { team, channels, adminId }: Stage,
  { count = Number.POSITIVE_INFINITY, forMs = Number.POSITIVE_INFINITY }: { count?: number; forMs?: number },
): Promise<Times> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const form = new URLSearchParams({
    token: commandToken,
    team_id: team,
    channel_id: channels[0] ?? '',
    user_id: adminId,
    command: '/vigie',
    text: 'about',
    trigger_id: '',
    response_url: '',
  }).toString()
  const tookMs: number[] = []
  const until = performance.now() + forMs
  for (let number = 0; number < warmUp + count && performance.now() < until; number += 1) {
    const startedAt = performance.now()
    const answer = await post(agent, port, form)
    if (number >= warmUp || count === Number.POSITIVE_INFINITY) tookMs.push(performance.now() - startedAt)
    if (!answer.includes('"response_type":"ephemeral"') || answer.includes('Mattermost ne')) throw new Error(answer)
    await sleep(pauseMs)
  }
  agent.destroy()
  const sorted = tookMs.toSorted((a, b) => a - b)
  return { p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) }
}

function post(agent: Agent, port: number, form: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': form.length }
    const sent = request(
      { agent, port, host: '127.0.0.1', path: '/mattermost/command', method: 'POST', headers },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => {
          text += part
        })
        response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))))
      },
    )
    sent.on('error', reject)
    sent.end(form)
  })
}
