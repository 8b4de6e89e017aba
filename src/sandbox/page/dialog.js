// A dialog that a slash command or a button opened (Mattermost interactive dialogs): text, textarea, select, bool, radio.

import { h } from './dom.js'
import { openModal } from './modal.js'

/** @typedef {import('./types.d.ts').DialogElement} DialogElement */
/** @typedef {{ element: DialogElement, row: HTMLElement, read(): unknown, error: HTMLElement }} Row */

/**
 * @param {import('./types.d.ts').DialogRequest} request
 * @param {import('./post.js').PostContext} context
 * @param {string} channelId where it was asked for
 */
export async function openDialog({ url, dialog }, context, channelId) {
  const { session, words, markdown } = context
  const rows = await Promise.all((dialog.elements ?? []).map((element) => renderElement(element, context)))
  const problem = h('p', { class: 'error', role: 'alert', 'data-testid': 'dialog-error' })
  let isSent = false

  /** @param {boolean} cancelled @returns {Promise<import('./types.d.ts').DialogAnswer | undefined>} */
  const send = (cancelled) =>
    session.api.post('/api/v4/actions/dialogs/submit', {
      url,
      type: 'dialog_submission',
      callback_id: dialog.callback_id ?? '',
      state: dialog.state ?? '',
      user_id: session.me.id,
      channel_id: channelId,
      team_id: session.team?.id ?? '',
      cancelled,
      submission: cancelled
        ? {}
        : Object.fromEntries(
            rows.flatMap(({ element, read }) => (read() === undefined ? [] : [[element.name, read()]])),
          ),
    })

  const submit = h(
    'button',
    { type: 'submit', class: 'main-button', 'data-testid': 'dialog-submit' },
    dialog.submit_label || words.say('submit'),
  )
  const form = h(
    'form',
    {
      novalidate: true,
      onsubmit: async (/** @type {SubmitEvent} */ event) => {
        event.preventDefault()
        problem.textContent = ''
        if (
          !showErrors(
            rows,
            Object.fromEntries(rows.flatMap((row) => [[row.element.name, complaint(row, words) ?? '']])),
          )
        )
          return
        submit.disabled = true
        const answer = await send(false).catch((error) => ({ error: String(error.message), errors: {} }))
        submit.disabled = false
        problem.textContent = answer?.error ?? ''
        const isFine = showErrors(rows, answer?.errors ?? {})
        if (!isFine || answer?.error) return
        isSent = true
        modal.close()
      },
    },
    dialog.introduction_text ? h('div', { class: 'markdown', html: markdown.block(dialog.introduction_text) }) : null,
    ...rows.map(({ row }) => row),
    problem,
    h(
      'footer',
      {},
      h(
        'button',
        { type: 'button', class: 'plain-button', 'data-testid': 'dialog-cancel', onclick: () => modal.close() },
        words.say('cancel'),
      ),
      submit,
    ),
  )
  const modal = openModal(
    {
      title: dialog.title,
      closeLabel: words.say('close'),
      testId: 'dialog',
      onclose: () => void (!isSent && dialog.notify_on_cancel && context.attempt(send(true))),
    },
    form,
  )
  const first = form.querySelector('input, textarea, select')
  if (first instanceof HTMLElement) first.focus()
}

