// Trigger ids: what a slash command or a click hands to its integration so that it may open one dialog for that person, for 30 s
// (server/public/model/integration_action.go).
import { createHmac } from 'node:crypto'
import { ApiError } from './api-error.ts'
import { newId } from './ids.ts'
import type { World } from './world.ts'

export interface Trigger {
  /** What the client gets. */
  clientId: string
  /** What the integration gets. */
  id: string
}

const sign = (world: World, text: string): string => createHmac('sha256', world.secret).update(text).digest('base64')

/** A fresh trigger id for this person. */
export function newTrigger(world: World, userId: string): Trigger {
  const clientId = newId()
  const text = `${clientId}:${userId}:${world.clock()}:`
  return { clientId, id: Buffer.from(text + sign(world, text)).toString('base64') }
}

/**
 * Whose trigger this is.
 * @throws ApiError 400 when it is malformed, expired or not from this server.
 */
export function readTrigger(world: World, id: string): { clientId: string; userId: string } {
  const refuse = (why: string): ApiError => new ApiError(`interactive_message.decode_trigger_id.${why}`, 400)
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(id)) throw refuse('base64_decode_failed')
  const parts = Buffer.from(id, 'base64').toString('utf8').split(':')
  const [clientId, userId, at, signature] = parts
  if (parts.length !== 4 || clientId === undefined || userId === undefined || at === undefined)
    throw refuse('missing_data')
  if (world.clock() - Number(at) > world.config.integrationTimeoutMs) throw refuse('expired')
  if (signature !== sign(world, `${clientId}:${userId}:${at}:`)) throw refuse('verify_signature_failed')
  return { clientId, userId }
}
