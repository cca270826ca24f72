/** What a problem in a source item leads to; see docs/definition.md. */
export type MissingPolicy = 'null' | 'error' | 'quarantine'
export type InexactPolicy = 'quarantine' | 'error' | 'round'
export type WrongTypePolicy = 'quarantine' | 'error' | 'null'
export type TimeFormat = 'iso' | 'iso_local' | 'epoch_s' | 'epoch_ms'
export type DataClass = 'public' | 'internal' | 'personal' | 'restricted'

/** DynamoDB's type tags; a column reads an attribute of exactly one of them. */
export const ATTRIBUTE_TAGS = ['S', 'N', 'BOOL', 'B', 'SS', 'NS', 'BS', 'L', 'M'] as const
export type AttributeTag = (typeof ATTRIBUTE_TAGS)[number]

/** An operand of an expression: a column's name, or `$name` for a source attribute (its text, of tag S or N). */
export type Operand = string

/** One expression. All are NULL when an input is NULL, unless they say otherwise. */
export type Derivation =
  | {readonly equal: readonly [Operand, Operand]}
  | {readonly not_equal: readonly [Operand, Operand]}
  | {readonly add: readonly [Operand, Operand]}
  | {readonly subtract: readonly [Operand, Operand]}
  /** Milliseconds from the first to the second timestamp. */
  | {readonly millis_between: readonly [Operand, Operand]}
  /** A timestamp as UTC text; the pattern knows %Y %m %d %H. */
  | {readonly format_date: readonly [Operand, string]}
  /** The text after the first occurrence of a separator; NULL where there is none: `USER#7` after `#` is `7`. */
  | {readonly slice_after: readonly [Operand, string]}
  /** The text before the first occurrence of a separator; NULL where there is none. */
  | {readonly slice_before: readonly [Operand, string]}
  | {readonly lower: readonly [Operand]}
  /** Without white space (U+0020, tab, line feed, carriage return) at both ends. */
  | {readonly trim: readonly [Operand]}
  /** The first operand that is not NULL. */
  | {readonly coalesce: readonly Operand[]}
  /** The same text in every row; never NULL. */
  | {readonly constant: readonly [string]}
  /** Every attribute that no column, condition or expression of the table names, as DynamoDB JSON; NULL when there is none. */
  | {readonly rest: readonly []}

/** A column read from the source item. */
export interface SourceColumn {
  readonly name: string
  /**
   * Athena's type name: string, boolean, integer, bigint, double, decimal(p,s), timestamp, date, binary, or array<T>
   * of string, integer, bigint, double, decimal(p,s) and binary.
   */
  readonly type: string
  /** One attribute name (exact in case and dots), or a path into nested maps. */
  readonly from: string | readonly string[]
  /**
   * The tag that the attribute should have, where it is not the type's usual one: a string of tag N keeps a number's
   * text whatever its size, a string of tag L or M keeps the nested value as DynamoDB JSON.
   */
  readonly tag?: AttributeTag
  readonly missing: MissingPolicy
  readonly inexact: InexactPolicy
  readonly wrong_type: WrongTypePolicy
  /** Required for timestamp and date. */
  readonly format?: TimeFormat
  /** IANA name of the zone of an `iso_local` time, e.g. `Europe/London`. */
  readonly zone?: string
  readonly class: DataClass
}

/** A column computed from others. */
export interface DerivedColumn {
  readonly name: string
  readonly type: string
  readonly derive: Derivation
  readonly class: DataClass
}

export type Column = SourceColumn | DerivedColumn

export interface PartitionColumn {
  readonly name: string
  /** Always text, as Hive partitions are. */
  readonly derive: Derivation
}

export interface Partitioning {
  readonly by: readonly PartitionColumn[]
  /** True when a key never changes its partition; `current` then prunes. */
  readonly immutable: boolean
  /** Path below the table's location, e.g. `year={year}/month={month}/`. Null: Hive's `name=value/` form. */
  readonly path: string | null
  /** Where a row goes whose partition source is missing: the UTC day of the load, or the NULL partition. */
  readonly fallback: 'load_day' | 'null'
}

/** A test of one attribute of an item; an absent attribute passes none but `absent`. */
export type Condition =
  | {readonly from: string | readonly string[]; readonly starts_with: string}
  | {readonly from: string | readonly string[]; readonly one_of: readonly string[]}
  | {readonly from: string | readonly string[]; readonly absent: true}

/** Everything the compilers need to turn a source item into a row of one table. */
export interface TableMapping {
  readonly table: string
  /** Columns that identify an entity, in order. */
  readonly key: readonly string[]
  readonly columns: readonly Column[]
  readonly partition: Partitioning | null
  /** An item belongs to the table when all of these hold; empty: every item does. Others are counted as elsewhere. */
  readonly when: readonly Condition[]
  /** An item of the table is skipped, and counted, when one of these holds. */
  readonly skip: readonly Condition[]
}

export function isDerived(column: Column): column is DerivedColumn {
  return 'derive' in column
}
