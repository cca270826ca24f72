export {currentViewName, currentViewSql} from './current-view.js'
export {
  activeRuns,
  encodeRunRecord,
  listRunRecords,
  readRunRecord,
  runKey,
  runsTableName,
  standingFloor,
  type RunRecord,
  type StoredRunRecord,
} from './run-records.js'
export {ensureChangelogTables, tableLocation} from './tables.js'
