import pMap from 'p-map'
import {compareColumn, disproven} from '../../parquet/compare-columns.js'
import {checkInt96} from '../../parquet/int96.js'
import {lossy, sourceChanged} from '../../parquet/merge-errors.js'
import type {ReadSources} from '../../parquet/source-groups.js'
import type {MergedOutput, MergeRequest, MergeResult} from '../../ports/merge-engine.js'
import {quoteIdentifier} from '../../sql/index.js'
import {deleteObjects, LONGEST_STATEMENT, runInsert} from './inserts.js'
import {athenaColumns, unfit, type AthenaColumns} from './merge-columns.js'
import {factsSql, keptSql, readColumnOf, readFacts, type AthenaFacts} from './merge-facts.js'
import {openStored, readStoredSources} from './merge-footers.js'
import {MergeTables, type MergeTableParts} from './merge-tables.js'
import type {StatementRunner, StatementWriter} from './ports.js'
import {foundOutputs, isChangelog, type FoundOutput} from './merge-outputs.js'

export interface MergeParts extends MergeTableParts {
  readonly statements: StatementRunner
  readonly writer: StatementWriter
}

const HEADS_AT_ONCE = 16
/** What Athena reads of the codecs that sources may have; others become snappy. */
const KEPT_CODECS: ReadonlySet<string> = new Set(['SNAPPY', 'ZSTD', 'GZIP'])

/** What was read of the sources before a row was written. */
interface Survey extends AthenaFacts {
  /** Rows that are left out, by run. */
  readonly dropped: Readonly<Record<string, number>>
}

/**
 * Parquet files to few by statements of Athena: one look that counts and hashes the rows of exactly the sources, one
 * INSERT into a place of the merge's own, and a look at what stands there. The INSERT is a step of the journal.
 */
export async function mergeByAthena(request: MergeRequest, parts: MergeParts): Promise<MergeResult> {
  const {sources, store, place, steps, signal, format} = request
  if (format !== 'parquet') throw unfit('it does not carry lines byte for byte.', {table: place.table})
  await checkSources(request)
  const read = await readStoredSources(store, sources, signal)
  const united = athenaColumns(read, request.columns)
  await checkInt96(read, {openFile: async ({source}) => openStored(store, source), finest: 'milliseconds', signal})
  const tables = new MergeTables(place, store, parts)
  try {
    await tables.dropLeft()
    const work = {request, parts, read, united, tables}
    const survey = await surveyOnce(work)
    const {name, folder} = await tables.into(united.columns, codecOf(read))
    const sql = insertSql(work, await openSources(work), name)
    const insert = {step: `merge ${place.name}`, sql, folders: [folder]}
    const ended = await runInsert(insert, {steps, target: store, ...(signal === undefined ? {} : {signal})}, parts)
    const found = await foundOutputs(name, united.columns, work.request, parts)
    await deleteObjects(
      found.outputs.filter(({key}) => !ended.keys.includes(key)).map(({key}) => key),
      {target: store},
    )
    const own = found.outputs.filter(({key}) => ended.keys.includes(key))
    refuseOtherRows(own, survey)
    // What was read between two equal looks is what the plan names.
    await checkSources(request)
    if (own.length >= sources.length)
      throw unfit(`it wrote ${own.length} files of ${sources.length}.`, {table: place.table, files: own.length})
    const {dropped, scannedBytes, ...facts} = survey
    return {
      objects: await mergedObjects(own, united, request),
      facts,
      dropped,
      changes: [],
      scannedBytes: scannedBytes + (ended.scannedBytes ?? 0) + found.scannedBytes,
    }
  } finally {
    await tables.close()
  }
}

interface Work {
  readonly request: MergeRequest
  readonly parts: MergeParts
  readonly read: ReadSources
  readonly united: AthenaColumns
  readonly tables: MergeTables
}

function openSources({request, united, tables}: Work): Promise<string> {
  return tables.over(
    'sources',
    request.sources.map(({key}) => key),
    united.columns,
  )
}

/** An attempt that goes on does not look again: its sources are those that were looked at. */
async function surveyOnce(work: Work): Promise<Survey> {
  const {steps, place} = work.request
  const step = `survey ${place.name}`
  const noted = steps.noted.get(step) as Survey | undefined
  if (noted !== undefined) return noted
  const checkedBytes = await checkMicros(work)
  const survey = await surveySources(work)
  const whole = {...survey, scannedBytes: survey.scannedBytes + checkedBytes}
  await steps.note(step, whole)
  return whole
}

