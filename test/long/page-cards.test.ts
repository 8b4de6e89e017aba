// Cards, buttons, menus, slash commands and dialogs on the stand-in's page (issue 3; reference/cards.md, reference/mattermost.md §1).
import { describe, expect, it } from 'vitest'
import { eventually, findChromium, onStage, postsOf, type Scene, send } from '../sandbox/page-stage.ts'

const chromium = findChromium(process.env)

const mergeRequest = {
  fallback: 'MR #5',
  color: '#00ff00',
  title: 'Merge Request #5: **Feature**',
  title_link: 'https://git.example.org/mr/5',
  text: '**Admin TAAF** a ouvert une merge request',
  fields: [
    { short: true, title: 'Projet', value: 'projet-test' },
    { short: true, title: 'Statut', value: 'ouverte' },
    { short: false, title: 'Source', value: '`feature/x`' },
  ],
  footer: 'GitLab · taaf/projet-test',
}

const dialog = {
  callback_id: 'abonnement',
  title: 'S’abonner',
  state: 'caché',
  submit_label: 'Abonner',
  notify_on_cancel: true,
  elements: [
    { display_name: 'Sujet', name: 'subject', type: 'text', help_text: 'Un projet' },
    { display_name: 'Note', name: 'note', type: 'textarea', optional: true },
    { display_name: 'Source', name: 'source', type: 'select', options: [{ text: 'GitLab', value: 'gitlab' }] },
    { display_name: 'Qui', name: 'who', type: 'select', data_source: 'users', optional: true },
    { display_name: 'Secret', name: 'secret', type: 'bool', placeholder: 'Aussi', optional: true },
    {
      display_name: 'Cartes',
      name: 'cards',
      type: 'radio',
      options: ['live', 'each'].map((value) => ({ text: value, value })),
    },
  ],
}

