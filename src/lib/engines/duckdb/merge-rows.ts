import {quoteIdentifier, quoteText} from '../../sql/index.js'
import {fileList} from './local-files.js'
import {isWhole, type FileSlice} from './merge-slices.js'

/** How files of each group give the merged columns. */
export interface RowSelects {
  /** By group. */
  readonly selects: readonly (readonly string[])[]
  readonly names: readonly string[]
  /** Rows of these runs are left out. */
  readonly droppedRuns: readonly string[]
}

/** The rows of slices, with the SQL of what brings them into order; null where they stand in it. */
export interface RowsSql {
  readonly sql: string
  readonly columns: readonly string[]
  readonly order: string | null
}

/** With more branches than these, DuckDB's planner takes longer than sorting does. */
const MOST_BRANCHES = 64
const FILE = '_sluice_file'
const ROW = '_sluice_row'
/** DuckDB's own columns of a Parquet file; a stored column of that name hides them. */
const OWN_NAMES = new Set(['file_index', 'file_row_number', FILE, ROW])

/** Whether rows of these columns can be told apart by their place in a file. */
export function havePlaces(names: readonly string[]): boolean {
  return !names.some((name) => OWN_NAMES.has(name.toLowerCase()))
}

/** SQL of the rows of slices, in order. */
export function rowsSql(slices: readonly FileSlice[], {selects, names, droppedRuns}: RowSelects): RowsSql {
  const runs = runsOf(slices)
  const columns = names.map(quoteIdentifier)
  const isSorted = runs.length <= MOST_BRANCHES || !havePlaces(names)
  const sql = isSorted ? runs.map((run) => branchSql(run, selects)).join(' UNION ALL ') : placedSql(slices, selects)
  return {
    sql: keptSql(sql, droppedRuns),
    columns: isSorted ? columns : [...columns, FILE, ROW],
    order: isSorted ? null : `${FILE}, ${ROW}`,
  }
}

function keptSql(sql: string, droppedRuns: readonly string[]): string {
  if (droppedRuns.length === 0) return sql
  // A row of no run is of none of these.
  return `SELECT * FROM (${sql}) WHERE _source IS NULL OR _source NOT IN (${droppedRuns.map(quoteText).join(', ')})`
}

/** Neighbours of one group that are whole, or one part of a file. */
function runsOf(slices: readonly FileSlice[]): FileSlice[][] {
  const runs: FileSlice[][] = []
  for (const slice of slices) {
    const last = runs.at(-1)
    const isLike = last !== undefined && last[0]!.file.group === slice.file.group && isWhole(last[0]!) && isWhole(slice)
    if (isLike) last.push(slice)
    else runs.push([slice])
  }
  return runs
}

function branchSql(run: readonly FileSlice[], selects: RowSelects['selects']): string {
  const [first] = run
  const from = `FROM read_parquet(${fileList(run.map(({file}) => file.file))}, hive_partitioning = false)`
  const where = isWhole(first!) ? '' : ` WHERE file_row_number >= ${first!.start} AND file_row_number < ${first!.end}`
  return `SELECT ${selects[first!.file.group]!.join(', ')} ${from}${where}`
}

/** One branch a group, its rows with their places: for files of several groups that alternate. */
function placedSql(slices: readonly FileSlice[], selects: RowSelects['selects']): string {
  const groups = new Map<number, {readonly slice: FileSlice; readonly place: number}[]>()
  for (const [place, slice] of slices.entries()) {
    const {group} = slice.file
    groups.set(group, [...(groups.get(group) ?? []), {slice, place}])
  }
  const branches = [...groups].map(([group, members]) => {
    const file = `list_value(${members.map(({place}) => place).join(', ')})[file_index + 1] AS ${FILE}`
    const parts = members.flatMap(({slice, place}) => (isWhole(slice) ? [] : [partSql(slice, place)]))
    const from = `read_parquet(${fileList(members.map(({slice}) => slice.file.file))}, hive_partitioning = false)`
    const rows = `SELECT ${[...selects[group]!, file, `file_row_number AS ${ROW}`].join(', ')} FROM ${from}`
    return parts.length === 0 ? rows : `SELECT * FROM (${rows}) WHERE ${parts.join(' AND ')}`
  })
  return branches.join(' UNION ALL ')
}

function partSql({start, end}: FileSlice, place: number): string {
  return `(${FILE} <> ${place} OR (${ROW} >= ${start} AND ${ROW} < ${end}))`
}
