export {DuckDbParquetEngine} from './parquet-engine.js'
export {DuckDbQueryEngine} from './query-engine.js'
export {DuckDbStatementReader} from './statement-reader.js'
