// `vigie status`: every part's state, asked of the running `start`.

import { parseArgs } from 'node:util'
import type { Part } from '../event.ts'
import { readDatabasePath } from '../settings.ts'
import { ago } from '../text/format.ts'
import type { Locale } from '../text/locale.ts'
import { plain } from '../text/rich.ts'
import type { StatusReport } from '../web/control.ts'
import { askControl, controlPath } from './control.ts'
import { envOf } from './dotenv-file.ts'
import type { Subcommand } from './subcommand.ts'

const marks: Readonly<Record<Part['state'], string>> = { ok: '🟢', warning: '🟠', down: '🔴', off: '⚪' }

export const status: Subcommand = {
  name: 'status',
  summary: { fr: 'dit l’état de chaque partie', en: 'says how every part does' },
  usage: '[--json]',
  async run(args, world) {
    const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false } } })
    const env = envOf(world)
    const socket = controlPath(readDatabasePath(env, world.cwd), world.cwd)
    env.check()
    const report = await askControl<StatusReport>(socket, 'GET', '/status')
    const well = report?.parts.every((part) => part.state === 'ok' || part.state === 'off') ?? false
    if (values.json) {
      world.stdout(
        JSON.stringify({ running: report !== undefined, ok: well, ...(report ? asJson(report, world.locale) : {}) }),
      )
      return well ? 0 : 1
    }
    if (!report) {
      world.stderr(
        world.locale === 'fr'
          ? 'Vigie n’est pas en marche ici\u00a0: lancez «\u00a0vigie start\u00a0».'
          : 'Vigie is not running here: run "vigie start".',
      )
      return 1
    }
    for (const line of lines(report, world.locale, world.now())) world.stdout(line)
    return well ? 0 : 1
  },
}

function lines(report: StatusReport, locale: Locale, now: number): string[] {
  const width = Math.max(...report.parts.map((part) => part.title[locale].length))
  return [
    `Vigie ${report.version} · pid ${report.pid} · ${ago(locale, now - report.startedAt)}`,
    ...report.parts.flatMap((part) => [
      `${marks[part.state]} ${part.title[locale].padEnd(width)}  ${plain(part.glance[locale])}`,
      ...detailsOf(part, locale).map((detail) => `   ${' '.repeat(width)}  ${detail}`),
    ]),
  ]
}

function asJson(report: StatusReport, locale: Locale): object {
  return {
    version: report.version,
    pid: report.pid,
    startedAt: new Date(report.startedAt).toISOString(),
    parts: report.parts.map((part) => ({
      name: part.name,
      state: part.state,
      title: part.title[locale],
      text: plain(part.glance[locale]),
      details: detailsOf(part, locale),
    })),
  }
}

/** Whoever has the shell is an administrator. */
function detailsOf({ details, operatorDetails }: Part, locale: Locale): string[] {
  return [...(details?.[locale] ?? []), ...(operatorDetails?.[locale] ?? [])].map(plain)
}
