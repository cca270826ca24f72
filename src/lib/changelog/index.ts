export {currentViewName, currentViewSql} from './current-view.js'
export {
  activeRuns,
  closeRun,
  encodeRunRecord,
  listRunRecords,
  nextRunKey,
  readRunSlot,
  runsTableName,
  standingFloor,
  type RunRecord,
  type StoredRunRecord,
} from './run-records.js'
export {ensureChangelogTables, tableLocation} from './tables.js'
