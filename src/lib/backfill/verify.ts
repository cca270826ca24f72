import pMap from 'p-map'
import {activeRuns, listRunRecords, type RunRecord, type StoredRunRecord} from '../changelog/index.js'
import {hasCode, SluiceError} from '../errors.js'
import {compileRowFunction} from '../mapping/index.js'
import {readOperation, type OperationPorts} from '../operation/index.js'
import type {ObjectStore} from '../ports/object-store.js'
import type {QueryEngine, QueryValue} from '../ports/query-engine.js'
import {quoteIdentifier} from '../sql/index.js'
import {linesOf, runRecords, stagedObjects, type StagedLoad, type StagedSource} from './load-record.js'
import type {LoadWork, SourceWork} from './load-work.js'
import {sampleItems, type SampledItem} from './sample-items.js'

export interface Check {
  readonly name: string
  /** `unknown`: what would be compared could not be reached. */
  readonly state: 'pass' | 'fail' | 'unknown'
  readonly text: string
}

export interface VerifiedRun {
  readonly run: string
  readonly export: string
  readonly checks: readonly Check[]
}

export interface VerifyResult {
  readonly table: string
  readonly asOf: string
  readonly state: 'pass' | 'fail' | 'unknown'
  readonly runs: readonly VerifiedRun[]
}

export interface VerifyRequest {
  readonly table: string
  /** Items to compare field by field, a run. */
  readonly samples: number
  readonly asOf: Date
}

export interface VerifyPorts {
  readonly operation: OperationPorts
  readonly query: QueryEngine
  readonly signal: AbortSignal
}

const HEADS_AT_ONCE = 8

/** Proves the admitted runs of a table anew: journal, objects, counts, placement, and sampled items by the row function. */
export async function verifyTable(request: VerifyRequest, ports: VerifyPorts): Promise<VerifyResult> {
  const runs = activeRuns(await listRunRecords(ports.operation.store, request.table))
  if (runs.length === 0) {
    throw new SluiceError('EXPORT_NOT_LOADED', `Table ${request.table} holds no admitted load.`, {
      fix: 'sluice backfill status',
    })
  }
  const verified: VerifiedRun[] = []
  for (const run of runs) verified.push(await verifyRun(run, request.samples, ports))
  const states = verified.flatMap(({checks}) => checks.map(({state}) => state))
  const state = states.includes('fail') ? 'fail' : states.includes('unknown') ? 'unknown' : 'pass'
  return {table: request.table, asOf: request.asOf.toISOString(), state, runs: verified}
}

async function verifyRun({record}: StoredRunRecord, samples: number, ports: VerifyPorts): Promise<VerifiedRun> {
  const operation = await readOperation(ports.operation.store, record.operation)
  const unit = operation.units[0]!
  const work = unit.work as LoadWork
  const load = operation.unitRecords.get(unit.key)?.staged as StagedLoad
  const index = load.sources.findIndex(({run}) => run === record.run)
  const [source, staged] = [work.sources[index]!, load.sources[index]!]
  const checks = [
    checkRecord(record, runRecords(work, load, ports.operation)[index]!),
    await checkObjects(staged, ports),
    await checkRows(work, source, staged, ports),
    await checkSamples(work, source, staged, samples, ports),
  ]
  return {run: record.run, export: record.load, checks}
}

/** A run record says which rows count: every field of it must be what the journal makes it. */
function checkRecord(record: RunRecord, expected: RunRecord): Check {
  const names = Object.keys({...expected, ...record}) as (keyof RunRecord)[]
  const differs = names.filter(
    (name) => name !== 'admittedAt' && JSON.stringify(record[name]) !== JSON.stringify(expected[name]),
  )
  return {
    name: 'record',
    state: differs.length === 0 ? 'pass' : 'fail',
    text:
      differs.length === 0 ? 'run record and journal agree' : `run record and journal differ in ${differs.join(', ')}`,
  }
}

async function checkObjects(staged: StagedSource, ports: VerifyPorts): Promise<Check> {
  const objects = stagedObjects(staged)
  const heads = await pMap(objects, async ({key, etag}) => ({key, etag, head: await ports.operation.store.head(key)}), {
    concurrency: HEADS_AT_ONCE,
  })
  const bad = heads.filter(({etag, head}) => head?.etag !== etag)
  if (bad.length === 0)
    return {name: 'objects', state: 'pass', text: `${objects.length} objects are the bytes that were proven`}
  return {
    name: 'objects',
    state: 'fail',
    text: `${bad.length} of ${objects.length} objects are gone or changed, first ${bad[0]!.key}`,
  }
}