/** Athena cuts times to milliseconds in silence: where files hold finer ones, they are read as numbers first. */
async function checkMicros({request, parts, read, united, tables}: Work): Promise<number> {
  let scannedBytes = 0
  for (const [group, names] of united.micros.entries()) {
    if (names.length === 0) continue
    const keys = read.files.filter((file) => file.group === group).map(({source}) => source.key)
    const columns = names.map((name) => ({name, type: 'bigint'}))
    const table = await tables.over(`times${group}`, keys, columns)
    const counts = names.map((name) => `count_if(${quoteIdentifier(name)} % 1000 <> 0)`)
    const sql = `SELECT ${counts.join(', ')} FROM ${quoteIdentifier(table)}`
    const {rows, statistics} = await parts.statements.run(sql, {signal: request.signal, isRepeatable: true})
    scannedBytes += statistics.scannedBytes
    for await (const row of rows) {
      const odd = names.findIndex((_, index) => row[index] !== '0')
      if (odd !== -1)
        throw lossy(keys[0]!, names[odd]!, `${row[odd]} times are finer than the milliseconds that Athena reads`)
    }
  }
  return scannedBytes
}

async function surveySources(work: Work): Promise<Survey> {
  const {request, parts, read, united} = work
  const table = quoteIdentifier(await openSources(work))
  const runs = droppedRunsOf(work)
  const sql = factsSql(united.columns, `${table}${keptSql(runs)}`)
  refuseLong(sql, request)
  const look = {signal: request.signal, isRepeatable: true}
  const {rows, statistics} = await parts.statements.run(sql, look)
  let facts = null
  for await (const row of rows) facts = readFacts(row, united.columns)
  if (facts === null) throw disproven('Athena gave no answer about the sources.', {table: request.place.table})
  const left = await countDropped(table, runs, work)
  const kept = facts.rows + Object.values(left.dropped).reduce((sum, count) => sum + count, 0)
  if (kept !== read.rows)
    throw disproven(`The sources hold ${read.rows} rows by their footers, ${kept} were read.`, {
      expected: read.rows,
      read: kept,
    })
  // Footers tell of all rows, not of those that are kept.
  if (Object.keys(left.dropped).length === 0)
    for (const [index, known] of united.facts.entries()) compareColumn(known, [readColumnOf(facts.columns[index]!)])
  return {...facts, dropped: left.dropped, scannedBytes: statistics.scannedBytes + left.scannedBytes}
}

function droppedRunsOf({request, united}: Work): readonly string[] {
  return united.columns.some(({name}) => name === '_source') ? request.droppedRuns : []
}

async function countDropped(
  table: string,
  runs: readonly string[],
  {request, parts}: Work,
): Promise<Pick<Survey, 'dropped' | 'scannedBytes'>> {
  if (runs.length === 0) return {dropped: {}, scannedBytes: 0}
  const sql = `SELECT "_source", count(*) FROM ${table} WHERE NOT coalesce(${keptSql(runs).replace(' WHERE ', '')}, false) GROUP BY 1`
  const {rows, statistics} = await parts.statements.run(sql, {signal: request.signal, isRepeatable: true})
  const dropped: Record<string, number> = {}
  for await (const [run, count] of rows) dropped[run ?? ''] = Number(count)
  return {dropped, scannedBytes: statistics.scannedBytes}
}

function insertSql(work: Work, from: string, into: string): string {
  const names = work.united.columns.map(({name}) => quoteIdentifier(name)).join(', ')
  const sql = `INSERT INTO ${quoteIdentifier(into)} (${names}) SELECT ${names} FROM ${quoteIdentifier(from)}${keptSql(droppedRunsOf(work))}`
  refuseLong(sql, work.request)
  return sql
}

function refuseLong(sql: string, {place}: MergeRequest): void {
  if (Buffer.byteLength(sql) >= LONGEST_STATEMENT)
    throw unfit('its statement would be longer than Athena takes.', {table: place.table})
}

/** One codec everywhere is kept. */
function codecOf({codecs}: ReadSources): string {
  const [codec = ''] = codecs
  return codecs.size === 1 && KEPT_CODECS.has(codec) ? codec : 'SNAPPY'
}

/** Throws `MERGE_SOURCE_CHANGED` for a source that has other bytes, or none. */
async function checkSources({store, sources, signal}: MergeRequest): Promise<void> {
  await pMap(
    sources,
    async ({key, etag}) => {
      signal?.throwIfAborted()
      const head = await store.head(key)
      if (head?.etag !== etag) throw sourceChanged(key, head === null)
    },
    {concurrency: HEADS_AT_ONCE},
  )
}

function refuseOtherRows(outputs: readonly FoundOutput[], {rows}: Survey): void {
  const found = outputs.reduce((sum, output) => sum + output.rows, 0)
  if (found === rows) return
  throw disproven(`The outputs hold ${found} rows, the sources ${rows}.`, {rows: found, expected: rows})
}

async function mergedObjects(
  outputs: readonly FoundOutput[],
  {schema, columns}: AthenaColumns,
  {store, keyOf}: MergeRequest,
): Promise<MergedOutput[]> {
  return pMap(
    [...outputs].sort((left, right) => (left.key < right.key ? -1 : 1)),
    async ({key, rows, runs}, n) => {
      const head = await store.head(key)
      if (head === null) throw disproven(`${key} is gone.`, {key})
      const {etag, sizeBytes} = head
      return {key, etag, sizeBytes, rows, runs: isChangelog(columns) ? runs : {}, wanted: keyOf(n, schema)}
    },
    {concurrency: HEADS_AT_ONCE},
  )
}
