// The few settings of a Mattermost server that a bot meets, with 11.6's defaults (server/public/model/config.go), and how they are read and changed by REST.
import { type Fields, flagOf, isFields } from './json.ts'

export interface ServerConfig {
  version: string
  siteUrl: string
  allowedInternal: string
  botAccounts: boolean
  userAccessTokens: boolean
  usernameOverride: boolean
  iconOverride: boolean
  openServer: boolean
  guestAccounts: boolean
  multifactor: boolean
  /** How many code points a message may have. */
  postSizeRunes: number
  /** How large a request body may be, files aside. */
  payloadBytes: number
  fileBytes: number
  integrationTimeoutMs: number
}

/** The defaults of a server that was set up for bots: bot accounts and tokens on, name overrides off. */
export function defaultConfig(): ServerConfig {
  return {
    version: '11.6.0',
    siteUrl: '',
    allowedInternal: '127.0.0.1 localhost',
    botAccounts: true,
    userAccessTokens: true,
    usernameOverride: false,
    iconOverride: false,
    openServer: true,
    guestAccounts: true,
    multifactor: false,
    postSizeRunes: 16_383,
    payloadBytes: 300_000,
    fileBytes: 104_857_600,
    integrationTimeoutMs: 30_000,
  }
}

/** What `GET /config/client?format=old` answers: texts only. */
export function clientConfig(config: ServerConfig): Record<string, string> {
  const yes = (flag: boolean): string => (flag ? 'true' : 'false')
  return {
    BuildNumber: config.version,
    BuildEnterpriseReady: 'false',
    CollapsedThreads: 'always_on',
    DefaultClientLocale: 'en',
    DiagnosticsEnabled: 'false',
    EnableBotAccountCreation: yes(config.botAccounts),
    EnableCommands: 'true',
    EnableFileAttachments: 'true',
    EnableGuestAccounts: yes(config.guestAccounts),
    EnableIncomingWebhooks: 'true',
    EnableOpenServer: yes(config.openServer),
    EnablePostIconOverride: yes(config.iconOverride),
    EnablePostUsernameOverride: yes(config.usernameOverride),
    EnableUserAccessTokens: yes(config.userAccessTokens),
    ExperimentalViewArchivedChannels: 'true',
    MaxFileSize: String(config.fileBytes),
    MaxPostSize: String(config.postSizeRunes),
    PostEditTimeLimit: '-1',
    PostPriority: 'true',
    SiteName: 'Mattermost',
    SiteURL: config.siteUrl,
    TeammateNameDisplay: 'username',
    Version: config.version,
    WebsocketPort: '80',
    WebsocketSecurePort: '443',
    WebsocketURL: '',
  }
}

/** What an administrator reads at `GET /config`, cut to what this server has. */
export function fullConfig(config: ServerConfig): Record<string, Fields> {
  return {
    ServiceSettings: {
      SiteURL: config.siteUrl,
      AllowedUntrustedInternalConnections: config.allowedInternal,
      EnableBotAccountCreation: config.botAccounts,
      EnableUserAccessTokens: config.userAccessTokens,
      EnableMultifactorAuthentication: config.multifactor,
      EnablePostUsernameOverride: config.usernameOverride,
      EnablePostIconOverride: config.iconOverride,
      EnableCommands: true,
      EnableIncomingWebhooks: true,
      EnableLocalMode: false,
      MaximumPayloadSizeBytes: config.payloadBytes,
      OutgoingIntegrationRequestsTimeout: config.integrationTimeoutMs / 1000,
      DisableBotsWhenOwnerIsDeactivated: true,
    },
    TeamSettings: { EnableOpenServer: config.openServer, ExperimentalViewArchivedChannels: true },
    FileSettings: { MaxFileSize: config.fileBytes, EnableFileAttachments: true },
    GuestAccountsSettings: { Enable: config.guestAccounts },
    RateLimitSettings: { Enable: false },
  }
}

/**
 * Takes over the settings named in a body shaped like `GET /config`; what is not named stays.
 * @throws ApiError 400 for a setting of the wrong type.
 */
export function patchConfig(config: ServerConfig, body: Fields): void {
  const service = isFields(body.ServiceSettings) ? body.ServiceSettings : {}
  if (typeof service.SiteURL === 'string') config.siteUrl = service.SiteURL
  if (typeof service.AllowedUntrustedInternalConnections === 'string')
    config.allowedInternal = service.AllowedUntrustedInternalConnections
  if ('EnableBotAccountCreation' in service) config.botAccounts = flagOf(service, 'EnableBotAccountCreation')
  if ('EnableUserAccessTokens' in service) config.userAccessTokens = flagOf(service, 'EnableUserAccessTokens')
  if ('EnablePostUsernameOverride' in service) config.usernameOverride = flagOf(service, 'EnablePostUsernameOverride')
  if ('EnablePostIconOverride' in service) config.iconOverride = flagOf(service, 'EnablePostIconOverride')
  if ('EnableMultifactorAuthentication' in service)
    config.multifactor = flagOf(service, 'EnableMultifactorAuthentication')
  if (typeof service.OutgoingIntegrationRequestsTimeout === 'number')
    config.integrationTimeoutMs = service.OutgoingIntegrationRequestsTimeout * 1000
}
