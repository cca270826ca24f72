import {SluiceError} from '../../errors.js'
import {isImmutable, storedColumns, type TableMapping} from '../../mapping/index.js'
import type {ObjectKey} from '../../ports/object-store.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'
import {groupedRowsSql, readGroup, type Place, type PlacedRows} from './grouped-rows.js'
import type {Addresses, StatementRunner} from './ports.js'

/** An object that holds rows of a run. */
export interface FoundObject {
  readonly key: ObjectKey
  readonly place: Place
  readonly partition: readonly string[]
  readonly rows: number
}

/** Rows of a run as any reader of the tables finds them, whoever wrote them. */
export interface FoundRows {
  readonly objects: readonly FoundObject[]
  readonly placed: readonly PlacedRows[]
}

export interface FoundRequest {
  readonly mapping: TableMapping
  readonly deletesTable: string
  readonly source: string
  readonly signal?: AbortSignal | undefined
}

interface ReadBackParts {
  readonly statements: StatementRunner
  readonly addresses: Addresses
}

/** Looks for the rows of a run in the whole of its tables, not only in the objects that are known. */
export async function findRows(request: FoundRequest, parts: ReadBackParts): Promise<FoundRows> {
  const {mapping} = request
  const tables: Place[] = isImmutable(mapping) ? ['rows', 'deletes'] : ['rows']
  const found = []
  for (const place of tables) found.push(await findIn(place, request, parts))
  return {
    objects: found.flatMap(({objects}) => objects),
    placed: found.flatMap(({placed}) => placed),
  }
}

async function findIn(place: Place, request: FoundRequest, {statements, addresses}: ReadBackParts): Promise<FoundRows> {
  const {signal, mapping} = request
  const partitionColumns = place === 'rows' ? partitionNames(mapping) : []
  const sql = groupedRowsSql({
    compiled: {columns: columnsOf(place, mapping), partitionColumns},
    mapping,
    from: rowsOf(place, request),
    object: '_path',
    place: quoteText(place),
    by: 'partition',
  })
  const objects: FoundObject[] = []
  const placed: PlacedRows[] = []
  const {rows} = await statements.run(sql, {signal, isRepeatable: true})
  for await (const row of rows) {
    const {object, partition, rows: count, quarantined, checksum} = readGroup(row, partitionColumns.length)
    if (object === null) placed.push({place, partition, rows: count, quarantined, checksum})
    else objects.push({key: keyOf(object, addresses), place, partition, rows: count})
  }
  return {objects, placed}
}

function columnsOf(place: Place, mapping: TableMapping): string[] {
  // Deletes are hashed by the columns that their table has.
  return place === 'deletes'
    ? mapping.key.map(quoteIdentifier)
    : storedColumns(mapping).map(({name}) => quoteIdentifier(name))
}

function rowsOf(place: Place, {mapping, deletesTable, source}: FoundRequest): string {
  const table = place === 'rows' ? mapping.table : deletesTable
  return `(SELECT *, "$path" AS _path FROM ${quoteIdentifier(table)} WHERE _source = ${quoteText(source)})`
}

function partitionNames({partition}: TableMapping): string[] {
  return (partition?.by ?? []).map(({name}) => quoteIdentifier(name))
}

function keyOf(uri: string, addresses: Addresses): ObjectKey {
  const key = addresses.prefixOf(uri)
  if (key !== null) return key
  throw new SluiceError('PLACE_UNUSABLE', `Rows of the load lie in ${uri}, which is no place of this lake.`, {
    fix: 'Compare the places of the partitions in Glue with the definition: sluice doctor',
    details: {uri},
  })
}

/** Keys of every object that holds rows of one of these runs. */
export async function findObjects(
  {mapping, deletesTable, sources, signal}: Omit<FoundRequest, 'source'> & {readonly sources: readonly string[]},
  {statements, addresses}: ReadBackParts,
): Promise<ObjectKey[]> {
  const tables = isImmutable(mapping) ? [mapping.table, deletesTable] : [mapping.table]
  const keys: ObjectKey[] = []
  for (const table of tables) {
    const sql = `SELECT DISTINCT "$path" FROM ${quoteIdentifier(table)} WHERE _source IN (${sources.map(quoteText).join(', ')})`
    const {rows} = await statements.run(sql, {signal, isRepeatable: true})
    for await (const [uri] of rows) keys.push(keyOf(uri!, addresses))
  }
  return keys
}

export interface DoubledKeys {
  readonly count: number
  /** Some of them, as the texts of their columns. */
  readonly keys: readonly (readonly string[])[]
}

/**
 * Keys that stand more than once among the rows of a run. Asked of what was written, which costs the key columns,
 * where the export would have to be read once more.
 */
export async function findDoubled(
  request: FoundRequest & {readonly shape: 'items' | 'changes'},
  {statements}: ReadBackParts,
  limit: number,
): Promise<DoubledKeys> {
  const {mapping, shape, signal} = request
  const key = mapping.key.map(quoteIdentifier).join(', ')
  const select = (place: Place): string =>
    `SELECT ${key}, _version, ${place === 'rows' && shape === 'items' ? '1' : place === 'rows' ? `IF(_op <> 'delete', 1, 0)` : '0'} AS _own FROM ${rowsOf(place, request)}`
  const places: Place[] = isImmutable(mapping) && shape === 'changes' ? ['rows', 'deletes'] : ['rows']
  const states = shape === 'items' ? '' : ' OR count(DISTINCT _version) > 1'
  const sql = `SELECT ${mapping.key.map((name) => keyText(mapping, name)).join(', ')}, count(*) OVER () FROM (${places.map(select).join(' UNION ALL ')}) GROUP BY ${key} HAVING sum(_own) > 1${states} ORDER BY ${key} LIMIT ${limit}`
  const {rows} = await statements.run(sql, {signal, isRepeatable: true})
  const found: (string | null)[][] = []
  for await (const row of rows) found.push([...row])
  return {
    count: Number(found[0]?.at(-1) ?? 0),
    keys: found.map((row) => row.slice(0, -1).map(String)),
  }
}

/** Keys of the rows that a run set aside, as the row function gives them. */
export async function quarantinedKeys(request: FoundRequest, {statements}: ReadBackParts): Promise<string[][]> {
  const {mapping, signal} = request
  const texts = mapping.key.map((name) => keyText(mapping, name))
  const sql = `SELECT ${texts.join(', ')} FROM ${rowsOf('rows', request)} WHERE _op = 'quarantined'`
  const {rows} = await statements.run(sql, {signal, isRepeatable: true})
  const keys: string[][] = []
  for await (const row of rows) keys.push(row.map(String))
  return keys
}

function keyText(mapping: TableMapping, name: string): string {
  const isBinary = mapping.columns.find((column) => column.name === name)?.type === 'binary'
  return isBinary ? `to_base64(${quoteIdentifier(name)})` : `CAST(${quoteIdentifier(name)} AS VARCHAR)`
}
