// What integrations are given where nobody subscribes by key.

import type { Subscribing } from '../../src/integrations/integration.ts'

export const nobodySubscribes: Subscribing = {
  subscribe: async () => ({ id: 's1' }),
  unsubscribe: async () => 's1',
}
