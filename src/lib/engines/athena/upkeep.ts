import {SluiceError} from '../../errors.js'
import type {
  Rewrite,
  TableUpkeep,
  UpkeepFigures,
  UpkeepPolicy,
  UpkeepRun,
  UpkeepStatement,
  UpkeptTable,
} from '../../ports/table-upkeep.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'
import type {StatementRunner, StatementWriter} from './ports.js'

/** Athena does a hundred partitions at a time, and says by an error that there is more. */
const MORE_RUNS = /\bICEBERG_(OPTIMIZE|VACUUM)_MORE_RUNS_NEEDED\b/
/** Somebody else committed in between: what was rewritten was thrown away, and is there to be rewritten again. */
const LOST_RACE = /\bICEBERG_COMMIT_ERROR\b/
/** Files under this share of the target are small (Iceberg's `min-file-size-bytes`). */
const SMALL_SHARE = 0.75
/** Longer than any table's list of snapshots between two looks of one operation. */
const MOST_SNAPSHOTS = 10_000

/** Upkeep of Iceberg tables by statements of Athena, and figures from the tables' own metadata. */
export class AthenaUpkeep implements TableUpkeep {
  constructor(
    private readonly statements: StatementRunner,
    private readonly writer: StatementWriter,
  ) {}

  async measure(table: UpkeptTable, policy: UpkeepPolicy, signal?: AbortSignal): Promise<UpkeepFigures> {
    const filter = conditionOf(table, 'partition.')
    const small = `file_count >= ${policy.minimumFiles} AND total_size < ${SMALL_SHARE * policy.targetBytes} * file_count`
    const wanting = (value: string): string => `coalesce(sum(CASE WHEN ${small} THEN ${value} END), 0)`
    const outputs = `CAST(ceiling(CAST(total_size AS double) / ${policy.targetBytes}) AS bigint)`
    const sums = ['file_count', 'total_size', 'record_count'].map((name) => `coalesce(sum(${name}), 0)`)
    const parts = [wanting('1'), wanting('file_count'), wanting('total_size'), wanting(outputs)]
    const [partitions] = await this.rows(
      `SELECT count(*), ${[...sums, ...parts].join(', ')} FROM ${partOf(table, 'partitions')}${filter}`,
      signal,
    )
    const [deletes] = await this.rows(`SELECT count(*) FROM ${partOf(table, 'files')} WHERE content <> 0`, signal)
    const [main] = await this.rows(
      `SELECT CAST(snapshot_id AS varchar) FROM ${partOf(table, 'refs')} WHERE name = 'main'`,
      signal,
    )
    const [count, files, sizeBytes, rows, ...rest] = (partitions ?? []).map(Number)
    return {
      snapshot: main?.[0] ?? null,
      partitions: count ?? 0,
      files: files ?? 0,
      sizeBytes: sizeBytes ?? 0,
      rows: rows ?? 0,
      deleteFiles: Number(deletes?.[0] ?? 0),
      wanting: {partitions: rest[0] ?? 0, files: rest[1] ?? 0, sizeBytes: rest[2] ?? 0, outputs: rest[3] ?? 0},
    }
  }

  async run(statement: UpkeepStatement, table: UpkeptTable, token: string, signal?: AbortSignal): Promise<UpkeepRun> {
    const sql =
      statement === 'vacuum'
        ? `VACUUM ${table.table}`
        : `OPTIMIZE ${table.table} REWRITE DATA USING BIN_PACK${conditionOf(table, '')}`
    const {executionId, error, mayPass, wasStopped, scannedBytes} = await this.writer.write(sql, token, signal)
    const about = {executionId, scannedBytes, wasStopped}
    if (error === null) return {...about, state: 'done', error, mayPass}
    const reason = reasonOf(error)
    if (MORE_RUNS.test(reason)) return {...about, state: 'more', error: null, mayPass: false}
    return {...about, state: 'failed', error, mayPass: mayPass || LOST_RACE.test(reason)}
  }

  async rewritesSince(table: string, snapshot: string, signal?: AbortSignal): Promise<Rewrite[]> {
    const rows = await this.rows(
      `SELECT CAST(snapshot_id AS varchar), CAST(parent_id AS varchar), operation
       FROM ${partOf({table}, 'snapshots')} ORDER BY committed_at DESC LIMIT ${MOST_SNAPSHOTS}`,
      signal,
    )
    const [main] = await this.rows(
      `SELECT CAST(snapshot_id AS varchar) FROM ${partOf({table}, 'refs')} WHERE name = 'main'`,
      signal,
    )
    const history = new Map(rows.map(([id, parent, operation]) => [id, {parent: parent ?? null, operation}]))
    const rewrites: Rewrite[] = []
    for (let id = main?.[0] ?? null; id !== null && id !== snapshot; id = history.get(id)!.parent) {
      const found = history.get(id)
      if (found === undefined) throw forgotten(table, id)
      if (found.operation !== 'replace' || found.parent === null) continue
      const [rowsBefore, rowsAfter] = [
        await this.count(table, found.parent, signal),
        await this.count(table, id, signal),
      ]
      rewrites.push({snapshot: id, rowsBefore, rowsAfter})
    }
    return rewrites
  }

  private async count(table: string, snapshot: string, signal?: AbortSignal): Promise<number> {
    const sql = `SELECT count(*) FROM ${quoteIdentifier(table)} FOR VERSION AS OF ${BigInt(snapshot)}`
    return Number((await this.rows(sql, signal))[0]?.[0])
  }

  private async rows(sql: string, signal?: AbortSignal): Promise<(readonly (string | null)[])[]> {
    const {rows} = await this.statements.run(sql, {signal, isRepeatable: true})
    const all: (readonly (string | null)[])[] = []
    for await (const row of rows) all.push(row)
    return all
  }
}

function partOf({table}: Pick<UpkeptTable, 'table'>, part: string): string {
  return quoteIdentifier(`${table}$${part}`)
}

/** OPTIMIZE takes conditions over partition columns, and refuses all others itself. */
function conditionOf({where}: UpkeptTable, prefix: string): string {
  if (where.length === 0) return ''
  const each = where.map(({column, type, value}) => `${prefix}${quoteIdentifier(column)} = ${literal(type, value)}`)
  return ` WHERE ${each.join(' AND ')}`
}

/** A value in the type of its column; what is none of that type fails in Athena, before anything is changed. */
function literal(type: string, value: string): string {
  return /^(string|varchar|char)\b/i.test(type) ? quoteText(value) : `CAST(${quoteText(value)} AS ${castType(type)})`
}

function castType(type: string): string {
  return type === 'int' ? 'integer' : type
}

/** Athena's own words. */
function reasonOf({cause}: Error): string {
  return cause instanceof Error ? cause.message : ''
}

function forgotten(table: string, snapshot: string): SluiceError {
  return new SluiceError('UNVERIFIED', `The history of ${table} does not tell any more of its snapshot ${snapshot}.`, {
    fix: 'Somebody expired snapshots meanwhile: when that has ended, sluice compact run again.',
    details: {table, snapshot},
  })
}
