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
  return { ...props, attachments: attachmentsOf(props).filter(wellTyped).map(storedAttachment) }
}

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

function storedAttachment(attachment: Fields): Fields {
  const fields: unknown[] = Array.isArray(attachment.fields) ? attachment.fields : []
  const actions = actionsOf(attachment)
  return {
    id: typeof attachment.id === 'number' ? attachment.id : 0,
    ...Object.fromEntries(textKeys.map((key) => [key, attachment[key] ?? ''])),
    fields: Array.isArray(attachment.fields) ? fields.filter(isFields).map(storedField) : null,
    ts: attachment.ts ?? null,
    ...(actions.length > 0 ? { actions: actions.map(storedAction) } : {}),
  }
}

const storedField = (field: Fields): Fields => ({
  title: field.title ?? '',
  value: field.value ?? null,
  short: field.short === true || field.short === 'true',
})

const actionKeys = [
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

function storedAction(action: Fields): Fields {
  const id = action.id || newId()
  return { id, ...Object.fromEntries(actionKeys.filter((key) => action[key]).map((key) => [key, action[key]])) }
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
