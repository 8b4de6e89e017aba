import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium, launchChromium } from '../sandbox/page-stage.ts'
import { type Running, vigie } from './process.ts'

const chromium = findChromium(process.env)

describe('the demo', () => {
  let demo: Running
  let folder: string
  let places: { url: string; vigie: string; gitlab: string; folder: string; curl: string }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-demo-test-'))
    demo = vigie(['demo', '--json'], { cwd: folder, environment: { TMPDIR: folder } })
    places = JSON.parse(await demo.line('"url"'))
  })
  afterAll(async () => {
    demo.child.kill('SIGTERM')
    expect(await demo.ended()).toBe(0)
    expect(readdirSync(folder)).toEqual([])
    rmSync(folder, { recursive: true, force: true })
  })

  it('says in one line where the page, Vigie and its GitLab webhook are', async () => {
    expect((await fetch(`${places.vigie}/ready`)).status).toBe(200)
    expect(
      (await fetch(places.gitlab, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }))
        .status,
    ).toBe(401)
    expect(await (await fetch(places.url)).text()).toContain('<!doctype html>')
  })

  it('shows a character that arrives by the curl line it prints, on the page too, as a card', async () => {
    const { stdout } = await promisify(execFile)('sh', ['-c', places.curl])
    expect(JSON.parse(stdout)).toMatchObject({ nom: 'Naruto', score: 85, niveau: 'expert', matched: 1 })
    const { origin, hash } = new URL(places.url)
    const [, , team = '', channel = ''] = /^#([^/]+)\/([^/]+)\/(.+)$/.exec(hash) ?? []
    const [someone] = (await (await fetch(`${origin}/page/people`)).json()) as { token: string }[]
    const get = async (path: string) =>
      (await fetch(`${origin}/api/v4${path}`, { headers: { authorization: `Bearer ${someone?.token}` } })).json()
    const { id } = (await get(`/teams/name/${team}/channels/name/${channel}`)) as { id: string }
    const shown = async () => JSON.stringify(await get(`/channels/${id}/posts`))
    await expect.poll(shown).toMatch(/"title":"[^"]*Naruto/)
    expect(await shown()).toContain('/webhook/personnage')
  })

  if (chromium === undefined)
    it.skip('shows its main job in a browser (install Chromium, or name one in VIGIE_TEST_CHROMIUM)')
  else
    describe('in a browser', () => {
      let browser: Browser
      let page: Page

      beforeAll(async () => {
        browser = await launchChromium(chromium)
        page = await browser.newPage({ locale: 'fr-FR', viewport: { width: 1280, height: 900 }, colorScheme: 'light' })
        page.setDefaultTimeout(60_000)
        await page.goto(places.url)
      })
      afterAll(() => browser?.close())

      it('shows a subscription by slash command, a card arriving, the card changing, a menu with effect', async () => {
        const composer = page.getByTestId('composer')
        await composer.fill('/subscribe gitlab taaf/**')
        await composer.press('Enter')
        await page.getByText('Abonné').first().waitFor()

        await page.getByTestId('action-merge-request-open').click()
        const card = page.getByTestId('feed').getByTestId('card').filter({ hasText: 'Feature: Nouveau module' })
        await card.waitFor()
        await expect.poll(() => card.textContent()).toContain('a ouvert une merge request')

        await page.getByTestId('action-merge-request-merge').click()
        await expect.poll(() => card.textContent()).toContain('a fusionné une merge request')
        expect(await card.count()).toBe(1)
        await page.getByTestId('thread-link').last().click()
        await expect.poll(() => page.getByTestId('thread').textContent()).toContain('Claire')
        if (process.env.VIGIE_TEST_SHOTS)
          await page.screenshot({ path: join(process.env.VIGIE_TEST_SHOTS, 'demo.png') })
        await page.getByTestId('close-thread').click()

        await card.getByTestId('card-menu').click()
        await page.getByTestId('menu-option').filter({ hasText: 'Sourdine 1' }).click()
        await expect.poll(() => page.getByTestId('app').textContent()).toContain('n’entend plus')
        if (process.env.VIGIE_TEST_SHOTS)
          await page.screenshot({ path: join(process.env.VIGIE_TEST_SHOTS, 'demo-mute.png') })
        const cards = await page.getByTestId('card').count()
        await page.getByTestId('action-issue-open').click()
        await composer.fill('/statut')
        await composer.press('Enter')
        await page.getByText('File d’envoi').last().waitFor()
        expect(await page.getByTestId('card').filter({ hasText: 'solde de congés' }).count()).toBe(0)
        expect(cards).toBeGreaterThan(0)
      })

      it('shows a site that is broken by a button: its card appears, shows the text, is acknowledged, turns green', async () => {
        const composer = page.getByTestId('composer')
        const line = /\/monitor add http:\/\/127\.0\.0\.1:\d+/.exec(
          (await page.getByTestId('feed').textContent()) ?? '',
        )?.[0]
        const site = line?.split(' ').at(-1)
        await composer.fill(`${line} --name boutique --every 5s --retries 1 --recover 1`)
        await composer.press('Enter')
        await page.getByText('Surveillé').first().waitFor()

        await page.getByTestId('action-site-broken').click()
        const card = page.getByTestId('feed').getByTestId('card').filter({ hasText: 'boutique' }).last()
        await expect.poll(() => card.textContent()).toContain('boutique ne répond plus')
        // Nothing in a model's words is a link: its address is broken by a mark without width.
        const text = async () => (await card.textContent())?.replaceAll('\u200b', '')
        const written = `${site}/ est indisponible\u00a0: il répond 503 Service Unavailable. Merci d’intervenir`
        await expect.poll(text).toContain(written)
        expect(await card.textContent()).toContain('✨ rédigé par un modèle')
        await shoot('watch-down')
        await card.getByRole('button', { name: 'Prendre en charge' }).click()
        await expect.poll(() => card.textContent()).toContain('👤 alice')
        await shoot('watch-taken')

        await page.getByTestId('action-site-well').click()
        await expect.poll(() => card.textContent()).toContain('boutique répond de nouveau')
        expect(await card.textContent()).toContain('prise en charge par alice')
        await page.getByTestId('thread-link').last().click()
        await expect.poll(() => page.getByTestId('thread').textContent()).toContain('a pris en charge l’incident')
        await shoot('watch-up')
      })

      it('shows what comes into its folder, by a button, by the shell, and many at once', async () => {
        const feed = page.getByTestId('feed')
        await page.getByTestId('action-folder-drop').click()
        const dropped = feed.getByTestId('card').filter({ hasText: 'contrat_dupont_2026.pdf' })
        await dropped.waitFor()
        expect(await dropped.textContent()).toContain('Nouveau document RH déposé')
        expect(await dropped.textContent()).toContain('1,42\u00a0Mo')
        expect(await feed.textContent()).toContain(`${places.folder}/Contrats`)

        writeFileSync(join(places.folder, 'Congés', 'de la coquille.xlsx'), 'x'.repeat(600))
        const copied = feed.getByTestId('card').filter({ hasText: 'de la coquille.xlsx' })
        await copied.waitFor()
        expect(await copied.textContent()).toContain('0,59\u00a0Ko')
        await shoot('folder')

        await page.getByTestId('action-folder-drop-many').click()
        const many = feed.getByTestId('card').filter({ hasText: '12 nouveaux documents RH déposés' })
        await many.waitFor()
        await page.getByTestId('thread-link').last().click()
        await expect.poll(() => page.getByTestId('thread').textContent()).toContain('fiche_fournier_1.pdf')
        await shoot('folder-many')
      })

      async function shoot(name: string): Promise<void> {
        const { VIGIE_TEST_SHOTS: folder } = process.env
        if (folder) await page.screenshot({ path: join(folder, `${name}.png`) })
      }
    })
})
