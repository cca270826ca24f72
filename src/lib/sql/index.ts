export {quoteIdentifier, quoteText} from './literals.js'
export {DUCKDB_PRELUDE, MAPPING_PRELUDE} from './prelude.js'
