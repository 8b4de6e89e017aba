// The stand-in's web page in a real browser: people, posts, channels (issue 3: "channels, threads, markdown … a line to type messages,
// two people to switch between, live by websocket").
import { describe, expect, it } from 'vitest'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { eventually, findChromium, onStage, openPage, postsOf, send } from './page-stage.ts'

const chromium = findChromium(process.env)

describe.skipIf(chromium === undefined)(
  'the page of the stand-in (skipped without Chromium: set VIGIE_TEST_CHROMIUM)',
  () => {
    const scene = onStage(chromium ?? '')

    describe('people', () => {
      it('enters without typing a password and shows the team and its channels', async () => {
        const { page } = await scene().enter()
        expect(await page.locator('h1').textContent()).toBe('TAAF')
        expect(await page.getByTestId('person-alice').getAttribute('aria-pressed')).toBe('true')
        expect(await page.getByTestId('channel').allTextContents()).toEqual(expect.arrayContaining(['Town Square']))
      })

      it('switches to the other person in the same channel', async () => {
        const { page, channel } = await scene().enter()
        await page.getByTestId('person-bob').click()
        await page.locator('[data-person=bob]').waitFor()
        await send(page.getByTestId('composer'), 'de bob')
        await postsOf(page).getByText('de bob').waitFor()
        const { order, posts: stored } = await scene().stage.bob.get<{
          order: string[]
          posts: Record<string, { user_id: string }>
        }>(`/channels/${channel.id}/posts`)
        expect(stored[order[0] ?? '']?.user_id).toBe(scene().stage.bob.id)
      })

      it('shows the other person’s new mentions beside their name', async () => {
        const { page, channel } = await scene().enter()
        await page.getByTestId('person-bob').click()
        await page.locator('[data-person=bob]').waitFor()
        await scene().stage.bot.post('/posts', { channel_id: channel.id, message: '@alice regarde' })
        await page.getByTestId('person-alice').locator('.badge').getByText('1').waitFor()
      })

      it('asks for a token where nobody is offered', async () => {
        const alone = await createSandbox()
        try {
          const { page } = await openPage(scene().browser, alone.url)
          await page.getByTestId('token').fill(alone.adminToken)
          await page.getByTestId('token').press('Enter')
          await page.locator('[data-person=admin]').waitFor()
        } finally {
          await alone.stop()
        }
      })
    })

    describe('posts', () => {
      it('arrive live, without a reload', async () => {
        const { page, channel } = await scene().enter()
        await scene().stage.bob.post('/posts', { channel_id: channel.id, message: 'bonjour de **bob**' })
        await postsOf(page).locator('strong', { hasText: 'bob' }).waitFor()
      })

      it('are sent with Enter, and Shift+Enter breaks the line', async () => {
        const { page } = await scene().enter()
        const line = page.getByTestId('composer')
        await line.fill('une')
        await line.press('Shift+Enter')
        await line.pressSequentially('deux')
        await line.press('Enter')
        await postsOf(page).getByText('une\ndeux').waitFor()
        expect(await line.inputValue()).toBe('')
      })

      it('that the server refuses come back to the line with the reason', async () => {
        const { page } = await scene().enter()
        const text = 'a'.repeat(16_384)
        await send(page.getByTestId('composer'), text)
        await eventually(() => page.getByTestId('composer-error').textContent()).not.toBe('')
        expect(await page.getByTestId('composer').inputValue()).toBe(text)
      })

      it('of hostile making run nothing, fetch nothing and reach no other page', async () => {
        const { page, channel, offences } = await scene().enter()
        const hostile = `<img src="https://evil.example/a.png" onerror="alert(1)"> ![b](https://evil.example/b.png) [c](javascript:alert(2)) <script>alert(3)</script>`
        await scene().tell(
          channel.id,
          {
            title: '<b>x</b>',
            title_link: 'javascript:alert(4)',
            text: hostile,
            footer: hostile,
            author_name: hostile,
            author_icon: 'https://evil.example/c.png',
            image_url: 'https://evil.example/d.png',
            thumb_url: 'https://evil.example/e.png',
            footer_icon: 'https://evil.example/f.png',
            fields: [{ title: hostile, value: hostile, short: true }],
          },
          hostile,
        )
        await page.getByTestId('card').waitFor()
        await send(page.getByTestId('composer'), 'fini')
        await postsOf(page).getByText('fini').waitFor()
        expect(offences).toEqual([])
        expect(await page.locator('.posts img, .posts script').count()).toBe(0)
        const addresses = await page
          .locator('.posts a')
          .evaluateAll((links) => links.map((link) => link.getAttribute('href')))
        expect(addresses.filter((address) => !address?.startsWith('https://'))).toEqual([])
      })

      it('of before are read on demand', async () => {
        const { page, channel } = await scene().enter('bob')
        for (let index = 1; index <= 70; index++)
          await scene().stage.alice.post('/posts', { channel_id: channel.id, message: `n° ${index}` })
        await page.reload()
        await postsOf(page).getByText('n° 70', { exact: true }).waitFor()
        expect(await postsOf(page).getByText('n° 5', { exact: true }).count()).toBe(0)
        await page.getByTestId('older').click()
        await postsOf(page).getByText('n° 5', { exact: true }).waitFor()
      })

      it('show reactions, and one’s own is taken back by pressing it', async () => {
        const { page, channel } = await scene().enter()
        const { id } = await scene().stage.bob.post('/posts', { channel_id: channel.id, message: 'vu ?' })
        await scene().stage.bob.post('/reactions', { user_id: scene().stage.bob.id, post_id: id, emoji_name: 'eyes' })
        const chip = page.getByTestId('reaction-eyes')
        await chip.click()
        await eventually(() => chip.textContent()).toContain('2')
        await chip.and(page.locator(':focus')).waitFor()
        await chip.click()
        await eventually(() => chip.textContent()).toContain('1')
      })

      it('open from a permalink', async () => {
        const { channel } = await scene().enter()
        const root = await scene().stage.bob.post('/posts', { channel_id: channel.id, message: 'la racine' })
        const reply = await scene().stage.bob.post('/posts', {
          channel_id: channel.id,
          root_id: root.id,
          message: 'la réponse',
        })
        const { page } = await openPage(scene().browser, `${scene().stage.sandbox.url}/taaf/pl/${reply.id}`)
        await page.getByTestId('thread').getByText('la réponse').waitFor()
      })
    })

    describe('channels', () => {
      it('with news stand out and count mentions until they are opened', async () => {
        const { page } = await scene().enter()
        const other = await scene().stage.channel()
        await scene().stage.bot.post('/posts', { channel_id: other.id, message: '@alice deux mots' })
        const entry = page.locator(`[data-channel=${other.name}]`)
        await eventually(() => entry.getByTestId('badge').textContent()).toBe('1')
        await scene().stage.bot.post('/posts', { channel_id: other.id, message: '@alice encore' })
        await eventually(() => entry.getByTestId('badge').textContent()).toBe('2')
        await entry.click()
        await page.getByText('Nouveaux messages').waitFor()
        await entry.getByTestId('badge').waitFor({ state: 'detached' })
      })

      it('do not stand out for what one wrote oneself', async () => {
        const { page, channel } = await scene().enter()
        const other = await scene().stage.channel()
        await scene().stage.alice.post('/channels/members/me/view', { channel_id: other.id })
        await page.locator(`[data-channel=${other.name}]`).waitFor()
        await scene().stage.alice.post('/posts', { channel_id: other.id, message: 'de moi' })
        await scene().stage.bob.post('/posts', { channel_id: channel.id, message: 'après' })
        await postsOf(page).getByText('après').waitFor()
        expect(await page.locator(`[data-channel=${other.name}].unread`).count()).toBe(0)
      })

      it('that are public can be joined', async () => {
        const { page } = await scene().enter('bob')
        const name = 'ouvert'
        await scene().stage.alice.post('/channels', {
          team_id: scene().stage.teamId,
          name,
          display_name: name,
          type: 'O',
        })
        await page.getByTestId('browse-channels').click()
        await page.getByTestId(`join-${name}`).click()
        await page.getByText(`Début de ${name}`).waitFor()
      })

      it('with one person open from their name', async () => {
        const { page } = await scene().enter()
        await page.getByTestId('browse-channels').click()
        await page.getByTestId('write-vigie').click()
        await page.getByPlaceholder('Écrire à vigie').waitFor()
      })

      it('that one is removed from give way to another', async () => {
        const { page, channel } = await scene().enter('bob')
        await fetch(`${scene().stage.sandbox.url}/api/v4/channels/${channel.id}/members/${scene().stage.bob.id}`, {
          method: 'DELETE',
          headers: { Authorization: `Bearer ${scene().stage.alice.token}` },
        })
        await page.getByText('Début de Town Square').waitFor()
        expect(await page.locator(`[data-channel=${channel.name}]`).count()).toBe(0)
      })
    })
  },
)
