import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import path from 'node:path'
import {DuckDbSession} from '../../src/lib/engines/duckdb/session.js'
import {queryValue} from '../../src/lib/engines/duckdb/values.js'
import {
  compileChangeFunction,
  compileDuckdb,
  decodePartition,
  DELETES_TRAY,
  readChange,
  ROW_CLASS,
  SECOND_CLASSES,
  STORED_CLASSES,
  type ChangeRows,
  type RowClass,
  type TableMapping,
} from '../../src/lib/mapping/index.js'
import type {QueryValue} from '../../src/lib/ports/query-engine.js'
import {MAPPING_PRELUDE, quoteText} from '../../src/lib/sql/index.js'
import type {ChangeDocument} from './arbitrary-changes.js'

/** What one of the mapping's compilers makes of a line of changes, in a form that the other's can be compared with. */
export interface ComparedChange {
  readonly lineClass: RowClass
  readonly problem: string | null
  /** As text, sorted: rows of a line have no order. None where the line stops the load. */
  readonly rows: readonly string[]
}

export const CLASS_OF_OUTCOME: Readonly<Record<ChangeRows['outcome'], RowClass>> = {
  upsert: 'upsert',
  quarantined: 'quarantined',
  deleted: 'deleted',
  skipped: 'skipped',
  elsewhere: 'elsewhere',
  no_key: 'noKey',
  error: 'error',
}

interface RowParts {
  readonly op: unknown
  readonly version: unknown
  readonly partition: unknown
  readonly values: Readonly<Record<string, QueryValue>>
}

/** The members of a JSON text have no order. */
function rowText(mapping: TableMapping, {op, version, partition, values}: RowParts): string {
  const columns = mapping.columns.map(({name}) => {
    const value = values[name] ?? null
    return name === 'rest' && value !== null ? sortedMembers(JSON.parse(String(value))) : value
  })
  return JSON.stringify([op, version, partition, columns], (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  )
}

function sortedMembers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
}

export function changesByFunction(mapping: TableMapping, lines: readonly ChangeDocument[]): ComparedChange[] {
  const map = compileChangeFunction(mapping)
  return lines.map((line) => {
    const read = readChange(Buffer.from(JSON.stringify(line)))
    if ('fault' in read) return {lineClass: 'noItem', problem: null, rows: []}
    const {outcome, problem, rows} = map(read.change)
    const texts = rows.map((row) => rowText(mapping, {...row, version: read.change.version}))
    return {
      lineClass: CLASS_OF_OUTCOME[outcome],
      problem: problem === null ? null : `${problem.policy} ${problem.reason} ${problem.column}`,
      rows: texts.sort(),
    }
  })
}

/** Maps by SQL, on a DuckDB of its own. */
export class ChangeMapper {
  private constructor(
    private readonly folder: string,
    private readonly session: DuckDbSession,
  ) {}

  static async open(): Promise<ChangeMapper> {
    const folder = await mkdtemp(path.join(tmpdir(), 'sluice-changes-'))
    const session = await DuckDbSession.open({temporaryFolder: folder, memoryLimitBytes: 1024 ** 3, threads: 1})
    await session.execute(MAPPING_PRELUDE)
    return new ChangeMapper(folder, session)
  }

  async map(
    mapping: TableMapping,
    lines: readonly ChangeDocument[],
    form: 'struct' | 'json',
  ): Promise<ComparedChange[]> {
    const file = path.join(this.folder, 'changes.json')
    await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const {lineColumns, rowsSql} = compileDuckdb(mapping, {shape: 'changes', form})
    const read = `read_json(${quoteText(file)}, format = 'newline_delimited', columns = ${lineColumns})`
    const numbered = `(SELECT *, row_number() OVER () AS file_index FROM ${read})`
    const reader = await this.session.connection.runAndReadAll(
      `SELECT * FROM ${rowsSql(numbered, {version: 1n, sourceRank: 1, source: 'run'})}`,
    )
    const [names, types] = [reader.columnNames(), reader.columnTypes()]
    const rows = reader
      .getRows()
      .map((values) =>
        Object.fromEntries(names.map((name, index) => [name, queryValue(values[index]!, types[index]!)])),
      )
    return lines.map((_, index) =>
      comparedChange(
        mapping,
        rows.filter((row) => Number(row['_file_index']) === index + 1),
      ),
    )
  }

  async close(): Promise<void> {
    await this.session.close()
    await rm(this.folder, {recursive: true})
  }
}

type SqlRow = Readonly<Record<string, QueryValue>>

const CLASS_NAMES = new Map(Object.entries(ROW_CLASS).map(([name, value]) => [value as number, name as RowClass]))

function comparedChange(mapping: TableMapping, rows: readonly SqlRow[]): ComparedChange {
  const classed = rows.map((row) => ({row, rowClass: CLASS_NAMES.get(Number(row['_class']))!}))
  const own = classed.filter(({rowClass}) => !SECOND_CLASSES.includes(rowClass))
  const [line] = own
  if (line === undefined || own.length > 1) throw new Error(`a line has ${own.length} rows of its own`)
  const stored = classed.filter(({rowClass}) => STORED_CLASSES.includes(rowClass))
  const problem = ['quarantined', 'error'].includes(line.rowClass) ? String(line.row['_problem']) : null
  return {
    lineClass: line.rowClass,
    problem,
    rows: line.rowClass === 'error' ? [] : stored.map(({row}) => rowText(mapping, partsOf(mapping, row))).sort(),
  }
}

function partsOf({partition}: TableMapping, row: SqlRow): RowParts {
  const text = String(row['_partition'])
  const decoded = partition === null ? [] : decodePartition(text)
  return {op: row['_op'], version: row['_version'], partition: text === DELETES_TRAY ? null : decoded, values: row}
}
