import {createHash} from 'node:crypto'
import {SluiceError} from '../../errors.js'
import {columnFacts} from '../../parquet/column-facts.js'
import {mergedFields} from '../../parquet/lattice.js'
import {lossy} from '../../parquet/merge-errors.js'
import {UnreadableColumn} from '../../parquet/schema-elements.js'
import {isNested, shapeText, type Shape, type ShapeField} from '../../parquet/shape.js'
import type {ReadSources, SchemaGroup} from '../../parquet/source-groups.js'
import {tableFields} from '../../parquet/table-types.js'
import type {CatalogColumn} from '../../ports/catalog.js'
import type {ColumnFacts} from '../../ports/merge-engine.js'
import type {ObjectKey} from '../../ports/object-store.js'
import {asAthenaTimes, athenaType, footerFields, readsAs} from './merge-shapes.js'

/** The columns of a merge by Athena. */
export interface AthenaColumns {
  /** With Athena's types. */
  readonly columns: readonly CatalogColumn[]
  /** Equal for equal columns and types. */
  readonly schema: string
  /** As the footers of the sources have them. */
  readonly facts: readonly ColumnFacts[]
  /** By group: columns of microseconds, of which Athena reads no more than milliseconds. */
  readonly micros: readonly (readonly string[])[]
}

/** Without these, readers of Spark would read other old dates; Athena does not carry them on. */
const OF_THE_VALUES = /^org\.apache\.spark\.legacy/

/**
 * Unites the columns of all files under the table's types. Throws `MERGE_LOSSY` naming file and column where no type
 * holds all values, `ENGINE_UNFIT` where Athena is not known to read them as they are.
 */
export function athenaColumns(read: ReadSources, table: readonly CatalogColumn[]): AthenaColumns {
  refuseEntries(read)
  const {groups} = read
  const stored = groups.map(storedFields)
  const times = stored.map((fields) => fields.map(({name, shape}) => ({name, shape: asAthenaTimes(shape)})))
  const fields = mergedFields(tableFields(table), times, (misfit, name, holders) => {
    const odd = groups[holders[misfit.index]!]!.first.source.key
    const others = holders.map((holder) => groups[holder]!.first.source.key).filter((key) => key !== odd)
    return lossy(odd, [name, ...misfit.path].join('.'), misfit.reason, others.slice(0, 1))
  })
  for (const {name, shape, places} of fields) {
    for (const [group, place] of places.entries()) {
      const from = place === null ? null : times[group]![place]!.shape
      if (from === null || readsAs(from, shape)) continue
      const reason = `Athena is not known to read ${shapeText(from)} as ${shapeText(shape)}`
      throw unfitColumn(groups[group]!.first.source.key, name, reason)
    }
  }
  const columns = fields.map(({name, shape}) => ({name, type: athenaType(shape)}))
  return {
    columns,
    schema: createHash('sha256').update(JSON.stringify(columns)).digest('hex').slice(0, 16),
    facts: fields.map((field) => columnFacts(field, athenaType(field.shape), groups, stored)),
    micros: stored.map((list) => list.filter(({shape}) => isMicros(shape)).map(({name}) => name)),
  }
}

function storedFields({elements, first}: SchemaGroup): ShapeField[] {
  const {key} = first.source
  try {
    const fields = footerFields(elements)
    const odd = fields.find(({shape}) => isNested(shape) && holdsMicros(shape))
    if (odd !== undefined)
      throw new UnreadableColumn(odd.name, 'it has times in microseconds inside, which Athena cuts')
    return fields
  } catch (error) {
    throw error instanceof UnreadableColumn ? unfitColumn(key, error.column, error.reason) : error
  }
}

function isMicros(shape: Shape): boolean {
  return shape.kind === 'timestamp' && shape.unit === 'us'
}

function holdsMicros(shape: Shape): boolean {
  switch (shape.kind) {
    case 'list':
      return holdsMicros(shape.element)
    case 'map':
      return holdsMicros(shape.key) || holdsMicros(shape.value)
    case 'struct':
      return shape.fields.some((field) => holdsMicros(field.shape))
    default:
      return isMicros(shape)
  }
}

function refuseEntries({entries, files}: ReadSources): void {
  const name = [...entries.shared.keys(), ...entries.differing.keys()].find((entry) => OF_THE_VALUES.test(entry))
  if (name === undefined) return
  const key = entries.differing.get(name) ?? files[0]!.source.key
  throw unfit(`${key} says ${name} in its footer, which Athena would not carry on.`, {key, entry: name})
}

function unfitColumn(key: ObjectKey, column: string, reason: string): SluiceError {
  return unfit(`Column ${JSON.stringify(column)} of ${key}: ${reason}.`, {key, column})
}

/** The error for what another engine may merge. */
export function unfit(reason: string, details: Readonly<Record<string, unknown>>, cause?: unknown): SluiceError {
  return new SluiceError('ENGINE_UNFIT', `Athena cannot merge this: ${reason}`, {
    fix: 'Merge this partition with --engine duckdb, and --max-partition-size where it is too large for it; or leave it out.',
    details,
    ...(cause === undefined ? {} : {cause}),
  })
}
