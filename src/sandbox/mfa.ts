// The second factor of an account: a secret shared once, and the code of the moment made with it (server/platform/shared/mfa/mfa.go; RFC 6238).
import { createHmac, randomBytes } from 'node:crypto'
import { ApiError, badBody } from './api-error.ts'
import { type Answer, type Call, done, type Route, reply } from './call.ts'
import { textOf } from './json.ts'
import { allow, canEditUser } from './permissions.ts'
import { userById } from './users.ts'
import type { World } from './world.ts'

const secretBytes = 20
const stepMs = 30_000
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The code that an authenticator shows at that time for a secret in base32. */
export function mfaCode(secret: string, at: number): string {
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / stepMs)))
  const digest = createHmac('sha1', key).update(counter).digest()
  const offset = (digest.at(-1) ?? 0) & 15
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** A code of another length is no code at all; the steps before and after count too. */
function isRight(world: World, secret: string, code: string): boolean | null {
  if (!/^\d{6}$/.test(code.trim())) return null
  return [-stepMs, 0, stepMs].some((shift) => mfaCode(secret, world.clock() + shift) === code.trim())
}

/** @throws ApiError 401 where a code is wanted and none came, or a wrong one. */
export function checkMfa(world: World, userId: string, code: string): void {
  const factor = world.factors.get(userId)
  if (!world.config.multifactor || !factor?.active) return
  const right = isRight(world, factor.secret, code)
  if (right === null) throw new ApiError('mfa.validate_token.authenticate.app_error', 401)
  if (!right) throw new ApiError('api.user.check_user_mfa.bad_code.app_error', 401)
}

function generate(call: Call): Answer {
  const { world } = call
  const id = call.id('user_id')
  allow(canEditUser(world, call.actor, id))
  const user = userById(world, id)
  if (!world.config.multifactor) throw new ApiError('mfa.mfa_disabled.app_error', 501)
  const secret = [...randomBytes(secretBytes)].map((byte) => alphabet[byte % alphabet.length]).join('')
  world.factors.set(user.id, { secret, active: false })
  return reply({ secret, qr_code: '' })
}

function update(call: Call): Answer {
  const { world } = call
  const id = call.id('user_id')
  const fields = call.fields()
  allow(canEditUser(world, call.actor, id))
  if (typeof fields.activate !== 'boolean') throw badBody('activate')
  const user = userById(world, id)
  if (!fields.activate) {
    world.factors.delete(user.id)
    return done()
  }
  const code = textOf(fields, 'code')
  if (code === '') throw badBody('code')
  if (!world.config.multifactor) throw new ApiError('mfa.mfa_disabled.app_error', 501)
  const factor = world.factors.get(user.id)
  if (!factor || !isRight(world, factor.secret, code)) throw new ApiError('mfa.activate.bad_token.app_error', 401)
  factor.active = true
  return done()
}

export const mfaRoutes: Route[] = [
  { method: 'POST', path: '/users/:user_id/mfa/generate', handler: generate },
  { method: 'PUT', path: '/users/:user_id/mfa', handler: update, local: true },
]
