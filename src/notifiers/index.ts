// The notifiers: to add one, write its file, its test and its line here (design.md, "Lists, not folder scans").

import { createEmailNotifier } from './email.ts'
import { createMattermostNotifier } from './mattermost.ts'
import { createWebhookNotifier } from './webhook.ts'

export const notifiers = {
  mattermost: createMattermostNotifier,
  email: createEmailNotifier,
  webhook: createWebhookNotifier,
} as const
