// Slack's way of writing mentions and links, turned into Mattermost's (server/channels/app/slack.go, server/public/model/slack_attachment.go).
import { type Fields, isFields } from './json.ts'
import type { World } from './world.ts'

/** `<!all>`, `<!channel>`, `<!here>` and `<@id>` become mentions. */
export function expandMentions(world: World, text: string): string {
  return text
    .replaceAll('<!channel>', '@channel')
    .replaceAll('<!here>', '@here')
    .replaceAll('<!all>', '@all')
    .replace(/<@([a-zA-Z0-9]+)>/g, (whole, id: string) => {
      const user = world.users.get(id)
      return user ? `@${user.username}` : whole
    })
}

/** `<address|label>` becomes `[label](address)`. */
export const linksToMarkdown = (text: string): string => text.replace(/<([^<|]+)\|([^>]+)>/g, '[$2]($1)')

const inText = (fields: Fields, keys: readonly string[], change: (text: string) => string): Fields =>
  Object.fromEntries(keys.flatMap((key) => (typeof fields[key] === 'string' ? [[key, change(fields[key])]] : [])))

/** The attachments of an integration's answer, mentions expanded in text, pretext, title and field values. */
export function expandInAttachments(world: World, attachments: Fields[]): Fields[] {
  const expand = (text: string): string => expandMentions(world, text)
  return attachments.map((attachment) => ({
    ...attachment,
    ...inText(attachment, ['pretext', 'text', 'title'], expand),
    ...fieldsWith(attachment, expand),
  }))
}

/** The attachments of an integration's answer, links rewritten in text, pretext and field values. */
export function relinkAttachments(attachments: Fields[]): Fields[] {
  return attachments.map((attachment) => ({
    ...attachment,
    ...inText(attachment, ['pretext', 'text'], linksToMarkdown),
    ...fieldsWith(attachment, linksToMarkdown),
  }))
}

function fieldsWith(attachment: Fields, change: (text: string) => string): Fields {
  if (!Array.isArray(attachment.fields)) return {}
  const fields: unknown[] = attachment.fields
  return {
    fields: fields.filter(isFields).map((field) => {
      const { value } = field
      return typeof value === 'string' ? { ...field, value: change(value) } : field
    }),
  }
}
