import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {judgePartition, type PartitionFiles, type Verdict} from '../../src/lib/compact/judge.js'
import {outputName} from '../../src/lib/compact/layout.js'
import {DEFAULT_POLICY, type CompactPolicy} from '../../src/lib/compact/policy.js'
import type {Method} from '../../src/lib/compact/work.js'
import type {ListedObject} from '../../src/lib/ports/object-store.js'

const AS_OF = new Date('2026-03-01T00:00:00.000Z')
const OLD = new Date('2026-02-01T00:00:00.000Z')
const POLICY: CompactPolicy = {...DEFAULT_POLICY, targetBytes: 1000, maximumPartitionBytes: 100_000}
const LOCATION = 'events/day=2026-01-14/'

function file(sizeBytes: number, n: number, more: Partial<ListedObject> = {}): ListedObject {
  return {key: `${LOCATION}${String(n).padStart(4, '0')}.parquet`, sizeBytes, modifiedAt: OLD, ...more}
}

/** A file as a compaction names it. */
function merged(sizeBytes: number, n: number): ListedObject {
  const work = {partition: ['2026-01-14'], format: 'parquet', sources: []} as const
  const key = `${LOCATION}${outputName(work, {operation: '0'.repeat(26), attempt: 1, schema: 's', n})}`
  return {key, sizeBytes, modifiedAt: OLD}
}

function found(files: readonly ListedObject[], more: Partial<PartitionFiles> = {}): PartitionFiles {
  const none = {
    waiting: 0,
    unfinished: 0,
    withDroppedRows: new Set<string>(),
    hasNestedFolders: false,
    unusableKey: null,
    isShared: false,
    isOutside: false,
  }
  return {partition: ['2026-01-14'], location: LOCATION, files, ...none, ...more}
}

function files(...sizes: readonly number[]): ListedObject[] {
  return sizes.map((size, n) => file(size, n))
}

function outcome(verdict: Verdict): string {
  return verdict.state === 'merge' ? `${verdict.merge.sources.length} to ${verdict.merge.outputs}` : verdict.reason
}

describe('what is done with a partition', () => {
  it.each<[string, PartitionFiles, Method, string]>([
    ['without files', found([]), 'beside', 'single_file'],
    ['outside of the lake', found([], {isOutside: true}), 'swap', 'outside'],
    ['of one file', found(files(10)), 'beside', 'single_file'],
    ['of one file that is far too large', found(files(5000)), 'beside', '1 to 5'],
    ['of well filled files', found(files(800, 900, 1000, 1100, 1800)), 'beside', 'well_filled'],
    ['of few small files', found(files(10, 10, 10, 10)), 'beside', 'few_files'],
    ['of enough small files', found(files(10, 10, 10, 10, 10)), 'beside', '5 to 1'],
    ['of few files that are more than one together', found(files(700, 600)), 'beside', 'few_files'],
    ['of files that are more than one together, in fewer', found(files(700, 340, 10)), 'beside', '3 to 1'],
    ['of small files beside full ones', found(files(1000, 10, 10, 10, 10, 10)), 'beside', '5 to 1'],
    ['of small files beside full ones, to be swapped', found(files(1000, 10, 10, 10, 10, 10)), 'swap', '6 to 1'],
    ['of many files that cannot be fewer', found(files(740, 740, 740, 740, 740)), 'beside', '5 to 4'],
    ['with a file of zero bytes', found(files(10, 0, 10, 10, 10)), 'beside', 'empty_file'],
    ['over the limit', found(files(99_990, 5, 5, 5, 5)), 'beside', 'too_large'],
    ['with folders inside', found(files(1, 1, 1, 1, 1), {hasNestedFolders: true}), 'swap', 'nested_folders'],
    ['with a file that cannot be named', found(files(1, 1, 1, 1, 1), {unusableKey: 'a//b'}), 'swap', 'unusable_key'],
    ['that shares its place', found(files(1, 1, 1, 1, 1), {isShared: true}), 'swap', 'shared_location'],
    ['that was merged and waits', found([], {waiting: 9}), 'beside', 'waits_for_gc'],
    ['of a load that goes on', found([], {unfinished: 3}), 'beside', 'load_unfinished'],
    [
      'of one file with rows that nobody counts',
      found(files(10), {withDroppedRows: new Set([file(10, 0).key])}),
      'beside',
      '1 to 1',
    ],
    ['of outputs that cannot be fewer', found([700, 700, 700, 700, 700].map(merged)), 'beside', '5 to 4'],
    ['of outputs that came out small', found([400, 500].map(merged)), 'beside', 'few_files'],
  ])('%s', (_, partition, method, expected) => {
    expect(outcome(judgePartition(partition, method, POLICY, AS_OF))).toBe(expected)
  })

  it.each<[string, PartitionFiles, Method, string]>([
    ['over the limit of this machine', found(files(...Array.from({length: 150}, () => 700))), 'beside', '150 to 105'],
    ['that it merged before', found([400, 500, 10, 10, 10].map(merged)), 'beside', 'compacted'],
    ['to which few came since', found([...[400, 500].map(merged), ...files(10, 10)]), 'swap', 'few_files'],
    ['to which enough came since', found([...[400, 500].map(merged), ...files(1, 1, 1, 1, 1)]), 'beside', '5 to 1'],
    [
      'to which enough came since, to be swapped',
      found([...[400, 500].map(merged), ...files(1, 1, 1, 1, 1)]),
      'swap',
      '7 to 1',
    ],
    ['of files that are far too large', found(files(5000, 5000)), 'beside', 'well_filled'],
    ['of small files beside one that is far too large', found(files(5000, 1, 1, 1, 1, 1)), 'beside', '5 to 1'],
  ])('%s, by Athena', (_, partition, method, expected) => {
    expect(outcome(judgePartition(partition, method, POLICY, AS_OF, 'athena'))).toBe(expected)
  })

  it('an archived file leaves all of it, by name', () => {
    const archived = file(10, 4, {storageClass: {name: 'DEEP_ARCHIVE', isArchived: true}})
    const verdict = judgePartition(found([...files(10, 10, 10, 10), archived]), 'beside', POLICY, AS_OF)
    expect(verdict).toEqual({state: 'skipped', reason: 'archived', detail: archived.key})
  })

  it.each<[Method, number | null, number, string]>([
    ['swap', null, 25, 'too_young'],
    ['swap', null, 26, '5 to 1'],
    ['in-place', null, 25, 'too_young'],
    ['beside', null, 0, '5 to 1'],
    ['beside', null, -1, '5 to 1'],
    ['beside', 2, 1, 'too_young'],
    ['swap', 0, 0, '5 to 1'],
  ])('%s, at least %s h, newest file %i h old: %s', (method, minimumHours, hours, expected) => {
    const newest = file(10, 9, {modifiedAt: new Date(AS_OF.getTime() - hours * 3_600_000)})
    const minimumAgeMs = minimumHours === null ? null : minimumHours * 3_600_000
    const verdict = judgePartition(found([...files(10, 10, 10, 10), newest]), method, {...POLICY, minimumAgeMs}, AS_OF)
    expect(outcome(verdict)).toBe(expected)
  })
})

