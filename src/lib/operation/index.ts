export {applyPlan, resumeOperation, type ApplyOptions} from './apply.js'
export {comparisonText} from './compare.js'
export {chooseResumable} from './choose.js'
export {collectAll, DEFAULT_GRACE_HOURS, type GarbageOptions, type GarbageResult} from './collect-garbage.js'
export {
  listOperations,
  operationDocument,
  showOperation,
  type ChangedOperation,
  type GarbageDocument,
  type LockDescription,
  type OperationDocument,
  type OperationList,
  type ShownOperation,
  type UnlockDocument,
} from './documents.js'
export {parsePlan, type LoadedPlan} from './plan-file.js'
export {listLocks} from './list-locks.js'
export {isResumable, listOperationIds, readOperation, type OperationRecord, type OperationState} from './record.js'
export {OPERATIONS_PREFIX} from './state-layout.js'
export {renderChanged, renderGarbage, renderOperation, renderOperations, renderUnlock} from './render.js'
export {cancelOperation, undoOperation, type UndoResult} from './undo.js'
export {lockHolder, unlock} from './unlock.js'
export * from './types.js'
