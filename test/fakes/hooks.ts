// Hooks kept in memory, and somebody who looks after them and says what the test told them to.

import type { HookKeeper, HookLine } from '../../src/integrations/integration.ts'
import type { HookStore, KeptHook } from '../../src/store/store.ts'

export function createHooksInMemory(): HookStore {
  const rows = new Map<string, KeptHook>()
  return {
    all: async () => [...rows.values()],
    save: async (hook) => void rows.set(hook.key, hook),
    remove: async (key) => rows.delete(key),
  }
}

export interface FakeKeeper extends HookKeeper {
  /** What was asked: `install acme/app`. */
  readonly asked: string[]
  says: {
    lines: readonly HookLine[]
    known: readonly KeptHook[]
    unheard: (subject: string | undefined, asker: { vigieAdmin: boolean }) => readonly string[]
  }
}

export function createFakeKeeper(): FakeKeeper {
  const asked: string[] = []
  const says: FakeKeeper['says'] = {
    lines: [{ path: 'acme/app', did: 'looked', state: 'working' }],
    known: [],
    unheard: () => [],
  }
  const note = (deed: string) => async (target: string) => {
    asked.push(`${deed} ${target}`)
    return says.lines
  }
  return {
    asked,
    says,
    known: async () => says.known,
    install: note('install'),
    check: note('check'),
    remove: note('remove'),
    unheard: async (subject, asker) => says.unheard(subject, asker),
  }
}