/** What stands after a merge, when outputs pack to this share of their sources. */
function afterwards(partition: PartitionFiles, verdict: Verdict, share: number): ListedObject[] {
  if (verdict.state !== 'merge') return [...partition.files]
  const {sources, outputs, sizeBytes} = verdict.merge
  const gone = new Set(sources.map(({key}) => key))
  // Not rounded: a byte less may be the one that decides.
  const size = (sizeBytes * share) / outputs
  return [
    ...partition.files.filter(({key}) => !gone.has(key)),
    ...Array.from({length: outputs}, (_, n) => merged(size, n)),
  ]
}

const sizes = fc.array(fc.oneof(fc.integer({min: 1, max: 300}), fc.integer({min: 1, max: 4000})), {maxLength: 40})

describe.each<Method>(['beside', 'swap'])('a plan (%s)', (method) => {
  it('made again over outputs as large as predicted is empty', () => {
    fc.assert(
      fc.property(sizes, (all) => {
        const first = found(files(...all))
        const verdict = judgePartition(first, method, POLICY, AS_OF)
        const second = judgePartition(found(afterwards(first, verdict, 1)), method, POLICY, AS_OF)
        expect(outcome(second)).not.toContain(' to ')
      }),
      {numRuns: 500},
    )
  })

  it('made again over outputs that packed better merges those once more at most, to fewer', () => {
    fc.assert(
      fc.property(sizes, fc.double({min: 0.2, max: 0.9, noNaN: true}), (all, share) => {
        const first = found(files(...all))
        const verdict = judgePartition(first, method, POLICY, AS_OF)
        fc.pre(verdict.state === 'merge')
        const second = found(afterwards(first, verdict, share))
        const again = judgePartition(second, method, POLICY, AS_OF)
        // What was packed by us does not become smaller by it.
        const third = found(afterwards(second, again, 1))
        if (again.state === 'merge') expect(third.files.length).toBeLessThan(second.files.length)
        expect(outcome(judgePartition(third, method, POLICY, AS_OF))).not.toContain(' to ')
      }),
      {numRuns: 500},
    )
  })
})
