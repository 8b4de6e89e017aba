// What can be typed after `vigie`: the list. A subcommand is loaded when it is asked for: `vigie key` needs no server.

import type { Subcommand } from './subcommand.ts'

export interface ListedSubcommand {
  readonly name: string
  load(): Promise<Subcommand>
}

export const subcommands: readonly ListedSubcommand[] = [
  { name: 'start', load: async () => (await import('./start.ts')).start },
  { name: 'demo', load: async () => (await import('./demo.ts')).demo },
  { name: 'sandbox', load: async () => (await import('./sandbox.ts')).sandbox },
  { name: 'provision', load: async () => (await import('./provision.ts')).provision },
  { name: 'status', load: async () => (await import('./status.ts')).status },
  { name: 'doctor', load: async () => (await import('./doctor.ts')).doctor },
  { name: 'stop', load: async () => (await import('./stop.ts')).stop },
  { name: 'manifest', load: async () => (await import('./manifest.ts')).manifest },
  { name: 'key', load: async () => (await import('./key.ts')).key },
  { name: 'backup', load: async () => (await import('./backup.ts')).backup },
  { name: 'restore', load: async () => (await import('./restore.ts')).restore },
  { name: 'export', load: async () => (await import('./export.ts')).exportCommand },
  { name: 'import', load: async () => (await import('./import.ts')).importCommand },
  { name: 'push', load: async () => (await import('./push.ts')).push },
  { name: 'query', load: async () => (await import('./query.ts')).query },
  { name: 'service', load: async () => (await import('./service.ts')).service },
]
