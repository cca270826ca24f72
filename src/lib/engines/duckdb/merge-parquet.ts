import {mkdir, rm, stat} from 'node:fs/promises'
import path from 'node:path'
import {SluiceError} from '../../errors.js'
import type {MergeRequest} from '../../ports/merge-engine.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'
import {fileList, localFiles} from './local-files.js'
import {hashedColumns, rowHash} from './merge-cast.js'
import {mergeColumns, type MergedColumns} from './merge-columns.js'
import {carriedEntries} from './merge-entries.js'
import {explainFailure} from './merge-failure.js'
import type {ReadSources} from '../../parquet/source-groups.js'
import {readSources} from './merge-sources.js'
import {checkInt96} from '../../parquet/int96.js'
import {openLocal} from './merge-int96.js'
import {havePlaces, rowsSql} from './merge-rows.js'
import {sliceFiles, type FileSlice} from './merge-slices.js'
import {storageChanges} from './merge-changes.js'
import {tapped, tapSql} from './merge-tap.js'
import type {MergedFiles, MergeWork, WrittenOutput} from './merge-work.js'
import type {DuckDbSession} from './session.js'
import type {SessionPool} from './session-pool.js'

/** DuckDB's own. */
const MOST_GROUP_ROWS = 122_880
const GROUP_ROWS_STEP = 2048
/** A row group is held uncompressed and once more while it is encoded; the rest of the memory is for reading. */
const GROUP_MEMORY_SHARE = 1 / 8
/** Rows of narrow columns still take a vector's place each. */
const LEAST_COLUMN_BYTES = 16
/** What Athena reads of the codecs that sources may have; others become snappy. */
const KEPT_CODECS: Readonly<Record<string, string>> = {SNAPPY: 'snappy', ZSTD: 'zstd', GZIP: 'gzip'}
/** Columns by which a change log is known. */
const CHANGELOG_COLUMNS = ['_op', '_version', '_source']

/** Everything that outputs of one merge have in common. */
interface Plan {
  readonly read: ReadSources
  readonly columns: MergedColumns
  readonly names: readonly string[]
  readonly isChangelog: boolean
  readonly droppedRuns: readonly string[]
  readonly copyOptions: string
  readonly folder: string
}

/** Parquet files to few, each row read once; see the port. */
export async function mergeParquet({pool, request, folder, signal}: MergeWork): Promise<MergedFiles> {
  const plan = await planOf(pool, request, folder, signal)
  const cuts = havePlaces(plan.names) ? request.outputs : 1
  const outputs = await pool.all(
    sliceFiles(plan.read.files, cuts),
    (session, slices, index, stop) => writeOutput(session, plan, slices, {index, signal: stop}),
    signal,
  )
  const dropped: Record<string, number> = {}
  for (const output of outputs) {
    for (const [run, rows] of Object.entries(output.dropped)) dropped[run] = (dropped[run] ?? 0) + rows
  }
  const isWhole = Object.keys(dropped).length === 0
  return {
    schema: plan.columns.schema,
    outputs: outputs.filter(({rows}) => rows > 0),
    dropped,
    columns: plan.columns.facts.map((facts) => (isWhole ? facts : {name: facts.name, type: facts.type})),
    changes: storageChanges(plan.read.groups, plan.names),
  }
}

/** Holds a database for the columns alone: others merge while footers are read. */
async function planOf(pool: SessionPool, request: MergeRequest, folder: string, signal?: AbortSignal): Promise<Plan> {
  await mkdir(folder, {recursive: true})
  const files = await localFiles(request.store, request.sources, folder)
  const read = await readSources(request.sources, files, signal)
  const {columns, rowGroupRows} = await pool.run(async (session) => {
    const united = await mergeColumns(session, read, request.columns, signal)
    return {columns: united, rowGroupRows: groupRows(session, read, united.fields.length)}
  })
  await checkInt96(read, {openFile: openLocal, finest: 'microseconds', signal})
  const names = columns.fields.map(({name}) => name)
  const entries = carriedEntries(read, columns)
  const options = [
    'FORMAT parquet',
    `COMPRESSION ${codecOf(read)}`,
    `ROW_GROUP_SIZE ${rowGroupRows}`,
    `KV_METADATA {${[...entries].map(([name, value]) => `${quoteIdentifier(name)}: ${quoteText(value)}`).join(', ')}}`,
    ...(columns.fieldIds === null ? [] : [`FIELD_IDS ${columns.fieldIds}`]),
  ]
  const isChangelog = CHANGELOG_COLUMNS.every((name) => names.includes(name))
  const droppedRuns = names.includes('_source') ? request.droppedRuns : []
  return {read, columns, names, isChangelog, droppedRuns, copyOptions: options.join(', '), folder}
}

