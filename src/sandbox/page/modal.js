// A window over the page, on the browser's own <dialog>: it holds the focus, closes with Escape and gives the focus back.

import { h, icon } from './dom.js'

/**
 * @param {{ title: string, closeLabel: string, testId: string, onclose?: () => void }} parts `onclose` runs however it closes
 * @param {...Node} content
 * @returns {HTMLDialogElement} already open
 */
export function openModal({ title, closeLabel, testId, onclose }, ...content) {
  const heading = h('h2', { id: `modal-${testId}` }, title)
  const close = h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': closeLabel, title: closeLabel, onclick: () => modal.close() },
    icon('close'),
  )
  const modal = h(
    'dialog',
    { class: 'modal', 'data-testid': testId, 'aria-labelledby': heading.id },
    h('header', {}, heading, close),
    ...content,
  )
  modal.addEventListener('close', () => {
    modal.remove()
    onclose?.()
  })
  document.body.append(modal)
  modal.showModal()
  return modal
}
