// Questions about teams and who is in them.

import { accepted, at, list, number, refusal } from './driver.ts'
import { createBot, createPerson, join, type Question, suffix, unknownId } from './world.ts'

export function askAboutTeams(question: Question): void {
  question(
    'team: by name, not found',
    { default: { status: 404, id: 'app.team.get_by_name.missing.app_error' } },
    async ({ bot }) => refusal(await bot.get(`/teams/name/none${suffix()}`)),
  )
  question(
    'team: by name',
    { default: true },
    async ({ bot, team }) => at(await bot.get(`/teams/name/${team.name}`), 'id') === team.id,
  )
  question('team: bot lists its own', { default: 1 }, async ({ bot }) => list(await bot.get('/users/me/teams')).length)
  question(
    'team: a name that is taken',
    { default: { status: 400, id: 'store.sql_team.save_team.existing.app_error' } },
    async ({ admin, team }) =>
      refusal(await admin.post('/teams', { name: team.name, display_name: 'Twice', type: 'O' })),
  )
  question(
    'team: somebody outside is no member',
    { default: { status: 404, id: 'app.team.get_member.missing.app_error' } },
    async ({ admin, team, carol }) => refusal(await admin.get(`/teams/${team.id}/members/${carol.id}`)),
  )
  question(
    'team: a member adds nobody unknown',
    { default: 404 },
    async ({ admin, team }) =>
      (await admin.post(`/teams/${team.id}/members`, { team_id: team.id, user_id: unknownId })).status,
  )
  question(
    'team: membership of a plain member',
    { default: { roles: 'team_user', scheme_user: true, scheme_admin: false, scheme_guest: false, delete_at: 0 } },
    async ({ bot, team, alice }) => {
      const answer = await bot.get(`/teams/${team.id}/members/${alice.id}`)
      return Object.fromEntries(
        ['roles', 'scheme_user', 'scheme_admin', 'scheme_guest', 'delete_at'].map((key) => [key, at(answer, key)]),
      )
    },
  )
  question(
    'team: an admin makes a bot team admin and back',
    { default: [200, 'team_user team_admin', 200, 'team_user'] },
    async ({ url, admin, team }) => {
      const bot = await createBot(url, admin)
      await join(admin, 'teams', team.id, bot)
      const path = `/teams/${team.id}/members/${bot.id}`
      const up = await admin.put(`${path}/schemeRoles`, { scheme_admin: true, scheme_user: true })
      const raised = at(await admin.get(path), 'roles')
      const down = await admin.put(`${path}/roles`, { roles: 'team_user' })
      const lowered = at(await admin.get(path), 'roles')
      await accepted(admin.post(`/bots/${bot.id}/disable`))
      return [up.status, raised, down.status, lowered]
    },
  )
  question(
    'team: a member raises nobody',
    { default: { status: 403, id: 'api.context.permissions.app_error' } },
    async ({ alice, team }) =>
      refusal(
        await alice.put(`/teams/${team.id}/members/${alice.id}/schemeRoles`, { scheme_admin: true, scheme_user: true }),
      ),
  )
  question('team: adding twice is the same membership', { default: [201, 201] }, async ({ admin, team, alice }) => {
    const body = { team_id: team.id, user_id: alice.id }
    const path = `/teams/${team.id}/members`
    return [(await admin.post(path, body)).status, (await admin.post(path, body)).status]
  })
  question(
    'team: whoever was never in it cannot be taken out',
    { default: { status: 400, id: 'api.team.remove_user_from_team.missing.app_error' } },
    async ({ admin, team, carol }) => refusal(await admin.delete(`/teams/${team.id}/members/${carol.id}`)),
  )
  question(
    'team: an administrator lists those of another, and all of the server by pages',
    { default: [true, true, 1] },
    async ({ admin, team, alice }) => {
      const others = list(await accepted(admin.get(`/users/${alice.id}/teams`)))
      const pages: unknown[] = []
      for (let page = 0; ; page += 1) {
        const some = list(await accepted(admin.get(`/teams?per_page=200&page=${page}`)))
        pages.push(...some)
        if (some.length < 200) break
      }
      const one = list(await accepted(admin.get('/teams?per_page=1')))
      return [
        others.some((known) => at(known, 'id') === team.id),
        pages.some((known) => at(known, 'id') === team.id),
        one.length,
      ]
    },
  )
  question('team: whoever left is a member with a date', { default: [200, true] }, async ({ url, admin, team }) => {
    const person = await createPerson(url, admin, 'fred')
    await join(admin, 'teams', team.id, person)
    const left = await admin.delete(`/teams/${team.id}/members/${person.id}`)
    const after = await admin.get(`/teams/${team.id}/members/${person.id}`)
    await accepted(admin.delete(`/users/${person.id}`))
    return [left.status, number(after, 'delete_at') > 0]
  })
}
