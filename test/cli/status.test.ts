// `vigie status`, against what a running `start` answers on its control socket.

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, it, onTestFinished } from 'vitest'
import { status } from '../../src/cli/status.ts'
import type { Part } from '../../src/event.ts'
import { own } from '../../src/text/rich.ts'
import type { StatusReport } from '../../src/web/control.ts'

const part: Part = {
  name: 'nextcloud',
  title: { fr: 'Nextcloud', en: 'Nextcloud' },
  state: 'ok',
  glance: { fr: own('1 dossier'), en: own('1 folder') },
  details: { fr: [own('pour tous')], en: [own('for all')] },
  operatorDetails: { fr: [own('/srv/rh')], en: [own('/srv/rh')] },
}

it('shows whoever has the shell what is for administrators too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-status-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const report: StatusReport = { version: '1.0.0', startedAt: 0, pid: 1, parts: [part] }
  const server = createServer((_, response) => response.end(JSON.stringify(report)))
  server.listen(join(folder, 'vigie.db.sock'))
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const said: string[] = []
  const world = {
    environment: { DATABASE_URL: `sqlite:${join(folder, 'vigie.db')}` },
    cwd: process.cwd(),
    root: folder,
    pid: 1,
    node: process.execPath,
    stdin: Readable.from([]),
    stdout: (line: string) => void said.push(line),
    stderr: (line: string) => void said.push(line),
    locale: 'en' as const,
    now: () => 60_000,
    fetch,
    signal: new AbortController().signal,
    isTerminal: false,
  }
  expect(await status.run([], world)).toBe(0)
  expect(said.slice(1).map((line) => line.trim())).toEqual(['🟢 Nextcloud  1 folder', 'for all', '/srv/rh'])
  said.length = 0
  await status.run(['--json'], world)
  expect(JSON.parse(said.join(''))).toMatchObject({ parts: [{ details: ['for all', '/srv/rh'] }] })
})
