import type {CatalogColumn} from './catalog.js'
import type {CrawlerNow} from './crawlers.js'

/** The place that a lake lives in, as somebody sees it who looks at it from outside. No call changes anything. */
export type EnvironmentFacts = LocalFacts | AwsFacts

/** Which of the things that a store in a folder stands on the file system can do; null: it can. */
export interface FileSystemFact {
  /** Hard links, which make a write `ifAbsent`. */
  readonly link: string | null
  /** Renames over a standing file, which replace it whole. */
  readonly rename: string | null
  /** Files and folders that are on the disk once the call returns. */
  readonly sync: string | null
  /** Names that differ in case are two objects. */
  readonly distinctCase: string | null
}

/** A lake's folder on this machine. */
export interface LocalFacts {
  readonly backend: 'local'
  /** Of Node, without the `v`. */
  readonly nodeVersion: string
  /** Whether the folder is there, and why it cannot be written (null: it can). */
  folder(): Promise<{readonly isThere: boolean; readonly refusal: string | null}>
  /** Tries it in a folder of its own that is removed again; null while the lake's folder is not made. */
  fileSystem(): Promise<FileSystemFact | null>
}

export interface CallerFact {
  readonly account: string
  readonly arn: string
  readonly accessKeyId: string
}

export interface ServerTime {
  /** Of the answer, to the second. */
  readonly server: Date
  /** This machine's, in the middle of the call. */
  readonly local: Date
}

export interface LifecycleRule {
  readonly id: string
  /** Null: the rule asks for more than a prefix, e.g. for tags. */
  readonly prefix: string | null
  /** Present objects are deleted. */
  readonly expires: boolean
  readonly expiresVersions: boolean
  readonly abortsUploads: boolean
  /** Storage classes that objects move to. */
  readonly movesTo: readonly string[]
}

export interface GlueTableFact {
  readonly kind: 'table' | 'view'
  /** Why sluice does not write it, as the end of a sentence (`is a link to …`); null where it does. */
  readonly fault: string | null
  /** Partitions are computed from properties of the table, not looked up. */
  readonly isProjected: boolean
  readonly format: 'parquet' | 'json' | null
  /** With Athena's names of types. */
  readonly columns: readonly CatalogColumn[]
  readonly partitionColumns: readonly CatalogColumn[]
  /** `s3://…/`; null for a view. */
  readonly location: string | null
  /** Lake Formation decides who sees which of its columns and rows. */
  readonly isGoverned: boolean
}

export interface SourceTableFact {
  readonly arn: string
  readonly key: readonly {readonly attribute: string; readonly tag: string}[]
}

export interface WorkgroupFact {
  readonly isEnabled: boolean
  readonly isEnforced: boolean
  readonly results: string | null
  /** Of results, as a definition would write it; null: none is asked for. */
  readonly encryption: string | null
  /** Athena keeps the results itself. */
  readonly isManaged: boolean
  readonly cutoffBytes: number | null
  readonly engine: string | null
}

export interface DataFilter {
  readonly name: string
  readonly hidesColumns: boolean
  readonly hidesRows: boolean
}

/** An action on one thing, as a policy names both. */
export interface Permission {
  /** e.g. `s3:GetObject`. */
  readonly action: string
  readonly arn: string
  /** Of a listing: what a policy may ask for by `s3:prefix`. */
  readonly prefix?: string
}

export type PermissionAnswer = 'allowed' | 'denied'

/**
 * One AWS environment. Every method is one action of AWS, named beside it, that only reads, or that cannot succeed.
 * Null: there is no such thing. Errors: `AWS_ACCESS_DENIED` with the action in `details`, `AWS_SIGN_IN`,
 * `AWS_TOKEN_EXPIRED`, `AWS_UNAVAILABLE`, `NOT_IN_THIS_ENVIRONMENT` where this sluice cannot ask.
 */
export interface AwsFacts {
  readonly backend: 'aws'
  /** sts:GetCallerIdentity. */
  caller(): Promise<CallerFact>
  /** sts:GetCallerIdentity. */
  serverTime(): Promise<ServerTime>
  /** The Region of a place's bucket, by s3:ListBucket below the place; null: there is no such bucket. */
  bucketRegion(uri: string): Promise<string | null>
  /** s3:GetBucketVersioning. */
  versioning(bucket: string): Promise<'on' | 'suspended' | 'off'>
  /** s3:GetEncryptionConfiguration. */
  encryption(bucket: string): Promise<{readonly algorithm: string; readonly key: string | null} | null>
  /** s3:GetLifecycleConfiguration; rules that are switched on. */
  lifecycle(bucket: string): Promise<readonly LifecycleRule[]>
  /** What of public access is not blocked, by s3:GetBucketPublicAccessBlock; empty: all is blocked. */
  openToPublic(bucket: string): Promise<readonly string[]>
  /** Where requests are logged, by s3:GetBucketLogging. */
  accessLog(bucket: string): Promise<string | null>
  /** Whether an object lies below, by s3:ListBucket. */
  hasObjects(uri: string): Promise<boolean>
  /** glue:GetDatabase. */
  database(name: string): Promise<{readonly link: string | null} | null>
  /** glue:GetTable. */
  table(database: string, name: string): Promise<GlueTableFact | null>
  /** The first few locations, by glue:GetPartitions. */
  partitionSample(database: string, table: string, limit: number): Promise<readonly string[]>
  /** dynamodb:DescribeTable. */
  sourceTable(name: string): Promise<SourceTableFact | null>
  /** Whether point-in-time recovery is on, by dynamodb:DescribeContinuousBackups; null: no such table. */
  recovery(name: string): Promise<boolean | null>
  /** athena:GetWorkGroup. */
  workgroup(name: string): Promise<WorkgroupFact | null>
  /** glue:GetCrawler. */
  crawler(name: string): Promise<CrawlerNow | null>
  /** kms:GetKeyRotationStatus. */
  rotates(keyArn: string): Promise<boolean>
  /** When the caller's key was made, by iam:ListAccessKeys. */
  accessKeyMadeAt(user: string, accessKeyId: string): Promise<Date | null>
  /** Places in S3 that Lake Formation guards, by lakeformation:ListResources. */
  governedPlaces(): Promise<readonly string[]>
  /** lakeformation:ListDataCellsFilter. */
  dataFilters(account: string, database: string, table: string): Promise<readonly DataFilter[]>
  /**
   * The answer to the very action, from a request without any effect; null: there is none that is sure to have none.
   * Throws `AWS_ACCESS_DENIED` where it is not the caller's policy that lacks the action: a policy that denies, or a key.
   */
  probe(permission: Permission): Promise<PermissionAnswer | null>
  /** What the caller's policies say, by iam:SimulatePrincipalPolicy; one answer a permission, in order. */
  simulate(callerArn: string, permissions: readonly Permission[]): Promise<readonly (PermissionAnswer | null)[]>
}
