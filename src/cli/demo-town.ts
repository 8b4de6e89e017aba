// Who lives in the demo: a team, a channel, two people to switch between, and a first post that says what to do.

import { z } from 'zod'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Locale, Said } from '../text/locale.ts'

export const demoTeam = 'taaf'
export const demoChannel = 'dev-notifications'

export interface Inhabitant {
  readonly id: string
  readonly username: string
  readonly name: string
  readonly token: string
}

const made = z.looseObject({ id: z.string() })

const inhabitants = [
  { username: 'alice', first_name: 'Alice', isTeamAdmin: true },
  { username: 'bob', first_name: 'Bob', isTeamAdmin: false },
] as const

const standIn: Said = {
  fr: ' Le texte de son alerte vient d’un modèle de démonstration, qui répète ce qu’on lui dit.',
  en: ' The text of its alert comes from a stand-in model, which repeats what it is told.',
}

const welcomeTo = ({ site, folder, isModelReal }: Pick<Town, 'site' | 'folder' | 'isModelReal'>): Said => ({
  fr: [
    'Bienvenue\u202f! Tout ce qui suit est vrai, sauf GitLab\u00a0: les boutons du panneau envoient à Vigie les webhooks qu’il enverrait.',
    '1. Tapez `/subscribe gitlab taaf/**` pour que ce canal entende parler des projets du groupe *taaf*.',
    '2. Pressez **Ouvrir une merge request**, puis **La fusionner**\u00a0: c’est la même carte qui change.',
    '3. Essayez le menu **Options…** d’une carte, `/vigie help`, ou `@vigie statut`.',
    `4. Tapez \`/monitor add ${site} --name boutique --every 5s --mention @moi\`, puis pressez **Casser la boutique**.${isModelReal ? '' : standIn.fr}`,
    `5. Pressez **Déposer un document**, ou copiez un fichier dans \`${folder}/Contrats\`\u00a0: ce canal entend déjà ce dossier.`,
  ].join('\n'),
  en: [
    'Welcome! All of this is real except GitLab: the buttons of the panel send Vigie the webhooks that it would send.',
    '1. Type `/subscribe gitlab taaf/**` so that this channel hears of the projects of the group *taaf*.',
    '2. Press **Open a merge request**, then **Merge it**: it is the same card that changes.',
    '3. Try the **Options…** menu of a card, `/vigie help`, or `@vigie status`.',
    `4. Type \`/monitor add ${site} --name shop --every 5s --mention @me\`, then press **Break the shop**.${isModelReal ? '' : standIn.en}`,
    `5. Press **Drop a document**, or copy a file into \`${folder}/Contrats\`: this channel hears of that folder already.`,
  ].join('\n'),
})

export interface Town {
  readonly sandbox: Sandbox
  /** Address of the sample site. */
  readonly site: string
  /** Path of the watched folder. */
  readonly folder: string
  /** The texts of alerts are written by one that the caller named. */
  readonly isModelReal: boolean
  readonly fetch: typeof fetch
  readonly locale: Locale
}

/** Makes the team, the channel and the people, in the language of who looks. */
export async function createDemoTown(town: Town): Promise<readonly Inhabitant[]> {
  const { sandbox, fetch: fetcher, locale } = town
  const call = callsOf(sandbox, fetcher)
  const asAdmin = (path: string, body: object) => call(sandbox.adminToken, path, body)

  const team = await asAdmin('/teams', { name: demoTeam, display_name: 'TAAF', type: 'O' })
  const people: Inhabitant[] = []
  for (const { username, first_name } of inhabitants) {
    const password = `demo-${username}-1234`
    const user = { username, first_name, password, email: `${username}@demo.example`, locale }
    const { id } = await asAdmin('/users', user)
    await asAdmin(`/teams/${team.id}/members`, { team_id: team.id, user_id: id })
    const { header } = await call('', '/users/login', { login_id: username, password })
    people.push({ id, username, name: first_name, token: header.get('token') ?? '' })
  }
  const [alice, bob] = people
  if (!alice || !bob) throw new Error('nobody lives in the demo')
  const channel = await call(alice.token, '/channels', {
    team_id: team.id,
    name: demoChannel,
    display_name: demoChannel,
    type: 'O',
  })
  await call(alice.token, `/channels/${channel.id}/members`, { user_id: bob.id })
  await call(alice.token, '/posts', { channel_id: channel.id, message: welcomeTo(town)[locale] })
  return people
}

/** Has the administrator type a command in the channel: folders are heard where one of Vigie's administrators asked for it. */
export async function subscribeChannel({
  sandbox,
  fetch: fetcher,
  command,
}: Pick<Town, 'sandbox' | 'fetch'> & { readonly command: string }): Promise<void> {
  const headers = { authorization: `Bearer ${sandbox.adminToken}` }
  const get = async (path: string): Promise<string> =>
    made.parse(await (await fetcher(`${sandbox.url}/api/v4${path}`, { headers })).json()).id
  const channel = await get(`/teams/name/${demoTeam}/channels/name/${demoChannel}`)
  const team = await get(`/teams/name/${demoTeam}`)
  const admin = await get('/users/me')
  const call = callsOf(sandbox, fetcher)
  await call(sandbox.adminToken, `/teams/${team}/members`, { team_id: team, user_id: admin })
  await call(sandbox.adminToken, `/channels/${channel}/members`, { user_id: admin })
  await call(sandbox.adminToken, '/commands/execute', { channel_id: channel, team_id: team, command })
}

/** Says on the page what a program may send. */
export async function tellCurl({
  sandbox,
  fetch: fetcher,
  curl,
  token,
  locale,
}: Pick<Town, 'sandbox' | 'fetch' | 'locale'> & { readonly curl: string; readonly token: string }): Promise<void> {
  const headers = { authorization: `Bearer ${token}` }
  const address = `${sandbox.url}/api/v4/teams/name/${demoTeam}/channels/name/${demoChannel}`
  const { id } = made.parse(await (await fetcher(address, { headers })).json())
  const words =
    locale === 'fr'
      ? '6. Un personnage arrive de n’importe quel programme, ici de `curl`\u00a0:'
      : '6. A character arrives from any program, here from `curl`:'
  await callsOf(sandbox, fetcher)(token, '/posts', { channel_id: id, message: `${words}\n\`\`\`sh\n${curl}\n\`\`\`` })
}

function callsOf(sandbox: Sandbox, fetcher: typeof fetch) {
  return async (token: string, path: string, body: object): Promise<{ id: string; header: Headers }> => {
    const response = await fetcher(`${sandbox.url}/api/v4${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer: unknown = await response.json()
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${JSON.stringify(answer)}`)
    return { id: made.safeParse(answer).data?.id ?? '', header: response.headers }
  }
}
