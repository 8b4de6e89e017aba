// Small means to build and keep the document: elements, a list that moves nothing needlessly, icons.

/**
 * An element with attributes, listeners (`onclick` …) and children. `html` takes markup of our own renderer only.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null | undefined | false | (Node | string | null | undefined | false)[])} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (name === 'html') element.innerHTML = value
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  for (const child of children.flat()) if (child) element.append(child)
  return element
}

/**
 * Makes `wanted` the children of `parent`; nodes that stay are not moved, so focus and open menus survive.
 * @param {Element} parent
 * @param {Node[]} wanted
 */
export function place(parent, wanted) {
  const keep = new Set(wanted)
  for (const node of [...parent.childNodes]) if (!keep.has(node)) node.remove()
  let next = parent.firstChild
  for (const node of wanted) {
    if (node === next) next = next.nextSibling
    else parent.insertBefore(node, next)
  }
}

/** Outlines drawn for this page, 16 × 16. */
const paths = {
  globe: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M1.5 8h13M8 1.5c-4.5 4-4.5 9 0 13M8 1.5c4.5 4 4.5 9 0 13',
  lock: 'M3.5 7.5h9v6.5h-9zM5.5 7.5v-2.5a2.5 2.5 0 0 1 5 0v2.5',
  archive: 'M2 3h12v3h-12zM3 6v7.5h10v-7.5M6.5 9h3',
  reply: 'M6.5 3.5l-4 4l4 4M2.5 7.5h6.5c3 0 4.5 2 4.5 5',
  menu: 'M2 4h12M2 8h12M2 12h12',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  send: 'M2 2.5l12 5.5l-12 5.5l2.5-5.5zM4.5 8h5',
  down: 'M4 6.5l4 4l4-4',
  plus: 'M8 3v10M3 8h10',
  people:
    'M6 8a2.5 2.5 0 1 0 0-5a2.5 2.5 0 1 0 0 5M1.5 13.5c0-5 9-5 9 0M11 8a2 2 0 1 0-.5-4M12 9.5c1.5.3 2.5 1.5 2.5 3.5',
  robot: 'M3.5 6h9v6.5h-9zM8 6v-3M6 9v.5M10 9v.5M1.5 8v2.5M14.5 8v2.5',
  file: 'M4 1.5h5.5l3 3v10h-8.5zM9.5 1.5v3h3',
}

/**
 * @param {keyof typeof paths} name
 * @returns {SVGSVGElement} hidden from screen readers: the words beside it say the same
 */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 16 16')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', paths[name])
  svg.append(path)
  return svg
}

/**
 * The address if a person may be sent there, else undefined: what foreign posts hold never runs anything.
 * @param {string | undefined} address
 */
export function safeAddress(address) {
  const trimmed = (address ?? '').trim()
  if (/^(https?:\/\/|mailto:|tel:|\/(?![/\\]))/i.test(trimmed)) return trimmed
  if (trimmed === '' || /^[a-z][a-z0-9+.-]*:|^[/\\]/i.test(trimmed)) return undefined
  return `http://${trimmed}`
}
