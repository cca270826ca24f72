import type {Column, Condition, DataClass, Derivation, Partitioning} from '../mapping/types.js'

export type TableKind = 'changelog' | 'events' | 'derived'
/** How a table's objects are written; `json`: one document a line. */
export type TableFormat = 'parquet' | 'json'
export type Layer = 'bronze' | 'silver' | 'gold'

/** Where a table's history comes from. */
export interface TableSource {
  /** Name of the DynamoDB table whose exports and stream feed this table. */
  readonly dynamodb: string
}

/** A column of a table that others write: it stands in the files, and nothing says how it came there. */
export interface StoredColumn {
  readonly name: string
  readonly type: string
  readonly class: DataClass
}

export type TableColumn = Column | StoredColumn

/** How a table is divided. A table that others write may leave out what its partition columns are cut from. */
export interface TablePartitioning extends Omit<Partitioning, 'by'> {
  readonly by: readonly {readonly name: string; readonly derive?: Derivation}[]
}

export interface TableDefinition {
  readonly name: string
  readonly kind: TableKind
  readonly layer: Layer
  readonly format: TableFormat
  readonly description: string
  readonly source: TableSource | null
  readonly key: readonly string[]
  readonly columns: readonly TableColumn[]
  readonly partition: TablePartitioning | null
  /** Which items of the source belong to the table, and which of those are left out; see `TableMapping`. */
  readonly when: readonly Condition[]
  readonly skip: readonly Condition[]
  /** A load that removes more than this share of the standing keys is refused; 0.05 is 5%. */
  readonly max_vanished: number
}

/** `score`: a number without a unit, like the area under a curve. */
export type KpiUnit = 'ratio' | 'milliseconds' | 'money' | 'score'

export interface KpiThresholds {
  /** Which way is better. */
  readonly better: 'higher' | 'lower'
  /** Decimal text. Higher is better: green at or above. Lower is better: green below. */
  readonly green: string
  /** Decimal text. Higher: yellow at or above. Lower: yellow at or below. Everything else is red. */
  readonly yellow: string
  /** For money: the thresholds hold for this currency only. */
  readonly currency?: string
}

export interface KpiDefinition {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly table: string
  readonly unit: KpiUnit
  /** Which views show it. */
  readonly views: readonly string[]
  /** Column of the table that the period `$from` .. `$to` filters. */
  readonly time: string
  readonly thresholds: KpiThresholds | null
  /**
   * Portable SQL over `<table>_period` or a rollup, or with `$from` and `$to`. One row, or one a currency, with `numerator`,
   * `denominator`, optional `currency`, `n`, `p50`, `p95` and any number of `excluded_<reason>` counts; a row a
   * `bucket` where the SQL names that column.
   */
  readonly sql: string
}

export type PanelKind = 'trend' | 'breakdown' | 'list'
export type PanelStep = 'day' | 'week' | 'month'
export type PanelUnit = KpiUnit | 'text' | 'count' | 'instant'

export interface PanelColumn {
  readonly name: string
  readonly title: string
  readonly unit: PanelUnit
  /** Columns of the SQL whose quotient it is; null: the SQL answers it. */
  readonly of: readonly [string, string] | null
}

/** A table or trend of a view: more than one number. */
export interface PanelDefinition {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly kind: PanelKind
  /** Trends: what a point stands for; its first column is the first day of the step. */
  readonly step: PanelStep | null
  readonly views: readonly string[]
  readonly table: string
  /** Column of the table that the period filters. */
  readonly time: string
  readonly columns: readonly PanelColumn[]
  /** Portable SQL over `<table>_period`, or with `$from` and `$to`; `excluded_<reason>` counts beside the columns. */
  readonly sql: string
}

/** Counts that several KPIs and panels start from: they name it as a table, and it is computed once an answer. */
export interface RollupDefinition {
  readonly name: string
  readonly description: string
  readonly table: string
  /** Column of the table that the period filters. */
  readonly time: string
  /** Portable SQL over `<table>_period`; answers its column `bucket` too. */
  readonly sql: string
}

export interface ViewDefinition {
  readonly name: string
  readonly title: string
}

/** A Glue crawler that keeps tables of the lake in the catalog. */
export interface CrawlerDefinition {
  /** What commands call it by. */
  readonly name: string
  /** What AWS calls it. */
  readonly awsName: string
  readonly description: string
  /** Tables that it crawls; for people. */
  readonly tables: readonly string[]
  /** When it starts by itself, as the owner of the lake has it; for people. Null: not said. */
  readonly schedule: string | null
  /** Shortest time between the starts of two crawls. */
  readonly minIntervalHours: number
}

export interface LocalEnvironment {
  readonly name: string
  readonly backend: 'local'
  /** Absolute folder. */
  readonly root: string
  readonly protect: boolean
  /** Keep old object versions, as a versioned bucket does. */
  readonly versioned: boolean
}

/** How what is written is encrypted at rest: as the bucket does, by S3, or with a key of KMS by its ARN. */
export type Encryption = 'bucket-default' | 'sse-s3' | `kms:${string}`

export interface AwsEnvironment {
  readonly name: string
  readonly backend: 'aws'
  readonly region: string
  readonly account: string
  /** Role to work as; null works as the caller. */
  readonly role: string | null
  readonly protect: boolean
  /** `s3://bucket/prefix` of operations, locks and run records; outside every table root. */
  readonly state: string | null
  readonly database: string | null
  readonly workgroup: string | null
  readonly results: string | null
  /** Of objects, exports and results of queries. */
  readonly encryption: Encryption
  readonly endpoints: Readonly<Record<string, string>>
  /** `s3://bucket/prefix` by table; a table without one has none in this environment. */
  readonly locations: Readonly<Record<string, string>>
}

export type Environment = LocalEnvironment | AwsEnvironment

/** A complete definition: blueprint and overrides merged, every default filled in, `{env}` replaced. */
export interface LakeDefinition {
  readonly format: 1
  readonly lake: string
  readonly blueprint: string | null
  /** Absolute path of the file that was read. */
  readonly file: string
  readonly environment: Environment
  readonly environments: readonly string[]
  readonly tables: readonly TableDefinition[]
  readonly crawlers: readonly CrawlerDefinition[]
  readonly kpis: readonly KpiDefinition[]
  readonly panels: readonly PanelDefinition[]
  readonly rollups: readonly RollupDefinition[]
  /** Every view that a KPI or a panel names. */
  readonly views: readonly ViewDefinition[]
}
