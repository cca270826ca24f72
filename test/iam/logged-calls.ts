import type {AwsLake} from '../lab/aws-lake.js'

/** A request in the wire log of the lab. */
export interface LoggedCall {
  readonly sequence: number
  readonly service: string
  readonly operation: string
  readonly path: string
  readonly accessKey: string | null
  readonly status: number | null
  /** The first 4,096 characters of what services with JSON are asked. */
  readonly parameters: string | null
}

/** Actions that are not called like their operation. */
const ACTIONS: Readonly<Record<string, string>> = {
  HeadObject: 'GetObject',
  ListObjectsV2: 'ListBucket',
  DeleteObjects: 'DeleteObject',
  // and reads the source, which the log does not name
  CopyObject: 'PutObject',
  CreateMultipartUpload: 'PutObject',
  UploadPart: 'PutObject',
  CompleteMultipartUpload: 'PutObject',
}
/** Whoever may not look at the whole bucket is still told of its objects; who calls needs no permission. */
const FREE = new Set(['s3:HeadBucket', 'sts:GetCallerIdentity'])

/** The permission that a request of this lake asks for, e.g. `s3:GetObject on runs`; null where it needs none. */
export function permissionOf(call: LoggedCall, lake: AwsLake): string | null {
  const {service, operation, path} = call
  const action = actionOf(call)
  if (action === null) return null
  return `${action} on ${service === 's3' ? s3Target(path, lake) : target(service, operation)}`
}

/** Null where no permission is needed. */
export function actionOf({service, operation}: LoggedCall): string | null {
  const action = `${service}:${service === 's3' ? (ACTIONS[operation] ?? operation) : operation}`
  return FREE.has(action) ? null : action
}

/** Bucket, key and, of a listing, the prefix. */
export function s3Address(path: string): {bucket: string; key: string; prefix: string | null} {
  const url = new URL(path, 'http://lab')
  const [bucket = '', ...rest] = decodeURIComponent(url.pathname).slice(1).split('/')
  return {bucket, key: rest.join('/'), prefix: url.searchParams.get('prefix')}
}

/** `GetCrawler`, `ListCrawls` and the like. */
export function isOfCrawlers(operation: string): boolean {
  return /Crawl(er|s)$/.test(operation)
}

function target(service: string, operation: string): string {
  if (service === 'glue' && isOfCrawlers(operation)) return 'crawlers'
  if (service === 'glue') return /^Get(Database|Tables)$/.test(operation) ? 'database' : 'tables'
  if (service === 'dynamodb') return operation === 'DescribeExport' ? 'source exports' : 'sources'
  return service === 'athena' ? 'workgroup' : 'unknown'
}

function s3Target(path: string, {stateBucket, tableBucket}: AwsLake): string {
  const {bucket, prefix, key: ownKey} = s3Address(path)
  const key = prefix ?? ownKey
  if (bucket === tableBucket) return 'rows'
  if (bucket !== stateBucket) return 'unknown'
  const known = [
    ['sluice/_sluice/operations/', 'operations'],
    ['sluice/_sluice/locks/', 'locks'],
    ['sluice/_sluice/generations/', 'generations'],
    ['sluice/claims__runs/', 'runs'],
    ['sluice/claims__deletes/', 'rows'],
    ['sluice/claims__quarantine_rows/', 'rows'],
    ['exports/', 'exports'],
    ['results/', 'results'],
  ] as const
  return known.find(([prefix]) => key.startsWith(prefix))?.[1] ?? 'unknown'
}
