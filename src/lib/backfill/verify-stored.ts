import pMap from 'p-map'
import type {RunRecord} from '../changelog/index.js'
import {followObjects, type StoredGeneration} from '../generations/index.js'
import type {OperationPorts} from '../operation/index.js'
import {readBack} from './load-read-back.js'
import {leftOut, linesOf, stagedObjects, upsertsOf, type StagedSource} from './load-record.js'
import {engineOf, type LoadWork, type SourceWork} from './load-work.js'
import {check, counted, figure, type Check} from './verify-check.js'

const HEADS_AT_ONCE = 8

/** A run record says which rows count: every field of it must be what the journal makes it. */
export function checkRecord(record: RunRecord, expected: RunRecord): Check {
  const names = Object.keys({...expected, ...record}) as (keyof RunRecord)[]
  const differs = names.filter(
    (name) => name !== 'admittedAt' && JSON.stringify(record[name]) !== JSON.stringify(expected[name]),
  )
  return differs.length === 0
    ? check('record', 'pass', 'run record and journal agree', {fields: names.length})
    : check('record', 'fail', `run record and journal differ in ${differs.join(', ')}`, {differing: differs.length})
}

/**
 * Every object that was staged, deletes and quarantine too, has the etag that was proven, and is encrypted as the
 * environment wants it (null: in whatever way); of one that was merged with others, what it was merged to has and is.
 */
export async function checkObjects(
  staged: StagedSource,
  {generations, encryption}: {readonly generations: readonly StoredGeneration[]; readonly encryption: string | null},
  {store}: Pick<OperationPorts, 'store'>,
): Promise<Check> {
  const objects = stagedObjects(staged)
  const {asTheyWere, outputs} = followObjects(objects, generations)
  const looked = [...asTheyWere, ...outputs]
  const found = await pMap(looked, async ({key, etag}) => ({key, etag, head: await store.head(key)}), {
    concurrency: HEADS_AT_ONCE,
  })
  const bad = found.filter(({etag, head}) => head?.etag !== etag)
  const merged = objects.length - asTheyWere.length
  const open = found.filter(({head}) => encryption !== null && head !== null && head.encryption !== encryption)
  const counts = {
    objects: objects.length,
    ofDeletes: staged.deletes.length,
    ofQuarantine: staged.quarantine.objects.length,
    merged,
    differing: bad.length,
  }
  if (bad.length + open.length === 0) {
    const since = merged === 0 ? '' : `, ${figure(merged)} of them merged into ${figure(outputs.length)} since`
    const text = `${counted(objects.length, 'object is', 'objects are')} the bytes that were proven${since}`
    return check('objects', 'pass', text, counts)
  }
  return check(
    'objects',
    'fail',
    bad.length === 0
      ? `${figure(open.length)} of ${counted(looked.length, 'object')} are not encrypted as the environment wants it`
      : `${figure(bad.length)} of ${counted(looked.length, 'object')} are gone or changed`,
    counts,
    [
      ...bad.map(({key, head}) => `${key} ${head === null ? 'is gone' : 'has other bytes'}`),
      ...open.map(
        ({key, head}) => `${key} has ${head?.encryption ?? 'no encryption that S3 tells of'}, not ${encryption}`,
      ),
    ],
  )
}

/** A source of a load, and what of its rows readers see; null where the table cannot be read. */
export interface StoredRows {
  readonly work: LoadWork
  readonly source: SourceWork
  readonly staged: StagedSource
  readonly visible: number | null
  /** What objects of the table were merged to. */
  readonly generations: readonly StoredGeneration[]
}

/** Reads every row back: counts, placement and digest, and whether each line of the export is accounted for. */
export async function checkRows(stored: StoredRows, ports: OperationPorts, signal: AbortSignal): Promise<Check> {
  const counts = countsOf(stored)
  if (isOutOfReach(stored)) {
    const text = 'its objects were merged since; Athena reads back by their names only what it wrote itself'
    return check('rows', 'unknown', text, counts)
  }
  try {
    const differs = await differencesOf(stored, ports, signal)
    if (differs.length > 0) return check('rows', 'fail', differs.join('; '), counts)
    const {rows} = counts
    const text = `${counted(rows, 'row')} read back: counts, partitions and digest agree, readers see all of them; ${equation(stored)}`
    return check('rows', 'pass', text, counts)
  } catch (error) {
    if (signal.aborted) throw error
    return check('rows', 'fail', error instanceof Error ? error.message : String(error), counts)
  }
}

/** Athena finds a run's rows by their run in the whole table, and holds against them the objects that it wrote. */
function isOutOfReach({work, staged, generations}: StoredRows): boolean {
  return engineOf(work) === 'athena' && followObjects(staged.objects, generations).outputs.length > 0
}

function countsOf({source, staged}: StoredRows) {
  const {rows, quarantined, deleted, added, unreadable} = staged
  return {
    manifest: source.export.itemCount,
    lines: linesOf(staged),
    rows,
    upserts: upsertsOf(staged),
    quarantined,
    deletes: deleted,
    added,
    leftOut: leftOut(staged),
    unreadable,
  }
}

async function differencesOf(stored: StoredRows, ports: OperationPorts, signal: AbortSignal): Promise<string[]> {
  const {work, source, staged, visible, generations} = stored
  const {found, aside} = await readBack(work, staged, ports, signal, generations)
  const [lines, stated] = [linesOf(staged), source.export.itemCount]
  const setAside = staged.quarantined + staged.unreadable
  const rowsRead = `${counted(found.rows, 'row')} read back`
  const differences: [boolean, string][] = [
    [found.rows !== staged.rows, `${rowsRead}, ${figure(staged.rows)} were proven`],
    // A row that cannot be placed and was set aside has a second one among the deletes.
    [found.quarantined < staged.quarantined, `${counted(found.quarantined, 'row')} of them quarantined`],
    [found.digest !== staged.digest, `${rowsRead}, with another digest`],
    [aside.rows !== setAside, `${counted(aside.rows, 'line')} in quarantine, ${figure(setAside)} were set aside`],
    [aside.digest !== staged.quarantine.digest, 'the lines in quarantine have another digest'],
    [lines !== stated, `${counted(lines, 'line')} accounted for, the manifest states ${figure(stated)}`],
    [visible === null, 'readers cannot read the table'],
    [visible !== null && visible !== staged.rows, `readers see ${figure(visible ?? 0)} of ${figure(staged.rows)}`],
  ]
  return differences.flatMap(([differs, text]) => (differs ? [text] : []))
}

/** `10 lines = 8 upserts + 2 left out`. */
function equation(stored: StoredRows): string {
  const {lines, upserts, quarantined, deletes, ...rest} = countsOf(stored)
  const parts: [number, string][] = [
    [upserts, upserts === 1 ? 'upsert' : 'upserts'],
    [quarantined, 'quarantined'],
    [deletes, deletes === 1 ? 'delete' : 'deletes'],
    [rest.leftOut, 'left out'],
    [rest.unreadable, 'unreadable'],
  ]
  const shown = parts.filter(([value], index) => value > 0 || (index === 0 && lines === 0))
  const sum = shown.map(([value, what]) => `${figure(value)} ${what}`).join(' + ')
  return `${counted(lines, 'line')} of the manifest = ${sum}`
}
