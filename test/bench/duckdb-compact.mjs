// The contenders to beat: bare DuckDB, nothing checked; all days in one statement, or one COPY a day in two instances of
// one thread, which keeps the order of rows. Usage: node duckdb-compact.mjs statement|pool LAKE_FOLDER OUTPUT_FOLDER
import {mkdirSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {DuckDBInstance} from '@duckdb/node-api'

const [how, lake, output] = process.argv.slice(2)
if (how === 'statement') await statement()
else {
  const days = readdirSync(lake)
  await Promise.all([worker(days), worker(days)])
}

async function statement() {
  const instance = await DuckDBInstance.create(':memory:', {threads: '2'})
  const connection = await instance.connect()
  await connection.run('SET preserve_insertion_order = false')
  const rows = `read_parquet('${lake}/day=*/*.parquet', hive_partitioning = true, hive_types = {day: VARCHAR})`
  await connection.run(
    `COPY (SELECT * FROM ${rows}) TO '${output}' (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (day))`,
  )
}

async function worker(days) {
  const instance = await DuckDBInstance.create(':memory:', {threads: '1'})
  const connection = await instance.connect()
  for (let day = days.pop(); day !== undefined; day = days.pop()) {
    mkdirSync(join(output, day), {recursive: true})
    const rows = `read_parquet('${lake}/${day}/*.parquet', hive_partitioning = false)`
    await connection.run(
      `COPY (SELECT * FROM ${rows}) TO '${output}/${day}/data_0.parquet' (FORMAT parquet, COMPRESSION snappy)`,
    )
  }
}
