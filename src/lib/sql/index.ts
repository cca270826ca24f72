export {quoteIdentifier, quoteText} from './literals.js'
export {rowHashSql} from './row-hash.js'
export {DUCKDB_PRELUDE, MAPPING_PRELUDE} from './prelude.js'
