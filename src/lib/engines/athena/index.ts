export {AthenaQueryEngine, type AthenaQueryOptions, type AthenaQueryResult} from './query-engine.js'
export type {EngineColumn, EngineRun, ReadStatement, StatementReader, StatementRunner} from './ports.js'
export {AthenaParquetEngine, type AthenaParquetOptions} from './parquet-engine.js'
export type {
  Addresses,
  AsideRequest,
  EndedWrite,
  LineSetter,
  LineTables,
  ParquetTable,
  ParquetTables,
  StatementWriter,
} from './ports.js'
export {AthenaUpkeep} from './upkeep.js'
