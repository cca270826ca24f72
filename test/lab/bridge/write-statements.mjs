import {
  bareName,
  closingBracket,
  literal,
  NAME,
  properties,
  quoted,
  statement,
  tableOf,
  withClause,
} from './sql-text.mjs'

const COMPRESSIONS = ['write_compression', 'parquet_compression', 'orc_compression', 'compression']
const UNKNOWN_TO_TRINO = [
  'compression_level',
  'field_delimiter',
  'vacuum_max_snapshot_age_seconds',
  'vacuum_min_snapshots_to_keep',
  'optimize_rewrite_delete_file_threshold',
  'optimize_rewrite_data_file_threshold',
]

/** Statements that write objects: each says where, so that the manifest can list them. */
export const writeStatements = [
  {pattern: statement('UNLOAD ?\\(.*'), translate: (found, query, context) => unload(found[0], query, context)},
  {pattern: statement(`CREATE TABLE( IF NOT EXISTS)? ${NAME}(.*)`), translate: createTableAs},
  {
    pattern: statement(`INSERT INTO (?:TABLE )?${NAME}(.*)`),
    translate: (found, query) => ({
      kind: 'DML',
      name: 'INSERT',
      steps: [found[0]],
      target: {table: tableOf(found[1], query.database)},
    }),
  },
]

/** An external table that lives as long as the statement: Trino has no UNLOAD. */
function unload(sql, query, {hive}) {
  const open = sql.indexOf('(')
  const close = closingBracket(sql, open)
  const rest = /^\s*TO\s+'([^']+)'(?:\s+WITH\s*\((.*)\))?$/is.exec(sql.slice(close + 1))
  if (close < 0 || rest === null) return null
  const {session, settings} = split(properties(rest[2] ?? ''), hive)
  const table = `${hive}.${quoted(query.database)}.unload_${query.id.replace(/-/g, '')}`
  const clause = withClause({...settings, external_location: literal(rest[1])})
  const drop = async (trino) => {
    await trino(`DROP TABLE ${table}`)
    return []
  }
  const create = `CREATE TABLE ${table} ${clause} AS ${sql.slice(open + 1, close)}`
  return {kind: 'DML', name: 'UNLOAD', steps: [create, drop], session, target: {location: rest[1]}}
}

function createTableAs([, mayExist = '', name, rest], query, {hive, iceberg}) {
  const parts = settingsAndQuery(rest.trim())
  if (parts === null) return null
  const given = properties(parts.settings)
  const isIceberg = /^'iceberg'$/i.test(given['table_type'] ?? '')
  const {session, settings} = split(given, hive)
  const place = isIceberg ? 'location' : 'external_location'
  settings[place] ??= given['location'] ?? literal(`${query.output}tables/${query.id}/`)
  if (!isIceberg) settings['format'] ??= "'PARQUET'"
  const {database, table} = tableOf(name, query.database)
  const full = `${isIceberg ? iceberg : hive}.${quoted(database)}.${quoted(table)}`
  return {
    kind: 'DDL',
    name: 'CREATE_TABLE_AS_SELECT',
    steps: [`CREATE TABLE${mayExist} ${full} ${withClause(settings)} AS ${parts.query}`],
    session: isIceberg ? {} : session,
    target: {location: bareName(settings[place]).replace(/^'|'$/g, '')},
  }
}

/** `WITH (…) AS query`, or `AS query`; null for a CREATE TABLE that selects nothing. */
function settingsAndQuery(text) {
  const plain = /^AS\s+(.*)$/is.exec(text)
  if (plain !== null) return {settings: '', query: plain[1]}
  const open = text.indexOf('(')
  if (!/^WITH\s*\(/i.test(text)) return null
  const close = closingBracket(text, open)
  const query = /^\s*AS\s+(.*)$/is.exec(text.slice(close + 1))
  return query === null ? null : {settings: text.slice(open + 1, close), query: query[1]}
}

/** Trino takes the compression from the session and refuses properties that it does not know. */
function split(given, hive) {
  const codec = COMPRESSIONS.map((name) => given[name]).find((value) => value !== undefined)
  const dropped = new Set([...COMPRESSIONS, ...UNKNOWN_TO_TRINO, 'table_type', 'is_external', 'location'])
  const settings = Object.fromEntries(Object.entries(given).filter(([name]) => !dropped.has(name)))
  const session = codec === undefined ? {} : {[`${hive}.compression_codec`]: codec.replace(/'/g, '').toUpperCase()}
  return {session, settings}
}
