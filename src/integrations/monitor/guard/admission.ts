// What is said when a monitor is to be added and the guard refuses its address: little to most people, so that nobody learns
// what listens inside; the very line to add to an administrator (threats T14, T19; issue 5, "Bad input").

import { UserError } from '../../../errors.ts'
import { code, rich } from '../../../text/rich.ts'
import { said } from '../../../text/said.ts'
import type { AllowList } from './allow.ts'
import { type Endpoint, showEndpoint } from './endpoint.ts'
import type { Guard } from './guard.ts'

export interface AdmissionParts {
  readonly guard: Guard
  readonly allow: AllowList
  /** @throws where the name has no address, or its servers do not answer. */
  readonly resolve: (host: string) => Promise<readonly string[]>
}

/** Refuses what the guard would refuse now. A name without an address may be added: it may be just what somebody wants to be told of. @throws {UserError} */
export type Admit = (endpoint: Endpoint, asker: { readonly vigieAdmin: boolean }) => Promise<void>

export function createAdmission({ guard, allow, resolve }: AdmissionParts): Admit {
  return async (endpoint, asker) => {
    const addresses = guard.refusesName(endpoint.host) ? undefined : await resolve(endpoint.host).catch(() => undefined)
    const verdict = await guard.judge(endpoint, addresses ?? [])
    if (verdict.isAllowed || (addresses === undefined && !verdict.isNever)) return
    if (!asker.vigieAdmin) throw notAllowed()
    throw verdict.isNever ? neverAllowed(endpoint) : listable(endpoint, allow)
  }
}

/** One sentence for every cause. */
function notAllowed(): UserError {
  return new UserError(
    said({
      fr: rich`Vigie n’a pas le droit de surveiller cette adresse. Un administrateur de Vigie peut dire pourquoi en ajoutant ce moniteur lui-même.`,
      en: rich`Vigie is not allowed to watch this address. A Vigie administrator can find out why by adding this monitor.`,
    }),
  )
}

function neverAllowed(endpoint: Endpoint): UserError {
  return new UserError(
    said({
      fr: rich`Vigie ne surveille jamais ${code(showEndpoint(endpoint))}, quel que soit ${code('MONITOR_ALLOW')}\u00a0: adresse de lien local, de métadonnées ou de multidiffusion, ou prise de Vigie, de sa base ou d’Ollama.`,
      en: rich`Vigie never watches ${code(showEndpoint(endpoint))}, whatever ${code('MONITOR_ALLOW')} says: a link-local, metadata or multicast address, or a socket of Vigie, its database or Ollama.`,
    }),
  )
}

function listable(endpoint: Endpoint, allow: AllowList): UserError {
  const line = `MONITOR_ALLOW=${[...allow.words, showEndpoint(endpoint)].join(',')}`
  return new UserError(
    said({
      fr: rich`Cette adresse est privée. Pour la surveiller, mettez cette ligne dans les réglages de Vigie, puis redémarrez-la\u00a0: ${code(line)}`,
      en: rich`This address is private. To watch it, put this line into Vigie's settings and start Vigie again: ${code(line)}`,
    }),
  )
}
