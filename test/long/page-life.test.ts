// Threads, outages, languages, narrow windows and what the demo offers, on the stand-in's page (issue 3).
import { describe, expect, it } from 'vitest'
import { findChromium, onStage, postsOf, send } from '../sandbox/page-stage.ts'

const chromium = findChromium(process.env)

describe.skipIf(chromium === undefined)('life on the page (skipped without Chromium: set VIGIE_TEST_CHROMIUM)', () => {
  const scene = onStage(chromium ?? '')

  describe('a thread', () => {
    it('is counted under its post and opens beside the channel', async () => {
      const { page, channel } = await scene().enter()
      const { bot } = scene().stage
      const root = await bot.post('/posts', { channel_id: channel.id, message: 'la carte' })
      for (const message of ['première', 'seconde'])
        await bot.post('/posts', { channel_id: channel.id, root_id: root.id, message })
      await page.getByTestId('thread-link').getByText('2 réponses').click()
      await page.getByTestId('thread').getByText('seconde').waitFor()
      expect(await postsOf(page).getByText('seconde').count()).toBe(0)
    })

    it('takes replies and shows those of others live', async () => {
      const { page, channel } = await scene().enter()
      const { bob, alice } = scene().stage
      const root = await bob.post('/posts', { channel_id: channel.id, message: 'une question' })
      await postsOf(page).getByText('une question').hover()
      await page.getByTestId('reply').last().click()
      await send(page.getByTestId('thread-composer'), 'une réponse')
      await page.getByTestId('thread').getByText('une réponse').waitFor()
      await bob.post('/posts', { channel_id: channel.id, root_id: root.id, message: 'merci' })
      await page.getByTestId('thread').getByText('merci').waitFor()
      await page.getByTestId('thread-link').getByText('2 réponses').waitFor()
      const { posts } = await alice.get<{ posts: Record<string, { root_id: string }> }>(`/posts/${root.id}/thread`)
      expect(Object.values(posts).filter(({ root_id }) => root_id === root.id)).toHaveLength(2)
    })

    it('closes with Escape', async () => {
      const { page, channel } = await scene().enter()
      await scene().stage.bob.post('/posts', { channel_id: channel.id, message: 'une question' })
      await postsOf(page).getByText('une question').hover()
      await page.getByTestId('reply').last().click()
      await page.getByTestId('thread-composer').press('Escape')
      await page.getByTestId('thread').waitFor({ state: 'hidden' })
    })
  })

  describe('a lost connection', () => {
    it('is told, and what was said meanwhile stands there once it is back', async () => {
      const { page, channel } = await scene().enter()
      const { faults } = scene().stage.sandbox
      faults.answer(503, { path: '/websocket' })
      faults.closeSockets()
      await page.getByTestId('offline').getByText('Connexion perdue').waitFor()
      await scene().stage.bob.post('/posts', { channel_id: channel.id, message: 'pendant la panne' })
      faults.heal()
      await postsOf(page).getByText('pendant la panne').waitFor()
      await page.getByTestId('offline').waitFor({ state: 'hidden' })
    })

    it('that loses single events is made good', async () => {
      const { page, channel } = await scene().enter()
      const { faults } = scene().stage.sandbox
      faults.dropFrames(2)
      for (const message of ['un', 'deux', 'trois'])
        await scene().stage.bob.post('/posts', { channel_id: channel.id, message })
      faults.dropFrames(0)
      await scene().stage.bob.post('/posts', { channel_id: channel.id, message: 'quatre' })
      for (const message of ['un', 'deux', 'trois', 'quatre'])
        await postsOf(page).getByText(message, { exact: true }).waitFor()
    })
  })

  describe('what the demo offers', () => {
    const action = (run: () => Promise<unknown>) => ({
      ...{ id: 'mr-open', label: { fr: 'Ouvrir une merge request', en: 'Open a merge request' } },
      ...{ group: { fr: 'GitLab', en: 'GitLab' }, run },
    })

    it('is a button that makes it happen', async () => {
      const { actions, bot } = scene().stage
      let where = ''
      actions.push(action(() => bot.post('/posts', { channel_id: where, message: 'MR ouverte' })))
      const { page, channel } = await scene().enter()
      where = channel.id
      await page.getByTestId('action-mr-open').getByText('Ouvrir une merge request').click()
      await postsOf(page).getByText('MR ouverte').waitFor()
    })

    it('says why it failed', async () => {
      scene().stage.actions.push(action(() => Promise.reject(new Error('GitLab est muet'))))
      const { page } = await scene().enter()
      await page.getByTestId('action-mr-open').click()
      await page.getByTestId('notice').getByText('GitLab est muet').waitFor()
    })

    it('takes no room where there is nothing to offer', async () => {
      const { page } = await scene().enter()
      expect(await page.getByTestId('demo-panel').count()).toBe(0)
    })
  })

  it('speaks English to those whose browser is not French', async () => {
    const { page } = await scene().enter('alice', { locale: 'de-DE' })
    await page.getByText('Browse channels').waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
  })

  it('fits a narrow window, with the channels behind a button', async () => {
    const { page, channel } = await scene().enter('alice', { width: 390, height: 780 })
    const code = '`un/chemin/tres/long/sans/aucune/espace/pour/couper/la/ligne.txt`'
    await scene().tell(channel.id, { title: code, text: code, fields: [{ short: true, title: 'Source', value: code }] })
    await page.getByTestId('card').waitFor()
    expect(await page.locator('.feed').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
    expect(await page.getByTestId('sidebar').isVisible()).toBe(false)
    await page.getByTestId('show-channels').click()
    await page.locator('[data-channel=town-square]').click()
    await page.getByText('Début de Town Square').waitFor()
    await page.getByTestId('sidebar').waitFor({ state: 'hidden' })
  })

  it('reads new posts to those who cannot see them', async () => {
    const { page, channel } = await scene().enter()
    await scene().tell(channel.id, { fallback: 'Pipeline en échec', title: 'Pipeline' })
    await page.getByRole('log').getByText('vigie, Pipeline en échec').waitFor({ state: 'attached' })
  })

  it('is reached with the keyboard alone', async () => {
    const { page } = await scene().enter()
    await page.getByTestId('channel').first().focus()
    const seen: string[] = []
    for (let step = 0; step < 30 && seen.at(-1) !== 'composer'; step++) {
      await page.keyboard.press('Tab')
      seen.push((await page.locator(':focus').getAttribute('data-testid')) ?? '')
    }
    expect(seen).toEqual(expect.arrayContaining(['browse-channels', 'person-bob', 'feed', 'composer']))
  })
})
