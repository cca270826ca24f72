import type {Permission, PermissionAnswer} from '../ports/environment-facts.js'
import {SluiceError, hasCode} from '../errors.js'
import {errorName, httpStatus} from './aws-errors.js'
import {asking, type FactClients} from './facts-clients.js'
import {impossibleWrite} from './impossible-write.js'

/** What a request cannot find, or cannot begin with: AWS asked its policies before it looked. */
const MET_NOTHING = new Set([
  'EntityNotFoundException',
  'ExportNotFoundException',
  'NoSuchUpload',
  'ResourceNotFoundException',
  'TableNotFoundException',
])
/** May be said before the policies are asked: tells nothing. */
const TELLS_NOTHING = new Set(['InvalidInputException', 'NoSuchBucket', 'NotImplemented', 'ValidationException'])

type Probe = (arn: string, clients: FactClients, prefix?: string) => Promise<unknown>

/**
 * A request an action that has no effect, whatever it meets: it reads, asks for nothing, or names what cannot be.
 * Actions without such a request (s3:DeleteObject, glue:CreateTable, athena:StartQueryExecution …) are not tried: a
 * delete without effect could leave a marker, an export that is refused by its time alone would cost money if it were not.
 */
const PROBES: Readonly<Record<string, Probe>> = {
  's3:ListBucket': async (arn, clients, prefix) => {
    const {ListObjectsV2Command} = await import('@aws-sdk/client-s3')
    const list = new ListObjectsV2Command({Bucket: objectOf(arn).Bucket, Prefix: prefix, MaxKeys: 1})
    return (await clients.s3()).send(list, clients.options)
  },
  's3:GetBucketLocation': async (arn, clients) => {
    const {GetBucketLocationCommand} = await import('@aws-sdk/client-s3')
    return (await clients.s3()).send(new GetBucketLocationCommand({Bucket: objectOf(arn).Bucket}), clients.options)
  },
  's3:GetObject': async (arn, clients) => {
    const {GetObjectCommand} = await import('@aws-sdk/client-s3')
    // not HEAD, whose refusal does not say what is missing
    return (await clients.s3()).send(new GetObjectCommand(objectOf(arn)), clients.options)
  },
  's3:PutObject': async (arn, clients) => {
    const {PutObjectCommand} = await import('@aws-sdk/client-s3')
    const put = new PutObjectCommand({...objectOf(arn), ...impossibleWrite(clients.settings.encryption)})
    return (await clients.s3()).send(put, clients.options)
  },
  's3:AbortMultipartUpload': async (arn, clients) => {
    const {AbortMultipartUploadCommand} = await import('@aws-sdk/client-s3')
    const abort = new AbortMultipartUploadCommand({...objectOf(arn), UploadId: 'sluice-doctor-no-such-upload'})
    return (await clients.s3()).send(abort, clients.options)
  },
  'glue:GetDatabase': async (arn, clients) => {
    const {GetDatabaseCommand} = await import('@aws-sdk/client-glue')
    return (await clients.glue()).send(new GetDatabaseCommand({Name: lastOf(arn)}), clients.options)
  },
  'glue:GetTable': async (arn, clients) => {
    const {GetTableCommand} = await import('@aws-sdk/client-glue')
    const {DatabaseName, TableName: Name} = tableOf(arn)
    return (await clients.glue()).send(new GetTableCommand({DatabaseName, Name}), clients.options)
  },
  'glue:GetTables': async (arn, clients) => {
    const {GetTablesCommand} = await import('@aws-sdk/client-glue')
    const [, DatabaseName = ''] = /:(?:database|table)\/([^/]+)/.exec(arn) ?? []
    return (await clients.glue()).send(new GetTablesCommand({DatabaseName, MaxResults: 1}), clients.options)
  },
  'glue:GetCrawler': async (arn, clients) => {
    const {GetCrawlerCommand} = await import('@aws-sdk/client-glue')
    return (await clients.glue()).send(new GetCrawlerCommand({Name: lastOf(arn)}), clients.options)
  },
  'glue:GetPartitions': async (arn, clients) => {
    const {GetPartitionsCommand} = await import('@aws-sdk/client-glue')
    return (await clients.glue()).send(new GetPartitionsCommand({...tableOf(arn), MaxResults: 1}), clients.options)
  },
  'glue:BatchGetPartition': async (arn, clients) => {
    const {BatchGetPartitionCommand} = await import('@aws-sdk/client-glue')
    const get = new BatchGetPartitionCommand({...tableOf(arn), PartitionsToGet: []})
    return (await clients.glue()).send(get, clients.options)
  },
  'glue:BatchCreatePartition': async (arn, clients) => {
    const {BatchCreatePartitionCommand} = await import('@aws-sdk/client-glue')
    const create = new BatchCreatePartitionCommand({...tableOf(arn), PartitionInputList: []})
    return (await clients.glue()).send(create, clients.options)
  },
  'athena:GetWorkGroup': async (arn, clients) => {
    const {GetWorkGroupCommand} = await import('@aws-sdk/client-athena')
    return (await clients.athena()).send(new GetWorkGroupCommand({WorkGroup: lastOf(arn)}), clients.options)
  },
  'dynamodb:DescribeTable': async (arn, clients) => {
    const {DescribeTableCommand} = await import('@aws-sdk/client-dynamodb')
    return (await clients.dynamodb()).send(new DescribeTableCommand({TableName: lastOf(arn)}), clients.options)
  },
  'dynamodb:DescribeContinuousBackups': async (arn, clients) => {
    const {DescribeContinuousBackupsCommand} = await import('@aws-sdk/client-dynamodb')
    const describe = new DescribeContinuousBackupsCommand({TableName: lastOf(arn)})
    return (await clients.dynamodb()).send(describe, clients.options)
  },
  'dynamodb:DescribeExport': async (arn, clients) => {
    const {DescribeExportCommand} = await import('@aws-sdk/client-dynamodb')
    return (await clients.dynamodb()).send(new DescribeExportCommand({ExportArn: arn}), clients.options)
  },
}

