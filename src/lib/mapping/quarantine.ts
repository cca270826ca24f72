import type {CatalogColumn} from '../ports/catalog.js'
import {attributePath} from './attributes.js'
import type {LineFault} from './export-line.js'
import type {DynamoItem, RowProblem} from './row-function.js'
import {isDerived, type DataClass, type TableMapping} from './types.js'

/** Why an item or a line was set aside. */
export type QuarantineReason = RowProblem['reason'] | LineFault | 'no_key'

/** Reasons that another definition can cure; a line that is no item stays what it is. */
export const CURABLE_REASONS: readonly QuarantineReason[] = ['missing', 'inexact', 'wrong_type']

/** One line that was set aside, as the quarantine table holds it. */
export interface QuarantinedLine {
  readonly reason: QuarantineReason
  /** Null where the whole line is at fault. */
  readonly column_name: string | null
  /** The value's tag and shape, never the value. */
  readonly value: string | null
  /** JSON array of the key's values; null where there is none, or where a key column is personal or restricted. */
  readonly key: string | null
  readonly file: string
  readonly line: number
  /** The line as it was read: restricted. */
  readonly raw: string
}

/** Columns of a change log's quarantine table. */
export const QUARANTINE_COLUMNS: readonly CatalogColumn[] = [
  {name: 'run', type: 'string'},
  {name: '_version', type: 'bigint'},
  {name: 'reason', type: 'string'},
  {name: 'column_name', type: 'string'},
  {name: 'value', type: 'string'},
  {name: 'key', type: 'string'},
  {name: 'file', type: 'string'},
  {name: 'line', type: 'bigint'},
  {name: 'raw', type: 'string'},
]

const SHOWN_CHARACTERS = 40
const PRIVATE: readonly DataClass[] = ['personal', 'restricted']

/**
 * What may be told of the attribute behind a column: its tag and its shape, digits as 9 and letters as x, so that a
 * format can be recognised and no value can; of a personal or restricted column only the length. Null when absent.
 */
export function redactedValue(mapping: TableMapping, column: string, item: DynamoItem): string | null {
  const found = mapping.columns.find(({name}) => name === column)
  if (found === undefined || isDerived(found)) return null
  const attribute = attributeAt(item, attributePath(found))
  if (typeof attribute !== 'object' || attribute === null) return attribute === undefined ? null : 'no type tag'
  const [tag = 'no type tag', value] = Object.entries(attribute)[0] ?? []
  if (typeof value !== 'string') return tag
  return PRIVATE.includes(found.class) ? `${tag}, ${value.length} characters` : `${tag} ${shapeOf(value)}`
}

/** Whether values of the table's key may be shown. */
export function isKeyPrivate(mapping: TableMapping): boolean {
  return mapping.columns.some((column) => mapping.key.includes(column.name) && PRIVATE.includes(column.class))
}

/** The attribute that a path leads to, or the last one on the way that is there. */
function attributeAt(item: DynamoItem, path: readonly string[]): unknown {
  let attributes: unknown = item
  let found: unknown
  for (const name of path) {
    if (typeof attributes !== 'object' || attributes === null || !Object.hasOwn(attributes, name)) return found
    found = (attributes as Record<string, unknown>)[name]
    attributes = (found as {M?: unknown} | null)?.M
  }
  return found
}

function shapeOf(text: string): string {
  const shown = text
    .slice(0, SHOWN_CHARACTERS)
    .replaceAll(/\p{N}/gu, '9')
    .replaceAll(/[\p{L}\p{M}]/gu, 'x')
  const rest = text.length > SHOWN_CHARACTERS ? `… (${text.length} characters)` : ''
  return `${JSON.stringify(shown)}${rest}`
}
