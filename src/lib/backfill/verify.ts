import {activeRuns, listRunRecords, type RunRecord} from '../changelog/index.js'
import {hasCode, SluiceError} from '../errors.js'
import {listGenerations, type StoredGeneration} from '../generations/index.js'
import type {LakeDefinition} from '../lake/index.js'
import type {TableMapping} from '../mapping/index.js'
import {readOperation, type OperationPorts} from '../operation/index.js'
import type {QueryEngine} from '../ports/query-engine.js'
import {runRecords, type StagedLoad, type StagedSource} from './load-record.js'
import type {LoadWork, SourceWork} from './load-work.js'
import {check, counted, figure, stateOf, type Check} from './verify-check.js'
import type {VerifiedRun, VerifyResult} from './verify-result.js'
import {checkSamples, sampledFiles, sampleQuarantine} from './verify-samples.js'
import {readExport, readQuarantine, type ReadExport} from './verify-source.js'
import {checkObjects, checkRecord, checkRows, type StoredRows} from './verify-stored.js'
import {checkChain, checkKeys, visibleRows} from './verify-table.js'

export interface VerifyRequest {
  readonly table: string
  /** Lines to compare field by field, a run. */
  readonly samples: number
  readonly asOf: Date
  /** Of sluice. */
  readonly version: string
}

export interface VerifyPorts {
  readonly operation: OperationPorts
  readonly query: QueryEngine
  readonly signal: AbortSignal
}

/** A run with the journal that made it. */
interface JournalledRun {
  readonly record: RunRecord
  readonly expected: RunRecord
  readonly work: LoadWork
  readonly source: SourceWork
  readonly staged: StagedSource
}

/** Proves the admitted runs of a table anew, from the files of their exports to what readers see. */
export async function verifyTable(
  request: VerifyRequest,
  definition: LakeDefinition,
  ports: VerifyPorts,
): Promise<VerifyResult> {
  const {clock, host, store} = ports.operation
  const checkedAt = clock.now().toISOString()
  const records = activeRuns(await listRunRecords(store, request.table)).map(({record}) => record)
  if (records.length === 0) {
    throw new SluiceError('EXPORT_NOT_LOADED', `Table ${request.table} holds no admitted load.`, {
      fix: 'sluice backfill status',
    })
  }
  const found: (JournalledRun | RunRecord)[] = []
  for (const record of records) found.push((await journalOf(record, ports.operation)) ?? record)
  // Key and partition are the same in all runs that stand.
  const mapping = found.filter(isJournalled).at(-1)?.work.mapping ?? null
  const visible =
    mapping === null
      ? null
      : await visibleRows(
          mapping,
          records.map(({run}) => run),
          ports,
        )
  const look: RunLook = {
    samples: request.samples,
    encryption: wantedEncryption(definition),
    generations: await listGenerations(store, request.table),
  }
  const runs: VerifiedRun[] = []
  for (const one of found) {
    const seen = isJournalled(one) ? (visible?.get(one.record.run) ?? null) : null
    runs.push(isJournalled(one) ? await verifyRun(one, seen, look, ports) : lost(one))
  }
  const checks = await tableChecks(mapping, records, ports)
  return {
    lake: definition.lake,
    environment: definition.environment.name,
    table: request.table,
    asOf: request.asOf.toISOString(),
    checkedAt,
    checkedBy: {user: host.identity.user, host: host.identity.host, version: request.version},
    state: stateOf([...runs.flatMap((run) => run.checks), ...checks]),
    runs,
    checks,
  }
}

/** Null where no journal tells of the run. */
async function journalOf(record: RunRecord, ports: OperationPorts): Promise<JournalledRun | null> {
  try {
    const {units, unitRecords} = await readOperation(ports.store, record.operation)
    const unit = units[0]!
    const work = unit.work as LoadWork
    const load = (unitRecords.get(unit.key)?.staged ?? null) as StagedLoad | null
    const index = load?.sources.findIndex(({run}) => run === record.run) ?? -1
    if (load === null || index === -1) return null
    const expected = runRecords(work, load, record.order, ports)[index]!
    return {record, expected, work, source: work.sources[index]!, staged: load.sources[index]!}
  } catch (error) {
    if (!hasCode(error, 'OPERATION_UNKNOWN')) throw error
    return null
  }
}

function isJournalled(run: JournalledRun | RunRecord): run is JournalledRun {
  return 'record' in run
}

