// What the tests of the stand-in act on: one of its own with the contract suite's people in it, and a clock that is set by hand.
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts'
import { furnish, type World } from '../contract/mattermost/world.ts'

export interface Stage extends World {
  readonly sandbox: Sandbox
  stop(): Promise<void>
}

/** A stand-in, furnished. */
export async function createStage(options: SandboxOptions = {}): Promise<Stage> {
  const sandbox = await createSandbox(options)
  const world = await furnish({ url: sandbox.url, adminToken: sandbox.adminToken })
  return {
    ...world,
    sandbox,
    async stop() {
      await world.listener.stop()
      await sandbox.stop()
    },
  }
}

export interface HandClock {
  now(): number
  /** Moves the clock on. */
  pass(ms: number): void
}

/** A clock that stands still until it is moved. */
export function createHandClock(): HandClock {
  let at = Date.UTC(2026, 3, 1)
  return {
    now: () => at,
    pass(ms) {
      at += ms
    },
  }
}
