// The contender to beat: bare DuckDB, the claims mapping in the fastest form of the read, nothing checked.
// Usage: node duckdb-backfill.mjs EXPORT_FOLDER OUTPUT_FOLDER
import {DuckDBInstance} from '@duckdb/node-api'
import {readFileSync} from 'node:fs'
import {basename, join} from 'node:path'

const TEXT = `claimId status claimType region currency aiDecision humanDecision finalDecision overrideReason modelVersion
  claimantId adjusterId`
const TYPES = [
  [TEXT, 'S', 'VARCHAR'],
  ['claimAmount payoutAmount budgetAmount', 'N', 'DECIMAL(18,2)'],
  ['textractCost textractBaselineCost aiCost', 'N', 'DECIMAL(18,6)'],
  ['aiConfidence fraudScore', 'N', 'DOUBLE'],
  ['documentCount pageCount', 'N', 'INTEGER'],
  [
    'createdAt updatedAt extractionStartedAt extractionCompletedAt reviewStartedAt reviewCompletedAt decidedAt',
    'S',
    'TIMESTAMP',
  ],
]
const DERIVED = `
  (textract_baseline_cost - textract_cost)::DECIMAL(20,6) AS textract_savings,
  (textract_cost + ai_cost)::DECIMAL(20,6) AS processing_cost,
  ai_decision = human_decision AS ai_agreed,
  ai_decision <> final_decision AS overridden,
  epoch_ms(decided_at) - epoch_ms(created_at) AS processing_ms,
  epoch_ms(extraction_completed_at) - epoch_ms(extraction_started_at) AS extraction_ms,
  epoch_ms(review_completed_at) - epoch_ms(review_started_at) AS review_ms,
  strftime(created_at, '%Y') AS year, strftime(created_at, '%m') AS month, strftime(created_at, '%d') AS day`

const [exportFolder, outputFolder] = process.argv.slice(2)
const instance = await DuckDBInstance.create(':memory:')
const connection = await instance.connect()
await connection.run('SET preserve_insertion_order = false')
const result = await connection.run(backfillSql(dataFiles(exportFolder), outputFolder))
console.log(`${(await result.getRows())[0][0]} rows`)
connection.closeSync()
instance.closeSync()

function backfillSql(files, output) {
  const attributes = TYPES.flatMap(([names, tag, type]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name) => ({name, tag, type})),
  )
  const struct = attributes.map(({name, tag}) => `"${name}" STRUCT(${tag} VARCHAR)`).join(', ')
  const columns = attributes
    .map(({name, tag, type}) => `Item."${name}".${tag}::${type} AS ${snakeCase(name)}`)
    .join(',\n  ')
  return `COPY (SELECT *, ${DERIVED} FROM (SELECT ${columns}
    FROM read_json([${files.map(quoted).join(', ')}], format = 'newline_delimited', maximum_object_size = 1048576,
      columns = {Item: 'STRUCT(${struct})'})))
  TO ${quoted(output)} (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (year, month, day))`
}

function dataFiles(folder) {
  const lines = readFileSync(join(folder, 'manifest-files.json'), 'utf8').trimEnd().split('\n')
  return lines.map((line) => join(folder, 'data', basename(JSON.parse(line).dataFileS3Key)))
}

function snakeCase(name) {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function quoted(text) {
  return `'${text.replaceAll("'", "''")}'`
}
