// The watch end to end, as a channel lives it: added, broken, taken, mended; one suite for the stand-in and for a real server.

import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plain } from '../../src/text/rich.ts'
import { eventually, type House, type Mattermost, openHouse, type Someone, type TestPost, wordsOf } from './house.ts'

export function watchSuite(name: string, open: () => Promise<Mattermost>): void {
  describe(`the watch on ${name}`, () => {
    let house: House
    let alice: Someone
    let bob: Someone
    let site: Server
    let url: string
    let isBroken = false

    beforeAll(async () => {
      site = createServer((_, response) => response.writeHead(isBroken ? 503 : 200).end('hello'))
      await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', () => resolve()))
      const address = site.address()
      if (address === null || typeof address === 'string') throw new Error('no port')
      url = `http://127.0.0.1:${address.port}/`
      const { host } = new URL(url)
      house = await openHouse(await open(), { MONITOR_ALLOW: host, MONITOR_REFERENCE: host })
      alice = await house.person('alice', { teamAdmin: true })
      bob = await house.person('bob')
    })
    afterAll(async () => {
      await house?.close()
      site?.close()
    })

    const cardOf = async (channel: string, words: string): Promise<TestPost> =>
      eventually(
        async () =>
          (await house.posts(channel)).find(
            (post) => post.props.vigie?.card !== undefined && wordsOf(post).includes(words),
          ),
        words,
      )
    const actionOf = (post: TestPost, label: string) => {
      const found = post.props.attachments?.[0]?.actions?.find((action) => action.name === label)
      if (!found) throw new Error(`no ${label}`)
      return found
    }

    it('tells that a site is down, who has it, and that it is back, on one card', async () => {
      const channel = await house.channel(alice, { members: [bob] })
      const added = await alice.type(
        channel,
        `/monitor add ${url} --name boutique --every 5s --retries 1 --recover 1 --severity critical --mention @moi`,
      )
      expect(added).toContain('🟢 `200`')
      isBroken = true
      // Its time comes within 5 s; who asks need not wait.
      await alice.type(channel, '/monitor check boutique')
      const down = await cardOf(channel, 'boutique ne répond plus')
      expect(down.message).toContain(`@${alice.username}`)
      expect(wordsOf(down)).toContain('503 Service Unavailable')
      expect(await bob.press(down, actionOf(down, 'Prendre en charge'))).toContain('Pris en charge')
      const taken = await cardOf(channel, `👤 **${bob.username}**`)
      expect(taken.id).toBe(down.id)

      isBroken = false
      await bob.type(channel, '/monitor check boutique')
      const up = await cardOf(channel, 'boutique répond de nouveau')
      expect(up.id).toBe(down.id)
      expect(wordsOf(up)).toMatch(/~~`503 Service Unavailable`~~ → `200`/)
      expect(up.props.attachments?.[0]?.actions ?? []).toEqual([])
      const thread = await eventually(async () => {
        const lines = (await house.posts(channel)).filter(({ root_id }) => root_id === down.id)
        return lines.length === 2 ? lines : undefined
      }, 'two lines in the thread')
      expect(thread[0]?.message).toContain('a pris en charge l’incident')
      expect(thread[1]?.message).toContain('boutique répond de nouveau')
      // Who is named, and who had it, hear that it is over.
      for (const { username } of [alice, bob]) expect(thread[1]?.message).toContain(`@${username}`)
    })

    it('takes an emoji on its card for a press of the button, and one taken back for giving back', async () => {
      const channel = await house.channel(alice, { members: [bob] })
      isBroken = false
      await alice.type(channel, `/monitor add ${url} --name vitrine --every 1h --retries 1 --recover 1`)
      isBroken = true
      await alice.type(channel, '/monitor check vitrine')
      const down = await cardOf(channel, 'vitrine ne répond plus')
      await bob.post('/reactions', { user_id: bob.id, post_id: down.id, emoji_name: 'eyes' })
      expect((await cardOf(channel, `👤 **${bob.username}**`)).id).toBe(down.id)
      await bob.delete(`/users/${bob.id}/posts/${down.id}/reactions/eyes`)
      const lines = await eventually(async () => {
        const thread = (await house.posts(channel)).filter(({ root_id }) => root_id === down.id)
        return thread.length === 2 ? thread.map(({ message }) => message) : undefined
      }, 'two lines in the thread')
      expect(lines[0]).toContain('a pris en charge l’incident')
      expect(lines[1]).toContain('a rendu l’incident')
      isBroken = false
    })

    it('hears a job by its address, which no other address is', async () => {
      const channel = await house.channel(alice, { members: [bob] })
      const added = await alice.type(channel, '/monitor add --name sauvegarde --every 1d')
      const [, token = ''] = /\/heartbeat\/([\w-]+)/.exec(added) ?? []
      const call = (word: string) => fetch(`http://127.0.0.1:${house.environment.PORT}/heartbeat/${token}${word}`)
      expect((await call('')).status).toBe(200)
      expect((await call('x')).status).toBe(404)
      expect(await bob.type(channel, '/monitor show sauvegarde')).toContain('🟢 répond')
      expect((await call('/3')).status).toBe(200)
      const down = await cardOf(channel, 'sauvegarde')
      expect(wordsOf(down)).toContain('exit 3')
      expect((await call('/0')).status).toBe(200)
      expect((await cardOf(channel, 'sauvegarde répond de nouveau')).id).toBe(down.id)
    })

    it('goes on after a restart where it was: the same card, told once', async () => {
      const channel = await house.channel(alice, { members: [bob] })
      await alice.type(channel, `/monitor add ${url} --name relais --every 5s --retries 1 --recover 1`)
      isBroken = true
      await alice.type(channel, '/monitor check relais')
      const down = await cardOf(channel, 'relais ne répond plus')
      await house.stopApp()
      await house.startApp()
      isBroken = false
      const up = await cardOf(channel, 'relais répond de nouveau')
      expect(up.id).toBe(down.id)
      const cards = (await house.posts(channel)).filter((post) => post.props.vigie?.card !== undefined)
      expect(cards).toHaveLength(1)
    })

    it('wakes whom a monitor names that falls with others, by one line in the thread of their card', async () => {
      const channel = await house.channel(alice, { members: [bob] })
      isBroken = false
      const names = ['un', 'deux', 'trois', 'quatre']
      for (const name of names) {
        const rings = name === 'quatre' ? `--severity critical --mention @${bob.username}` : ''
        await alice.type(
          channel,
          `/monitor add ${url}${name} --name ${name} --every 1h --retries 1 --recover 1 ${rings}`,
        )
      }
      isBroken = true
      for (const name of names) await alice.type(channel, `/monitor check ${name}`)
      const group = await cardOf(channel, 'sites ne répondent plus')
      const line = await eventually(
        async () => (await house.posts(channel)).find(({ root_id }) => root_id === group.id),
        'a line in the thread',
      )
      expect(line.message).toMatch(
        new RegExp(`^🔴 Ne répond plus non plus\u00a0: \`quatre\` · l’incident devient critique @${bob.username}$`),
      )
      const posts = (await house.posts(channel)).filter((post) => post.props.vigie?.card !== undefined)
      expect(posts).toHaveLength(3)
      for (const one of posts) expect(one.message).not.toContain(bob.username)
      isBroken = false
      for (const name of names) await alice.type(channel, `/monitor check ${name}`)
      const over = await eventually(
        async () => (await house.posts(channel)).filter(({ root_id }) => root_id === group.id)[1],
        'its end in the thread',
      )
      expect(over.message).toContain(`@${bob.username}`)
    })

    it('shows administrators whether its reference answers', async () => {
      const channel = await house.channel(alice)
      const { host } = new URL(url)
      expect(await alice.type(channel, '/statut monitor')).not.toContain(host)
      const part = (await house.app().status()).parts.find(({ name }) => name === 'monitor')
      expect(part?.operatorDetails?.fr.map(plain)).toEqual([`Référence ${host}\u00a0: répond`])
    })

    it('reaches no private address that the operator did not list', async () => {
      const channel = await house.channel(alice)
      const { port } = new URL(url)
      for (const target of [
        `http://127.0.0.2:${port}/`,
        'http://127.0.0.1:1/',
        'http://169.254.169.254/',
        'http://[::1]:1/',
      ])
        expect(await alice.type(channel, `/monitor add ${target}`), target).toContain('n’a pas le droit')
      expect(await alice.type(channel, '/monitor list')).not.toContain('127.0.0.2')
    })
  })
}
