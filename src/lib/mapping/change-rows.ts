import type {QueryValue} from '../ports/query-engine.js'
import {areConditionsOfKey, columnsOfDeletes, isImmutable, isPartitionOfKey, placeReads} from './change-inputs.js'
import type {ItemChange} from './change-line.js'
import {attributeText} from './row-attribute.js'
import {compileRowFunction, dayOfVersion, type DynamoItem, type MappedRow, type RowProblem} from './row-function.js'
import type {TableMapping} from './types.js'

export interface ChangeRow {
  readonly op: 'upsert' | 'quarantined' | 'delete'
  readonly values: Readonly<Record<string, QueryValue>>
  /** Null: a delete in every partition of the table. Only where partitions are immutable: elsewhere a key has no more. */
  readonly partition: readonly (string | null)[] | null
}

/** What a change means for the table. */
export interface ChangeRows {
  /** `error`: a policy says so; no row may be stored then. */
  readonly outcome: 'upsert' | 'quarantined' | 'deleted' | 'skipped' | 'elsewhere' | 'no_key' | 'error'
  readonly problem: RowProblem | null
  readonly rows: readonly ChangeRow[]
}

type FoundRow = Extract<MappedRow, {state: 'row'}>

/**
 * Compiles a mapping to a function of one change: the path of stream events, and the independent witness of the SQL
 * for incremental exports.
 */
export function compileChangeFunction(mapping: TableMapping): (change: ItemChange) => ChangeRows {
  // The day of the change stands in for a missing time.
  const byDay = new Map<string, (change: ItemChange) => ChangeRows>()
  return (change) => {
    const day = dayOfVersion(change.version)
    const map = byDay.get(day) ?? compileForDay(mapping, day)
    byDay.set(day, map)
    return map(change)
  }
}

function compileForDay(mapping: TableMapping, loadDay: string): (change: ItemChange) => ChangeRows {
  const map = compileRowFunction(mapping, loadDay)
  const mapAlways = compileRowFunction({...mapping, when: [], skip: []}, loadDay)
  const isShownByKey = areConditionsOfKey(mapping)
  // Neither a bare key nor an old image tells what the item was just before: the old one is of the window's begin.
  const mapBefore = isShownByKey ? map : mapAlways
  const deletes = compileDeletes(mapping)
  const hasMoved = compileMoved(mapping)

  const gone = ({keys, oldImage}: ItemChange): ChangeRows => {
    const row = mapBefore(oldImage ?? keys)
    // What has no key of this table was an item of another one.
    if (row.state === 'no_key' && !isShownByKey)
      return {outcome: mapping.when.length > 0 ? 'elsewhere' : 'skipped', problem: null, rows: []}
    if (row.state !== 'row') return {outcome: row.state, problem: null, rows: []}
    return {outcome: 'deleted', problem: null, rows: [deletes.at(row, oldImage !== null)]}
  }
  const left = (row: Exclude<MappedRow, FoundRow>, newImage: DynamoItem): ChangeRows => {
    const nothing: ChangeRows = {outcome: row.state, problem: null, rows: []}
    if (row.state === 'no_key' || isShownByKey) return nothing
    // It may have been one of the table before.
    const anyway = mapAlways(newImage)
    return anyway.state === 'row' ? {outcome: 'deleted', problem: null, rows: [deletes.everywhere(anyway)]} : nothing
  }
  return (change) => {
    const {newImage, oldImage} = change
    if (newImage === null) return gone(change)
    const row = map(newImage)
    const before = oldImage !== null && hasMoved(newImage, oldImage) ? mapBefore(oldImage) : null
    const moved = before?.state === 'row' ? [deletes.at(before, true)] : []
    if (row.state !== 'row') {
      const outcome = left(row, newImage)
      return {...outcome, rows: [...outcome.rows, ...moved]}
    }
    if (row.problem?.policy === 'error') return {outcome: 'error', problem: row.problem, rows: []}
    const op = row.problem === null ? 'upsert' : 'quarantined'
    const own: ChangeRow = {op, values: row.values, partition: row.partition}
    const second = row.isHomeless ? [deletes.everywhere(row, op === 'quarantined' ? op : 'delete')] : []
    return {outcome: op, problem: row.problem, rows: [own, ...second, ...moved]}
  }
}

interface Deletes {
  /** Where the item lay, if its row tells; `isImage`: the row is of a whole image, not of a bare key. */
  at(row: FoundRow, isImage: boolean): ChangeRow
  everywhere(row: FoundRow, op?: ChangeRow['op']): ChangeRow
}

function compileDeletes(mapping: TableMapping): Deletes {
  const kept = columnsOfDeletes(mapping)
  const isOfKey = isPartitionOfKey(mapping)
  const keep = (values: FoundRow['values']): FoundRow['values'] =>
    Object.fromEntries(mapping.columns.map(({name}) => [name, kept.has(name) ? values[name]! : null]))
  const everywhere: Deletes['everywhere'] = (row, op = 'delete') => ({
    op,
    values: keep(row.values),
    partition: isImmutable(mapping) ? null : row.partition,
  })
  return {
    everywhere,
    at: (row, isImage) =>
      row.isHomeless || (!isImage && !isOfKey)
        ? everywhere(row)
        : {op: 'delete', values: keep(row.values), partition: row.partition},
  }
}

function compileMoved(mapping: TableMapping): (newImage: DynamoItem, oldImage: DynamoItem) => boolean {
  const place = placeReads(mapping).flatMap(({path, tags}) => tags.map((tag) => ({path, tag})))
  return (newImage, oldImage) =>
    place.some(({path, tag}) => attributeText(newImage, path, [tag]) !== attributeText(oldImage, path, [tag]))
}
