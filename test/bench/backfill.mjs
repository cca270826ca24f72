import {readdir} from 'node:fs/promises'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {alternate, comparisonTable} from './alternating.mjs'
import {backfillContenders} from './backfill-contenders.mjs'
import {megabytesText} from './figures.mjs'
import {cachedSample} from './sample-cache.mjs'
import {tableContent} from './table-content.mjs'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

/**
 * One export into Parquet, by sluice (planned, checked, proven, admitted), by bare DuckDB (unchecked) and by what else
 * stands for the job. The contenders alternate and a ratio is always of two runs of one round, so that a machine that
 * slows down slows both.
 */
export async function benchBackfill({
  items = '1000000',
  rounds = '5',
  contenders: chosen,
  dist = join(PROJECT, 'dist'),
  bin,
}) {
  const sluice = resolve(bin ?? join(PROJECT, 'bin/run.js'))
  const sample = await cachedSample(Number(items), dist)
  const contenders = await backfillContenders({sample, sluice, chosen})
  const results = await alternate(contenders, Number(rounds), {
    filesOf: (_contender, folder) => parquetBelow(folder),
    contentOf: (contender, folder) => tableContent(contender.written(folder)),
  })
  return `${titleOf(sample, rounds)}\n\n${comparisonTable(results)}`
}

function titleOf(sample, rounds) {
  const sizes = `${megabytesText(sample.uncompressedBytes)} of JSON, ${megabytesText(sample.sizeBytes)} compressed`
  return `backfill: ${sample.items} items, ${sample.files} files, ${sizes}, ${rounds} alternating rounds`
}

async function parquetBelow(folder) {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true})
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.parquet'))
  return files.map((entry) => join(entry.parentPath, entry.name))
}
