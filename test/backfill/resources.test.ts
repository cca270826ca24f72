import {describe, expect, it} from 'vitest'
import {needsOf, refuseShort, shortagesOf, type LoadRoom, type LoadScale} from '../../src/lib/backfill/resources.js'

const MIB = 1024 ** 2
const GIB = 1024 ** 3

const CLAIMS: LoadScale = {
  items: 1_000_000,
  compressedBytes: 130e6,
  largestFileBytes: 10e6,
  copiedBytes: 0,
  sifted: 0,
  columns: 42,
  partitions: 90,
  standingRows: 0,
}

const ROOM: LoadRoom = {
  memoryBytes: 4 * GIB,
  threads: 2,
  temporaryFolder: '/lake/.sluice-store/spool',
  maxTemporaryBytes: null,
  lakeFolder: '/lake',
  temporaryFreeBytes: 100e9,
  lakeFreeBytes: 100e9,
  isOneFileSystem: true,
  machineMemoryBytes: 24 * GIB,
}

function missing(scale: LoadScale, room: LoadRoom): string[] {
  return shortagesOf(needsOf(scale, room), room).map(({of}) => of)
}

describe('what a load needs', () => {
  it.each([
    // partitions, threads, the smallest limit that a load was seen to pass and the largest that it failed with
    {items: 300_000, compressedBytes: 34e6, partitions: 1, threads: 1, passedBytes: 128e6, failedBytes: 64e6},
    {items: 300_000, compressedBytes: 34e6, partitions: 1, threads: 2, passedBytes: 210e6, failedBytes: 128e6},
    {items: 300_000, compressedBytes: 34e6, partitions: 1, threads: 4, passedBytes: 384e6, failedBytes: 256e6},
  ])('is the memory that was measured: $partitions partitions, $threads threads', (measured) => {
    const {threads, passedBytes, failedBytes, ...scale} = measured
    const {memoryBytes} = needsOf({...CLAIMS, ...scale}, {memoryBytes: 64 * GIB, threads})
    expect(memoryBytes).toBeGreaterThan(failedBytes)
    expect(memoryBytes).toBeLessThan(passedBytes * 1.3)
  })

  it('does not grow with the partitions: those that have no room share folders', () => {
    const wide = needsOf({...CLAIMS, partitions: 5000}, ROOM)
    expect(wide.memoryBytes).toBe(needsOf(CLAIMS, ROOM).memoryBytes)
    expect(wide.tempBytes).toBeGreaterThan(2 * wide.lakeBytes)
  })

  it('is as many threads as the memory limit has room for', () => {
    const threadsOf = (memoryBytes: number) => needsOf(CLAIMS, {memoryBytes, threads: 8}).threads
    expect([4 * GIB, 500 * MIB, 100 * MIB].map(threadsOf)).toEqual([8, 4, 1])
  })

  it('is the staged files, and more where the limit makes rows spill', () => {
    const wide = needsOf(CLAIMS, ROOM)
    const narrow = needsOf(CLAIMS, {...ROOM, memoryBytes: 400e6})
    expect(wide.lakeBytes).toBeGreaterThan(122e6)
    expect(wide.tempBytes).toBeGreaterThan(wide.lakeBytes)
    // measured: 407 MB with a limit of 384 MB
    expect(narrow.tempBytes).toBeGreaterThan(407e6)
    expect(narrow.lakeBytes).toBe(wide.lakeBytes)
  })

  it('counts the comparison with what stands', () => {
    const small = {...ROOM, memoryBytes: 210e6}
    const first = needsOf({...CLAIMS, items: 20_000_000, compressedBytes: 1e9}, small)
    const second = needsOf({...CLAIMS, items: 20_000_000, compressedBytes: 1e9, standingRows: 20_000_000}, small)
    expect(second.tempBytes - first.tempBytes).toBeGreaterThan(5e9)
  })

  it('is room for a copy of what is not on this machine', () => {
    const copied = needsOf({...CLAIMS, copiedBytes: CLAIMS.compressedBytes}, ROOM)
    expect(copied.tempBytes).toBe(needsOf(CLAIMS, ROOM).tempBytes + CLAIMS.compressedBytes)
  })

  it('is little for nothing', () => {
    const nothing = {...CLAIMS, items: 0, compressedBytes: 0, largestFileBytes: 0, partitions: 1}
    const {tempBytes, memoryBytes} = needsOf(nothing, ROOM)
    expect(tempBytes).toBeLessThan(MIB)
    expect(memoryBytes).toBeLessThan(256 * MIB)
  })
})

describe('what is missing', () => {
  it('is nothing where there is room', () => {
    expect(missing(CLAIMS, ROOM)).toEqual([])
    expect(() => refuseShort([])).not.toThrow()
  })

  it('does not count staged files twice on one file system', () => {
    const {tempBytes, lakeBytes} = needsOf(CLAIMS, ROOM)
    const tight = {...ROOM, temporaryFreeBytes: tempBytes, lakeFreeBytes: tempBytes}
    expect(missing(CLAIMS, tight)).toEqual([])
    const apart = {...ROOM, isOneFileSystem: false, temporaryFreeBytes: tempBytes, lakeFreeBytes: lakeBytes - 1}
    expect(missing(CLAIMS, apart)).toEqual(['lake-disk'])
  })

  it('is every number that is too small, the worst first', () => {
    const room = {...ROOM, temporaryFreeBytes: 1e6, maxTemporaryBytes: 100e6, memoryBytes: 120 * MIB}
    expect(missing(CLAIMS, room)).toEqual(['temporary-disk', 'temporary-limit', 'memory-limit'])
    expect(missing(CLAIMS, {...ROOM, machineMemoryBytes: 512 * MIB})).toEqual(['machine-memory'])
  })

  it('is refused with the number and the flag', () => {
    const scale = {...CLAIMS, items: 150_000_000, compressedBytes: 20e9, largestFileBytes: 1e9}
    const room = {...ROOM, temporaryFolder: '/tmp/x', temporaryFreeBytes: 4.4e9}
    const shortages = shortagesOf(needsOf(scale, room), room)
    expect(() => refuseShort(shortages)).toThrow(
      expect.objectContaining({
        code: 'RESOURCES_SHORT',
        message: expect.stringMatching(
          /^The load needs [\d.]+ GiB of temporary space in \/tmp\/x, 4\.1 GiB are free: [\d.]+ GiB are missing\.$/,
        ) as string,
        fix: expect.stringContaining('--temp-dir') as string,
        details: {shortages},
      }),
    )
  })

  it('names a limit that suffices', () => {
    const room = {...ROOM, maxTemporaryBytes: 1000}
    const [shortage] = shortagesOf(needsOf(CLAIMS, room), room)
    const maxTemporaryBytes = Math.ceil(shortage!.neededBytes / MIB) * MIB
    expect(missing(CLAIMS, {...room, maxTemporaryBytes})).toEqual([])
  })
})
