// What nobody may learn from a whole Vigie before a Mattermost: names of channels and projects that are not theirs (T7), and secrets from a
// copy of its database (T11).

import { expect, it } from 'vitest'
import { showId } from '../../src/store/ids.ts'
import type { Stage } from './stage.ts'

export function leaksSuite(stage: () => Stage): void {
  const type: Stage['type'] = (...asked) => stage().type(...asked)
  const press: Stage['press'] = (...asked) => stage().press(...asked)
  const sealOf: Stage['sealOf'] = (...asked) => stage().sealOf(...asked)
  const rowsOf: Stage['rowsOf'] = (...asked) => stage().rowsOf(...asked)

  it('tells no name of a channel or project that is not the asker’s, in the same bytes as for what is not there (T7)', async () => {
    const hidden = await stage().house.channel(stage().house.admin, { type: 'P' })
    const name = 'canary-channel'
    await stage().house.admin.put(`/channels/${hidden}/patch`, {
      name: `${name}-${hidden.slice(0, 5)}`,
      display_name: name,
    })
    await stage().house.admin.post(`/channels/${hidden}/members`, { user_id: stage().house.botId })
    await stage().house.admin.post('/commands/execute', {
      channel_id: hidden,
      team_id: stage().house.team.id,
      command: '/subscribe gitlab canary/secret',
    })
    const push = { object_kind: 'push', ref: 'refs/heads/main', before: '0'.repeat(40), after: 'a'.repeat(40) }
    const project = { path_with_namespace: 'canary/secret', visibility_level: 0, web_url: 'https://g/canary/secret' }
    const commits = [{ id: 'a'.repeat(40), message: 'canary-commit', timestamp: new Date().toISOString(), author: {} }]
    const { body } = await stage().house.gitlab({
      ...push,
      project,
      commits,
      total_commits_count: 1,
      user_name: 'canary-person',
    })
    expect(body.matched).toBe(1)
    const [told] = await stage().house.told(hidden, 1)
    const [own] = rowsOf('select id from subscriptions where channel = ?', hidden)
    expect(own).toBeDefined()
    const subscription = showId(Number(own?.id))
    const pairs: readonly (readonly [string, string])[] = [
      [`explain ${body.event}`, `explain ${body.event?.slice(0, -2)}zz`],
      [`explain ${told?.props.vigie?.deliveries[0]}`, 'explain 06g0a1b2c3d'],
      [`explain ${told?.id}`, `explain ${'z'.repeat(26)}`],
      [
        `explain ${stage().house.mattermost.url}/${stage().house.team.name}/pl/${told?.id}`,
        `explain ${stage().house.mattermost.url}/${stage().house.team.name}/pl/${'z'.repeat(26)}`,
      ],
      ['subscribe gitlab canary/secret', 'subscribe gitlab canary/absent'],
      ['subscribe gitlab canary/secret --events push', 'subscribe gitlab canary/absent --events push'],
      ['unsubscribe gitlab canary/secret', 'unsubscribe gitlab canary/absent'],
      ['unsubscribe gitlab canary/secret', 'unsubscribe gitlab canary/absent'],
      [`unsubscribe ${subscription}`, 'unsubscribe 06g0a1b2c3d'],
      [`replay ${told?.props.vigie?.deliveries[0]}`, 'replay 06g0a1b2c3d'],
      ['allow gitlab canary/secret', 'allow gitlab canary/absent'],
      [`allow gitlab a/b ~${name}-${hidden.slice(0, 5)}`, 'allow gitlab a/b ~canary-absent'],
      [`deny gitlab a/b ${hidden}`, `deny gitlab a/b ${'z'.repeat(26)}`],
      ['gitlab check canary/secret', 'gitlab check canary/absent'],
      ['gitlab install canary/**', 'gitlab install absent/**'],
      ['test mattermost:x', 'test mattermost:y'],
    ]
    for (const asker of [stage().people.member, stage().people.chanadmin]) {
      for (const [forbidden, unknown] of pairs) {
        const [one, other] = [await type(asker.id, forbidden), await type(asker.id, unknown)]
        expect([one.status, blank(one.text, forbidden)], forbidden).toEqual([other.status, blank(other.text, unknown)])
        expect(without(one.text, forbidden), forbidden).not.toMatch(/canary|secret/)
      }
      for (const words of [
        'deliveries',
        'deliveries failed',
        'audit',
        'subscribe list',
        'statut',
        'status gitlab',
        'help',
        'about',
        'explain',
      ]) {
        const own = (await type(asker.id, words)).text
        if (words !== 'audit' && words !== 'subscribe list') expect(own, words).not.toMatch(/canary/)
        expect(own, words).not.toMatch(/canary-|canary-commit/)
      }
    }
    // A card's button asks for what was told elsewhere.
    const why = async (object: string) =>
      blank((await press(stage().member.id, sealOf(stage().member.id, 'explain.why', object))).text, object)
    expect(await why(body.event ?? '')).toBe(await why(`${body.event?.slice(0, -2)}zz`))
  })

  it('shows a new API key to who asked, in an ephemeral answer alone, and keeps nothing of it (T11)', async () => {
    const { text } = await type(stage().people.sysadmin.id, 'key create canary --scope events:write')
    const signer = await type(stage().people.sysadmin.id, 'key create signer --signing')
    const [, key = '', secret = ''] = /(vigie_[a-z0-9]{12}_([A-Za-z0-9_-]{43}))/.exec(text) ?? []
    const signing = /whsec_([A-Za-z0-9+/]{43}=)/.exec(signer.text)?.[1] ?? ''
    expect([key, signing].map(({ length }) => length)).toEqual([62, 44])
    for (const answer of [text, signer.text]) expect(JSON.parse(answer)).toMatchObject({ response_type: 'ephemeral' })
    const { body } = await stage().house.admin.get(`/channels/${stage().town}/posts?per_page=200`)
    const dump = stage().dump() + JSON.stringify(body)
    for (const one of [secret, signing]) {
      const bytes = Buffer.from(one, 'base64')
      for (const form of [one, bytes.toString('latin1'), bytes.toString('hex')]) expect(dump.includes(form)).toBe(false)
    }
    const revoked = await type(stage().people.sysadmin.id, 'key revoke canary')
    expect(revoked.text).toContain('canary')
    expect(rowsOf("select name from api_keys where revoked_at is null and name <> 'stage'")).toEqual([
      { name: 'signer' },
    ])
  })

  it('keeps nothing in its database by which anybody could call it or Mattermost (T11)', () => {
    const dump = stage().dump()
    const own = stage().provisioned
    expect(own.length).toBeGreaterThan(4)
    const { gitlab, metrics, seal, state } = stage().secrets
    expect(dump).toContain(stage().town)
    for (const secret of [...own, gitlab, metrics, seal, state]) {
      expect(secret).not.toBe('')
      const bytes = Buffer.from(secret)
      for (const form of [secret, bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')])
        expect(dump.includes(form.replace(/=+$/, '')), `a secret of ${secret.length} letters`).toBe(false)
    }
  })
}

/** What was asked, and ids that differ from answer to answer. */
function blank(answer: string, asked: string): string {
  return without(answer, asked).replace(/\b0[0-9a-hjkmnp-z]{10}\b/g, 'ID')
}

function without(answer: string, asked: string): string {
  return asked
    .split(' ')
    .slice(1)
    .filter((word) => word.length > 3)
    .reduce(
      (text, word) => text.replaceAll(word, 'ASKED').replaceAll(JSON.stringify(word).slice(1, -1), 'ASKED'),
      answer,
    )
}
