// Questions about signing in, people and their access tokens. Answers as recorded in the reference; 9.10's where it differs.

import { mfaCode } from '../../../src/sandbox/mfa.ts'
import { accepted, at, createCaller, keys, list, refusal, text } from './driver.ts'
import { createPerson, type Question, suffix, unknownId } from './world.ts'

const readFields = ['id', 'username', 'locale', 'roles', 'delete_at', 'timezone', 'first_name', 'nickname', 'email']

const forbidden = { status: 403, id: 'api.context.permissions.app_error' }

export function askAboutUsers(question: Question): void {
  question(
    'auth: no token',
    { default: { status: 401, id: 'api.context.session_expired.app_error' } },
    async ({ nobody }) => refusal(await nobody.get('/users/me')),
  )
  question(
    'auth: a token nobody has',
    { default: { status: 401, id: 'api.context.session_expired.app_error' } },
    async ({ url }) => refusal(await createCaller(url, unknownId).get('/users/me')),
  )
  question(
    'auth: wrong password',
    { default: { status: 401, id: 'api.user.login.invalid_credentials_email_username' } },
    async ({ nobody, alice }) =>
      refusal(await nobody.post('/users/login', { login_id: alice.name, password: 'wrong-Password1' })),
  )
  question(
    'auth: whoever has a second factor is asked for its code',
    {
      default: {
        without: { status: 401, id: 'mfa.validate_token.authenticate.app_error' },
        wrong: { status: 401, id: 'api.user.check_user_mfa.bad_code.app_error' },
        wrongPassword: { status: 401, id: 'api.user.login.invalid_credentials_email_username' },
        right: [200, 26],
      },
    },
    async ({ url, admin, nobody }) => {
      const before = at(await accepted(admin.get('/config')), 'ServiceSettings.EnableMultifactorAuthentication')
      const allowFactors = (allowed: unknown) =>
        admin.put('/config/patch', { ServiceSettings: { EnableMultifactorAuthentication: allowed } })
      await accepted(allowFactors(true))
      try {
        const password = `Contract-${suffix()}1`
        const person = await createPerson(url, admin, 'mona', password)
        const secret = text(await accepted(person.post(`/users/${person.id}/mfa/generate`)), 'secret')
        const code = () => mfaCode(secret, Date.now())
        await accepted(person.put(`/users/${person.id}/mfa`, { activate: true, code: code() }))
        const logIn = (more: object) => nobody.post('/users/login', { login_id: person.name, password, ...more })
        const without = refusal(await logIn({}))
        const wrongCode = String((Number(code()) + 500_000) % 1_000_000).padStart(6, '0')
        const wrong = refusal(await logIn({ token: wrongCode }))
        const wrongPassword = refusal(await logIn({ password: 'wrong-Password1', token: code() }))
        const right = await logIn({ token: code() })
        await accepted(admin.delete(`/users/${person.id}`))
        return { without, wrong, wrongPassword, right: [right.status, right.headers.get('token')?.length] }
      } finally {
        await accepted(allowFactors(before))
      }
    },
  )
  question('auth: a session that logged out is over', { default: [200, 401] }, async ({ url, admin }) => {
    const guest = await createPerson(url, admin, 'dora')
    const out = await guest.post('/users/logout')
    const after = await guest.get('/users/me')
    await accepted(admin.delete(`/users/${guest.id}`))
    return [out.status, after.status]
  })
  question('ping', { default: { status: 200, ok: 'OK' } }, async ({ nobody }) => {
    const answer = await nobody.get('/system/ping')
    return { status: answer.status, ok: at(answer, 'status') }
  })
  question('an unknown route', { default: { status: 404, id: 'api.context.404.app_error' } }, async ({ alice }) =>
    refusal(await alice.get('/nothing/here')),
  )
  question(
    'a body that is no JSON',
    { default: { status: 400, id: 'api.context.invalid_body_param.app_error' } },
    async ({ alice }) => refusal(await alice.post('/posts', 'text')),
  )
  question(
    'an error tells its id, message, status and request',
    { default: ['detailed_error', 'id', 'message', 'request_id', 'status_code'] },
    async ({ nobody }) => keys(await nobody.get('/users/me')),
  )
  question(
    'the client settings are told without a session',
    { default: [200, 'true'] },
    async ({ nobody, version }) => {
      const answer = await nobody.get('/config/client?format=old')
      return [answer.status, String(text(answer, 'Version').startsWith(`${version}.`))]
    },
  )
  question(
    'the settings are told to administrators, with the site URL',
    { default: [200, true, true] },
    async ({ admin, url }) => {
      const config = await admin.get('/config')
      const sections = ['SiteURL', 'EnableBotAccountCreation', 'AllowedUntrustedInternalConnections']
      const there = sections.every((key) => keys(config, 'ServiceSettings').includes(key))
      return [config.status, there, text(config, 'ServiceSettings.SiteURL') === url]
    },
  )
  question('the settings are not told to members', { default: forbidden }, async ({ alice }) =>
    refusal(await alice.get('/config')),
  )
  question(
    'user: an administrator raises a person and lowers them again',
    { default: ['system_user system_admin', 'system_user'] },
    async ({ url, admin }) => {
      const person = await createPerson(url, admin, 'lena')
      await accepted(admin.put(`/users/${person.id}/roles`, { roles: 'system_user system_admin' }))
      const raised = at(await admin.get(`/users/${person.id}`), 'roles')
      await accepted(admin.put(`/users/${person.id}/roles`, { roles: 'system_user' }))
      const lowered = at(await admin.get(`/users/${person.id}`), 'roles')
      await accepted(admin.delete(`/users/${person.id}`))
      return [raised, lowered]
    },
  )
  question('user: a member raises nobody', { default: forbidden }, async ({ alice }) =>
    refusal(await alice.put(`/users/${alice.id}/roles`, { roles: 'system_user system_admin' })),
  )
  question(
    'auth: a token in the address is refused',
    { default: { status: 401, id: 'api.context.token_provided.app_error' } },
    async ({ nobody, bot }) => refusal(await nobody.get(`/users/me?access_token=${bot.token}`)),
  )
  question(
    'a route with a slash at its end is another',
    { default: { status: 404, id: 'api.context.404.app_error' } },
    async ({ alice }) => refusal(await alice.get('/users/me/')),
  )
  question(
    'the licence is told in its old format only',
    { default: [200, { status: 400, id: 'api.license.client.old_format.app_error' }] },
    async ({ nobody }) => [
      (await nobody.get('/license/client?format=old')).status,
      refusal(await nobody.get('/license/client')),
    ],
  )
  question(
    'user: a language that is none',
    { default: { status: 400, id: 'model.user.is_valid.locale.app_error' } },
    async ({ bob }) => refusal(await bob.put(`/users/${bob.id}/patch`, { locale: 'xx' })),
  )
  question(
    'user: names of a team are completed for its members alone',
    { default: [200, forbidden] },
    async ({ bob, carol, team }) => {
      const path = `/users/autocomplete?in_team=${team.id}&name=a`
      return [(await bob.get(path)).status, refusal(await carol.get(path))]
    },
  )
  question(
    'user: by name, not found',
    { default: { status: 404, id: 'app.user.get_by_username.app_error' } },
    async ({ bot }) => refusal(await bot.get(`/users/username/nobody${suffix()}`)),
  )
  question('user: unknown id', { default: { status: 404, id: 'app.user.missing_account.const' } }, async ({ bot }) =>
    refusal(await bot.get(`/users/${unknownId}`)),
  )
  question(
    'user: an id that is none',
    { default: { status: 400, id: 'api.context.invalid_url_param.app_error' } },
    async ({ bot }) => refusal(await bot.get('/users/short')),
  )
  question('user: fields a bot reads', { default: readFields }, async ({ bot, alice }) => {
    const there = keys(await bot.get(`/users/${alice.id}`))
    return readFields.filter((field) => there.includes(field))
  })
  question('user: bot is marked', { default: { is_bot: true, delete_at: 0 } }, async ({ alice, bot }) => {
    const answer = await alice.get(`/users/${bot.id}`)
    return { is_bot: at(answer, 'is_bot'), delete_at: at(answer, 'delete_at') }
  })
  question('user: a person is not marked', { default: null }, async ({ bot, alice }) =>
    at(await bot.get(`/users/${alice.id}`), 'is_bot'),
  )
  question(
    'user: by usernames',
    { default: 1 },
    async ({ bot, alice }) => list(await bot.post('/users/usernames', [alice.name, `nobody${suffix()}`])).length,
  )
  question(
    'user: by ids',
    { default: 2 },
    async ({ bot, alice, bob }) => list(await bot.post('/users/ids', [alice.id, bob.id, unknownId])).length,
  )
  question(
    'user: roles of a plain user and an admin',
    { default: ['system_user', true] },
    async ({ bot, alice, admin }) => [
      at(await bot.get(`/users/${alice.id}`), 'roles'),
      text(await bot.get(`/users/${admin.id}`), 'roles').includes('system_admin'),
    ],
  )
  question('user: a person chooses a language', { default: 'fr' }, async ({ bot, carol }) => {
    await accepted(carol.put(`/users/${carol.id}/patch`, { locale: 'fr' }))
    return at(await bot.get(`/users/${carol.id}`), 'locale')
  })
  question(
    'user: nobody edits another',
    { default: { status: 403, id: 'api.context.permissions.app_error' } },
    async ({ alice, bob }) => refusal(await alice.put(`/users/${bob.id}/patch`, { locale: 'fr' })),
  )
  question(
    'user: a name that is taken',
    { default: { status: 400, id: 'app.user.save.username_exists.app_error' } },
    async ({ admin, alice }) =>
      refusal(
        await admin.post('/users', {
          username: alice.name,
          email: `x${suffix()}@contract.test`,
          password: 'Contract-1234',
        }),
      ),
  )
  question(
    'user: a deactivated person is told as deleted and signed out',
    { default: [true, 401] },
    async ({ url, admin, bot }) => {
      const person = await createPerson(url, admin, 'erin')
      await accepted(admin.delete(`/users/${person.id}`))
      const seen = await bot.get(`/users/${person.id}`)
      return [Number(at(seen, 'delete_at')) > 0, (await person.get('/users/me')).status]
    },
  )
  question(
    'user: a token is told once and lists without its secret',
    { default: [26, false, true] },
    async ({ admin, bot }) => {
      const made = await accepted(admin.post(`/users/${bot.id}/tokens`, { description: 'second' }))
      const known = list(await accepted(admin.get(`/users/${bot.id}/tokens?per_page=200`)))
      const same = known.find((token) => at(token, 'id') === at(made, 'id'))
      return [text(made, 'token').length, keys(same).includes('token'), at(same, 'is_active')]
    },
  )
  question('user: a revoked token is 401', { default: [200, 200, 401] }, async ({ url, admin, bot }) => {
    const made = await accepted(admin.post(`/users/${bot.id}/tokens`, { description: 'third' }))
    const caller = createCaller(url, text(made, 'token'))
    const before = await caller.get('/users/me')
    const revoked = await admin.post('/users/tokens/revoke', { token_id: text(made, 'id') })
    return [before.status, revoked.status, (await caller.get('/users/me')).status]
  })
  question(
    'user: a member makes no tokens',
    { default: { status: 403, id: 'api.context.permissions.app_error' } },
    async ({ alice }) => refusal(await alice.post(`/users/${alice.id}/tokens`, { description: 'mine' })),
  )
}
