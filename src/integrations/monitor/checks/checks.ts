// "Check this monitor" to its result: one limit, one trace, one of four kinds of looking (interface.md, "/monitor"; the contract
// is monitor.ts, `Check`).

import { readEndpoint } from '../guard/endpoint.ts'
import type { Check, Failure, Monitor, Result } from '../monitor.ts'
import type { Connect } from './connect.ts'
import { CheckFailure, createTrace, failureOf, type Trace } from './failures.ts'
import { checkHttp, type HttpParts } from './http.ts'
import { createLimit, type Limit } from './limit.ts'
import type { Resolver } from './resolver.ts'

export interface CheckParts extends HttpParts {
  readonly connect: Connect
  readonly resolver: Pick<Resolver, 'answers'>
  /** Wall clock, milliseconds since 1970. */
  readonly now: () => number
}

export function createChecks(parts: CheckParts): Check {
  return async (monitor, signal) => {
    signal.throwIfAborted()
    const at = parts.now()
    const from = parts.elapsed()
    const trace = createTrace()
    const limit = createLimit(monitor.timeoutMs, signal)
    let failure: Failure | undefined
    try {
      await look(parts, monitor, limit, trace)
    } catch (error) {
      signal.throwIfAborted()
      failure = failureOf(error, trace)
    } finally {
      limit.end()
    }
    return resultOf({ at, tookMs: Math.round(parts.elapsed() - from) }, trace, failure)
  }
}

async function look(parts: CheckParts, monitor: Monitor, limit: Limit, trace: Trace): Promise<void> {
  switch (monitor.type) {
    case 'http':
      return await checkHttp(parts, monitor, limit, trace)
    case 'tcp':
    case 'tls':
      return await checkSocket(parts, monitor, limit, trace)
    case 'dns':
      return await checkDns(parts, monitor, limit, trace)
    case 'heartbeat':
      throw new TypeError('a heartbeat comes in by itself')
  }
}

/** Whether somebody listens there, and for tls, whether the certificate is well. */
async function checkSocket(parts: CheckParts, monitor: Monitor, limit: Limit, trace: Trace): Promise<void> {
  const endpoint = readEndpoint(monitor.target)
  if (endpoint === undefined) throw new TypeError(`the target of monitor ${monitor.id} was not normalised`)
  const tls = monitor.type === 'tls' ? { tls: { trust: monitor.tls, isHttp: false } } : {}
  const socket = await parts.connect({ ...endpoint, ...tls }, limit, trace)
  socket.destroy()
}

/** Whether the name servers of this machine have an answer, the hosts file left aside. */
async function checkDns(parts: CheckParts, monitor: Monitor, limit: Limit, trace: Trace): Promise<void> {
  const from = parts.elapsed()
  const answers = await limit.within(parts.resolver.answers(monitor.target, monitor.dns?.record ?? 'A'))
  trace.phases.dnsMs = parts.elapsed() - from
  if (answers.length === 0) throw new CheckFailure('dns', 'NODATA')
  const sought = monitor.dns?.contains?.toLowerCase()
  if (sought === undefined || answers.some((answer) => answer.toLowerCase().includes(sought))) return
  throw new CheckFailure('content', 'no such answer')
}

function resultOf(times: Pick<Result, 'at' | 'tookMs'>, trace: Trace, failure: Failure | undefined): Result {
  const { status, certificateEndsAt } = trace
  const phases = Object.fromEntries(Object.entries(trace.phases).map(([phase, tookMs]) => [phase, Math.round(tookMs)]))
  return {
    ...times,
    phases,
    ...(failure === undefined ? {} : { failure }),
    ...(status === undefined ? {} : { status }),
    ...(certificateEndsAt === undefined ? {} : { certificateEndsAt }),
  }
}