describe.skipIf(chromium === undefined)('cards on the page (skipped without Chromium: set VIGIE_TEST_CHROMIUM)', () => {
  const scene = onStage(chromium ?? '')

  describe('a card', () => {
    it('has its colour as a bar at the left of a bordered box', async () => {
      const { page, channel } = await scene().enter()
      await scene().tell(channel.id, mergeRequest)
      await page.getByTestId('card').waitFor()
      const style = (property: string) => page.evaluate(`getComputedStyle(document.querySelector('.card')).${property}`)
      expect(await style('borderLeftColor')).toBe('rgb(0, 255, 0)')
      expect(await style('borderLeftWidth')).toBe('4px')
      expect(await style('borderTopStyle')).toBe('solid')
    })

    it('shows a title with a link as plain text, one without as markdown', async () => {
      const { page, channel } = await scene().enter()
      await scene().tell(channel.id, mergeRequest)
      const link = page.getByTestId('card').getByRole('link', { name: 'Merge Request #5: **Feature**', exact: true })
      expect(await link.getAttribute('href')).toBe('https://git.example.org/mr/5')
      await scene().tell(channel.id, { title: 'Tout **va**' })
      await page.getByTestId('card').locator('h3 strong', { hasText: 'va' }).waitFor()
    })

    it('sets short fields side by side and a long one across', async () => {
      const { page, channel } = await scene().enter()
      await scene().tell(channel.id, mergeRequest)
      const box = async (title: string) => {
        const found = await page.getByTestId('card').locator('.field', { hasText: title }).boundingBox()
        return { x: found?.x ?? 0, y: found?.y ?? 0, width: found?.width ?? 0 }
      }
      const [project, status, source] = [await box('Projet'), await box('Statut'), await box('Source')]
      expect(status.y).toBe(project.y)
      expect(status.x).toBeGreaterThan(project.x)
      expect(source.y).toBeGreaterThan(project.y)
      expect(source.width).toBeGreaterThan(project.width * 1.9)
    })

    it('ends with its footer, then what can be done', async () => {
      const { page, channel } = await scene().enter()
      const integration = { url: `${scene().stage.service.url}/act`, context: {} }
      await scene().tell(channel.id, {
        ...mergeRequest,
        actions: [{ id: 'ack', name: 'Prendre en charge', integration }],
      })
      const text = (await page.getByTestId('card').textContent()) ?? ''
      expect(text.endsWith('GitLab · taaf/projet-testPrendre en charge')).toBe(true)
    })

    it('of a bot says so beside its name', async () => {
      const { page, channel } = await scene().enter()
      await scene().tell(channel.id, mergeRequest)
      await postsOf(page).locator('header', { hasText: 'vigie' }).getByText('BOT', { exact: true }).waitFor()
    })

    it('changes in place, flashes and is marked as edited', async () => {
      const { page, channel } = await scene().enter()
      const { id } = await scene().tell(channel.id, mergeRequest)
      await page.getByText('ouverte').waitFor()
      const merged = { ...mergeRequest, color: '#0000ff', text: 'fusionnée' }
      await scene().stage.bot.put(`/posts/${id}/patch`, { props: { attachments: [merged] } })
      await page.locator('.flash').getByText('fusionnée').waitFor()
      expect(await page.getByTestId('card').count()).toBe(1)
      expect(await page.getByTestId('edited').count()).toBe(1)
    })
  })

  describe('a button', () => {
    const withButton = (style: string) => ({
      title: 'Panne',
      actions: [
        {
          id: 'ack',
          name: 'Prendre en charge',
          type: 'button',
          style,
          integration: { url: `${scene().stage.service.url}/act`, context: { n: 1 } },
        },
      ],
    })

    it('calls its service, whose words only the presser sees', async () => {
      const { page, channel } = await scene().enter()
      const { service } = scene().stage
      service.answers.set('/act', () => ({ ephemeral_text: 'Pris par **vous**' }))
      await scene().tell(channel.id, withButton('primary'))
      await page.getByTestId('card-button').click()
      await page.locator('.ephemeral', { hasText: 'Pris par vous' }).waitFor()
      expect(await page.locator('.ephemeral .post-author').textContent()).toBe('Mattermost')
      expect(JSON.parse(service.heard[0]?.body ?? '{}')).toMatchObject({
        type: 'button',
        context: { n: 1 },
        user_name: 'alice',
      })
    })

    it('whose service fails says so', async () => {
      const { page, channel } = await scene().enter()
      scene().stage.sandbox.faults.answer(500, { path: /actions/, count: 1 })
      await scene().tell(channel.id, withButton('default'))
      await page.getByTestId('card-button').click()
      await page.getByTestId('notice').getByText('Échec').waitFor()
    })
  })

  describe('a menu', () => {
    const withMenu = () => ({
      title: 'Panne',
      actions: [
        {
          ...{
            id: 'mute',
            name: 'Silence…',
            type: 'select',
            integration: { url: `${scene().stage.service.url}/act`, context: { k: 1 } },
          },
          options: [
            { text: '1 heure', value: '1h' },
            { text: '1 jour', value: '24h' },
          ],
        },
      ],
    })
    const heard = (current: Scene) => current.stage.service.heard.map(({ body }) => JSON.parse(body).context)

    it('sends the option chosen with the mouse', async () => {
      const { page, channel } = await scene().enter()
      await scene().tell(channel.id, withMenu())
      await page.getByTestId('card-menu').click()
      await page.getByRole('menuitem', { name: '1 jour' }).click()
      await eventually(() => heard(scene())).toEqual([{ k: 1, selected_option: '24h' }])
    })

    it('stays open while its card is edited, and closes when its button is pressed again', async () => {
      const { page, channel } = await scene().enter()
      const { id } = await scene().tell(channel.id, withMenu())
      await page.getByTestId('card-menu').click()
      const edited = { ...withMenu(), title: 'Panne finie' }
      await scene().stage.bot.put(`/posts/${id}/patch`, { props: { attachments: [edited] } })
      await scene().stage.bot.post('/posts', { channel_id: channel.id, message: 'après' })
      await postsOf(page).getByText('après').waitFor()
      expect(await page.getByRole('menuitem', { name: '1 heure' }).isVisible()).toBe(true)
      await page.getByTestId('card-menu').click()
      await page.getByRole('menuitem').first().waitFor({ state: 'hidden' })
      await page.getByTestId('card').getByText('Panne finie').waitFor()
    })

    it('sends nothing while the keyboard only moves through it, and the option taken with Enter', async () => {
      const { page, channel } = await scene().enter()
      await scene().tell(channel.id, withMenu())
      await page.getByTestId('card-menu').focus()
      await page.keyboard.press('ArrowDown')
      await page.getByRole('menuitem', { name: '1 heure' }).and(page.locator(':focus')).waitFor()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Escape')
      await page.getByTestId('card-menu').and(page.locator(':focus')).waitFor()
      expect(heard(scene())).toEqual([])
      await page.keyboard.press('Enter')
      await page.getByRole('menuitem', { name: '1 heure' }).and(page.locator(':focus')).waitFor()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await eventually(() => heard(scene())).toEqual([{ k: 1, selected_option: '24h' }])
    })
  })

  describe('a slash command', () => {
    it('is offered with its hint as soon as its first letters are typed, and completed by Enter', async () => {
      await scene().command('subscribe', '<source> [sujet]')
      const { page } = await scene().enter()
      const line = page.getByTestId('composer')
      await line.pressSequentially('/sub')
      await page.getByTestId('suggestion').getByText('<source> [sujet]').waitFor()
      await line.press('Enter')
      expect(await line.inputValue()).toBe('/subscribe ')
    })

    it('is answered where only who asked sees it, until they hide it', async () => {
      await scene().command('statut')
      const { page, channel } = await scene().enter()
      const { answers, heard } = scene().stage.service
      answers.set('/statut', () => ({ text: 'Tout va **bien**' }))
      await send(page.getByTestId('composer'), '/statut gitlab')
      const answer = page.locator('.ephemeral', { hasText: 'Tout va bien' })
      await answer.getByText('Visible par vous seulement').waitFor()
      expect(new URLSearchParams(heard[0]?.body).get('channel_id')).toBe(channel.id)
      await page.getByTestId('person-bob').click()
      await page.locator('[data-person=bob]').waitFor()
      expect(await answer.count()).toBe(0)
      await page.getByTestId('person-alice').click()
      await answer.getByTestId('dismiss').click()
      await answer.waitFor({ state: 'detached' })
    })

    it('that nobody registered is refused in words and stays in the line', async () => {
      const { page } = await scene().enter()
      await send(page.getByTestId('composer'), '/inconnue')
      await eventually(() => page.getByTestId('composer-error').textContent()).not.toBe('')
      expect(await page.getByTestId('composer').inputValue()).toBe('/inconnue')
    })
  })

  describe('a dialog', () => {
    /** The page with the dialog open that `/demande` asks for. */
    async function open() {
      const { stage } = scene()
      const url = `${stage.service.url}/dialog`
      stage.service.answers.set('/demande', (body) => {
        const trigger_id = new URLSearchParams(body).get('trigger_id')
        return stage.alice.post('/actions/dialogs/open', { trigger_id, url, dialog }).then(() => ({}))
      })
      const { page } = await scene().enter()
      await send(page.getByTestId('composer'), '/demande')
      await page.getByRole('dialog', { name: 'S’abonner' }).waitFor()
      return page
    }
    const submissions = () =>
      scene()
        .stage.service.heard.filter(({ path }) => path === '/dialog')
        .map(({ body }) => JSON.parse(body))

    it('sends every kind of field as Mattermost does', async () => {
      await scene().command('demande')
      const page = await open()
      await page.getByTestId('field-subject').fill('taaf/**')
      await page.getByTestId('field-note').fill('une\ndeux')
      await page.getByTestId('field-source').selectOption('gitlab')
      await page.getByTestId('field-who').selectOption({ label: '@bob' })
      await page.getByTestId('field-secret').check()
      await page.getByTestId('field-cards-each').check()
      await page.getByTestId('dialog-submit').click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await send(page.getByTestId('composer'), 'fini')
      await postsOf(page).getByText('fini').waitFor()
      expect(submissions()).toMatchObject([
        {
          ...{ type: 'dialog_submission', callback_id: 'abonnement', state: 'caché', cancelled: false },
          submission: {
            ...{
              subject: 'taaf/**',
              note: 'une\ndeux',
              source: 'gitlab',
              who: scene().stage.bob.id,
              secret: true,
              cards: 'each',
            },
          },
        },
      ])
    })

    it('says beside each field what is missing, before it asks the server', async () => {
      const page = await open()
      await page.getByTestId('dialog-submit').click()
      await eventually(() => page.getByTestId('error-subject').textContent()).toBe('Ce champ est obligatoire.')
      expect(await page.getByTestId('error-cards').textContent()).toBe('Ce champ est obligatoire.')
      expect(await page.getByTestId('error-note').textContent()).toBe('')
      expect(submissions()).toEqual([])
    })

    it('shows the service’s complaints, each at its field, and stays open', async () => {
      const page = await open()
      scene().stage.service.answers.set('/dialog', () => ({
        errors: { subject: 'Projet inconnu.' },
        error: 'Rien n’a changé.',
      }))
      await page.getByTestId('field-subject').fill('x')
      await page.getByTestId('field-source').selectOption('gitlab')
      await page.getByTestId('field-cards-live').check()
      await page.getByTestId('dialog-submit').click()
      await eventually(() => page.getByTestId('error-subject').textContent()).toBe('Projet inconnu.')
      expect(await page.getByTestId('dialog-error').textContent()).toBe('Rien n’a changé.')
      await page.getByTestId('field-subject').and(page.locator(':focus')).waitFor()
    })

    it('tells the service when it is closed, where it wants to know', async () => {
      const page = await open()
      await page.keyboard.press('Escape')
      await eventually(submissions).toMatchObject([{ cancelled: true, submission: {} }])
    })
  })
})
