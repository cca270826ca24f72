export {AthenaQueryEngine, type AthenaQueryOptions, type AthenaQueryResult} from './query-engine.js'
export type {
  EngineColumn,
  EngineRun,
  EngineStatistics,
  ReadStatement,
  StatementReader,
  StatementRunner,
} from './ports.js'
