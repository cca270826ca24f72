import {catalogStatements} from './catalog-statements.mjs'
import {icebergStatements} from './iceberg-statements.mjs'
import {bareStatement} from './sql-text.mjs'
import {writeStatements} from './write-statements.mjs'

const QUERIES = ['SELECT', 'WITH', 'VALUES', 'TABLE']
const CHANGES = ['INSERT', 'MERGE', 'DELETE', 'UPDATE', 'EXECUTE']
const QUESTIONS = ['EXPLAIN', 'DESCRIBE', 'SHOW']

/**
 * What Trino and Glue have to do for a statement of Athena:
 * `steps` are Trino SQL or functions that get a Trino runner; `kind` and `name` are Athena's statement types;
 * `target` is where a write puts its objects.
 */
export function translate(query, context) {
  const sql = bareStatement(query.text)
  for (const rule of [...catalogStatements, ...icebergStatements, ...writeStatements]) {
    const found = rule.pattern.exec(sql)
    const translated = found === null ? null : rule.translate(found, query, context)
    if (translated !== null) return translated
  }
  return asItIs(sql)
}

/** DML or DDL by the first word alone: what Athena says of a query that has not run. */
export function guessedKind(text) {
  return /^\s*\(?\s*(SELECT|WITH|INSERT|MERGE|DELETE|UPDATE|VALUES|UNLOAD|OPTIMIZE|VACUUM|EXECUTE)\b/i.test(
    bareStatement(text),
  )
    ? 'DML'
    : 'DDL'
}

function asItIs(sql) {
  const word = /^\w+/.exec(sql)?.[0].toUpperCase() ?? ''
  const asks = QUERIES.includes(word) || sql.startsWith('(')
  const kind = asks || CHANGES.includes(word) ? 'DML' : QUESTIONS.includes(word) ? 'UTILITY' : 'DDL'
  return {kind, name: asks && word !== 'TABLE' ? 'SELECT' : word, steps: [sql]}
}
