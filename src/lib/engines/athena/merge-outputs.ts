import {disproven} from '../../parquet/compare-columns.js'
import type {CatalogColumn} from '../../ports/catalog.js'
import type {ObjectKey} from '../../ports/object-store.js'
import {quoteIdentifier} from '../../sql/index.js'
import type {Addresses, StatementRunner} from './ports.js'

/** Columns by which a change log is known. */
const CHANGELOG_COLUMNS = ['_op', '_version', '_source']

/** An object as its table shows it. */
export interface FoundOutput {
  readonly key: ObjectKey
  readonly rows: number
  /** Rows by `_source`, in a change log; under '' where it is NULL. */
  readonly runs: Readonly<Record<string, number>>
}

interface FoundOutputs {
  readonly outputs: readonly FoundOutput[]
  readonly scannedBytes: number
}

export function isChangelog(columns: readonly Pick<CatalogColumn, 'name'>[]): boolean {
  return CHANGELOG_COLUMNS.every((name) => columns.some((column) => column.name === name))
}

/** Counts the rows of a table by object, and by run in a change log. */
export async function foundOutputs(
  table: string,
  columns: readonly Pick<CatalogColumn, 'name'>[],
  {signal}: {readonly signal?: AbortSignal},
  {statements, addresses}: {readonly statements: StatementRunner; readonly addresses: Addresses},
): Promise<FoundOutputs> {
  const run = isChangelog(columns) ? `coalesce("_source", '')` : `''`
  const sql = `SELECT "$path", ${run}, count(*) FROM ${quoteIdentifier(table)} GROUP BY 1, 2`
  const {rows, statistics} = await statements.run(sql, {signal, isRepeatable: true})
  const found = new Map<ObjectKey, Record<string, number>>()
  for await (const [uri, source, count] of rows) {
    const key = addresses.prefixOf(uri ?? '')
    if (key === null) throw disproven(`Rows of the merge lie in ${uri}, which is no place of this lake.`, {uri})
    found.set(key, {...found.get(key), [source ?? '']: Number(count)})
  }
  const outputs = [...found].map(([key, runs]) => ({
    key,
    rows: Object.values(runs).reduce((sum, count) => sum + count, 0),
    runs,
  }))
  return {outputs, scannedBytes: statistics.scannedBytes}
}
