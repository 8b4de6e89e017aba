// The page of the stand-in Mattermost: who may speak here, which channel the address names (#person/team/channel), and switching between people.

import MarkdownIt from '/page/vendor/markdown-it.js'
import { createApi } from './api.js'
import { h } from './dom.js'
import { createNotices } from './notices.js'
import { createSession } from './session.js'
import { createView } from './view.js'
import { createWords } from './words.js'

const words = createWords(navigator.language)
const notices = createNotices(words)
const root = document.body.appendChild(h('div', { id: 'root' }))
document.documentElement.lang = words.language
document.body.append(...notices.elements)

/** Sessions stay open while another person is shown, so that what only they can see is still there. @type {Map<string, Promise<import('./session.js').Session>>} */
const sessions = new Map()
/** @type {Map<string, number>} */
const mentions = new Map()
/** @type {{ view: import('./view.js').View, key: string } | undefined} */
let shown
const people = await findPeople()

/** @returns {Promise<import('./types.d.ts').Person[]>} */
async function findPeople() {
  const response = await fetch('/page/people').catch(() => undefined)
  const offered = response?.ok ? await response.json() : []
  if (offered.length > 0) return offered
  const token = sessionStorage.getItem('token')
  if (token === null) return []
  const me = await createApi(token).get('/api/v4/users/me').catch(notices.fail)
  return me === undefined ? [] : [{ username: me.username, token }]
}

/** What the address names: person, team, channel; the person shown last in this tab where it names none. */
function route() {
  const [username, teamName, channelName] = location.hash.slice(1).split('/').map(decodeURIComponent)
  const wanted = username || (sessionStorage.getItem('person') ?? '')
  return { person: people.find((person) => person.username === wanted) ?? people[0], teamName, channelName }
}

/** @param {import('./types.d.ts').Person} person @param {string} [teamName] */
function sessionOf(person, teamName) {
  const key = `${person.username}/${teamName ?? ''}`
  const known = sessions.get(key)
  if (known !== undefined) return known
  const started = createSession(person, teamName).then((session) => {
    session.listen((change) => change.type === 'channels' && countMentions(session))
    sessions.set(`${person.username}/${session.team?.name ?? ''}`, started)
    countMentions(session)
    return session
  })
  started.catch(() => sessions.delete(key))
  sessions.set(key, started)
  return started
}

/** @param {import('./session.js').Session} session */
function countMentions(session) {
  mentions.set(
    session.person.username,
    [...session.marks.values()].reduce((sum, mark) => sum + mark.mentions, 0),
  )
  shown?.view.refreshSidebar()
}

async function show() {
  const { person, teamName, channelName } = route()
  if (person === undefined) return askToken()
  const session = await sessionOf(person, teamName || undefined)
  if (route().person !== person) return
  sessionStorage.setItem('person', person.username)
  const key = `${person.username}/${session.team?.name ?? ''}`
  if (shown?.key !== key) {
    shown?.view.close()
    shown = {
      key,
      view: createView(session, {
        words,
        MarkdownIt,
        people,
        notices,
        onTeam,
        onPerson,
        mentionsOf: (username) => mentions.get(username) ?? 0,
      }),
    }
    root.replaceChildren(shown.view.element)
  }
  const { view } = shown
  const permalink = /^\/[^/]+\/pl\/([a-z0-9]{26})$/.exec(location.pathname)?.[1]
  if (permalink !== undefined) {
    history.replaceState(null, '', '/')
    return view.jump(permalink)
  }
  const all = [...session.channels.values()]
  const channel =
    all.find(({ name }) => name === channelName) ?? all.find(({ name }) => name === 'town-square') ?? all[0]
  if (channel !== undefined) await view.go(channel)
}

/** @param {string} username the same channel is shown to the other person, if they are in it */
function onPerson(username) {
  const [, teamName = '', channelName = ''] = location.hash.slice(1).split('/')
  location.hash = `#${username}/${teamName}/${channelName}`
}

/** @param {string} teamName */
function onTeam(teamName) {
  const address = `#${route().person?.username ?? ''}/${teamName}/`
  if (location.hash === address) void notices.attempt(show())
  else location.hash = address
}

/** Where the stand-in names nobody: somebody brings a token. */
function askToken() {
  const input = h('input', {
    id: 'token',
    type: 'password',
    autocomplete: 'off',
    required: true,
    'data-testid': 'token',
  })
  const enter = (/** @type {Event} */ event) => {
    event.preventDefault()
    sessionStorage.setItem('token', input.value.trim())
    location.reload()
  }
  root.replaceChildren(
    h(
      'form',
      { class: 'sign-in', onsubmit: enter },
      h('h1', {}, words.say('signIn')),
      h('label', { for: 'token' }, words.say('token')),
      input,
      h('button', { type: 'submit', class: 'main-button' }, words.say('enter')),
    ),
  )
  input.focus()
}

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (link === null || link.origin !== location.origin || event.ctrlKey || event.metaKey) return
  const postId = /^\/[^/]+\/pl\/([a-z0-9]{26})$/.exec(link.pathname)?.[1]
  if (postId === undefined || shown === undefined) return
  event.preventDefault()
  void notices.attempt(shown.view.jump(postId))
})
addEventListener('hashchange', () => void notices.attempt(show()))
await notices.attempt(show())
