import {DuckDBInstance} from '@duckdb/node-api'

const PARTITION = ['year', 'month', 'day']

/**
 * What the Parquet files of a folder hold, in a form that is equal for equal tables whoever wrote them: rows, the sum of
 * the amounts, rows per day, and of every column a sum of hashes. sluice's own columns, with a leading `_`, are left out.
 */
export async function tableContent(folder) {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const rowsOf = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson()
  try {
    const types = PARTITION.map((name) => `${name}: VARCHAR`).join(', ')
    const files = `${folder}/**/*.parquet`.replaceAll("'", "''")
    await connection.run(
      `CREATE VIEW written AS FROM read_parquet('${files}', hive_partitioning = true, hive_types = {${types}})`,
    )
    const columns = (await rowsOf('DESCRIBE written')).filter(({column_name: name}) => !name.startsWith('_'))
    const [totals] = await rowsOf(
      'SELECT count(*) AS rows, sum(claim_amount)::DECIMAL(38,2)::VARCHAR AS amount FROM written',
    )
    const days = await rowsOf(`SELECT ${PARTITION.join(', ')}, count(*) AS rows FROM written GROUP BY ALL ORDER BY ALL`)
    const [hashes] = await rowsOf(`SELECT ${columns.map(hashSql).join(', ')} FROM written`)
    return {rows: totals.rows, amount: totals.amount, days: JSON.stringify(days), ...hashes}
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** Names of what differs between two contents; empty for equal ones. */
export function contentDifferences(content, reference) {
  const names = new Set([...Object.keys(content), ...Object.keys(reference)])
  return [...names].filter((name) => content[name] !== reference[name])
}

/** Writers choose among types for the same value: a wider decimal, an instant with a zone. */
function hashSql({column_name: name, column_type: type}) {
  const value = type.startsWith('TIMESTAMP')
    ? `epoch_us("${name}")`
    : /^(DECIMAL|[A-Z]*INT)/.test(type)
      ? `"${name}"::VARCHAR`
      : `"${name}"`
  return `sum(hash(${value})::HUGEINT)::VARCHAR AS "column ${name}"`
}