/** What is asked of every run. */
interface RunLook {
  readonly samples: number
  /** Of its objects; null: whatever it is. */
  readonly encryption: string | null
  /** What objects of the table were merged to. */
  readonly generations: readonly StoredGeneration[]
}

function wantedEncryption({environment}: LakeDefinition): string | null {
  return environment.backend === 'local' || environment.encryption === 'bucket-default' ? null : environment.encryption
}

async function verifyRun(
  run: JournalledRun,
  visible: number | null,
  {samples, encryption, generations}: RunLook,
  ports: VerifyPorts,
): Promise<VerifiedRun> {
  const {record, expected, work, source, staged} = run
  const objects = await checkObjects(staged, {generations, encryption}, ports.operation)
  const stored = [checkRecord(record, expected), objects]
  const rows: StoredRows = {work, source, staged, visible: seenOnce(visible, record.run, generations), generations}
  stored.push(await timed(run, ports, () => checkRows(rows, ports.operation, ports.signal)))
  const read = await readSource(run, samples, ports)
  const isDoubled = generations.some(({state}) => state === 'doubled')
  const compared = await checkSamples({work, source, run: record.run, lines: read.lines, isDoubled}, ports)
  return {
    ...factsOf(record),
    uri: source.export.uri,
    exportArn: read.facts?.exportArn ?? null,
    tableArn: read.facts?.tableArn ?? null,
    items: source.export.itemCount,
    files: source.files.length,
    isSummaryIntact: source.export.isSummaryIntact,
    sampled: sampledFiles(read.lines ?? []),
    checks: [...stored, read.check, compared],
  }
}

/** Rows that stand in merged files and in what these were merged to are counted once, as `current` counts them. */
function seenOnce(visible: number | null, run: string, generations: readonly StoredGeneration[]): number | null {
  if (visible === null) return null
  const doubled = generations.filter(({state}) => state === 'doubled').flatMap(({generation}) => generation.outputs)
  return visible - doubled.reduce((sum, {runs}) => sum + (runs[run] ?? 0), 0)
}

/** Reading a million rows back takes a while. */
async function timed(
  {staged, record}: JournalledRun,
  {operation}: VerifyPorts,
  act: () => Promise<Check>,
): Promise<Check> {
  const {report, clock} = operation
  const startMs = clock.monotonicMs()
  report({kind: 'phase', phase: 'verify', unit: `rows of ${record.run}`, total: staged.rows})
  const result = await act()
  const text = `${counted(staged.rows, 'row')} of run ${record.run}`
  report({kind: 'done', phase: 'verify', text, durationMs: clock.monotonicMs() - startMs})
  return result
}

async function readSource({source, work}: JournalledRun, samples: number, ports: VerifyPorts): Promise<ReadExport> {
  const {report, clock} = ports.operation
  const startMs = clock.monotonicMs()
  if (source.kind === 'quarantine') {
    const objects = await readQuarantine(source, ports.operation)
    const lines = objects.state === 'pass' ? await sampleQuarantine(work.table, source, samples, ports) : null
    return {check: objects, lines, facts: null}
  }
  const read = await readExport(source, samples, ports)
  const text = `${figure(read.check.counts['lines'] ?? 0)} lines of export ${source.export.exportId}`
  report({kind: 'done', phase: 'read', text, durationMs: clock.monotonicMs() - startMs})
  return read
}

function factsOf(record: RunRecord) {
  const {run, operation, kind, exportFrom, exportTime, admittedAt, objects, sizeBytes, objectsSha256, mapping} = record
  const isPart = record.filter !== null
  return {
    ...{run, operation, kind, export: record.load, exportFrom, exportTime, admittedAt},
    ...{isPart, objects, sizeBytes, objectsSha256, mapping},
  }
}

/** A run whose journal is gone, or is another's: its rows count, and nothing tells what was proven. */
function lost(record: RunRecord): VerifiedRun {
  const text = `no journal of operation ${record.operation} tells of this run`
  return {
    ...factsOf(record),
    ...{uri: null, exportArn: null, tableArn: null, items: null, files: null, isSummaryIntact: true, sampled: []},
    checks: [check('record', 'fail', text)],
  }
}

async function tableChecks(
  mapping: TableMapping | null,
  records: readonly RunRecord[],
  ports: VerifyPorts,
): Promise<Check[]> {
  const keys = mapping === null ? null : await checkKeys(mapping, records, ports)
  return [...(keys === null ? [] : [keys]), checkChain(records)]
}