/** @param {DialogElement} element @param {import('./post.js').PostContext} context @returns {Promise<Row>} */
async function renderElement(element, context) {
  const { words, markdown } = context
  const id = `field-${element.name}`
  const error = h('p', { class: 'error', id: `${id}-error`, 'data-testid': `error-${element.name}` })
  const help = element.help_text ? h('div', { class: 'help markdown', html: markdown.block(element.help_text) }) : null
  const describedBy = {
    id,
    name: element.name,
    'aria-describedby': error.id,
    'data-testid': `field-${element.name}`,
    placeholder: element.placeholder || undefined,
    required: !element.optional,
  }
  const options = element.data_source ? await context.listFrom(element.data_source) : (element.options ?? [])
  const title = [element.display_name, element.optional ? h('small', {}, ` ${words.say('optional')}`) : null]

  if (element.type === 'radio') {
    const choices = options.map(({ text, value }) =>
      h(
        'label',
        { class: 'choice' },
        h('input', {
          type: 'radio',
          name: element.name,
          value,
          checked: value === element.default,
          'aria-describedby': error.id,
          'data-testid': `field-${element.name}-${value}`,
        }),
        text,
      ),
    )
    const row = h('fieldset', { class: 'row', id }, h('legend', {}, ...title), ...choices, help, error)
    return {
      element,
      row,
      error,
      read: () => /** @type {HTMLInputElement | null} */ (row.querySelector('input:checked'))?.value,
    }
  }
  if (element.type === 'bool') {
    const box = h('input', {
      ...describedBy,
      type: 'checkbox',
      placeholder: undefined,
      required: false,
      checked: element.default === 'true',
    })
    const row = h(
      'div',
      { class: 'row' },
      h('div', { class: 'row-title' }, ...title),
      h('label', { class: 'choice', for: id }, box, element.placeholder || element.display_name),
      help,
      error,
    )
    return { element, row, error, read: () => box.checked }
  }
  if (element.type === 'select')
    return selectRow(element, options, {
      attributes: { ...describedBy, placeholder: undefined },
      title,
      help,
      error,
      choose: element.placeholder || words.say('choose'),
    })
  const kind = element.subtype === 'number' || !element.subtype ? 'text' : element.subtype
  const input =
    element.type === 'textarea'
      ? h('textarea', { ...describedBy, rows: '4' })
      : h('input', {
          ...describedBy,
          type: kind,
          inputmode: element.subtype === 'number' ? 'decimal' : undefined,
          autocomplete: 'off',
        })
  input.value = element.default ?? ''
  const read = () =>
    element.subtype === 'number' && input.value.trim() !== '' && Number.isFinite(Number(input.value))
      ? Number(input.value)
      : input.value
  return {
    element,
    row: h('div', { class: 'row' }, h('label', { for: id }, ...title), input, help, error),
    error,
    read,
  }
}

/**
 * @param {DialogElement} element
 * @param {import('./types.d.ts').Option[]} options
 * @param {{ attributes: Record<string, unknown>, title: (string | Node | null)[], help: Node | null, error: HTMLElement, choose: string }} parts
 * @returns {Row}
 */
function selectRow(element, options, { attributes, title, help, error, choose }) {
  const chosen = new Set(element.multiselect ? (element.default ?? '').split(',') : [element.default])
  const select = h(
    'select',
    { ...attributes, multiple: element.multiselect === true },
    element.multiselect ? null : h('option', { value: '' }, choose),
    ...options.map(({ text, value }) => h('option', { value, selected: chosen.has(value) }, text)),
  )
  const read = () =>
    element.multiselect ? [...select.selectedOptions].map(({ value }) => value) : select.value || undefined
  return {
    element,
    row: h('div', { class: 'row' }, h('label', { for: String(attributes.id) }, ...title), select, help, error),
    error,
    read,
  }
}

/**
 * What Mattermost's own client refuses before it asks the server.
 * @param {Row} row
 * @param {import('./words.js').Words} words
 */
function complaint({ element, read }, words) {
  const value = read()
  const isEmpty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  if (isEmpty) return element.optional || element.type === 'bool' ? undefined : words.say('required')
  if (element.type !== 'text' && element.type !== 'textarea') return undefined
  const text = String(value)
  if (element.min_length && text.length < element.min_length) return words.say('tooShort', { n: element.min_length })
  if (element.max_length && text.length > element.max_length) return words.say('tooLong', { n: element.max_length })
  if (element.subtype === 'email' && !text.includes('@')) return words.say('badEmail')
  if (element.subtype === 'number' && !Number.isFinite(Number(text))) return words.say('badNumber')
  if (element.subtype === 'url' && !/^https?:\/\//i.test(text)) return words.say('badAddress')
  return undefined
}

/** @param {Row[]} rows @param {Record<string, string>} errors by field @returns {boolean} true if there are none */
function showErrors(rows, errors) {
  const wrong = rows.filter(({ element, row, error }) => {
    error.textContent = errors[element.name] ?? ''
    row.classList.toggle('wrong', error.textContent !== '')
    for (const input of row.querySelectorAll('input, textarea, select'))
      input.setAttribute('aria-invalid', String(error.textContent !== ''))
    return error.textContent !== ''
  })
  const first = wrong[0]?.row.querySelector('input, textarea, select')
  if (first instanceof HTMLElement) first.focus()
  return wrong.length === 0
}
