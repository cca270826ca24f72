import {createHash} from 'node:crypto'
import pMap from 'p-map'
import {SluiceError} from '../../errors.js'
import type {AthenaMapping} from '../../mapping/index.js'
import {HIVE_NULL_PARTITION} from '../../ports/catalog.js'
import type {ObjectKey} from '../../ports/object-store.js'
import type {LoadRequest} from '../../ports/parquet-engine.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'
import {deletesColumns, type PlacedRows} from './grouped-rows.js'
import type {Addresses, StatementWriter} from './ports.js'

/** Athena's limits of one INSERT. */
const MOST_PARTITIONS = 100
export const LONGEST_STATEMENT = 262_144
/** One that ended badly is begun once more before the load gives up; `ops resume` begins it again. */
const MOST_TRIES = 2
const HEADS_AT_ONCE = 8

/** One INSERT of a load. */
export interface Insert {
  /** Its name in the journal; the same for every attempt. */
  readonly step: string
  readonly sql: string
  readonly rows: number
  /** Where it may put objects: folders, ending in `/`. */
  readonly folders: readonly string[]
}

/** An INSERT that has ended, with the objects that its manifest names. */
export interface EndedInsert {
  readonly state: 'written' | 'cleaned'
  readonly number: number
  readonly executionId: string
  readonly keys: readonly ObjectKey[]
  /** What it scanned; not noted by versions before. */
  readonly scannedBytes?: number
}

/** What the journal knows of an INSERT. */
export type NotedInsert = EndedInsert | {readonly state: 'begun'; readonly number: number; readonly token: string}

export interface InsertParts {
  readonly compiled: AthenaMapping
  /** A FROM item with the rows. */
  readonly rowsSql: string
  readonly placed: readonly PlacedRows[]
}

/** The INSERTs of a load: of no more partitions each than Athena writes at once, and deletes of no known partition. */
export async function planInserts(parts: InsertParts, request: LoadRequest): Promise<Insert[]> {
  const ofRows = parts.placed.filter(({place}) => place === 'rows')
  const ofDeletes = parts.placed.filter(({place}) => place === 'deletes')
  const {source: run} = request.origin
  const chunks = chunksOf(ofRows, (chunk) => rowsInsert(parts, request, chunk))
  const inserts: Insert[] = []
  for (const [index, chunk] of chunks.entries()) {
    const folders = await pMap(chunk, async ({partition}) => folderOf(await request.keyOf(partition, 0)))
    const step = `${run} rows ${index + 1} of ${chunks.length}`
    inserts.push({step, sql: rowsInsert(parts, request, chunk), rows: sumOf(chunk), folders})
  }
  if (ofDeletes.length > 0) {
    const folders = [folderOf(request.deletesKeyOf(0))]
    inserts.push({step: `${run} deletes`, sql: deletesInsert(parts, request), rows: sumOf(ofDeletes), folders})
  }
  return inserts
}

function chunksOf(placed: readonly PlacedRows[], sqlOf: (chunk: readonly PlacedRows[]) => string): PlacedRows[][] {
  const chunks: PlacedRows[][] = []
  for (let from = 0; from < placed.length;) {
    let count = Math.min(MOST_PARTITIONS, placed.length - from)
    while (count > 1 && Buffer.byteLength(sqlOf(placed.slice(from, from + count))) >= LONGEST_STATEMENT)
      count = Math.ceil(count / 2)
    chunks.push(placed.slice(from, from + count))
    from += count
  }
  return chunks
}

function rowsInsert({compiled, rowsSql}: InsertParts, {mapping}: LoadRequest, chunk: readonly PlacedRows[]): string {
  const columns = [...compiled.columns, ...compiled.partitionColumns].join(', ')
  const into = `INSERT INTO ${quoteIdentifier(mapping.table)} (${columns}) SELECT ${columns} FROM ${rowsSql}`
  return `${into} WHERE _place = 'rows'${ofPartitions(compiled.partitionColumns, chunk)}`
}

function ofPartitions(columns: readonly string[], chunk: readonly PlacedRows[]): string {
  if (columns.length === 0) return ''
  const values = columns.map((name) => `coalesce(${name}, ${quoteText(HIVE_NULL_PARTITION)})`)
  const tuples = chunk.map(({partition}) => tupleOf(partition.map(quoteText)))
  return ` AND ${tupleOf(values)} IN (${tuples.join(', ')})`
}

function tupleOf(values: readonly string[]): string {
  return values.length === 1 ? values[0]! : `(${values.join(', ')})`
}

function deletesInsert({rowsSql}: InsertParts, {mapping, deletesTable}: LoadRequest): string {
  const columns = deletesColumns(mapping).join(', ')
  return `INSERT INTO ${quoteIdentifier(deletesTable)} (${columns}) SELECT ${columns} FROM ${rowsSql} WHERE _place = 'deletes'`
}

function sumOf(placed: readonly PlacedRows[]): number {
  return placed.reduce((sum, {rows}) => sum + rows, 0)
}

function folderOf(key: ObjectKey): string {
  return key.slice(0, key.lastIndexOf('/') + 1)
}

