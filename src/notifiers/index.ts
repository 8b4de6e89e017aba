// The notifiers: to add one, write its file, its test and its line here (design.md, "Lists, not folder scans").

import { createMattermostNotifier } from './mattermost.ts'

export const notifiers = { mattermost: createMattermostNotifier } as const
