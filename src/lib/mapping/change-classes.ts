import type {LineShape} from '../ports/parquet-engine.js'
import {quoteIdentifier} from '../sql/index.js'
import {areConditionsOfKey, isImmutable, isPartitionOfKey} from './change-inputs.js'
import {ROW_CLASS, type RowClass} from './row-class.js'
import type {Derivation, TableMapping} from './types.js'

/** Whether an image of a change is to be stored with its values. SQL of every engine, as all on this page. */
export const IS_UPSERT_ROLE = `_role IN ('new', 'alone')`

/** The class of a row of a change with nothing against it. */
export function changeClass(): string {
  return `CASE WHEN ${IS_UPSERT_ROLE} THEN ${ROW_CLASS.upsert} ELSE ${ROW_CLASS.deleted} END`
}

/** Branches of a CASE over `_role` and `_problem` that come before all others of a change. */
export function changeBranches(mapping: TableMapping): string {
  const moved = `WHEN _role = 'moved' THEN CASE WHEN _problem IS NULL THEN ${ROW_CLASS.moved} ELSE ${ROW_CLASS.nothing} END`
  if (areConditionsOfKey(mapping)) return moved
  // It may have been one of the table before: an old image is of the window's begin, not of the write before.
  const keyIsThere = mapping.key.map((name) => `${quoteIdentifier(name)} IS NOT NULL`).join(' AND ')
  return `${moved} WHEN ${IS_UPSERT_ROLE} AND _problem IN ('elsewhere', 'skipped') AND ${keyIsThere} THEN ${ROW_CLASS.deleted}`
}

/** Whether the partition of what the key has cannot be told from the row; `derived` is the engine's SQL of its values. */
export function isHomeless(mapping: TableMapping, shape: LineShape, derived: (derive: Derivation) => string): string {
  if (!isImmutable(mapping)) return 'false'
  const unknown = mapping.partition!.by.map(({derive}) => `${derived(derive)} IS NULL`)
  if (shape === 'changes') {
    if (!isPartitionOfKey(mapping)) unknown.push(`_role = 'keys'`)
    if (!areConditionsOfKey(mapping)) unknown.push(`(_class = ${ROW_CLASS.deleted} AND ${IS_UPSERT_ROLE})`)
  }
  return `(${unknown.join(' OR ')})`
}

/** What items are called that conditions leave out. */
export function leftOutName({when}: TableMapping): 'elsewhere' | 'skipped' {
  return when.length > 0 ? 'elsewhere' : 'skipped'
}

/** Numbers of classes, for an IN. */
export function classNumbers(...names: readonly RowClass[]): string {
  return names.map((name) => ROW_CLASS[name]).join(', ')
}
