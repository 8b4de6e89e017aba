// Message attachments: the fields the server keeps, what it adds to their buttons and what it hides from clients
// (server/public/model/slack_attachment.go, integration_action.go).
import { newId } from './ids.ts'
import { type Fields, isFields } from './json.ts'

const textKeys = [
  'fallback',
  'color',
  'pretext',
  'author_name',
  'author_link',
  'author_icon',
  'title',
  'title_link',
  'text',
  'image_url',
  'thumb_url',
  'footer',
  'footer_icon',
] as const

/** The attachments in a post's props, objects only. */
export function attachmentsOf(props: Fields): Fields[] {
  return Array.isArray(props.attachments) ? props.attachments.filter(isFields) : []
}

/** The buttons and menus of an attachment. */
export function actionsOf(attachment: Fields): Fields[] {
  return Array.isArray(attachment.actions) ? attachment.actions.filter(isFields) : []
}

/**
 * The props as the server stores them: attachments reduced to the fields that exist, one with a wrongly typed field left out whole,
 * every button and menu with an id.
 */
export function storedProps(props: Fields): Fields {
  if (!Array.isArray(props.attachments)) return props
  // A null is an empty attachment to Go's decoder.
  const attachments: unknown[] = props.attachments.map((one: unknown) => one ?? {})
  const cleaned = { ...props, attachments: attachments.filter(isFields).filter(wellTyped).map(cleanAttachment) }
  return mapActions(cleaned, (action) => ({ ...action, id: action.id || newId() }))
}

/** An integration's attachments reduced to the fields that exist, field values as text; null when one is wrongly typed: then the whole answer is bad. */
export function answeredAttachments(value: unknown): Fields[] | null {
  const attachments: unknown[] = Array.isArray(value) ? value : []
  const given = attachments.filter((one) => one !== null)
  if (!given.every(isFields) || !given.every(wellTyped)) return null
  return given.map((one) => {
    const cleaned = cleanAttachment(one)
    const fields = Array.isArray(cleaned.fields) ? cleaned.fields.filter(isFields) : null
    return { ...cleaned, fields: fields?.map((field) => ({ ...field, value: asText(field.value) })) ?? null }
  })
}

const asText = (value: unknown): unknown =>
  value === null || typeof value === 'string' ? value : JSON.stringify(value)

function wellTyped(attachment: Fields): boolean {
  const fields = attachment.fields ?? []
  return (
    textKeys.every(
      (key) => attachment[key] === undefined || attachment[key] === null || typeof attachment[key] === 'string',
    ) &&
    Array.isArray(fields) &&
    fields.every((field) => field === null || (isFields(field) && typeof (field.title ?? '') === 'string')) &&
    actionsOf(attachment).every(
      (action) => typeof (action.id ?? '') === 'string' && typeof (action.name ?? '') === 'string',
    )
  )
}

function cleanAttachment(attachment: Fields): Fields {
  const fields: unknown[] = Array.isArray(attachment.fields) ? attachment.fields : []
  const actions = actionsOf(attachment)
  return {
    id: typeof attachment.id === 'number' ? attachment.id : 0,
    ...Object.fromEntries(textKeys.map((key) => [key, attachment[key] ?? ''])),
    fields: Array.isArray(attachment.fields) ? fields.filter(isFields).map(cleanField) : null,
    ts: attachment.ts ?? null,
    ...(actions.length > 0 ? { actions: actions.map(cleanAction) } : {}),
  }
}

const cleanField = (field: Fields): Fields => ({
  title: field.title ?? '',
  value: field.value ?? null,
  short: field.short === true || field.short === 'true',
})

const actionKeys = [
  'id',
  'type',
  'name',
  'tooltip',
  'disabled',
  'style',
  'data_source',
  'options',
  'default_option',
  'integration',
  'cookie',
]

function cleanAction(action: Fields): Fields {
  return Object.fromEntries(actionKeys.filter((key) => action[key]).map((key) => [key, action[key]]))
}

/** The props as clients get them: the `integration` of every button and menu is left out. */
export function withoutIntegrations(props: Fields): Fields {
  return mapActions(props, ({ integration: _, ...rest }) => rest)
}

/** The props with every button and menu replaced. */
export function mapActions(props: Fields, change: (action: Fields) => Fields): Fields {
  if (!Array.isArray(props.attachments)) return props
  return {
    ...props,
    attachments: attachmentsOf(props).map((attachment) =>
      Array.isArray(attachment.actions) ? { ...attachment, actions: actionsOf(attachment).map(change) } : attachment,
    ),
  }
}

/** The button or menu of this id, null where there is none. */
export function findAction(props: Fields, id: string): Fields | null {
  for (const attachment of attachmentsOf(props))
    for (const action of actionsOf(attachment)) if (action.id === id) return action
  return null
}
