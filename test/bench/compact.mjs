import {readdir, readFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {DuckDBInstance} from '@duckdb/node-api'
import {alternate, comparisonTable} from './alternating.mjs'
import {compactContenders} from './compact-contenders.mjs'
import {COLUMNS, smallFilesLake} from './small-files.mjs'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

/**
 * 2,880 small files of 30 days into 30: by sluice (checked, hashed while it is written, read back), by bare DuckDB
 * (unchecked) in one statement and in two instances side by side, and by what else stands for the job.
 */
export async function benchCompact({rounds = '5', contenders: chosen, dist = join(PROJECT, 'dist')}) {
  const lake = await smallFilesLake(join(tmpdir(), 'sluice-bench', 'small-files-1'))
  const contenders = await compactContenders({lake, dist, chosen})
  const results = await alternate(contenders, Number(rounds), {
    filesOf: (contender, folder) => writtenFiles(contender.written(folder)),
    contentOf: async (contender, folder) => contentOf(await writtenFiles(contender.written(folder))),
  })
  const sources = await writtenFiles(lake)
  const {rows} = await contentOf(sources)
  return `compact: ${rows} rows in ${sources.length} files, ${rounds} alternating rounds\n\n${comparisonTable(results)}`
}

/** The files of a table: all Parquet files below its folder, or those that a Delta log names. */
async function writtenFiles(folder) {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true})
  const files = entries.filter((entry) => entry.isFile() && /\.parquet$/.test(entry.name))
  const paths = files.map((entry) => join(entry.parentPath, entry.name))
  const logs = entries.filter(
    (entry) => entry.isFile() && /_delta_log$/.test(entry.parentPath) && /\.json$/.test(entry.name),
  )
  if (logs.length === 0) return paths
  const standing = new Set()
  for (const log of logs.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const lines = (await readFile(join(log.parentPath, log.name), 'utf8')).trim().split('\n')
    for (const {add, remove} of lines.map((line) => JSON.parse(line))) {
      if (remove !== undefined) standing.delete(remove.path)
      if (add !== undefined) standing.add(add.path)
    }
  }
  return [...standing].map((path) => join(folder, decodeURIComponent(path)))
}

/** Rows, rows a day, and of every column a sum of hashes: equal for equal tables whoever wrote them. */
async function contentOf(files) {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const list = files.map((file) => `'${file.replaceAll("'", "''")}'`).join(', ')
    const hashes = COLUMNS.map(({name, type}) => {
      const value =
        type === 'timestamp' ? `epoch_us(${name})` : type.startsWith('decimal') ? `CAST(${name} AS VARCHAR)` : name
      return `CAST(sum(CAST(hash(${value}) AS HUGEINT)) AS VARCHAR) AS "column ${name}"`
    })
    const reader = await connection.runAndReadAll(
      `SELECT count(*) AS rows, ${hashes.join(', ')} FROM read_parquet([${list}], hive_partitioning = false)`,
    )
    return reader.getRowObjectsJson()[0]
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
