import {describe, expect, it} from 'vitest'
import {athenaWarnings} from '../../src/lib/backfill/estimate-athena.js'
import {estimateComparison, withComparison} from '../../src/lib/backfill/estimate-comparison.js'
import type {LoadWork, SourceWork} from '../../src/lib/backfill/load-work.js'
import type {RunRecord, StoredRunRecord} from '../../src/lib/changelog/index.js'
import {mappingOf} from '../../src/lib/lake/hash.js'
import {readDefinition} from '../../src/lib/lake/read.js'
import {resolveDefinition} from '../../src/lib/lake/resolve.js'
import {definitionText} from './lake-folder.js'

const GIB = 2 ** 30
/** $5 a TiB, in millionths, rounded up. */
const priceOf = (bytes: number): number => Math.ceil((bytes / 2 ** 40) * 5_000_000)
const LEAST_MICROS = priceOf(10 * 2 ** 20)

function mapping(isImmutable: boolean): LoadWork['mapping'] {
  const partition = `{by: [{name: year, derive: {format_date: [created_at, "%Y"]}}], immutable: ${isImmutable}}`
  const definition = readDefinition(definitionText({partition}), '/lakes/sluice.yaml', 'sluice.yaml')
  return mappingOf(resolveDefinition(definition, 'local').tables[0]!)
}

function source(day: number, more: Partial<SourceWork> = {}): SourceWork {
  const version = String(BigInt(Date.UTC(2026, 0, day)) * 1000n)
  return {kind: 'full', version, setsFloor: true, supersedes: [], files: [], ...more} as unknown as SourceWork
}

function run(name: string, day: number, more: Partial<RunRecord> = {}): StoredRunRecord {
  const at = Date.UTC(2026, 0, day)
  const record = {
    ...{run: name, kind: 'full', load: name, floor: at * 1000, exportTime: new Date(at).toISOString()},
    ...{supersedes: [], reloads: null, filter: null, sizeBytes: 100 * GIB, ...more},
  } as unknown as RunRecord
  return {key: `items__runs/${name}.1.json`, etag: name, record}
}

describe('what the comparison with what stands is estimated at', () => {
  const mutable = (sources: readonly SourceWork[]) => ({mapping: mapping(false), sources})
  const changes = source(2, {kind: 'incremental', setsFloor: false})

  it('is nothing for the first full export', () => {
    expect(estimateComparison(mutable([source(1)]), [], GIB)).toBeNull()
  })

  it('is what stands, and that together with what is new', () => {
    expect(estimateComparison(mutable([changes]), [run('a', 1)], 10 * GIB)).toEqual({
      bytesRead: 210 * GIB,
      costUsdMicros: String(priceOf(210 * GIB)),
      durationMs: 5000 + Math.round((210 * GIB) / 100_000),
    })
  })

  it('is another reading of the keys where partitions are immutable', () => {
    const compared = estimateComparison({mapping: mapping(true), sources: [changes]}, [run('a', 1)], 10 * GIB)
    expect(compared).toMatchObject({
      bytesRead: 320 * GIB,
      costUsdMicros: String(priceOf(210 * GIB) + priceOf(110 * GIB)),
    })
  })

  it('is not what lies below the floor, before or after, and not what is replaced', () => {
    const runs = [run('old', 1), run('a', 3), run('changes', 4, {kind: 'incremental', floor: null, sizeBytes: GIB})]
    expect(estimateComparison(mutable([source(5)]), runs, 90 * GIB)?.bytesRead).toBe((101 + 90) * GIB)
    const again = source(4, {kind: 'incremental', setsFloor: false, supersedes: ['changes']})
    expect(estimateComparison(mutable([again]), runs, 2 * GIB)?.bytesRead).toBe((101 + 102) * GIB)
  })

  it('is the rows of the load alone where it is a chain and nothing stands', () => {
    expect(estimateComparison(mutable([source(1), changes]), [], 10 * GIB)?.bytesRead).toBe(10 * GIB)
  })

  it('is billed as 10 MB a statement at least', () => {
    const small = [run('a', 1, {sizeBytes: 1000})]
    expect(estimateComparison(mutable([changes]), small, 10)?.costUsdMicros).toBe(String(LEAST_MICROS))
    const immutable = estimateComparison({mapping: mapping(true), sources: [changes]}, small, 10)
    expect(immutable?.costUsdMicros).toBe(String(2 * LEAST_MICROS))
  })

  it('is added to what the load costs', () => {
    const load = {bytesRead: 10, bytesWritten: 5, requests: 3, costUsdMicros: '100', durationMs: 7}
    const compared = {bytesRead: 20, costUsdMicros: '48', durationMs: 5}
    expect(withComparison(load, compared)).toEqual({...load, bytesRead: 30, costUsdMicros: '148', durationMs: 12})
    expect(withComparison(load, null)).toEqual(load)
  })
})

describe('a load by Athena', () => {
  const ofBytes = (...sizes: readonly number[]) => ({
    sources: sizes.map((size) => source(1, {files: [{sizeBytes: size / 2}, {sizeBytes: size / 2}] as never})),
  })

  it('is warned of where one scan of an export takes longer than Athena lets a statement run', () => {
    expect(athenaWarnings(ofBytes(170e9))).toEqual([])
    expect(athenaWarnings(ofBytes(170e9, 170e9))).toEqual([])
    expect(athenaWarnings(ofBytes(1e9, 300e9))).toEqual([
      expect.stringMatching(/^one scan is estimated at 51 minutes.*30 unless.*"DML query timeout"/) as unknown,
    ])
  })
})
