// An event as a CloudEvent in JSON (CloudEvents 1.0.2, "JSON Event Format"), as it leaves to the archive and to exports. What routing
// needed of it goes along as extension attributes, in lower case as they have to be; whom it rang does not.

import type { JsonObject } from '../event.ts'
import type { StoredEvent } from './store.ts'

/** In the order that people read. */
export function toCloudEvent({ event, acceptedAt }: StoredEvent): JsonObject {
  const { id, source, type, subject, time, severity, url, audience, visibility, home, card, burst, origin, data } =
    event
  return {
    specversion: '1.0',
    id,
    source,
    type,
    subject,
    time,
    recordedtime: new Date(acceptedAt).toISOString(),
    datacontenttype: 'application/json',
    severity,
    url,
    audience,
    visibility,
    home,
    card,
    burst,
    origin,
    confidential: event.confidential || undefined,
    bydefault: event.byDefault,
    data,
  }
}
