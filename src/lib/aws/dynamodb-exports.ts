import type {DynamoDBClient, ExportDescription} from '@aws-sdk/client-dynamodb'
import {SluiceError} from '../errors.js'
import type {ExportedTable, ExportProgress, ExportRequest, TableExports} from '../ports/table-exports.js'
import {awsError, awsReason, errorName} from './aws-errors.js'
import {clientConfiguration, kmsKeyOf, type AwsSettings} from './client-settings.js'

/** What DynamoDB says of requests that can never work, by its names of errors. */
const UNUSABLE = new Set([
  'ExportConflictException',
  'InvalidExportTimeException',
  'PointInTimeRecoveryUnavailableException',
  'ResourceNotFoundException',
  'TableNotFoundException',
  'ValidationException',
])

/** Exports through DynamoDB's own API. */
export class DynamoDbExports implements TableExports {
  private client: Promise<DynamoDBClient> | null = null

  constructor(private readonly settings: AwsSettings) {}

  async describeTable(name: string): Promise<ExportedTable> {
    const {DescribeContinuousBackupsCommand, DescribeTableCommand} = await import('@aws-sdk/client-dynamodb')
    const client = await this.connected()
    const [{Table: table}, {ContinuousBackupsDescription: backups}] = await Promise.all([
      client.send(new DescribeTableCommand({TableName: name})).catch(refused('dynamodb:DescribeTable', name)),
      client
        .send(new DescribeContinuousBackupsCommand({TableName: name}))
        .catch(refused('dynamodb:DescribeContinuousBackups', name)),
    ])
    const recovery = backups?.PointInTimeRecoveryDescription
    const [from, to] = [recovery?.EarliestRestorableDateTime, recovery?.LatestRestorableDateTime]
    const isOn = recovery?.PointInTimeRecoveryStatus === 'ENABLED'
    return {
      arn: table!.TableArn!,
      sizeBytes: table!.TableSizeBytes ?? 0,
      itemCount: table!.ItemCount ?? 0,
      // Just after it is turned on there is no instant yet.
      recoverable: isOn ? {from: from ?? new Date(0), to: to ?? new Date(8.64e15)} : null,
    }
  }

  async start(request: ExportRequest): Promise<ExportProgress> {
    const {ExportTableToPointInTimeCommand} = await import('@aws-sdk/client-dynamodb')
    const client = await this.connected()
    const {ExportDescription: description} = await client
      .send(new ExportTableToPointInTimeCommand({...inputOf(request), ...encryptionOf(this.settings)}))
      .catch(refused('dynamodb:ExportTableToPointInTime', request.tableArn))
    return progressOf(description)
  }

  async follow(exportArn: string): Promise<ExportProgress> {
    const {DescribeExportCommand} = await import('@aws-sdk/client-dynamodb')
    const client = await this.connected()
    const {ExportDescription: description} = await client
      .send(new DescribeExportCommand({ExportArn: exportArn}))
      .catch(refused('dynamodb:DescribeExport', exportArn))
    return progressOf(description)
  }

  private connected(): Promise<DynamoDBClient> {
    this.client ??= import('@aws-sdk/client-dynamodb').then(
      ({DynamoDBClient}) => new DynamoDBClient(clientConfiguration(this.settings, 'dynamodb')),
    )
    return this.client
  }
}

function inputOf({tableArn, bucket, prefix, format, at, window, token}: ExportRequest) {
  return {
    TableArn: tableArn,
    S3Bucket: bucket,
    ...(prefix === '' ? {} : {S3Prefix: prefix}),
    ExportFormat: format === 'ion' ? ('ION' as const) : ('DYNAMODB_JSON' as const),
    ClientToken: token,
    ...(at === null ? {} : {ExportTime: at}),
    ...(window === null
      ? {ExportType: 'FULL_EXPORT' as const}
      : {
          ExportType: 'INCREMENTAL_EXPORT' as const,
          IncrementalExportSpecification: {
            ExportFromTime: window.from,
            ExportToTime: window.to,
            ExportViewType: window.view,
          },
        }),
  }
}

function encryptionOf({encryption}: AwsSettings) {
  const key = kmsKeyOf(encryption)
  if (key !== null) return {S3SseAlgorithm: 'KMS' as const, S3SseKmsKeyId: key}
  return encryption === 'sse-s3' ? {S3SseAlgorithm: 'AES256' as const} : {}
}

const STATES = {COMPLETED: 'done', FAILED: 'failed', IN_PROGRESS: 'running'} as const

function progressOf(description: ExportDescription | undefined): ExportProgress {
  const {ExportArn: arn, ExportStatus: status = 'IN_PROGRESS'} = description ?? {}
  if (arn === undefined) throw new SluiceError('AWS_UNAVAILABLE', 'DynamoDB answered without an export.')
  const state = STATES[status]
  return {
    arn,
    state,
    startedAt: description?.StartTime ?? null,
    itemCount: state === 'done' ? (description?.ItemCount ?? null) : null,
    billedBytes: state === 'done' ? (description?.BilledSizeBytes ?? null) : null,
    manifestKey: manifestKeyOf(description, arn, state),
    bucket: description?.S3Bucket ?? null,
    failure: description?.FailureMessage ?? description?.FailureCode ?? null,
  }
}

/** `ExportManifest` is the key of the summary. */
function manifestKeyOf(
  description: ExportDescription | undefined,
  arn: string,
  state: ExportProgress['state'],
): string | null {
  if (state !== 'done') return null
  if (description?.ExportManifest !== undefined) return description.ExportManifest
  const prefix = description?.S3Prefix
  return `${prefix === undefined ? '' : `${prefix}/`}AWSDynamoDB/${arn.split('/').at(-1)}/manifest-summary.json`
}

/** Tells requests that can never work from calls that failed, and from what others leave no room for now. */
function refused(action: string, of: string): (error: unknown) => never {
  return (error) => {
    if (errorName(error) === 'LimitExceededException') throw tooMany(error, action, of)
    if (!UNUSABLE.has(errorName(error))) throw awsError(error, {service: 'DynamoDB', action})
    throw new SluiceError('EXPORT_SOURCE_UNUSABLE', `DynamoDB refuses this for ${of}: ${awsReason(error)}.`, {
      fix: 'Correct what the reason names: the table, its point-in-time recovery, the time, or the bucket.',
      details: {action, reason: errorName(error)},
      cause: error,
    })
  }
}

function tooMany(error: unknown, action: string, of: string): SluiceError {
  const message = `DynamoDB does not begin this for ${of} now, as the account is at a limit: ${awsReason(error)}.`
  return new SluiceError('AWS_UNAVAILABLE', message, {
    fix: 'Wait until other exports have ended (aws dynamodb list-exports), then run the same command again.',
    details: {action, reason: errorName(error)},
    cause: error,
  })
}
