import type {AwsCredentialIdentity, AwsCredentialIdentityProvider} from '@aws-sdk/types'

/** How objects are encrypted at rest, as the definition writes it. */
export type Encryption = 'bucket-default' | 'sse-s3' | `kms:${string}`

/** The ARN of the key of `kms:<ARN>`; null for the other ways. */
export function kmsKeyOf(encryption: Encryption): string | null {
  return encryption.startsWith('kms:') ? encryption.slice('kms:'.length) : null
}

/** How every AWS client of one environment is set up. */
export interface AwsSettings {
  readonly region: string
  /** `--profile`; null takes the default chain of the SDK. */
  readonly profile: string | null
  /** Role to work as; null works as the caller. */
  readonly roleArn: string | null
  /** Service URLs by service name, e.g. `s3`; `all` stands for the others. */
  readonly endpoints: Readonly<Record<string, string>>
  /** Sent with everything that is written, and with everything that a service is asked to write. */
  readonly encryption: Encryption
  /** Version of sluice, for the user agent that CloudTrail keeps. */
  readonly version: string
}

/** Names of services as the SDK's own variables write them, e.g. `AWS_ENDPOINT_URL_ATHENA`. */
export type AwsService = 's3' | 'glue' | 'athena' | 'dynamodb' | 'sts' | 'kms' | 'iam' | 'lakeformation' | 'cloudwatch'

const CONNECTION_TIMEOUT_MS = 5000
/**
 * From the request to the first bytes of its answer, and between bytes. `throwOnRequestTimeout` is needed, else the SDK
 * only warns and waits for ever.
 */
const REQUEST_TIMEOUT_MS = 30_000
const MAX_ATTEMPTS = 5
/**
 * The SDK's agents open 50 sockets; a call that waits for one of them ends after the time limit of a connection. What is
 * asked at a time is bound where it is asked, e.g. a unit of a compaction sends 4 files of 4 parts each, and there are as
 * many units as processors or `--concurrency` says.
 */
const AGENT = {maxSockets: Infinity} as const

/** Constructor arguments that all clients share. */
export interface ClientConfiguration {
  readonly region: string
  readonly endpoint?: string
  readonly credentials: AwsCredentialIdentityProvider
  readonly maxAttempts: number
  readonly requestHandler: {
    readonly connectionTimeout: number
    readonly requestTimeout: number
    readonly socketTimeout: number
    readonly throwOnRequestTimeout: true
    readonly httpAgent: typeof AGENT
    readonly httpsAgent: typeof AGENT
  }
  readonly customUserAgent: [string, string][]
}

// The SDK prints a warning of several lines on Node 20, which is sluice's floor: its version is pinned to one that runs
// there, so the line would only stand between an operator and the answer.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

/** Configuration of one service's client: credentials are looked up with the first call, not here. */
export function clientConfiguration(settings: AwsSettings, service: AwsService): ClientConfiguration {
  return {...anonymousConfiguration(settings, service), credentials: credentialsOf(settings)}
}

/** The same for clients that credentials come from. */
function anonymousConfiguration(settings: AwsSettings, service: AwsService): Omit<ClientConfiguration, 'credentials'> {
  const endpoint = settings.endpoints[service] ?? settings.endpoints['all']
  return {
    region: settings.region,
    ...(endpoint === undefined ? {} : {endpoint}),
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      socketTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: AGENT,
      httpsAgent: AGENT,
    },
    customUserAgent: [['sluice', settings.version]],
  }
}

const remembered = new WeakMap<AwsSettings, AwsCredentialIdentityProvider>()

/** One provider an environment: clients that share it ask for a role or an SSO token once. */
function credentialsOf(settings: AwsSettings): AwsCredentialIdentityProvider {
  const standing = remembered.get(settings)
  if (standing !== undefined) return standing
  const provider = rememberedUntilExpiry(async () => {
    const own = await ownCredentials(settings)
    if (settings.roleArn === null) return own()
    const {fromTemporaryCredentials} = await import('@aws-sdk/credential-providers')
    const role = fromTemporaryCredentials({
      masterCredentials: own,
      params: {RoleArn: settings.roleArn, RoleSessionName: 'sluice'},
      clientConfig: anonymousConfiguration(settings, 'sts'),
    })
    return role()
  })
  remembered.set(settings, provider)
  return provider
}

/** Those of the profile or the default chain, before any role of the definition. */
async function ownCredentials(settings: AwsSettings): Promise<AwsCredentialIdentityProvider> {
  const [{fromIni, fromNodeProviderChain}, {getDefaultRoleAssumer, getDefaultRoleAssumerWithWebIdentity}] =
    await Promise.all([import('@aws-sdk/credential-providers'), import('@aws-sdk/client-sts')])
  const sts = anonymousConfiguration(settings, 'sts')
  const {maxAttempts, requestHandler, customUserAgent} = sts
  const options = {
    // Roles of profiles and of web identities: left alone, the SDK asks STS in us-east-1 where a profile names no Region.
    roleAssumer: getDefaultRoleAssumer(sts),
    roleAssumerWithWebIdentity: getDefaultRoleAssumerWithWebIdentity(sts),
    // For SSO, which has a Region of its own and is not at the endpoint of STS.
    clientConfig: {maxAttempts, requestHandler, customUserAgent},
  }
  // The chain would print a warning where keys stand in the environment beside a profile that was named.
  return settings.profile === null ? fromNodeProviderChain(options) : fromIni({...options, profile: settings.profile})
}

const RENEWED_BEFORE_EXPIRY_MS = 5 * 60_000

/** Calls share one look-up until what it gave runs out; a failed one is asked again. */
function rememberedUntilExpiry(provide: AwsCredentialIdentityProvider): AwsCredentialIdentityProvider {
  let latest: ReturnType<AwsCredentialIdentityProvider> | null = null
  return () => {
    latest =
      latest === null
        ? provide()
        : latest.then(
            (standing) => (isFresh(standing) ? standing : provide()),
            () => provide(),
          )
    return latest
  }
}

function isFresh({expiration}: AwsCredentialIdentity): boolean {
  return expiration === undefined || expiration.getTime() - Date.now() > RENEWED_BEFORE_EXPIRY_MS
}
