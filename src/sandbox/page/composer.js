// The line to type in: Enter sends, Shift+Enter breaks the line, `/` offers the team's commands, `@` the people.

import { h, icon } from './dom.js'

/** @typedef {{ insert: string, words: string, hint: string, about: string }} Suggestion */

const mostSuggestions = 8

/**
 * @param {import('./post.js').PostContext} context
 * @param {{ place: () => { channelId: string, rootId: string } | undefined, testId: string, label: string }} parts
 */
export function createComposer({ session, words }, { place, testId, label }) {
  const listId = `${testId}-suggestions`
  const input = h('textarea', {
    class: 'composer-input',
    rows: '1',
    placeholder: label,
    'aria-label': label,
    'aria-autocomplete': 'list',
    'aria-controls': listId,
    'data-testid': testId,
    autocomplete: 'off',
    enterkeyhint: 'send',
  })
  const list = h('div', {
    class: 'suggestions',
    id: listId,
    role: 'listbox',
    'aria-label': words.say('noCommand'),
    hidden: true,
  })
  const error = h('p', { class: 'error', role: 'alert', 'data-testid': `${testId}-error` })
  const form = h(
    'form',
    { class: 'composer' },
    list,
    h(
      'div',
      { class: 'composer-box' },
      input,
      h(
        'button',
        {
          type: 'submit',
          class: 'send',
          'aria-label': words.say('send'),
          title: words.say('send'),
          'data-testid': `${testId}-send`,
        },
        icon('send'),
      ),
    ),
    error,
  )
  /** @type {Suggestion[]} */
  let offered = []
  let active = 0

  function suggest() {
    const before = input.value.slice(0, input.selectionStart)
    offered = before === '' ? [] : (commands(before) ?? people(before))
    active = 0
    drawList()
  }

  /** @param {string} before the text before the caret @returns {Suggestion[] | undefined} undefined if no command is being typed */
  function commands(before) {
    if (!before.startsWith('/') || before.includes('\n')) return undefined
    const [typed = '', ...rest] = before.slice(1).split(' ')
    return session.state.commands
      .filter(({ trigger }) =>
        rest.length > 0 ? trigger === typed.toLowerCase() : trigger.startsWith(typed.toLowerCase()),
      )
      .map(({ trigger, auto_complete_hint, auto_complete_desc }) => ({
        insert: rest.length > 0 ? '' : `/${trigger} `,
        words: `/${trigger}`,
        hint: auto_complete_hint,
        about: auto_complete_desc,
      }))
      .slice(0, mostSuggestions)
  }

  /** @param {string} before @returns {Suggestion[]} */
  function people(before) {
    const typed = /(?:^|\s)@([a-z0-9._-]*)$/i.exec(before)?.[1]?.toLowerCase()
    if (typed === undefined) return []
    return [...session.users.values()]
      .filter(({ username, delete_at }) => username.startsWith(typed) && !delete_at)
      .sort((a, b) => a.username.localeCompare(b.username))
      .slice(0, mostSuggestions)
      .map(({ username, is_bot }) => ({
        insert: `${before.slice(0, before.length - typed.length)}${username} `,
        words: `@${username}`,
        hint: '',
        about: is_bot ? 'BOT' : '',
      }))
  }

  function drawList() {
    list.hidden = offered.length === 0
    list.replaceChildren(
      ...offered.map(({ words, hint, about, insert }, index) =>
        h(
          'div',
          {
            role: 'option',
            id: `${listId}-${index}`,
            class: insert === '' ? 'suggestion told' : 'suggestion',
            'aria-selected': String(index === active && insert !== ''),
            'data-testid': 'suggestion',
            onmousedown: (/** @type {Event} */ event) => {
              event.preventDefault()
              take(index)
            },
          },
          h('b', {}, words),
          hint ? h('span', { class: 'hint' }, ` ${hint}`) : null,
          about ? h('small', {}, about) : null,
        ),
      ),
    )
    if (list.hidden) input.removeAttribute('aria-activedescendant')
    else input.setAttribute('aria-activedescendant', `${listId}-${active}`)
  }

  /** @param {number} index */
  function take(index) {
    const insert = offered[index]?.insert
    if (!insert) return
    input.value = insert + input.value.slice(input.selectionStart)
    input.setSelectionRange(insert.length, insert.length)
    input.dispatchEvent(new Event('input'))
  }

  /** @param {KeyboardEvent} event @returns {boolean} true if the key was for the suggestions */
  function steer(event) {
    const insert = offered[active]?.insert
    if (!insert) return false
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      active = (active + (event.key === 'ArrowDown' ? 1 : -1) + offered.length) % offered.length
      drawList()
    } else if (event.key === 'Escape') {
      offered = []
      drawList()
    } else if (event.key === 'Tab' || (event.key === 'Enter' && input.value !== insert.trimEnd())) take(active)
    else return false
    return true
  }

  async function send() {
    const text = input.value
    const where = place()
    if (text.trim() === '' || where === undefined) return
    setText('')
    try {
      await deliver(text, where)
    } catch (cause) {
      if (input.value === '') setText(text)
      error.textContent = cause instanceof Error ? cause.message : String(cause)
    }
  }

  /** @param {string} text @param {{ channelId: string, rootId: string }} where */
  async function deliver(text, { channelId, rootId }) {
    if (text.startsWith('/')) {
      await session.api.post('/api/v4/commands/execute', {
        channel_id: channelId,
        command: text.trim(),
        team_id: session.team?.id,
        root_id: rootId,
      })
    } else {
      const post = {
        channel_id: channelId,
        root_id: rootId,
        message: text,
        pending_post_id: `${session.me.id}:${Date.now()}`,
      }
      await session.posts.add(await session.api.post('/api/v4/posts', post))
    }
  }

  /** @param {string} text */
  function setText(text) {
    input.value = text
    input.dispatchEvent(new Event('input'))
  }

  input.addEventListener('input', () => {
    error.textContent = ''
    input.style.height = 'auto'
    if (input.value !== '') input.style.height = `${Math.min(input.scrollHeight, 200)}px`
    suggest()
  })
  input.addEventListener('blur', () => {
    offered = []
    drawList()
  })
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return
    if (steer(event)) event.preventDefault()
    else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      void send()
    }
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void send()
  })

  return {
    element: form,
    setText,
    text: () => input.value,
    focus: () => input.focus(),
    /** @param {string} words */
    setLabel(words) {
      input.placeholder = words
      input.setAttribute('aria-label', words)
    },
  }
}
