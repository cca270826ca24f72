export {compareCurrent, hasStreamRows, wronglyShownKeys, type CurrentChange} from './compare-current.js'
export {currentViewName, currentViewSql} from './current-view.js'
export {compactionOfObject, isMergedObject, runOfObject} from './object-names.js'
export {deletesPrefix, deletesTableName} from './ranked-rows.js'
export {pinState, type PinnedState, type PinPorts} from './pinned-state.js'
export {quarantinePrefix, quarantineTableName, quarantineViewName} from './quarantine-view.js'
export {
  activeRuns,
  closeRun,
  encodeRunRecords,
  listRunRecords,
  nextOrder,
  nextRunKey,
  readRunSlot,
  runsTableName,
  standingFloor,
  type RunFilter,
  type RunRecord,
  type StoredRunRecord,
} from './run-records.js'
export {differs, refuseForeignTables} from './refuse-foreign.js'
export {partitionLocator, registerPartitions, registerTable, type Locate} from './placement.js'
export {runStatuses, type RunStatus} from './run-status.js'
export {layoutOf, prepareChangelogTables, showChangelogTables, tableLocation} from './tables.js'
