import pMap from 'p-map'
import type {RunRecord} from '../changelog/index.js'
import {followObjects, type StoredGeneration} from '../generations/index.js'
import type {OperationPorts} from '../operation/index.js'
import type {ChangelogDigest} from '../ports/parquet-engine.js'
import {leftOut, linesOf, stagedObjects, upsertsOf, type StagedSource} from './load-record.js'
import type {LoadWork, SourceWork} from './load-work.js'
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
  const {source, staged, visible} = stored
  const {store, parquet} = ports
  const found = await digestRows(stored, ports, signal)
  const aside = await parquet.digestQuarantine({store, objects: staged.quarantine.objects, signal})
  const [lines, stated] = [linesOf(staged), source.export.itemCount]
  const setAside = staged.quarantined + staged.unreadable
  const readBack = `${counted(found.rows, 'row')} read back`
  const differences: [boolean, string][] = [
    [found.rows !== staged.rows, `${readBack}, ${figure(staged.rows)} were proven`],
    // A row that cannot be placed and was set aside has a second one among the deletes.
    [found.quarantined < staged.quarantined, `${counted(found.quarantined, 'row')} of them quarantined`],
    [found.digest !== staged.digest, `${readBack}, with another digest`],
    [aside.rows !== setAside, `${counted(aside.rows, 'line')} in quarantine, ${figure(setAside)} were set aside`],
    [aside.digest !== staged.quarantine.digest, 'the lines in quarantine have another digest'],
    [lines !== stated, `${counted(lines, 'line')} accounted for, the manifest states ${figure(stated)}`],
    [visible === null, 'readers cannot read the table'],
    [visible !== null && visible !== staged.rows, `readers see ${figure(visible ?? 0)} of ${figure(staged.rows)}`],
  ]
  return differences.flatMap(([differs, text]) => (differs ? [text] : []))
}

/** The run's rows where they stand: in its own objects, or in those that these were merged to, beside rows of others. */
async function digestRows(
  {work, staged, generations}: StoredRows,
  {store, parquet}: OperationPorts,
  signal: AbortSignal,
): Promise<ChangelogDigest> {
  const {asTheyWere, outputs} = followObjects(staged.objects, generations)
  const request = {store, mapping: work.mapping, signal}
  const own = await parquet.digest({...request, objects: [...asTheyWere, ...staged.deletes]})
  if (outputs.length === 0) return own
  const objects = outputs.map(({key, rows}) => ({key, rows, partition: []}))
  const merged = await parquet.digest({...request, objects, ofSource: staged.run})
  return {
    rows: own.rows + merged.rows,
    quarantined: own.quarantined + merged.quarantined,
    digest: (BigInt(`0x${own.digest}`) + BigInt(`0x${merged.digest}`)).toString(16),
  }
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
