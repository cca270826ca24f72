import {PROBLEM_CLASSES, ROW_CLASS, SECOND_CLASSES, type AthenaMapping, type RowClass} from '../../mapping/index.js'
import type {ObjectKey} from '../../ports/object-store.js'
import type {LoadRequest} from '../../ports/parquet-engine.js'
import {groupedRowsSql, readGroup, type PlacedRows} from './grouped-rows.js'
import type {StatementRunner} from './ports.js'

/** What the lines of a load are, from one look at all of them. JSON, for the journal. */
export interface Survey {
  /** Rows of each class. */
  readonly classes: Readonly<Partial<Record<RowClass, number>>>
  /** Lines of each file, second rows not counted. */
  readonly lines: readonly (readonly [ObjectKey, number])[]
  /** Lines with a problem of each file that has any. */
  readonly problems: readonly (readonly [ObjectKey, number])[]
  /** The first problem that stops a load, as `error reason column`. */
  readonly error: string | null
  /** The first file with a line that holds no item, or an item without a key. */
  readonly unreadable: {readonly noItem: ObjectKey | null; readonly noKey: ObjectKey | null}
  /** Rows that Athena cannot write, by the value that their partition has. */
  readonly unwritable: number
  readonly placed: readonly PlacedRows[]
}

interface FileGroup {
  readonly file: ObjectKey
  readonly class: RowClass
  readonly rows: number
  readonly problem: string | null
}

const CLASS_NAMES = new Map<number, RowClass>(
  Object.entries(ROW_CLASS).map(([name, number]) => [number, name as RowClass]),
)

/** Counts the rows of lines by file and class, and counts and hashes them by place and partition: one scan. */
export async function surveyLines(
  statements: StatementRunner,
  compiled: AthenaMapping,
  rowsSql: string,
  request: LoadRequest,
): Promise<Survey> {
  const sql = groupedRowsSql({
    compiled,
    mapping: request.mapping,
    from: rowsSql,
    object: '_file',
    place: '_place',
    by: 'class',
    more: {
      columns: ['_problem', '_unwritable'],
      counts: [`min(IF(starts_with(_problem, 'error'), _problem))`, 'count_if(_unwritable)'],
    },
  })
  const {rows} = await statements.run(sql, {signal: request.signal, isRepeatable: true})
  const files: FileGroup[] = []
  const placed: PlacedRows[] = []
  let unwritable = 0
  const keyOf = sourceKeys(request)
  for await (const row of rows) {
    const {object, kind, place, counts, partition, ...group} = readGroup(row, compiled.partitionColumns.length)
    if (object !== null) {
      const name = CLASS_NAMES.get(Number(kind))!
      files.push({file: keyOf(object), class: name, rows: group.rows, problem: counts[0] ?? null})
    } else if (place !== null) {
      placed.push({rows: group.rows, quarantined: group.quarantined, checksum: group.checksum, place, partition})
      unwritable += Number(counts[1])
    }
  }
  return {...countFiles(files), unwritable, placed: placed.sort(byPartition)}
}

function countFiles(groups: readonly FileGroup[]): Omit<Survey, 'unwritable' | 'placed'> {
  const classes: Partial<Record<RowClass, number>> = {}
  const [lines, problems] = [new Map<ObjectKey, number>(), new Map<ObjectKey, number>()]
  const add = (counts: Map<ObjectKey, number>, {file, rows}: FileGroup): void =>
    void counts.set(file, (counts.get(file) ?? 0) + rows)
  for (const group of groups) {
    classes[group.class] = (classes[group.class] ?? 0) + group.rows
    if (!SECOND_CLASSES.includes(group.class)) add(lines, group)
    if (PROBLEM_CLASSES.includes(group.class)) add(problems, group)
  }
  const first = (name: RowClass): ObjectKey | null => groups.find((group) => group.class === name)?.file ?? null
  return {
    classes,
    lines: [...lines],
    problems: [...problems],
    error: groups.find(({class: name, problem}) => name === 'error' && problem !== null)?.problem ?? null,
    unreadable: {noItem: first('noItem'), noKey: first('noKey')},
  }
}

function byPartition(a: PlacedRows, b: PlacedRows): number {
  const [left, right] = [a, b].map(({place, partition}) => JSON.stringify([place, partition]))
  return left! < right! ? -1 : 1
}

/** Addresses of the files of a load, as Athena names them, and their keys. */
export function sourceUri({source}: Pick<LoadRequest, 'source'>, key: ObjectKey): string {
  return `${source.uri.replace(/\/+$/, '')}/${key}`
}

function sourceKeys(request: LoadRequest): (uri: string) => ObjectKey {
  const keys = new Map(request.files.map(({key}) => [sourceUri(request, key), key]))
  // What is no file of the load is missed among the files, and refused with its count.
  return (uri) => keys.get(uri) ?? uri
}
