import {SluiceError} from '../../errors.js'
import {catalogValues, compileDuckdb, decodePartition} from '../../mapping/index.js'
import type {ChangelogDigest, DigestRequest, StagedObject} from '../../ports/parquet-engine.js'
import {MAPPING_PRELUDE, quoteText} from '../../sql/index.js'
import {fileList, localFiles} from './local-files.js'
import type {DuckDbSession} from './session.js'

/**
 * Reads objects back: rows of each object against what was staged, every row against its object's partition, and the
 * multiset digest over the stored columns.
 */
export async function digest(session: DuckDbSession, request: DigestRequest): Promise<ChangelogDigest> {
  if (request.objects.length === 0) return {rows: 0, quarantined: 0, digest: '0'}
  const files = await localFiles(request.store, request.objects, session.spoolFolder)
  const compiled = compileDuckdb(request.mapping)
  await session.execute(MAPPING_PRELUDE, request.signal)
  const rows = await session.rows(
    `SELECT _file AS file, count(*) AS rows, sum(CAST(hash(${compiled.columns.join(', ')}) AS HUGEINT)) AS digest,
       count(*) FILTER (_op = 'quarantined') AS quarantined, min(${compiled.partitionSql}) AS first, max(${compiled.partitionSql}) AS last
     FROM read_parquet(${fileList(files)}, hive_partitioning = false, filename = '_file')${ofSourceSql(request)} GROUP BY 1`,
    request.signal,
  )
  const ofFile = new Map(rows.map((row) => [String(row['file']), row]))
  let total = {rows: 0, quarantined: 0, digest: 0n}
  for (const [index, object] of request.objects.entries()) {
    const row = ofFile.get(files[index]!)
    // Merged objects also hold rows of other runs, or none of this one any more.
    if (request.ofSource === undefined) checkRows(object, Number(row?.['rows'] ?? 0))
    if (row !== undefined) checkPartition(object, [row['first'], row['last']])
    total = {
      rows: total.rows + Number(row?.['rows'] ?? 0),
      quarantined: total.quarantined + Number(row?.['quarantined'] ?? 0),
      digest: total.digest + BigInt(String(row?.['digest'] ?? 0)),
    }
  }
  return {...total, digest: total.digest.toString(16)}
}

function ofSourceSql({ofSource}: DigestRequest): string {
  return ofSource === undefined ? '' : ` WHERE _source = ${quoteText(ofSource)}`
}

function checkRows(object: Pick<StagedObject, 'key' | 'rows'>, rows: number): void {
  if (rows === object.rows) return
  throw new SluiceError('PROOF_FAILED', `${object.key} holds ${rows} rows, ${object.rows} were written.`, {
    fix: 'Nothing was admitted. Run the same command again; if it happens twice, check the disk.',
    details: {key: object.key, rows, staged: object.rows},
  })
}

function checkPartition(object: Pick<StagedObject, 'key' | 'partition'>, ends: readonly unknown[]): void {
  if (object.partition.length === 0) return
  const expected = JSON.stringify(object.partition)
  for (const end of ends) {
    if (JSON.stringify(catalogValues(decodePartition(String(end)))) === expected) continue
    throw new SluiceError('PROOF_FAILED', `${object.key} holds rows of another partition.`, {
      fix: 'Nothing was admitted. Run the same command again.',
      details: {key: object.key, partition: object.partition},
    })
  }
}
