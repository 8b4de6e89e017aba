// Secrets of our own: made once, kept, replaced by `--rotate` so that what the old ones opened still opens (interface.md, "Settings").

import { randomBytes } from 'node:crypto'
import type { ProvisionParts, Rotation } from './provision.ts'
import type { Teller } from './provision-parts.ts'

type Store = (changes: Readonly<Record<string, string>>) => Promise<void>

const newSecret = () => randomBytes(32).toString('base64url')

/** The shape of the secrets made here: tells them from an operator's own in a file that does not say who wrote it. */
export const secretPattern = /^[\w-]{43}$/

/** Makes those that are missing. GitLab's is shown once, with where it goes. */
export async function makeSecrets(parts: ProvisionParts, store: Store): Promise<void> {
  const { hasSecretKey, hasGitlabSecret } = parts.settings
  const gitlab = hasGitlabSecret ? undefined : newSecret()
  await store({
    ...(hasSecretKey ? {} : { VIGIE_SECRET_KEY: newSecret() }),
    ...(gitlab === undefined ? {} : { GITLAB_WEBHOOK_TOKEN: gitlab }),
  })
  if (gitlab !== undefined) printGitlab(parts, gitlab)
}

/**
 * Puts new secrets before the present ones and drops still older ones. Both at once and at the very end of a run: one that was cut off and is
 * repeated must not push out the secrets that still open everything.
 */
export async function rotateSecrets(
  parts: ProvisionParts,
  rotation: Rotation,
  { store, tell }: { readonly store: Store; readonly tell: Teller },
): Promise<void> {
  if (rotation.needsOldKeys)
    tell.problem({
      fr: 'VIGIE_SECRET_KEY : gardée, car des secrets de la base ne s’ouvrent encore qu’avec l’ancienne clé. « vigie start » les scelle de nouveau (en cinq minutes au plus) ; recommencez ensuite.',
      en: 'VIGIE_SECRET_KEY: kept, for secrets in the database still open under the old key alone. "vigie start" seals them anew (within five minutes); then try again.',
    })
  const mayReplace = !rotation.needsOldKeys && !rotation.elsewhere.includes('VIGIE_SECRET_KEY')
  const [key] = mayReplace ? rotation.secretKeys : []
  const [gitlab] = rotation.gitlabTokens
  const next = newSecret()
  await store({
    ...(key === undefined ? {} : { VIGIE_SECRET_KEY: `${newSecret()},${key}` }),
    ...(gitlab === undefined ? {} : { GITLAB_WEBHOOK_TOKEN: `${next},${gitlab}` }),
  })
  if (key !== undefined)
    parts.print({
      fr: 'VIGIE_SECRET_KEY : la nouvelle clé scelle, l’ancienne (après la virgule) ouvre encore. Retirez-la quand les boutons d’avant ne servent plus (30 jours), ou laissez faire la prochaine rotation.',
      en: 'VIGIE_SECRET_KEY: the new key seals, the old one (after the comma) still opens. Take it out once earlier buttons are of no more use (30 days), or let the next rotation do so.',
    })
  if (gitlab === undefined) return
  printGitlab(parts, next)
  parts.print({
    fr: 'L’ancien jeton de GitLab (après la virgule dans GITLAB_WEBHOOK_TOKEN) vaut encore. Le nouveau une fois collé partout, retirez l’ancien : « vigie start » le refuse alors sous 5 s. La prochaine rotation le retire aussi.',
    en: 'GitLab’s old token (after the comma in GITLAB_WEBHOOK_TOKEN) still holds. Once the new one is pasted everywhere, take the old one out: "vigie start" then refuses it within 5 s. The next rotation takes it out too.',
  })
}

function printGitlab({ settings, print }: ProvisionParts, token: string): void {
  const url = `${settings.vigieUrl}/webhook/gitlab`
  print({
    fr: [
      'À coller dans GitLab (projet ou groupe → Paramètres → Webhooks) :',
      `  URL :              ${url}`,
      `  Jeton secret :     ${token}`,
      '  Déclencheurs :     tous ceux qui vous intéressent',
      'Si GitLab refuse cette adresse : Administration → Paramètres → Réseau → Requêtes sortantes, autorisez-la.',
    ].join('\n'),
    en: [
      'To paste into GitLab (project or group → Settings → Webhooks):',
      `  URL:           ${url}`,
      `  Secret token:  ${token}`,
      '  Trigger:       whatever you want to hear',
      'If GitLab refuses this address: Admin → Settings → Network → Outbound requests, allow it.',
    ].join('\n'),
  })
}
