import {existsSync, mkdirSync, renameSync} from 'node:fs'
import path from 'node:path'
import {DuckDBInstance} from '@duckdb/node-api'

export const DAYS = 30
const FILES_A_DAY = 96
const STATES = "['SUBMITTED', 'IN_REVIEW', 'APPROVED', 'REJECTED', 'PAID']"
const COUNTRIES = "['US', 'DE', 'GB', 'FR', 'JP', 'BR']"

/** Columns of the lake, with Athena's types. */
export const COLUMNS = [
  {name: 'event_id', type: 'string'},
  {name: 'user_id', type: 'string'},
  {name: 'ts', type: 'timestamp'},
  {name: 'status', type: 'string'},
  {name: 'amount', type: 'decimal(18,2)'},
  {name: 'score', type: 'double'},
  {name: 'ms', type: 'bigint'},
  {name: 'country', type: 'string'},
  {name: 'agreed', type: 'boolean'},
  {name: 'note', type: 'string'},
]

/** A file of about 500 events of a quarter of an hour; the same for the same day and file. */
function rowsSql(day, file) {
  const seed = day * FILES_A_DAY + file
  const random = (n) => `hash(i, ${seed}, ${n})`
  const startUs = 1_767_225_600_000_000n + BigInt(day) * 86_400_000_000n + BigInt(file) * 900_000_000n
  return `SELECT md5(CAST(${random(1)} AS VARCHAR)) AS event_id,
      md5(CAST(${random(2)} % 50000 AS VARCHAR)) AS user_id,
      make_timestamp(${startUs} + CAST(i * 1500000 + ${random(3)} % 1500000 AS BIGINT)) AS ts,
      ${STATES}[1 + CAST(${random(4)} % 5 AS INTEGER)] AS status,
      CAST(CAST(${random(5)} % 5000000 AS BIGINT) / 100 AS DECIMAL(18, 2)) AS amount,
      CAST(${random(6)} % 1000000000 AS DOUBLE) / 1000000000 AS score,
      CAST(50 + ${random(7)} % 90000 AS BIGINT) AS ms,
      ${COUNTRIES}[1 + CAST(${random(8)} % 6 AS INTEGER)] AS country,
      ${random(9)} % 10 < 8 AS agreed,
      'ref ' || (${random(10)} % 1000000000) || ' via channel ' || (i % 17) AS note
    FROM range(${400 + ((seed * 131) % 201)}) AS rows(i)`
}

/** A lake of 2,880 small files under `folder`, as `day=…/part-….parquet`; made once. */
export async function smallFilesLake(folder) {
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.unfinished-${process.pid}`
  const instance = await DuckDBInstance.create(':memory:', {threads: '1'})
  const connection = await instance.connect()
  for (let day = 0; day < DAYS; day += 1) {
    const partition = path.join(unfinished, `day=2026-01-${String(day + 1).padStart(2, '0')}`)
    mkdirSync(partition, {recursive: true})
    for (let file = 0; file < FILES_A_DAY; file += 1) {
      const target = path.join(partition, `part-${String(file).padStart(3, '0')}.parquet`)
      await connection.run(`COPY (${rowsSql(day, file)}) TO '${target}' (FORMAT parquet, COMPRESSION snappy)`)
    }
  }
  connection.closeSync()
  instance.closeSync()
  renameSync(unfinished, folder)
  return folder
}
