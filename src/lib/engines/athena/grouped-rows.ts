import {createHash} from 'node:crypto'
import {catalogValues, METADATA_COLUMNS, type AthenaMapping, type TableMapping} from '../../mapping/index.js'
import {quoteIdentifier} from '../../sql/index.js'

export type Place = 'rows' | 'deletes'

/** Rows of one partition, counted and hashed as a multiset: the same for the same rows in any order and any file. */
export interface PlacedRows {
  readonly place: Place
  /** As in the catalog; empty for deletes and for tables without partitions. */
  readonly partition: readonly string[]
  readonly rows: number
  readonly quarantined: number
  /** Trino's checksum of the stored columns, in hexadecimal. */
  readonly checksum: string
}

export interface GroupedRows {
  readonly compiled: Pick<AthenaMapping, 'columns' | 'partitionColumns'>
  readonly mapping: TableMapping
  /** A FROM item with the stored columns and the partition columns. */
  readonly from: string
  /** SQL of the object that a row is of, and of where it is stored. */
  readonly object: string
  readonly place: string
  /** What objects' groups are told apart by besides: a row's class, or its partition. */
  readonly by: 'class' | 'partition'
  /** More aggregates, and the columns that they name. */
  readonly more?: {readonly columns: readonly string[]; readonly counts: readonly string[]}
}

/** Quoted names of the columns that tables of deletes have. */
export function deletesColumns(mapping: TableMapping): string[] {
  const key = mapping.columns.filter(({name}) => mapping.key.includes(name))
  return [...key, ...METADATA_COLUMNS].map(({name}) => quoteIdentifier(name))
}

/**
 * A SELECT of groups of rows: by object, and by place and partition. The same text counts and hashes what a load reads
 * and what it has written, so that equal rows have equal checksums.
 */
export function groupedRowsSql({compiled, mapping, from, object, place, by, more}: GroupedRows): string {
  const {columns, partitionColumns} = compiled
  const partition = partitionColumns.map((_, index) => `_k${index}`)
  const inner = [
    `${object} AS _object`,
    `${place} AS _where`,
    ...(by === 'class' ? ['CAST(_class AS VARCHAR) AS _kind'] : []),
    ...partitionColumns.map((name, index) => `${name} AS _k${index}`),
    '_op',
    `ROW(${columns.join(', ')}) AS _whole`,
    `ROW(${deletesColumns(mapping).join(', ')}) AS _short`,
    ...(more?.columns ?? []),
  ]
  const outer = [
    'grouping(_object)',
    '_object',
    '_where',
    by === 'class' ? '_kind' : 'NULL',
    ...partition,
    'count(*)',
    `count_if(_op = 'quarantined')`,
    `to_hex(IF(_where = 'deletes', checksum(_short), checksum(_whole)))`,
    ...(more?.counts ?? []),
  ]
  const ofObjects = ['_object', ...(by === 'class' ? ['_kind'] : ['_where', ...partition])]
  const ofPlaces = ['_where', ...partition]
  return `SELECT ${outer.join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${from}) GROUP BY GROUPING SETS ((${ofObjects.join(', ')}), (${ofPlaces.join(', ')}))`
}

export interface Group {
  /** Null: a group by place and partition. */
  readonly object: string | null
  readonly kind: string | null
  readonly place: Place | null
  readonly partition: readonly string[]
  readonly rows: number
  readonly quarantined: number
  readonly checksum: string
  readonly counts: readonly (string | null)[]
}

/** A row of `groupedRowsSql`. */
export function readGroup(row: readonly (string | null)[], partitionColumns: number): Group {
  const [isPlace, object, place, kind, ...rest] = row
  const partition = rest.slice(0, partitionColumns)
  const [rows, quarantined, checksum, ...counts] = rest.slice(partitionColumns)
  return {
    object: isPlace === '1' ? null : (object ?? ''),
    kind: kind ?? null,
    place: place === 'rows' || place === 'deletes' ? place : null,
    partition: place === 'deletes' ? [] : catalogValues(partition),
    rows: Number(rows),
    quarantined: Number(quarantined),
    checksum: checksum ?? '',
    counts,
  }
}

/** One text for the rows of all partitions, comparable within one run. */
export function digestOf(placed: readonly PlacedRows[]): string {
  const lines = placed.map(({place, partition, rows, checksum}) => JSON.stringify([place, partition, rows, checksum]))
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex')
}
