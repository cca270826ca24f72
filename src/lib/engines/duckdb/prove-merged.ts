import {mkdir, rm} from 'node:fs/promises'
import path from 'node:path'
import type {ColumnFacts, MergedObject, MergedRequest} from '../../ports/merge-engine.js'
import {quoteIdentifier} from '../../sql/index.js'
import {fileList, localFile} from './local-files.js'
import {boundSql} from './merge-bounds.js'
import {rowHash} from './merge-cast.js'
import {compareColumn, disproven, type ReadColumn} from '../../parquet/compare-columns.js'
import {isOurs} from '../../parquet/merge-errors.js'
import {digestLines, isGzipName} from './merge-lines.js'
import type {SessionPool} from './session-pool.js'
import type {DuckDbSession} from './session.js'

/** What one output holds, as it is read back. */
interface ReadBack {
  readonly rows: number
  readonly digest: bigint
  /** By column, in the order of the expected ones. */
  readonly columns: readonly ReadColumn[]
}

let proofs = 0

/** Reads outputs back; see the port. */
export async function proveMerged(pool: SessionPool, request: MergedRequest): Promise<number> {
  const {objects, expected, signal} = request
  const number = (proofs += 1)
  const folder = path.join(await pool.spoolFolder(), `proof-${number}`)
  await mkdir(folder, {recursive: true})
  try {
    const read = await pool.all(
      objects,
      (session, object, _, stop) => readObject(session, request, object, {folder, signal: stop}),
      signal,
    )
    const rows = read.reduce((sum, one) => sum + one.rows, 0)
    const digest = read.reduce((sum, one) => sum + one.digest, 0n).toString(16)
    if (rows !== expected.rows)
      throw disproven(`The outputs hold ${rows} rows, the sources ${expected.rows}.`, {rows, expected: expected.rows})
    if (digest !== expected.digest)
      throw disproven('The rows of the outputs are not those of the sources.', {digest, expected: expected.digest})
    for (const [index, facts] of expected.columns.entries()) {
      compareColumn(
        facts,
        read.map(({columns}) => columns[index]!),
      )
    }
    return 0
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

async function readObject(
  session: DuckDbSession,
  {store, format, expected}: MergedRequest,
  object: MergedObject,
  {folder, signal}: {readonly folder: string; readonly signal: AbortSignal},
): Promise<ReadBack> {
  const head = await store.head(object.key)
  if (head === null || head.etag !== object.etag || head.sizeBytes !== object.sizeBytes)
    throw disproven(`${object.key} ${head === null ? 'is gone' : 'is not as it was written'}.`, {key: object.key})
  const file = await localFile(store, object.key, folder)
  try {
    return await (format === 'json'
      ? readLineFile(object, file, signal)
      : readParquetFile(session, object, file, {columns: expected.columns, signal}))
  } catch (error) {
    throw isOurs(error) || signal.aborted
      ? error
      : disproven(`${object.key} cannot be read back.`, {key: object.key}, error)
  } finally {
    if (file !== store.localPath(object.key)) await rm(file, {force: true})
  }
}

async function readLineFile({key, rows}: MergedObject, file: string, signal: AbortSignal): Promise<ReadBack> {
  const {lines, digest} = await digestLines(file, isGzipName(key), signal)
  if (lines !== rows)
    throw disproven(`${key} holds ${lines} lines, ${rows} were written.`, {key, rows: lines, expected: rows})
  return {rows: lines, digest, columns: []}
}

async function readParquetFile(
  session: DuckDbSession,
  {key, rows, runs}: MergedObject,
  file: string,
  {columns, signal}: {readonly columns: readonly ColumnFacts[]; readonly signal: AbortSignal},
): Promise<ReadBack> {
  const from = `read_parquet(${fileList([file])}, hive_partitioning = false)`
  await refuseOtherColumns(session, key, from, columns, signal)
  const [row] = await session.rows(`SELECT ${factsSql(columns)} FROM ${from}`, signal)
  const found = Number(row!['rows'])
  if (found !== rows)
    throw disproven(`${key} holds ${found} rows, ${rows} were written.`, {key, rows: found, expected: rows})
  await refuseOtherRuns(session, key, from, runs, signal)
  return {
    rows: found,
    digest: BigInt(String(row!['digest'] ?? 0)),
    columns: columns.map((_, index) => ({
      nulls: found - Number(row![`count_${index}`] ?? found),
      minimum: integerOf(row![`min_${index}`]),
      maximum: integerOf(row![`max_${index}`]),
    })),
  }
}

/** Only what the sources' footers tell is asked for. */
function factsSql(columns: readonly ColumnFacts[]): string {
  const hash = rowHash(
    columns.map(({name, type}) => ({name, isNested: /[[(]/.test(type.replace(/^DECIMAL\(\d+,\d+\)$/, ''))})),
  )
  const facts = columns.flatMap(({name, type, nulls, min}, index) => {
    const bound = min === undefined ? null : boundSql(name, type)
    return [
      ...(nulls === undefined ? [] : [`count(${quoteIdentifier(name)}) AS count_${index}`]),
      ...(bound === null ? [] : [`min(${bound}) AS min_${index}`, `max(${bound}) AS max_${index}`]),
    ]
  })
  return ['count(*) AS rows', `sum(CAST(${hash} AS HUGEINT)) AS digest`, ...facts].join(', ')
}

/** Numbers of any width, and decimals by their digits. */
function integerOf(value: unknown): bigint | null {
  return value === null || value === undefined ? null : BigInt(String(value).replace('.', ''))
}

async function refuseOtherColumns(
  session: DuckDbSession,
  key: string,
  from: string,
  columns: readonly ColumnFacts[],
  signal: AbortSignal,
): Promise<void> {
  const {names, types} = await session.columnsOf(`SELECT * FROM ${from}`, signal)
  const wanted = await session.columnsOf(
    `SELECT ${columns.map(({name, type}) => `CAST(NULL AS ${type}) AS ${quoteIdentifier(name)}`).join(', ')}`,
    signal,
  )
  const [found, expected] = [{names, types}, wanted].map((one) =>
    one.names.map((name, index) => `${name} ${one.types[index]!.toString()}`),
  )
  const odd = expected!.findIndex((column, index) => found![index] !== column)
  if (odd === -1 && found!.length === expected!.length) return
  throw disproven(`${key} has other columns than were merged${odd === -1 ? '' : `: ${columns[odd]!.name}`}.`, {
    key,
    found,
    expected,
  })
}

async function refuseOtherRuns(
  session: DuckDbSession,
  key: string,
  from: string,
  runs: MergedObject['runs'],
  signal: AbortSignal,
): Promise<void> {
  if (Object.keys(runs).length === 0) return
  const rows = await session.rows(
    `SELECT coalesce(_source, '') AS run, count(*) AS rows FROM ${from} GROUP BY 1`,
    signal,
  )
  const isAsWritten =
    rows.length === Object.keys(runs).length && rows.every((row) => runs[String(row['run'])] === Number(row['rows']))
  if (!isAsWritten) throw disproven(`${key} has other rows of its runs than were written.`, {key})
}