/** The answer to an action; null where it is not tried, or where the answer tells nothing. */
export async function probe({action, arn, prefix}: Permission, clients: FactClients): Promise<PermissionAnswer | null> {
  const run = PROBES[action]
  if (run === undefined) return null
  try {
    await asking(action, async () => {
      try {
        await run(arn, clients, prefix)
      } catch (error) {
        if (!isAllowed(error)) throw error
      }
    })
    return 'allowed'
  } catch (error) {
    if (hasCode(error, 'AWS_ACCESS_DENIED')) return answerOf(action, error)
    if (error instanceof SluiceError && TELLS_NOTHING.has(errorName(error.cause))) return null
    throw error
  }
}

/** S3 asks for more than the action where an object is not there, and names what it missed. */
function answerOf(action: string, error: SluiceError): PermissionAnswer | null {
  const missed = error.details?.['action']
  if (error.details?.['policy'] !== undefined || String(missed).startsWith('kms:')) throw error
  if (missed === action || typeof missed !== 'string') return 'denied'
  return action === 's3:GetObject' && missed === 's3:ListBucket' ? 'allowed' : null
}

/** A refusal for another reason than the policies, given after they were asked. */
function isAllowed(error: unknown): boolean {
  const name = errorName(error)
  if (TELLS_NOTHING.has(name)) return false
  return MET_NOTHING.has(name) || name === 'BadDigest' || [404, 412].includes(Number(httpStatus(error)))
}

/** Bucket and key of `arn:aws:s3:::bucket/key`. */
function objectOf(arn: string): {readonly Bucket: string; readonly Key: string} {
  const [, Bucket = '', Key = ''] = /:::([^/]+)\/?(.*)$/s.exec(arn) ?? []
  return {Bucket, Key}
}

/** Of `arn:aws:glue:…:table/database/table`. */
function tableOf(arn: string): {readonly DatabaseName: string; readonly TableName: string} {
  const [, DatabaseName = '', TableName = ''] = /:table\/([^/]+)\/(.+)$/.exec(arn) ?? []
  return {DatabaseName, TableName}
}

function lastOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1)
}
