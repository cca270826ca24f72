export {AthenaQueryEngine, type AthenaQueryOptions, type AthenaQueryResult} from './query-engine.js'
export type {EngineColumn, EngineRun, ReadStatement, StatementReader, StatementRunner} from './ports.js'