async function checkRows(work: LoadWork, source: SourceWork, staged: StagedSource, ports: VerifyPorts): Promise<Check> {
  try {
    const found = await ports.operation.parquet.digest({
      store: ports.operation.store,
      objects: [...staged.objects, ...staged.deletes],
      mapping: work.mapping,
      loadDay: source.loadDay,
      signal: ports.signal,
    })
    const {rows, digest} = staged
    const agrees = found.rows === rows && linesOf(staged) === source.export.itemCount && found.digest === digest
    const text = agrees
      ? `${found.rows} rows read back: counts, partitions and digest agree with the manifest`
      : `${found.rows} rows read back, ${rows} were proven, the manifest states ${source.export.itemCount}`
    return {name: 'rows', state: agrees ? 'pass' : 'fail', text}
  } catch (error) {
    if (ports.signal.aborted) throw error
    return {name: 'rows', state: 'fail', text: error instanceof Error ? error.message : String(error)}
  }
}

async function checkSamples(
  work: LoadWork,
  from: SourceWork,
  staged: StagedSource,
  count: number,
  ports: VerifyPorts,
): Promise<Check> {
  const name = 'samples'
  let items: SampledItem[]
  try {
    const source = await ports.operation.openSource(from.export.sourceUri)
    const changed = await firstChanged(source, from.files)
    if (changed !== null) return {name, state: 'unknown', text: `${changed} of the export is not as it was loaded`}
    items = await sampleItems(source, from.files, count)
  } catch (error) {
    if (!hasCode(error, 'OBJECT_NOT_FOUND', 'STORE_UNAVAILABLE')) throw error
    return {name, state: 'unknown', text: `the export is not at ${from.export.uri} any more`}
  }
  const map = compileRowFunction(work.mapping, from.loadDay)
  let compared = 0
  for (const sample of items) {
    const row = map(sample.item)
    // Items that a condition leaves out, or that have no key, gave no row.
    if (row.state !== 'row') continue
    compared += 1
    const difference = await compareReadable(work, staged.run, row.values, ports)
    if (difference !== null) return {name, state: 'fail', text: `${sample.file}, line ${sample.line}: ${difference}`}
  }
  return {
    name,
    state: 'pass',
    text: `${compared} items of the export, mapped by the row function, equal their rows field by field`,
  }
}

/** The first file of the export that is gone or has other bytes than those that were loaded, or null. */
async function firstChanged(source: ObjectStore, files: SourceWork['files']): Promise<string | null> {
  const heads = await pMap(files, async ({key}) => source.head(key), {concurrency: HEADS_AT_ONCE})
  return files.find(({etag}, index) => heads[index]?.etag !== etag)?.key ?? null
}

type Values = Readonly<Record<string, QueryValue>>

/** As `compareRow`; rows that cannot be read are a difference, not the end of the check. */
async function compareReadable(
  work: LoadWork,
  run: string,
  expected: Values,
  ports: VerifyPorts,
): Promise<string | null> {
  try {
    return await compareRow(work, run, expected, ports)
  } catch (error) {
    if (!hasCode(error, 'QUERY_FAILED', 'QUERY_INVALID')) throw error
    return 'its row cannot be read'
  }
}

/** Null when the one row of the key has exactly these values, else what differs (the column, never the value). */
async function compareRow(work: LoadWork, run: string, expected: Values, ports: VerifyPorts): Promise<string | null> {
  const columns = work.mapping.columns.map(({name}) => name)
  const conditions = work.mapping.key.map((name, index) => `CAST(${quoteIdentifier(name)} AS VARCHAR) = $key${index}`)
  const keys = Object.fromEntries(work.mapping.key.map((name, index) => [`key${index}`, String(expected[name])]))
  const result = await ports.query.run({
    sql: `SELECT ${columns.map(quoteIdentifier).join(', ')} FROM ${quoteIdentifier(work.table)} WHERE _source = $run AND ${conditions.join(' AND ')}`,
    parameters: {run, ...keys},
    signal: ports.signal,
  })
  const rows: (readonly QueryValue[])[] = []
  for await (const row of result.rows) rows.push(row)
  if (rows.length !== 1) return `its key has ${rows.length} rows`
  const column = columns.find((name, index) => canonical(rows[0]![index]!) !== canonical(expected[name] ?? null))
  return column === undefined ? null : `column ${column} differs`
}

function canonical(value: QueryValue): string {
  return JSON.stringify(value, (_, entry: unknown) => (typeof entry === 'bigint' ? entry.toString() : entry))
}
