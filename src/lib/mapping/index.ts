export {columnType, duckdbType, parseColumnType, sourceTag, type ColumnType} from './column-type.js'
export {athenaRefusals, compileAthena, type AthenaMapping, type CompileAthenaOptions} from './compile-athena.js'
export {ATHENA_REFUSALS, type AthenaRefusal} from './athena-refusals.js'
export {compileDuckdb, type CompiledMapping, type CompileOptions} from './compile-duckdb.js'
export {isImmutable} from './change-inputs.js'
export {compileChangeFunction, type ChangeRow, type ChangeRows} from './change-rows.js'
export {readChange, readChangeLine, type ChangeLine, type ItemChange} from './change-line.js'
export {MAXIMUM_LINE_BYTES, readExportLine, readItem, type ExportLine, type LineFault} from './export-line.js'
export {PROBLEM_CLASSES, ROW_CLASS, rowCounts, SECOND_CLASSES, STORED_CLASSES, type RowClass} from './row-class.js'
export {decodePartition, DELETES_TRAY, fitsTray, isDigestTray, trayText} from './partition-tray.js'
export {
  catalogValues,
  hivePathValue,
  partitionPath,
  pathDepth,
  pathReader,
  pathTemplate,
  valueOfPath,
  type PathForm,
} from './partition-path.js'
export {
  CURABLE_REASONS,
  isKeyPrivate,
  QUARANTINE_COLUMNS,
  redactedValue,
  type QuarantinedLine,
  type QuarantineReason,
} from './quarantine.js'
export {METADATA_COLUMNS, SOURCE_RANK, storedColumns} from './row-metadata.js'
export {
  compileRowFunction,
  dayOfVersion,
  type AttributeValue,
  type DynamoItem,
  type MappedRow,
  type RowProblem,
} from './row-function.js'
export {readsExactly} from './type-change.js'
export * from './types.js'
