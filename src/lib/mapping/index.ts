export {columnType, duckdbType, parseColumnType, sourceTag, type ColumnType} from './column-type.js'
export {compileDuckdb, ROW_CLASS, type CompiledMapping} from './compile-duckdb.js'
export {MAXIMUM_LINE_BYTES, readExportLine, readItem, type ExportLine, type LineFault} from './export-line.js'
export {decodePartition} from './partition-tray.js'
export {catalogValues, hivePathValue, partitionPath, pathTemplate} from './partition-path.js'
export {
  isKeyPrivate,
  QUARANTINE_COLUMNS,
  redactedValue,
  type QuarantinedLine,
  type QuarantineReason,
} from './quarantine.js'
export {METADATA_COLUMNS, SOURCE_RANK, storedColumns} from './row-metadata.js'
export {
  compileRowFunction,
  type AttributeValue,
  type DynamoItem,
  type MappedRow,
  type RowProblem,
} from './row-function.js'
export {readsExactly} from './type-change.js'
export * from './types.js'
