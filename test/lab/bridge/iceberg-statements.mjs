import {glueTable} from './glue-changes.mjs'
import {literal, NAME, quoted, splitAtCommas, statement, tableOf} from './sql-text.mjs'

const DEFAULT_SNAPSHOT_AGE_SECONDS = '432000'

/** Upkeep and creation of Iceberg tables, which Trino spells otherwise. */
export const icebergStatements = [
  {
    pattern: statement(`OPTIMIZE ${NAME} REWRITE DATA USING BIN_PACK(?: WHERE (.*))?`),
    translate(found, query, {iceberg}) {
      const filter = found[2] === undefined ? '' : ` WHERE ${found[2]}`
      return {
        kind: 'DML',
        name: 'OPTIMIZE',
        steps: [`ALTER TABLE ${fullName(found[1], query, iceberg)} EXECUTE optimize${filter}`],
      }
    },
  },
  {
    pattern: statement(`VACUUM ${NAME}`),
    translate(found, query, {iceberg, glue}) {
      const step = async (trino) => {
        const {Parameters = {}} = await glueTable(glue, tableOf(found[1], query.database))
        const age = `${Parameters['vacuum_max_snapshot_age_seconds'] ?? DEFAULT_SNAPSHOT_AGE_SECONDS}s`
        for (const procedure of ['expire_snapshots', 'remove_orphan_files']) {
          const table = fullName(found[1], query, iceberg)
          await trino(`ALTER TABLE ${table} EXECUTE ${procedure}(retention_threshold => '${age}')`)
        }
        return []
      }
      return {kind: 'DML', name: 'VACUUM', steps: [step]}
    },
  },
  {
    pattern: statement(
      `CREATE TABLE( IF NOT EXISTS)? ${NAME} ?\\((.*?)\\)(?: PARTITIONED BY ?\\((.*?)\\))? LOCATION '([^']+)' TBLPROPERTIES ?\\((.*)\\)`,
    ),
    translate(found, query, {iceberg}) {
      const table = fullName(found[2], query, iceberg)
      const settings = `format = 'PARQUET', location = ${literal(found[5])}${partitioning(found[4])}`
      const sql = `CREATE TABLE${found[1] ?? ''} ${table} (${trinoColumns(found[3])}) WITH (${settings})`
      return {kind: 'DDL', name: 'CREATE_TABLE', steps: [sql]}
    },
  },
]

function fullName(name, query, catalog) {
  const {database, table} = tableOf(name, query.database)
  return `${catalog}.${quoted(database)}.${quoted(table)}`
}

/** Scalar types only: Athena's names of nested types are not translated. */
const trinoColumns = (text) =>
  text
    .replace(/`/g, '"')
    .replace(/\bstring\b/gi, 'varchar')
    .replace(/\btimestamp\b/gi, 'timestamp(6)')

function partitioning(text) {
  if (text === undefined) return ''
  const parts = splitAtCommas(text).map((part) => literal(trinoTransform(part.trim().replace(/[`"]/g, ''))))
  return `, partitioning = ARRAY[${parts.join(', ')}]`
}

/** Athena writes `bucket(4, id)`, Trino `bucket(id, 4)`. */
const trinoTransform = (part) => part.replace(/^(bucket|truncate)\((\d+),\s*(\w+)\)$/i, '$1($3, $2)')
