import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {DuckDBInstance} from '@duckdb/node-api'

/** The bytes of a Parquet file with the rows of a statement. */
export async function parquetOf(sql: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-lab-parquet-'))
  try {
    const instance = await DuckDBInstance.create()
    const connection = await instance.connect()
    await connection.run(`COPY (${sql}) TO '${folder}/a.parquet' (FORMAT parquet)`)
    connection.closeSync()
    instance.closeSync()
    return await readFile(join(folder, 'a.parquet'))
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}
