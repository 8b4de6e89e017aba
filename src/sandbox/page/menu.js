// A button that opens a list to choose from (WAI-ARIA menu button pattern). Unlike a native select nothing is chosen by moving through it.

import { h, icon } from './dom.js'

/**
 * @param {{ label: string, name?: string, options: import('./types.d.ts').Option[] | (() => Promise<import('./types.d.ts').Option[]>), pick(option: import('./types.d.ts').Option): void,
 *   testId?: string, className?: string, disabled?: boolean, key?: string }} parts `name` is what a screen reader says where the label is not enough
 * @returns {HTMLElement}
 */
export function createMenu({ label, name, options, pick, testId, className = 'menu-button', disabled = false, key }) {
  const words = h('span', { class: 'menu-label' }, label)
  const button = h(
    'button',
    {
      type: 'button',
      class: className,
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
      'aria-label': name,
      'data-testid': testId,
      'data-key': key,
      disabled,
    },
    words,
    icon('down'),
  )
  const list = h('div', { class: 'menu', role: 'menu', popover: 'auto', 'aria-label': name ?? label })
  const holder = h('span', { class: 'menu-holder' }, button, list)

  /** @param {import('./types.d.ts').Option} option */
  const item = (option) =>
    h(
      'button',
      {
        type: 'button',
        role: 'menuitem',
        tabindex: '-1',
        'data-testid': 'menu-option',
        'data-value': option.value,
        onclick: () => {
          list.hidePopover()
          pick(option)
        },
      },
      option.text,
    )

  /** The browser opens and closes the list with its button, so that a press outside, or on the button again, closes it. */
  async function onToggle(/** @type {ToggleEvent} */ { newState }) {
    button.setAttribute('aria-expanded', String(newState === 'open'))
    if (newState !== 'open') return
    list.replaceChildren(...(typeof options === 'function' ? await options() : options).map(item))
    setBeside(list, button)
    focusItem(list, 0)
  }

  button.popoverTargetElement = list
  button.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    button.click()
  })
  list.addEventListener('toggle', (event) => void onToggle(/** @type {ToggleEvent} */ (event)))
  list.addEventListener('keydown', (event) => moveWithin(list, event))
  return holder
}

/** @param {HTMLElement} list @param {KeyboardEvent} event */
function moveWithin(list, event) {
  const items = [...list.children]
  const at = items.indexOf(/** @type {Element} */ (document.activeElement))
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key]
  if (event.key === 'Tab') list.hidePopover()
  if (event.key === 'Escape') event.stopPropagation()
  if (to !== undefined) {
    event.preventDefault()
    focusItem(list, (to + items.length) % items.length)
  } else if (event.key.length === 1 && event.key !== ' ') {
    const wanted = event.key.toLowerCase()
    const after = [...items.slice(at + 1), ...items.slice(0, at + 1)]
    const found = after.find((item) => item.textContent?.trim().toLowerCase().startsWith(wanted))
    if (found instanceof HTMLElement) found.focus()
  }
}

/** @param {HTMLElement} list @param {number} at */
function focusItem(list, at) {
  const item = list.children[at]
  if (item instanceof HTMLElement) item.focus()
}

/** Under its button, above it where there is no room, never past the edge. @param {HTMLElement} list @param {HTMLElement} button */
function setBeside(list, button) {
  const edge = 8
  const box = button.getBoundingClientRect()
  list.style.minWidth = `${box.width}px`
  const below = box.bottom + 4
  const top = below + list.offsetHeight + edge > innerHeight ? Math.max(edge, box.top - list.offsetHeight - 4) : below
  list.style.top = `${top}px`
  list.style.left = `${Math.max(edge, Math.min(box.left, innerWidth - list.offsetWidth - edge))}px`
}
