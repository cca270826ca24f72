import pMap from 'p-map'
import {hasCode, type SluiceError} from '../../errors.js'
import {disproven} from '../../parquet/compare-columns.js'
import {checkInt96} from '../../parquet/int96.js'
import {checkSources} from '../../parquet/check-sources.js'
import {rootElements} from '../../parquet/schema-elements.js'
import type {ReadSources} from '../../parquet/source-groups.js'
import type {MergedOutput, MergeRequest, MergeResult, StorageChange} from '../../ports/merge-engine.js'
import {quoteIdentifier} from '../../sql/index.js'
import {deleteObjects, runInsert} from './inserts.js'
import {athenaColumns, unfit, type AthenaColumns} from './merge-columns.js'
import {keptSql} from './merge-facts.js'
import {openStored, readStoredSources} from './merge-footers.js'
import {foundOutputs, isChangelog, type FoundOutput} from './merge-outputs.js'
import {
  droppedRunsOf,
  openSources,
  refuseLong,
  surveyOnce,
  type MergeParts,
  type Survey,
  type Work,
} from './merge-survey.js'
import {MergeTables} from './merge-tables.js'
import {puttingAway} from './put-away.js'

const HEADS_AT_ONCE = 16
/** What Athena reads of the codecs that sources may have; others become snappy. */
const KEPT_CODECS: ReadonlySet<string> = new Set(['SNAPPY', 'ZSTD', 'GZIP'])

/**
 * Parquet files to few by statements of Athena: one look that counts and hashes the rows of exactly the sources, one
 * INSERT into a place of the merge's own, and a look at what stands there. The INSERT is a step of the journal.
 */
export async function mergeByAthena(request: MergeRequest, parts: MergeParts): Promise<MergeResult> {
  const {sources, store, place, signal, format} = request
  if (format !== 'parquet') throw unfit('it does not carry lines byte for byte.', {table: place.table})
  const fault = await parts.writePlace.fault()
  if (fault !== null) throw unfit(fault.text, {table: place.table})
  await checkSources(request)
  const read = await readStoredSources(store, sources, signal)
  const united = athenaColumns(read, request.columns)
  await checkInt96(read, {openFile: async ({source}) => openStored(store, source), finest: 'milliseconds', signal})
  const tables = new MergeTables(place, store, parts)
  const work = {request, parts, read, united, tables}
  return puttingAway(
    () => mergeReadable(work),
    () => tables.close(),
    signal,
  )
}

async function mergeReadable(work: Work): Promise<MergeResult> {
  const {request, tables} = work
  try {
    await tables.dropLeft()
    return await mergeSources(work)
  } catch (error) {
    if (!isAboutObjects(error)) throw error
    // What is gone by now cannot be read either.
    await checkSources(request)
    if (error.details?.['gone'] === true) throw error
    throw unfit(
      `it cannot read the files as they are (${String(error.details?.['kind'])}).`,
      {table: request.place.table},
      error,
    )
  }
}

/** Errors of Athena's reader of objects. */
function isAboutObjects(error: unknown): error is SluiceError {
  return hasCode(error, 'QUERY_FAILED', 'QUERY_INVALID') && /^(HIVE|PARQUET)_/.test(String(error.details?.['kind']))
}

async function mergeSources(work: Work): Promise<MergeResult> {
  const {request, parts, read, united, tables} = work
  const {store, place, steps, signal} = request
  const survey = await surveyOnce(work)
  const {name, folder} = await tables.into(united.columns, codecOf(read))
  const sql = insertSql(work, await openSources(work), name)
  const insert = {step: `merge ${place.name}`, sql, rows: survey.rows, folders: [folder]}
  const ended = await runInsert(insert, {steps, target: store, ...(signal === undefined ? {} : {signal})}, parts)
  const found = await foundOutputs(name, united.columns, request, parts)
  const isOwn = ({key}: FoundOutput): boolean => ended.keys.includes(key)
  // An object that the INSERT has not named is the late end of one that failed.
  const strange = found.outputs.filter((output) => !isOwn(output)).map(({key}) => key)
  await deleteObjects(strange, {target: store})
  const own = found.outputs.filter(isOwn)
  refuseOtherRows(own, survey)
  // What was read between two equal looks is what the plan names.
  await checkSources(request)
  const {dropped, scannedBytes, ...facts} = survey
  return {
    objects: await mergedObjects(own, united, request),
    facts,
    dropped,
    changes: timeChanges(read),
    scannedBytes: scannedBytes + (ended.scannedBytes ?? 0) + found.scannedBytes,
  }
}

/** Athena writes every time as INT96, which tells of an instant. */
function timeChanges({groups}: ReadSources): StorageChange[] {
  const columns = groups.flatMap(({elements}) =>
    rootElements(elements).filter(
      ({element}) => element.logical?.name === 'timestamp' || /^TIMESTAMP_/.test(element.converted ?? ''),
    ),
  )
  return [...new Set(columns.map(({element}) => element.name))].map((column) => ({column, from: 'INT64', to: 'INT96'}))
}

function insertSql(work: Work, from: string, into: string): string {
  const names = work.united.columns.map(({name}) => quoteIdentifier(name)).join(', ')
  const sql = `INSERT INTO ${quoteIdentifier(into)} (${names}) SELECT ${names} FROM ${quoteIdentifier(from)}${keptSql(droppedRunsOf(work))}`
  refuseLong(sql, work.request)
  return sql
}

/** One codec everywhere is kept. */
function codecOf({codecs}: ReadSources): string {
  const [codec = ''] = codecs
  return codecs.size === 1 && KEPT_CODECS.has(codec) ? codec : 'SNAPPY'
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
