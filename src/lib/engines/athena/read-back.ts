import {SluiceError} from '../../errors.js'
import {isImmutable, storedColumns, type TableMapping} from '../../mapping/index.js'
import type {ObjectKey} from '../../ports/object-store.js'
import type {LeftObject} from '../../ports/parquet-engine.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'
import {groupedRowsSql, readGroup, type Place, type PlacedRows} from './grouped-rows.js'
import type {Addresses, StatementRunner} from './ports.js'

/** So many of the longest addresses fit into a statement. */
const OBJECTS_A_STATEMENT = 100

/** An object that holds rows of a run. */
export interface FoundObject {
  readonly key: ObjectKey
  /** As the table names it. */
  readonly uri: string
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
    else objects.push({key: keyOf(object, addresses), uri: object, place, partition, rows: count})
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

/** Every object that holds rows of one of these runs, and how many of other sources each holds besides. */
export async function findObjects(
  {mapping, deletesTable, sources, signal}: Omit<FoundRequest, 'source'> & {readonly sources: readonly string[]},
  {statements, addresses}: ReadBackParts,
): Promise<LeftObject[]> {
  const tables = isImmutable(mapping) ? [mapping.table, deletesTable] : [mapping.table]
  const left: LeftObject[] = []
  for (const table of tables) {
    const sql = `SELECT DISTINCT "$path" FROM ${quoteIdentifier(table)} WHERE ${ofSources(sources)}`
    const {rows} = await statements.run(sql, {signal, isRepeatable: true})
    const uris: string[] = []
    for await (const [uri] of rows) uris.push(uri!)
    const others = await countOthers(table, uris, sources, statements, signal)
    left.push(...uris.map((uri) => ({key: keyOf(uri, addresses), otherRows: others.get(uri) ?? 0})))
  }
  return left
}

/** Those of the objects that hold rows of other sources than the run, with how many. */
export async function findShared(
  objects: readonly FoundObject[],
  {mapping, deletesTable, source, signal}: FoundRequest,
  {statements}: Pick<ReadBackParts, 'statements'>,
): Promise<LeftObject[]> {
  const shared: LeftObject[] = []
  for (const place of ['rows', 'deletes'] as const) {
    const there = objects.filter((object) => object.place === place)
    const table = place === 'rows' ? mapping.table : deletesTable
    const uris = [...new Set(there.map(({uri}) => uri))]
    const others = await countOthers(table, uris, [source], statements, signal)
    const keys = new Map(there.map(({uri, key}) => [uri, key]))
    for (const [uri, otherRows] of others) if (otherRows > 0) shared.push({key: keys.get(uri)!, otherRows})
  }
  return shared
}

/** Of all rows of each object, those of other sources. */
async function countOthers(
  table: string,
  uris: readonly string[],
  sources: readonly string[],
  statements: StatementRunner,
  signal: AbortSignal | undefined,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (let from = 0; from < uris.length; from += OBJECTS_A_STATEMENT) {
    const some = uris.slice(from, from + OBJECTS_A_STATEMENT).map(quoteText)
    const sql = `SELECT "$path", count(*) - count_if(${ofSources(sources)}) FROM ${quoteIdentifier(table)} WHERE "$path" IN (${some.join(', ')}) GROUP BY 1`
    const {rows} = await statements.run(sql, {signal, isRepeatable: true})
    for await (const [uri, count] of rows) counts.set(uri!, Number(count))
  }
  return counts
}

function ofSources(sources: readonly string[]): string {
  return `_source IN (${sources.map(quoteText).join(', ')})`
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
