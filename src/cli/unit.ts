// A systemd unit as text: how paths are written in it, and how far a service is shut in (systemd.service(5), systemd.exec(5)).

import { UserError } from '../errors.ts'

export interface Unit {
  /** Absolute paths. */
  readonly node: string
  readonly launcher: string
  readonly workingFolder: string
  /** Of `start`, after its name. */
  readonly words: readonly string[]
  /** Folders the service writes to; they exist. */
  readonly writable: readonly string[]
  /** Everything it reads: decides what may be hidden from it. */
  readonly needed: readonly string[]
  /** Variables that Node reads before any settings file. */
  readonly environment: Readonly<Record<string, string>>
  /** Whose service it is: of the system, run as this user and group, or of the person who installs it. */
  readonly owner: { readonly uid: number; readonly gid: number } | 'person'
}

/** The unit's text. @throws {UserError} for a path that no unit can name. */
export function printUnit(unit: Unit): string {
  // A person's manager does not know the network's state.
  const network = unit.owner === 'person' ? [] : ['Wants=network-online.target', 'After=network-online.target']
  const sections: readonly (readonly string[])[] = [
    ['[Unit]', 'Description=Vigie', ...network, 'StartLimitIntervalSec=0'],
    ['[Service]', ...service(unit), ...(unit.owner === 'person' ? openWalls : [...openWalls, ...walls(unit)])],
    ['[Install]', `WantedBy=${unit.owner === 'person' ? 'default' : 'multi-user'}.target`],
  ]
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function service(unit: Unit): readonly string[] {
  const { node, launcher, workingFolder, words, environment, owner } = unit
  const command = [node, launcher, 'start', ...words].map(commandWord).join(' ')
  return [
    'Type=exec',
    `ExecStart=${command}`,
    `WorkingDirectory=${bare(workingFolder)}`,
    ...Object.entries(environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    // Root stays root without its capabilities: what root owns it may still read and write.
    ...(owner === 'person' || owner.uid === 0 ? [] : [`User=${owner.uid}`, `Group=${owner.gid}`]),
    'Restart=always',
    'RestartSec=5',
    // `start` drains for 12 s at most.
    'KillSignal=SIGTERM',
    'KillMode=mixed',
    'TimeoutStopSec=20',
    'UMask=0077',
    'LimitNOFILE=65536',
  ]
}

/** What any service manager can impose, a person's too. Not MemoryDenyWriteExecute: Node compiles code while it runs. */
const openWalls: readonly string[] = [
  'NoNewPrivileges=yes',
  'LockPersonality=yes',
  // Netlink tells this machine's own addresses, which monitors may not reach unlisted.
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallFilter=~@privileged @resources',
  'SystemCallErrorNumber=EPERM',
]

const homes = ['/home', '/root', '/run/user']
const temporary = ['/tmp', '/var/tmp']

/** What only the system's manager can impose. */
function walls({ needed, writable }: Unit): readonly string[] {
  const isIn = (folders: readonly string[]) =>
    needed.some((path) => folders.some((folder) => path === folder || path.startsWith(`${folder}/`)))
  return [
    'CapabilityBoundingSet=',
    'AmbientCapabilities=',
    'ProtectSystem=strict',
    `ReadWritePaths=${writable.map(quoted).join(' ')}`,
    // Hidden unless Vigie lives there.
    `ProtectHome=${isIn(homes) ? 'read-only' : 'yes'}`,
    `PrivateTmp=${isIn(temporary) ? 'no' : 'yes'}`,
    'PrivateDevices=yes',
    'PrivateIPC=yes',
    'PrivateUsers=yes',
    'ProtectClock=yes',
    'ProtectControlGroups=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'ProtectProc=invisible',
    'RemoveIPC=yes',
  ]
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a unit file ends a line at them, or cannot hold them
const unsayable = /[\u0000-\u001f\u007f]/

/** In double quotes, `%` doubled. @throws {UserError} */
function quoted(text: string): string {
  if (unsayable.test(text))
    throw new UserError({
      fr: `systemd ne peut pas nommer ${JSON.stringify(text)} : un chemin sans retour à la ligne ni caractère de contrôle est nécessaire.`,
      en: `systemd cannot name ${JSON.stringify(text)}: a path without line breaks and control characters is needed.`,
    })
  const escaped = text.replaceAll('%', '%%').replaceAll(/["\\]/g, '\\$&')
  return /^[\w./:=%@+,-]+$/.test(text) ? escaped : `"${escaped}"`
}

/** In a command `$` is a variable too. */
function commandWord(text: string): string {
  return quoted(text).replaceAll('$', '$$$$')
}

/** WorkingDirectory takes the rest of its line as it is, without quotes; a slash keeps the end from being read as something else. */
function bare(path: string): string {
  quoted(path)
  return `${path.replaceAll('%', '%%')}${/[\s\\]$/.test(path) ? '/' : ''}`
}