/**
 * Runs an INSERT once, over all attempts of its load: noted before it is begun and when it has ended, with the objects
 * that its data manifest names. One that was begun and whose end nobody noted is joined by its token; the objects of
 * one that failed are deleted before it is begun again. Throws `PROOF_FAILED`, with nothing noted, for rows that were
 * written nobody knows where.
 */
export async function runInsert(
  {step, sql, rows, folders}: Insert,
  request: Pick<LoadRequest, 'steps' | 'signal' | 'target'>,
  {writer, addresses}: {readonly writer: StatementWriter; readonly addresses: Addresses},
): Promise<EndedInsert> {
  const {steps, signal} = request
  const noted = steps.noted.get(step) as NotedInsert | undefined
  if (noted?.state === 'written') {
    refuseUnnamed(step, rows, noted.keys)
    return noted
  }
  const first = noted === undefined ? 1 : noted.state === 'cleaned' ? noted.number + 1 : noted.number
  for (let number = first; ; number += 1) {
    const token = tokenOf(step, number, sql)
    if (noted?.state === 'begun' && number === first && noted.token !== token) throw begunOtherwise(step)
    await steps.note(step, {state: 'begun', number, token} satisfies NotedInsert)
    const {executionId, error, mayPass, wasStopped, uris, scannedBytes} = await writer.write(sql, token, signal)
    if (error === null) refuseUnnamed(step, rows, uris)
    const keys = (uris ?? []).map((uri) => ownKey(uri, folders, addresses))
    const ended: EndedInsert = {state: error === null ? 'written' : 'cleaned', number, executionId, keys, scannedBytes}
    if (error !== null) await deleteObjects(keys, request)
    await steps.note(step, ended)
    if (error === null) return ended
    // Our own Ctrl-C may have stopped what an earlier attempt began; what this one began, somebody else stopped.
    const isWanted = mayPass || (wasStopped && noted?.state === 'begun' && number === first)
    if (!isWanted || number - first + 1 === MOST_TRIES) throw error
  }
}

/** What no manifest names would be taken for the end of an INSERT that failed, and deleted. */
function refuseUnnamed(step: string, rows: number, named: readonly string[] | null): void {
  if (rows === 0 || (named !== null && named.length > 0)) return
  throw new SluiceError(
    'PROOF_FAILED',
    `The statement "${step}" has ended well, but ${named === null ? 'there is no list of what it wrote' : 'its list of what it wrote is empty'}.`,
    {
      fix: 'Nothing was deleted or admitted. Athena keeps that list with the results of the workgroup: see that nothing removes it, give this up (sluice ops cancel) and run it anew, or with --engine duckdb.',
      details: {step, rows},
    },
  )
}

/** Takes INSERTs back that should not have been: an attempt that goes on begins them again. */
export async function takeBack(
  inserts: readonly Insert[],
  ended: readonly EndedInsert[],
  request: LoadRequest,
): Promise<void> {
  for (const [index, one] of ended.entries()) {
    await deleteObjects(one.keys, request)
    await request.steps.note(inserts[index]!.step, {...one, state: 'cleaned'} satisfies EndedInsert)
  }
}

/** Its length is within Athena's bounds. */
function tokenOf(step: string, number: number, sql: string): string {
  return createHash('sha256')
    .update(JSON.stringify([step, number, sql]))
    .digest('hex')
}

/** What a manifest names is deleted: it must lie where this INSERT was to write. */
function ownKey(uri: string, folders: readonly string[], addresses: Addresses): ObjectKey {
  const key = addresses.prefixOf(uri)
  if (key !== null && folders.includes(folderOf(key))) return key
  throw new SluiceError('PROOF_FAILED', `Athena says that it wrote ${uri}, which is no place of these rows.`, {
    fix: 'Nothing was admitted. Compare the places of the partitions in Glue with the definition: sluice doctor',
    details: {uri},
  })
}

/** Deletes objects as they stand now; what is gone is no fault. */
export async function deleteObjects(keys: readonly ObjectKey[], {target}: Pick<LoadRequest, 'target'>): Promise<void> {
  if (keys.length === 0) return
  const heads = await pMap(keys, (key) => target.head(key), {concurrency: HEADS_AT_ONCE})
  const standing = heads.flatMap((head) => (head === null ? [] : [{key: head.key, etag: head.etag}]))
  const outcomes = await target.deleteBatch(standing)
  const left = outcomes.find(({state}) => state === 'failed' || state === 'changed')
  if (left === undefined) return
  throw new SluiceError('STORE_UNAVAILABLE', `${left.key}, of an INSERT that failed, could not be deleted.`, {
    fix: 'Nothing was admitted. Remove what is in the way, and go on: sluice ops resume',
    details: {key: left.key},
  })
}

function begunOtherwise(step: string): SluiceError {
  return new SluiceError(
    'OPERATION_NOT_RESUMABLE',
    `The statement "${step}" was begun with another text, by another version of sluice.`,
    {fix: 'Resume with the version that began it; or sluice ops cancel, and begin anew.'},
  )
}
