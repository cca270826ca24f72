import {activeRuns, listRunRecords, nextRunKey, standingFloor, type StoredRunRecord} from '../changelog/index.js'
import {SluiceError} from '../errors.js'
import {findTable, mappingHash, mappingOf, type LakeDefinition, type TableDefinition} from '../lake/index.js'
import {CURABLE_REASONS} from '../mapping/index.js'
import {readOperation} from '../operation/index.js'
import {estimateLoad, loadHeader, type LoadPlan, type PlannedExport, type PlanPorts} from './load-plan.js'
import type {StagedLoad, StagedSource} from './load-record.js'
import type {LoadWork, SourceWork} from './load-work.js'
import {refuseReshaped} from './refuse-reshaped.js'

/** A run of the operation, and what it set aside. */
interface AsideSource {
  readonly run: StoredRunRecord
  readonly source: SourceWork
  readonly staged: StagedSource
  /** Lines that another mapping may read. */
  readonly lines: number
}

/**
 * Plans to read again what a load set aside, under the mapping as it is now: the rows count as those of the load, at
 * its place in time. Throws `OPERATION_UNKNOWN`, `EXPORT_NOT_LOADED`, `USAGE` for an operation that is no load of
 * exports, and what reshaped tables throw.
 */
export async function planReload(operation: string, definition: LakeDefinition, ports: PlanPorts): Promise<LoadPlan> {
  const {work, staged} = await standingLoad(operation, ports)
  const table = findTable(definition, work.table)
  const [mapping, hash] = [mappingOf(table), mappingHash(table)]
  const runs = await listRunRecords(ports.store, table.name)
  const aside = asideSources(work, staged, runs, operation)
  const planned = aside.map((one) => plannedReload(one, hash, runs))
  const wanted = aside.filter((_, index) => planned[index]!.loadedAs === null)
  if (wanted.length > 0) await refuseReshaped(mapping, hash, runs, ports)
  const runKey = await nextRunKey(ports.store, table.name, `quarantine-${operation}`)
  const sources = wanted.map((one) => reloadWork(one, planned[aside.indexOf(one)]!))
  const unit = {
    key: `read again what ${operation} set aside`,
    reads: [
      {in: 'lake' as const, uri: null, key: runKey, etag: null},
      ...sources.flatMap(({files}) => files.map(({key, etag}) => ({in: 'lake' as const, uri: null, key, etag}))),
    ],
    work: {...workOf(table, runKey), mapping, mappingHash: hash, sources},
  }
  return {
    plan: {
      header: loadHeader(
        table,
        estimateLoad(
          sources.map(({files}) => ({files, sizeBytes: files.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0)})),
          definition.environment,
        ),
        definition,
        ports,
      ),
      units: sources.length === 0 ? [] : [unit],
    },
    exports: planned,
    unfinished: [],
    table,
    chain: {gaps: [], overlaps: []},
    filter: null,
    reloads: operation,
    floorBefore: standingFloor(runs),
    runs,
    hasBase: true,
  }
}

function workOf(table: TableDefinition, runKey: string): Omit<LoadWork, 'mapping' | 'mappingHash' | 'sources'> {
  return {
    table: table.name,
    filter: null,
    where: null,
    allowUnreadable: 0,
    maxVanished: table.max_vanished,
    runKey,
    gaps: [],
  }
}

async function standingLoad(
  operation: string,
  ports: Pick<PlanPorts, 'store'>,
): Promise<{work: LoadWork; staged: StagedLoad}> {
  const record = await readOperation(ports.store, operation)
  if (record.header.kind !== 'backfill.load')
    throw new SluiceError('USAGE', `Operation ${operation} is no load.`, {fix: 'sluice backfill status'})
  const unit = record.units[0]!
  const work = unit.work as LoadWork
  const base = work.sources[0]!.reloads
  if (base !== null) {
    throw new SluiceError('USAGE', `Operation ${operation} read again what another load set aside.`, {
      fix: `Name that one: --from-quarantine ${base.split('.')[0]}`,
    })
  }
  if (record.state !== 'done') {
    throw new SluiceError('EXPORT_NOT_LOADED', `Operation ${operation} is ${record.state}: none of its rows count.`, {
      fix: `sluice ops show ${operation}`,
    })
  }
  return {work, staged: record.unitRecords.get(unit.key)!.staged as StagedLoad}
}

/** The sources whose lines still wait. Throws `EXPORT_NOT_LOADED` when the operation's runs do not count any more. */
function asideSources(
  work: LoadWork,
  staged: StagedLoad,
  runs: readonly StoredRunRecord[],
  operation: string,
): AsideSource[] {
  const active = activeRuns(runs)
  const sources = work.sources.flatMap((source, index): AsideSource[] => {
    const own = staged.sources[index]!
    const run = active.find(({record}) => record.run === own.run)
    const lines = own.problems
      .filter(({reason}) => CURABLE_REASONS.includes(reason))
      .reduce((sum, {rows}) => sum + rows, 0)
    return run === undefined ? [] : [{run, source, staged: own, lines}]
  })
  if (sources.length === 0) {
    throw new SluiceError('EXPORT_NOT_LOADED', `No run of ${operation} counts any more: it was replaced.`, {
      fix: 'sluice backfill status',
    })
  }
  const waiting = sources.filter(({lines}) => lines > 0)
  if (waiting.length > 0) return waiting
  throw new SluiceError('USAGE', `Operation ${operation} set no item aside that another mapping could read.`, {
    fix: `sluice query "SELECT * FROM ${work.table}__quarantine LIMIT 20"`,
  })
}

function plannedReload(
  {run, source, staged, lines}: AsideSource,
  hash: string,
  runs: readonly StoredRunRecord[],
): PlannedExport {
  const reloads = runs.filter(({record}) => record.reloads === run.record.run)
  const active = activeRuns(reloads.concat(run))
  // Under its own mapping a load would set the same lines aside again.
  const loadedAs =
    run.record.mapping === hash ? run : (active.find((one) => one !== run && one.record.mapping === hash) ?? null)
  const files = quarantineFiles(staged, lines)
  return {
    export: {
      ...source.export,
      uri: `lines that ${run.record.run} set aside`,
      kind: source.kind === 'incremental' ? 'incremental' : 'full',
      format: 'json',
      view: null,
      tableArn: '',
      itemCount: lines,
      sizeBytes: files.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0),
      rebasedFrom: null,
      files: files.map((file) => ({...file, format: 'json' as const})),
    },
    loadedAs,
    supersedes: loadedAs === null ? reloads : [],
  }
}

function quarantineFiles({quarantine}: StagedSource, lines: number): SourceWork['files'] {
  return quarantine.objects.map(({key, etag, sizeBytes}) => ({
    key,
    etag,
    sizeBytes,
    itemCount: lines,
    format: 'quarantine' as const,
  }))
}

function reloadWork({run, source, staged, lines}: AsideSource, {supersedes}: PlannedExport): SourceWork {
  return {
    ...source,
    kind: 'quarantine',
    export: {...source.export, itemCount: lines},
    files: quarantineFiles(staged, lines),
    // The row that was set aside may lie in another partition than the one that is read now.
    broadcasts: 'all',
    setsFloor: false,
    supersedes: supersedes.map(({record}) => record.run),
    reloads: run.record.run,
  }
}
