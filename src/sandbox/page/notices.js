// Short words at the foot of the page: what went wrong (shown), what arrived (for screen readers).

import { ApiError } from './api.js'
import { h } from './dom.js'

const shownMs = 6_000

/** @param {import('./words.js').Words} words */
export function createNotices(words) {
  const shown = h('div', { class: 'notice', role: 'alert', 'data-testid': 'notice', hidden: true })
  const spoken = h('div', { class: 'hidden', role: 'log', 'aria-live': 'polite' })
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  /** @param {unknown} cause */
  function fail(cause) {
    const isSignedOut = cause instanceof ApiError && cause.status === 401
    const why = isSignedOut ? words.say('signedOut') : cause instanceof Error ? cause.message : String(cause)
    shown.replaceChildren(
      words.say('failed', { why }),
      isSignedOut
        ? h('button', { type: 'button', class: 'link', onclick: () => location.reload() }, words.say('reload'))
        : '',
    )
    shown.hidden = false
    clearTimeout(timer)
    if (!isSignedOut)
      timer = setTimeout(() => {
        shown.hidden = true
      }, shownMs)
  }

  return {
    elements: [shown, spoken],
    fail,
    /** @param {Promise<unknown>} work */
    async attempt(work) {
      try {
        await work
      } catch (cause) {
        fail(cause)
      }
    },
    /** @param {string} text */
    announce(text) {
      spoken.replaceChildren(h('p', {}, text))
    },
  }
}

/** @typedef {ReturnType<typeof createNotices>} Notices */
