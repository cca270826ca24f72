import {mkdtemp, readdir, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {basename, join} from 'node:path'
import {DuckDBInstance} from '@duckdb/node-api'
import {GetObjectCommand} from '@aws-sdk/client-s3'
import type {AwsLake} from './aws-lake.js'
import {s3} from './checks/lab-clients.js'
import {listAll} from './faults/fault-lake.js'

/** What a change log's objects hold, of a folder's lake or one in the lab. */
export interface TableFiles {
  readonly rows: readonly string[]
  readonly deletes: readonly string[]
  readonly quarantine: readonly string[]
}

/** Copies a table's objects out of the lab. */
export async function downloadTable(lake: AwsLake, table: string): Promise<TableFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-table-'))
  const copy = async (Bucket: string, prefix: string): Promise<string[]> => {
    const files: string[] = []
    for (const Key of await listAll(s3, Bucket, prefix)) {
      const {Body} = await s3.send(new GetObjectCommand({Bucket, Key}))
      const file = join(folder, `${files.length}-${prefix.replaceAll('/', '_')}-${basename(Key)}`)
      await writeFile(file, await Body!.transformToByteArray())
      files.push(file)
    }
    return files
  }
  return {
    rows: await copy(lake.tableBucket, `${table}/`),
    deletes: await copy(lake.stateBucket, `sluice/${table}__deletes/`),
    quarantine: await copy(lake.stateBucket, `sluice/${table}__quarantine_rows/`),
  }
}

/**
 * One text for each column and file list: the same for the same multiset of values beside the key. Nothing of sluice is
 * in it: DuckDB reads the files as they lie there.
 */
export async function columnHashes(
  files: readonly string[],
  columns: readonly string[],
  key: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  if (files.length === 0) return {rows: '0'}
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(`SET TimeZone = 'UTC'`)
  const list = `[${files.map((file) => `'${file.replaceAll("'", "''")}'`).join(', ')}]`
  const from = `read_parquet(${list}, hive_partitioning = false, union_by_name = true)`
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`)
  const types = new Map(
    described.getRowObjects().map((row) => [String(row['column_name']), String(row['column_type'])]),
  )
  // Writers keep times in one of two ways, and name the parts of lists as they like.
  const value = (name: string): string =>
    (types.get(name) ?? '').startsWith('TIMESTAMP') ? `CAST("${name}" AS TIMESTAMP)` : `"${name}"`
  const sums = columns.map(
    (name) => `sum(hash(${[...new Set([...key, name])].map(value).join(', ')})::HUGEINT) AS "${name}"`,
  )
  const result = await connection.runAndReadAll(`SELECT count(*) AS _rows, ${sums.join(', ')} FROM ${from}`)
  const [row] = result.getRowObjects()
  connection.closeSync()
  return Object.fromEntries(Object.entries(row!).map(([name, sum]) => [name, String(sum)]))
}

/** The objects of a table in the folder of the local environment. */
export async function localTable({root}: Pick<AwsLake, 'root'>, table: string): Promise<TableFiles> {
  const below = async (folder: string): Promise<string[]> => {
    const entries = await readdir(join(root, folder), {recursive: true, withFileTypes: true}).catch(() => [])
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  }
  return {
    rows: await below(table),
    deletes: await below(`${table}__deletes`),
    quarantine: await below(`${table}__quarantine_rows`),
  }
}
