import {setMaxListeners} from 'node:events'
import type {AthenaClient} from '@aws-sdk/client-athena'
import type {DynamoDBClient} from '@aws-sdk/client-dynamodb'
import type {GlueClient} from '@aws-sdk/client-glue'
import type {IAMClient} from '@aws-sdk/client-iam'
import type {KMSClient} from '@aws-sdk/client-kms'
import type {LakeFormationClient} from '@aws-sdk/client-lakeformation'
import type {S3Client} from '@aws-sdk/client-s3'
import type {STSClient} from '@aws-sdk/client-sts'
import {awsError} from './aws-errors.js'
import {clientConfiguration, type AwsService, type AwsSettings, type ClientConfiguration} from './client-settings.js'

/** Somebody waits for all facts together: one that does not come soon is not known. */
const CONNECTION_TIMEOUT_MS = 3000
const REQUEST_TIMEOUT_MS = 4500
const MAX_ATTEMPTS = 2

export interface CallOptions {
  readonly abortSignal: AbortSignal
}

/** Clients that look at one environment: impatient, made when first asked for, ended by one signal. */
export class FactClients {
  readonly settings: AwsSettings
  readonly options: CallOptions
  readonly #made = new Map<string, Promise<unknown>>()

  constructor(settings: AwsSettings, signal: AbortSignal) {
    this.settings = settings
    // every call listens, and Node warns of more than ten
    setMaxListeners(0, signal)
    this.options = {abortSignal: signal}
  }

  athena(): Promise<AthenaClient> {
    return this.made('athena', async () => {
      const {AthenaClient} = await import('@aws-sdk/client-athena')
      return new AthenaClient(this.configuration('athena'))
    })
  }

  dynamodb(): Promise<DynamoDBClient> {
    return this.made('dynamodb', async () => {
      const {DynamoDBClient} = await import('@aws-sdk/client-dynamodb')
      return new DynamoDBClient(this.configuration('dynamodb'))
    })
  }

  glue(): Promise<GlueClient> {
    return this.made('glue', async () => {
      const {GlueClient} = await import('@aws-sdk/client-glue')
      return new GlueClient(this.configuration('glue'))
    })
  }

  iam(): Promise<IAMClient> {
    return this.made('iam', async () => {
      const {IAMClient} = await import('@aws-sdk/client-iam')
      return new IAMClient(this.configuration('iam'))
    })
  }

  kms(): Promise<KMSClient> {
    return this.made('kms', async () => {
      const {KMSClient} = await import('@aws-sdk/client-kms')
      return new KMSClient(this.configuration('kms'))
    })
  }

  lakeFormation(): Promise<LakeFormationClient> {
    return this.made('lakeformation', async () => {
      const {LakeFormationClient} = await import('@aws-sdk/client-lakeformation')
      return new LakeFormationClient(this.configuration('lakeformation'))
    })
  }

  s3(): Promise<S3Client> {
    return this.made('s3', async () => {
      const {S3Client} = await import('@aws-sdk/client-s3')
      const shared = this.configuration('s3')
      // an endpoint of one's own has no name for every bucket
      return new S3Client({...shared, forcePathStyle: shared.endpoint !== undefined})
    })
  }

  sts(): Promise<STSClient> {
    return this.made('sts', async () => {
      const {STSClient} = await import('@aws-sdk/client-sts')
      return new STSClient(this.configuration('sts'))
    })
  }

  /** One client a service. */
  private made<Client>(service: AwsService, make: () => Promise<Client>): Promise<Client> {
    const standing = this.#made.get(service) ?? make()
    this.#made.set(service, standing)
    return standing as Promise<Client>
  }

  configuration(service: AwsService): ClientConfiguration {
    const shared = clientConfiguration(this.settings, service)
    const requestHandler = {
      ...shared.requestHandler,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
    }
    return {...shared, maxAttempts: MAX_ATTEMPTS, requestHandler}
  }
}

/** Runs one call; what AWS says leaves as a SluiceError that names the action, e.g. `s3:GetBucketVersioning`. */
export async function asking<Answer>(action: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call()
  } catch (error) {
    throw awsError(error, {service: SERVICES[action.split(':')[0] ?? ''] ?? 'AWS', action})
  }
}

const SERVICES: Readonly<Record<string, string>> = {
  athena: 'Athena',
  dynamodb: 'DynamoDB',
  glue: 'Glue',
  iam: 'IAM',
  kms: 'KMS',
  lakeformation: 'Lake Formation',
  s3: 'S3',
  sts: 'STS',
}