/** One codec everywhere is kept. */
function codecOf({codecs}: ReadSources): string {
  const [codec] = codecs
  return codecs.size === 1 ? (KEPT_CODECS[codec!] ?? 'snappy') : 'snappy'
}

/** As many rows as fit a part of the memory, at most DuckDB's own number. */
function groupRows(session: DuckDbSession, {rows, uncompressedBytes}: ReadSources, columns: number): number {
  const rowBytes = Math.max(columns * LEAST_COLUMN_BYTES, rows === 0 ? 0 : uncompressedBytes / rows)
  const fitting = Math.floor((session.options.memoryLimitBytes * GROUP_MEMORY_SHARE) / rowBytes)
  const steps = Math.floor(Math.min(MOST_GROUP_ROWS, fitting) / GROUP_ROWS_STEP)
  return Math.max(1, steps) * GROUP_ROWS_STEP
}

async function writeOutput(
  session: DuckDbSession,
  plan: Plan,
  slices: readonly FileSlice[],
  {index, signal}: {readonly index: number; readonly signal: AbortSignal},
): Promise<WrittenOutput> {
  const {columns, names, droppedRuns, copyOptions} = plan
  const file = path.join(plan.folder, `output-${index}.parquet`)
  const rows = rowsSql(slices, {selects: columns.selects, names, droppedRuns})
  const seen = `SELECT ${rows.columns.join(', ')}, ${tapSql(rowHash(hashedColumns(columns.fields)))} AS _sluice_seen FROM (${rows.sql})`
  const ordered = rows.order === null ? '' : ` ORDER BY ${rows.order}`
  const copy = `COPY (SELECT ${columns.written.join(', ')} FROM (${seen}) WHERE _sluice_seen = 1${ordered}) TO ${quoteText(file)} (${copyOptions})`
  try {
    const counted = await tapped(session, () => session.execute([copy], signal))
    const dropped = await droppedRows(session, plan, slices, signal)
    refuseMissingRows(slices, counted.rows, dropped)
    const runs = plan.isChangelog ? await runsOf(session, file, signal) : {}
    return {file, sizeBytes: (await stat(file)).size, ...counted, runs, dropped}
  } catch (error) {
    await rm(file, {force: true})
    throw await explainFailure(session, error, {slices, selects: columns.selects, names, signal})
  }
}

/** Rows that were left out, by run; a pass over one column. */
async function droppedRows(
  session: DuckDbSession,
  {columns, names, droppedRuns}: Plan,
  slices: readonly FileSlice[],
  signal: AbortSignal,
): Promise<Record<string, number>> {
  if (droppedRuns.length === 0) return {}
  const {sql} = rowsSql(slices, {selects: columns.selects, names, droppedRuns: []})
  const runs = droppedRuns.map(quoteText).join(', ')
  return countsOf(
    await session.rows(
      `SELECT _source AS run, count(*) AS rows FROM (${sql}) WHERE _source IN (${runs}) GROUP BY 1`,
      signal,
    ),
  )
}

async function runsOf(session: DuckDbSession, file: string, signal: AbortSignal): Promise<Record<string, number>> {
  const from = `read_parquet(${fileList([file])}, hive_partitioning = false)`
  return countsOf(
    await session.rows(
      `SELECT coalesce(_source, '') AS run, count(*) AS rows FROM ${from} GROUP BY 1 ORDER BY 1`,
      signal,
    ),
  )
}

function countsOf(rows: readonly Record<string, unknown>[]): Record<string, number> {
  return Object.fromEntries(rows.map((row) => [String(row['run']), Number(row['rows'])]))
}

/** The footers, read by another reader, say how many rows there are. */
function refuseMissingRows(
  slices: readonly FileSlice[],
  kept: number,
  dropped: Readonly<Record<string, number>>,
): void {
  const expected = slices.reduce((sum, {start, end}) => sum + end - start, 0)
  const read = Object.values(dropped).reduce((sum, rows) => sum + rows, kept)
  if (read === expected) return
  throw new SluiceError(
    'PROOF_FAILED',
    `Files from ${slices[0]!.file.source.key} to ${slices.at(-1)!.file.source.key} hold ${expected} rows by their footers, ${read} were read.`,
    {
      fix: 'Nothing was changed. Run the same command again; if it happens twice, check the files.',
      details: {expected, read, first: slices[0]!.file.source.key},
    },
  )
}
