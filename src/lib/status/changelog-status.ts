import {chainShape, linkOf} from '../backfill/index.js'
import {
  currentViewName,
  deletesPrefix,
  deletesTableName,
  quarantineTableName,
  quarantineViewName,
  runsTableName,
  runOfObject,
  tableLocation,
  type StoredRunRecord,
} from '../changelog/index.js'
import {listGenerations} from '../generations/index.js'
import {countingRuns, readRuns, type ReadableRuns} from './run-records.js'
import {aboutTable, lookAtEntry, lookAtPartitions, type TableLook} from './table-look.js'
import {listTable, type Admitted, type Listing} from './table-objects.js'
import {currentRows, newestVersion, waitingInQuarantine, type RowBasis} from './table-rows.js'
import {tellObjects} from './tell-objects.js'
import type {TableStatus} from './types.js'

type RowFigures = Pick<TableStatus, 'rows' | 'newest' | 'quarantined'>

/** The state of a change log: its runs, the objects that they name, and rows where those cannot tell. */
export async function changelogStatus(look: TableLook): Promise<TableStatus> {
  const {table, operations, ports, findings} = look
  const about = aboutTable(look)
  const runs = await readRuns(table.name, about, ports, findings)
  const entry = await lookAtEntry(look)
  const location = entry?.location ?? tableLocation(table.name)
  const list = () => listTable(location, admittedBy(runs), operations, ports, deletesPrefix(table.name))
  const listing = await findings.attempt(about, 'its objects', list)
  const compared = await lookAtPartitions(look, entry, listing)
  const partitions = compared?.partitions ?? null
  const isLoaded = runs.records.length > 0 || !runs.isComplete || (listing?.foreign ?? 0) > 0
  if (isLoaded) await tellMissingEntries(look)
  const mergedRuns = await tellMerged(look)
  const seen = {about, table: table.name, runs, listing, partitions, operations, mergedRuns}
  const isWhole = tellObjects(seen, ports, findings)
  const figures = await rowFigures(look, runs, listing, isWhole)
  tellQuarantine(look, figures)
  tellGaps(look, runs)
  return {
    table: table.name,
    kind: table.kind,
    health: findings.health(),
    isLoaded,
    ...figures,
    floor: instant(runs.floor),
    runs: runCounts(runs, listing),
    objects: compared?.objects ?? listing?.objects ?? null,
    partitions,
  }
}

/** Runs whose objects were merged with others; what of them waits for gc is told. */
async function tellMerged(look: TableLook): Promise<ReadonlySet<string>> {
  const {table, ports, findings} = look
  const about = aboutTable(look)
  const list = () => listGenerations(ports.store, table.name)
  const generations = (await findings.attempt(about, 'its compactions', list)) ?? []
  const waiting = generations.filter(({state}) => state !== 'settled').flatMap(({generation}) => generation.sources)
  if (waiting.length > 0) {
    const text = `${waiting.length.toLocaleString('en-US')} merged files stand beside what they were merged to`
    findings.note(about, text, ['sluice compact status', 'when gc may delete them'])
  }
  const sources = generations.flatMap(({generation}) => generation.sources)
  return new Set(sources.flatMap(({key}) => runOfObject(key)?.run ?? []))
}

/** Figures about rows: nobody knows them while a run record cannot be read. */
async function rowFigures(
  look: TableLook,
  runs: ReadableRuns,
  listing: Listing | null,
  isWhole: boolean,
): Promise<RowFigures> {
  const {table, ports, findings} = look
  const isUnknown = !runs.isComplete || listing === null
  if (isUnknown || (countingRuns(runs).length === 0 && listing.foreign === 0)) {
    return {rows: null, newest: null, quarantined: null}
  }
  const about = aboutTable(look)
  const basis: RowBasis = {table: table.name, runs, foreign: listing.foreign, isWhole}
  const {signal} = ports
  const rows = await findings.attempt(about, 'how many rows it has', () => currentRows(basis, ports), signal)
  const newest = await findings.attempt(about, 'its newest row', () => newestVersion(basis, ports), signal)
  const count = () => waitingInQuarantine(basis, ports)
  const quarantined = await findings.attempt(about, 'its quarantine', count, signal)
  return {rows, newest: instant(newest), quarantined}
}

function runCounts({active, records}: ReadableRuns, listing: Listing | null): TableStatus['runs'] {
  return {admitted: active.length, superseded: records.length - active.length, staged: listing?.stagedRuns ?? 0}
}

function tellQuarantine(look: TableLook, {quarantined}: RowFigures): void {
  if (quarantined === null || quarantined === 0) return
  const waits = quarantined === 1 ? 'item waits' : 'items wait'
  const text = `${quarantined.toLocaleString('en-US')} quarantined ${waits}; KPIs leave them out`
  const view = quarantineViewName(look.table.name)
  look.findings.warn(aboutTable(look), text, [`sluice query "SELECT * FROM ${view} LIMIT 20"`, 'see them'])
}

/** Accepted when they were loaded over, and still missing: until an export closes them, or a newer full one stands. */
function tellGaps(look: TableLook, {active}: ReadableRuns): void {
  const {gaps} = chainShape(active.flatMap(({record}) => linkOf(record) ?? []))
  for (const {from, to} of gaps) {
    const text = `no loaded export holds the changes from ${from} to ${to}`
    look.findings.warn(aboutTable(look), text, ['sluice backfill status', 'what is loaded'])
  }
}

/** A load registers its table before it is admitted: an entry that is not there was taken away. */
async function tellMissingEntries(look: TableLook): Promise<void> {
  const {table, ports, findings} = look
  const ofImmutable = table.partition?.immutable === true ? [deletesTableName] : []
  const nameOf = [runsTableName, currentViewName, quarantineTableName, quarantineViewName, ...ofImmutable]
  const names = [table.name, ...nameOf.map((name) => name(table.name))]
  await findings.attempt(aboutTable(look), 'what the catalog has of it', async () => {
    const entries = await Promise.all(names.map((name) => ports.catalog.getTable(name)))
    const missing = names.filter((_, index) => entries[index] === null)
    if (missing.length === 0) return
    const text = `the catalog has no ${missing.join(', ')}: queries do not find ${missing.length === 1 ? 'it' : 'them'}`
    const next = ['sluice backfill status', 'which export to load anew: a load registers its table'] as const
    findings.warn(aboutTable(look), text, next)
  })
}

function admittedBy({records, active, isComplete}: ReadableRuns): Admitted {
  const standing = namesOf(active)
  const superseded = new Set([...namesOf(records)].filter((run) => !standing.has(run)))
  return {active: standing, superseded, isComplete}
}

function namesOf(runs: readonly StoredRunRecord[]): Set<string> {
  return new Set(runs.map(({record}) => record.run))
}

function instant(micros: number | null): string | null {
  return micros === null ? null : new Date(micros / 1000).toISOString()
}
