// What the demo can make happen, as buttons: absent where the stand-in offers nothing (GET /page/actions).

import { h } from './dom.js'

/** @typedef {import('./types.d.ts').DemoAction} DemoAction */

/**
 * @param {import('./post.js').PostContext} context
 * @returns {Promise<HTMLElement | null>}
 */
export async function createDemoPanel({ session, words, attempt }) {
  /** @type {DemoAction[]} */
  const actions = await session.api.get('/page/actions').catch(() => []) // not offered, or a real server: no panel
  if (!Array.isArray(actions) || actions.length === 0) return null
  /** @type {Map<string, DemoAction[]>} */
  const groups = new Map()
  for (const action of actions) {
    const group = typeof action.group === 'object' ? action.group[words.language] : (action.group ?? '')
    groups.set(group, [...(groups.get(group) ?? []), action])
  }

  /** @param {DemoAction} action */
  const button = ({ id, label }) => {
    const element = h(
      'button',
      { type: 'button', class: 'demo-action', 'data-testid': `action-${id}`, onclick: () => run() },
      label[words.language],
    )
    const run = async () => {
      if (element.getAttribute('aria-busy') === 'true') return
      element.setAttribute('aria-busy', 'true')
      await attempt(session.api.post(`/page/actions/${encodeURIComponent(id)}`, {}))
      element.removeAttribute('aria-busy')
    }
    return element
  }

  const isWide = matchMedia('(min-width: 720px)').matches
  return h(
    'details',
    { class: 'demo', open: isWide, 'data-testid': 'demo-panel' },
    h('summary', {}, words.say('tryIt')),
    h(
      'div',
      { class: 'demo-groups' },
      ...[...groups].map(([name, list]) =>
        h(
          'div',
          { class: 'demo-group', role: 'group', 'aria-label': name || undefined },
          name ? h('span', { class: 'demo-name' }, name) : null,
          ...list.map(button),
        ),
      ),
    ),
  )
}
