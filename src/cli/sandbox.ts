// `vigie sandbox`: the stand-in Mattermost alone, with one administrator.

import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { UserError } from '../errors.ts'
import { createSandbox } from '../sandbox/sandbox.ts'
import type { Subcommand } from './subcommand.ts'

export const sandbox: Subcommand = {
  name: 'sandbox',
  summary: { fr: 'lance seul le Mattermost de démonstration', en: 'runs the stand-in Mattermost alone' },
  usage: '[--port N] [--json]',
  help: {
    fr: '--port  0 (par défaut) en prend un libre\n--json  écrit une seule ligne\u00a0: {"url", "token"}\u202f; le jeton est celui de l’administrateur',
    en: '--port  0 (the default) takes a free one\n--json  writes one line only: {"url", "token"}; the token is the administrator’s',
  },
  async run(args, world) {
    const { values } = parseArgs({
      args: [...args],
      options: { port: { type: 'string', default: '0' }, json: { type: 'boolean', default: false } },
    })
    const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Number.NaN
    if (!(port <= 65_535))
      throw new UserError({
        fr: `--port attend un nombre de 0 à 65535, pas «\u00a0${values.port}\u00a0».`,
        en: `--port takes a number from 0 to 65535, not "${values.port}".`,
      })
    const running = await createSandbox({ port })
    const { url, adminToken: token, adminUsername, adminPassword } = running
    if (values.json) world.stdout(JSON.stringify({ url, token }))
    else {
      world.stdout(world.locale === 'fr' ? `Mattermost de démonstration\u00a0: ${url}` : `Stand-in Mattermost: ${url}`)
      world.stdout(`${adminUsername} / ${adminPassword} · ${token}`)
    }
    if (!world.signal.aborted) await once(world.signal, 'abort')
    await running.stop()
    return 0
  },
}
