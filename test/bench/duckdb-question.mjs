// Bare DuckDB over the Parquet files of a lake's claims: node duckdb-question.mjs <lake> <sql>
import {DuckDBInstance} from '@duckdb/node-api'

const [lake, sql] = process.argv.slice(2)
const instance = await DuckDBInstance.create(':memory:')
const connection = await instance.connect()
const types = '{year: VARCHAR, month: VARCHAR, day: VARCHAR}'
const files = `${lake}/claims/**/*.parquet`.replaceAll("'", "''")
await connection.run(
  `CREATE VIEW claims AS FROM read_parquet('${files}', hive_partitioning = true, hive_types = ${types})`,
)
console.log((await connection.runAndReadAll(sql)).getRowsJson())
