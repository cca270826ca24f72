import type {CatalogTable} from '../ports/catalog.js'
import type {TableUpkeep, UpkeptTable} from '../ports/table-upkeep.js'
import {wantedPartitions, type PartitionsAsked} from './choose-partitions.js'
import type {CompactFigures} from './figures.js'
import type {IcebergWork} from './iceberg-work.js'
import type {Verdict} from './judge.js'
import type {JudgedPartition} from './plan.js'
import type {CompactPolicy} from './policy.js'

/** Judges a table by what its newest snapshot lists: as one, since its own engine chooses the partitions. */
export async function* judgedTable(
  asked: PartitionsAsked,
  policy: CompactPolicy,
  entry: CatalogTable,
  upkeep: TableUpkeep,
): AsyncGenerator<JudgedPartition> {
  const {name: table} = entry
  const where = whereOf(asked, entry)
  const found = await upkeep.measure({table, where}, policy)
  const {wanting, files, sizeBytes} = found
  const isWorthIt = wanting.partitions > 0 && wanting.outputs < wanting.files
  const verdict: Verdict = isWorthIt
    ? {state: 'merge', merge: {sources: [], outputs: wanting.outputs, sizeBytes: wanting.sizeBytes}}
    : {state: 'skipped', reason: files <= found.partitions ? 'single_file' : 'few_files', detail: null}
  const work: IcebergWork = {
    table,
    method: 'iceberg',
    where,
    targetBytes: policy.targetBytes,
    minimumFiles: policy.minimumFiles,
    partitions: wanting.partitions,
    files: wanting.files,
    outputs: wanting.outputs,
  }
  const figures: CompactFigures = {
    partitions: found.partitions,
    files,
    sizeBytes,
    merges: isWorthIt ? wanting.partitions : 0,
    sources: isWorthIt ? wanting.files : 0,
    sourceBytes: isWorthIt ? wanting.sizeBytes : 0,
    outputs: isWorthIt ? wanting.outputs : 0,
    athenaMerges: 0,
    scannedBytes: 0,
    scanUsdMicros: 0,
  }
  const name = where.length === 0 ? table : where.map(({column, value}) => `${column}=${value}`).join('/')
  const unit = isWorthIt ? {key: name, reads: [], work} : null
  yield {partition: [], name, files, sizeBytes, verdict, unit, engine: null, figures}
}

/** Throws `USAGE` for a column that the table has not. */
function whereOf(asked: PartitionsAsked, {name, columns}: CatalogTable): UpkeptTable['where'] {
  const wanted = wantedPartitions(
    asked.partition,
    columns.map((column) => column.name),
    name,
  )
  return wanted.map(([index, value]) => ({column: columns[index]!.name, type: columns[index]!.type, value}))
}
