import {createHash} from 'node:crypto'
import {z} from 'zod'
import {SluiceError} from '../errors.js'
import type {CatalogPartition, NewCatalogPartition, NewCatalogTable} from '../ports/catalog.js'
import {compareKeys, shown} from '../ports/object-keys.js'

const FORMAT = 1

const columns = z.array(z.object({name: z.string(), type: z.string()}))
const parameters = z.record(z.string(), z.string())

const standingTable = z.object({
  name: z.string(),
  kind: z.enum(['table', 'view']),
  columns,
  partitionColumns: columns,
  location: z.string().nullable(),
  format: z.enum(['parquet', 'json']).nullable(),
  pathTemplate: z.string().nullable(),
  viewSql: z.string().nullable(),
  parameters,
}) satisfies z.ZodType<NewCatalogTable>

/** A table as stored; a drop first empties the document, so that a killed one can be finished. */
const tableDocument = z.object({format: z.literal(FORMAT), table: standingTable.nullable()})

const shardDocument = z.object({
  format: z.literal(FORMAT),
  partitions: z.array(z.object({values: z.array(z.string()), location: z.string(), parameters})),
})

/**
 * The bytes of a table's document; null for a table that is being dropped. Equal tables give equal bytes; what is no
 * part of a table, like the version of a CatalogTable, is left out.
 */
export function encodeTable(table: NewCatalogTable | null): Buffer {
  return encode({format: FORMAT, table: table === null ? null : standingTable.parse(table)})
}

/** The table in a document, null while it is being dropped. Throws `CATALOG_CORRUPT`, `FORMAT_UNKNOWN`. */
export function decodeTable(key: string, text: string): NewCatalogTable | null {
  return decode(key, text, tableDocument).table
}

/** The bytes of a shard. Equal sets of partitions give equal bytes. */
export function encodeShard(partitions: Iterable<NewCatalogPartition>): Buffer {
  const entries = [...partitions].map(({values, location, parameters}) => ({values, location, parameters}))
  entries.sort((left, right) => compareValues(left.values, right.values))
  return encode({format: FORMAT, partitions: entries})
}

/** The partitions in a shard. Throws `CATALOG_CORRUPT`, `FORMAT_UNKNOWN`. */
export function decodeShard(key: string, text: string): NewCatalogPartition[] {
  return decode(key, text, shardDocument).partitions
}

/** A partition with the version that its stored entry has. */
export function versioned({values, location, parameters}: NewCatalogPartition): CatalogPartition {
  const entry = {values, location, parameters}
  const version = createHash('sha256').update(canonical(entry)).digest('hex').slice(0, 16)
  return {...entry, version}
}

/** One text for a list of values, different for different lists. */
export function identityOf(values: readonly string[]): string {
  return values.map((value) => `${Buffer.byteLength(value)}:${value}`).join('')
}

/** The shard of a partition: two hex digits. */
export function shardOf(values: readonly string[]): string {
  return createHash('sha256').update(identityOf(values)).digest('hex').slice(0, 2)
}

function encode(document: unknown): Buffer {
  return Buffer.from(`${canonical(document)}\n`)
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => (isRecord(part) ? sorted(part) : part))
}

function sorted(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = Object.keys(record).sort(compareKeys)
  return Object.fromEntries(names.map((name) => [name, record[name]]))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function compareValues(left: readonly string[], right: readonly string[]): number {
  for (const [index, value] of left.entries()) {
    const order = compareKeys(value, right[index] ?? '')
    if (order !== 0) return order
  }
  return left.length - right.length
}

function decode<Schema extends z.ZodType>(key: string, text: string, schema: Schema): z.output<Schema> {
  const document = parse(key, text)
  const format = isRecord(document) ? document['format'] : undefined
  if (typeof format === 'number' && format !== FORMAT) throw formatUnknown(key, format)
  const result = schema.safeParse(document)
  if (!result.success) throw corrupt(key, result.error)
  return result.data
}

function parse(key: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw corrupt(key, error)
  }
}

function corrupt(key: string, cause: unknown): SluiceError {
  return new SluiceError('CATALOG_CORRUPT', `The catalog document ${shown(key)} cannot be read.`, {
    fix: 'Put an intact copy of the document back, or remove it and register its content again.',
    details: {key},
    cause,
  })
}

function formatUnknown(key: string, format: number): SluiceError {
  return new SluiceError('FORMAT_UNKNOWN', `The catalog document ${shown(key)} has the unknown format ${format}.`, {
    fix: 'Use the version of sluice that wrote it, or a newer one.',
    details: {key, format},
  })
}
