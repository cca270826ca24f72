import type {EngineName} from '../ports/parquet-engine.js'
import {isMergedObject} from '../changelog/index.js'
import type {ListedObject, ObjectKey} from '../ports/object-store.js'
import {plannedSource} from './layout.js'
import {CLOSED_AFTER_MS, isWellFilled, outputCount, type CompactPolicy} from './policy.js'
import type {Method, PlannedSource} from './work.js'

/** Why a partition is left as it is. */
export type SkipReason =
  | 'single_file'
  | 'well_filled'
  | 'few_files'
  | 'compacted'
  | 'too_young'
  | 'too_large'
  | 'archived'
  | 'empty_file'
  | 'nested_folders'
  | 'unusable_key'
  | 'shared_location'
  | 'outside'
  | 'load_unfinished'
  | 'waits_for_gc'

/** What lies in one partition, as a reader sees it. */
export interface PartitionFiles {
  /** One text a partition column. */
  readonly partition: readonly string[]
  readonly location: string
  /** In the order of their keys, without what a compaction has merged already. */
  readonly files: readonly ListedObject[]
  /** Files that were merged and wait for gc. */
  readonly waiting: number
  /** Files of loads that have not ended. */
  readonly unfinished: number
  /** Keys of those of `files` with rows that no reader will ever count again. */
  readonly withDroppedRows: ReadonlySet<ObjectKey>
  readonly hasNestedFolders: boolean
  /** Of a file in it that cannot be read here, though its readers see it. */
  readonly unusableKey: ObjectKey | null
  readonly isShared: boolean
  /** It lies in a place that is not the lake's. */
  readonly isOutside: boolean
}

export interface PlannedMerge {
  readonly sources: readonly PlannedSource[]
  readonly outputs: number
  readonly sizeBytes: number
}

export type Verdict =
  | {readonly state: 'merge'; readonly merge: PlannedMerge}
  | {readonly state: 'skipped'; readonly reason: SkipReason; readonly detail: string | null}

/** Decides what to do with one partition. Pure: the same files and instant give the same verdict. */
export function judgePartition(
  found: PartitionFiles,
  method: Method,
  policy: CompactPolicy,
  asOf: Date,
  engine: EngineName = 'duckdb',
): Verdict {
  const obstacle = obstacleOf(
    found,
    method,
    engine === 'athena' ? {...policy, maximumPartitionBytes: Infinity} : policy,
    asOf,
  )
  if (obstacle !== null) return obstacle
  const {files} = found
  // How many files Athena writes nobody can tell: it divides none, and what it has merged stays as it is.
  const isAthenas = engine === 'athena'
  const isPoor = ({key, sizeBytes: size}: ListedObject): boolean =>
    !isWellFilled(size, policy.targetBytes) && !(isAthenas && (size > policy.targetBytes || isMergedObject(key)))
  const poor = files.filter(isPoor)
  const isSource = (object: ListedObject): boolean => isPoor(object) || found.withDroppedRows.has(object.key)
  // A swap shows the outputs in place of everything that lies there.
  const sources = method === 'swap' ? files : files.filter(isSource)
  const sizeBytes = sources.reduce((sum, file) => sum + file.sizeBytes, 0)
  const outputs = outputCount(sizeBytes, policy.targetBytes)
  const merge: Verdict = {state: 'merge', merge: {sources: sources.map(plannedSource), outputs, sizeBytes}}
  if (found.withDroppedRows.size > 0) return merge
  if (files.length <= 1 && poor.every(({sizeBytes: size}) => size <= policy.targetBytes)) return skipped('single_file')
  if (poor.length === 0) {
    const isLeft = files.some(
      ({sizeBytes: size}) => !isWellFilled(size, policy.targetBytes) && size < policy.targetBytes,
    )
    return skipped(isLeft ? 'compacted' : 'well_filled')
  }
  const isOverfull = poor.some(({sizeBytes: size}) => size > policy.targetBytes)
  const isLarge = poor.length > 1 && sizeBytes > policy.targetBytes && !isAthenas
  const isWorthIt = poor.length >= policy.minimumFiles || isLarge || isOverfull
  if (!isWorthIt) return skipped('few_files')
  // Outputs pack better than their sources, so that merged files look small again: never without fewer of them.
  const isFewer = outputs < sources.length || (isOverfull && outputs > sources.length)
  if (!isFewer) return skipped(poor.every(({key}) => isMergedObject(key)) ? 'compacted' : 'few_files')
  return merge
}

function obstacleOf(found: PartitionFiles, method: Method, policy: CompactPolicy, asOf: Date): Verdict | null {
  const {files} = found
  if (found.isOutside) return skipped('outside', found.location)
  if (found.isShared) return skipped('shared_location')
  if (found.unusableKey !== null) return skipped('unusable_key', found.unusableKey)
  if (found.hasNestedFolders) return skipped('nested_folders')
  if (files.length === 0) {
    if (found.waiting > 0) return skipped('waits_for_gc', `${found.waiting} merged files`)
    return skipped(found.unfinished > 0 ? 'load_unfinished' : 'single_file')
  }
  const archived = files.find(({storageClass}) => storageClass?.isArchived === true)
  if (archived !== undefined) return skipped('archived', archived.key)
  const empty = files.find(({sizeBytes}) => sizeBytes === 0)
  if (empty !== undefined) return skipped('empty_file', empty.key)
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  if (sizeBytes > policy.maximumPartitionBytes) return skipped('too_large')
  const minimumAgeMs = policy.minimumAgeMs ?? (method === 'beside' ? 0 : CLOSED_AFTER_MS)
  const newestMs = Math.max(...files.map(({modifiedAt}) => modifiedAt.getTime()))
  // Where no age is asked for, a store whose clock runs ahead of this one makes no file too young.
  const isYoung = minimumAgeMs > 0 && asOf.getTime() - newestMs < minimumAgeMs
  return isYoung ? skipped('too_young', new Date(newestMs).toISOString()) : null
}

export function skipped(reason: SkipReason, detail: string | null = null): Verdict {
  return {state: 'skipped', reason, detail}
}
