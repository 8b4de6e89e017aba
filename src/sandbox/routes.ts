// The one table of routes. Order matters where a fixed word and an identifier stand at the same place: the first that fits is served.
import { actionRoutes } from './actions.ts'
import { botRoutes } from './bots.ts'
import type { Route } from './call.ts'
import { channelListRoutes } from './channel-lists.ts'
import { channelRoutes } from './channel-routes.ts'
import { commandRoutes } from './commands.ts'
import { fileRoutes } from './file-routes.ts'
import { memberRoutes } from './member-routes.ts'
import { mfaRoutes } from './mfa.ts'
import { pictureRoutes } from './picture-routes.ts'
import { postRoutes } from './post-routes.ts'
import { reactionRoutes } from './reactions.ts'
import { roleRoutes } from './roles.ts'
import { sessionRoutes } from './session-routes.ts'
import { statusRoutes } from './statuses.ts'
import { systemRoutes } from './system-routes.ts'
import { teamRoutes } from './team-routes.ts'
import { tokenRoutes } from './token-routes.ts'
import { userListRoutes } from './user-lists.ts'
import { userRoutes } from './user-routes.ts'
import { webhookRoutes } from './webhooks.ts'

export { hookRoutes } from './webhooks.ts'

/** Everything under `/api/v4`. */
export const apiRoutes: readonly Route[] = [
  ...systemRoutes,
  ...tokenRoutes,
  ...statusRoutes,
  ...sessionRoutes,
  ...mfaRoutes,
  ...userListRoutes,
  ...userRoutes,
  ...pictureRoutes,
  ...botRoutes,
  ...teamRoutes,
  ...channelListRoutes,
  ...channelRoutes,
  ...memberRoutes,
  ...reactionRoutes,
  ...postRoutes,
  ...fileRoutes,
  ...commandRoutes,
  ...actionRoutes,
  ...webhookRoutes,
  ...roleRoutes,
]
