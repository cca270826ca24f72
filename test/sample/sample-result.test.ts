import {describe, expect, it} from 'vitest'
import {
  plannedResult,
  planSample,
  refuseUnlessEmpty,
  renderSample,
  sampleResult,
  writeSampleExport,
  type WrittenSample,
} from '../../src/lib/sample/index.js'
import {resultSchemas} from '../../src/lib/sample/result-schemas.js'
import {EXPORT_TIME, inFolder} from './exports.js'

const WRITTEN: WrittenSample = {
  exportId: '01768385930622-efd1a093',
  folder: 'AWSDynamoDB/01768385930622-efd1a093/',
  items: 100_000,
  defects: 0,
  defectKinds: {inexact_amount: 0, text_number: 0, wrong_tag: 0, epoch_time: 0, missing_time: 0},
  files: 16,
  sizeBytes: 13_033_782,
  uncompressedBytes: 95_703_914,
  seed: 1,
}
const at = (out: string) => ({out, uri: '/data/out', exportTime: EXPORT_TIME})

describe('the answer of lake sample', () => {
  it('fits its schema', async () => {
    await inFolder(async (ports) => {
      const written = await writeSampleExport({items: 10, exportTime: EXPORT_TIME}, ports)
      const result = sampleResult(written, at('./out'))
      expect(resultSchemas['lake:sample'].parse(result)).toEqual(result)
    })
  })

  it.each([
    ['./out', 'sluice backfill run --export ./out/AWSDynamoDB/01768385930622-efd1a093'],
    ['./out/', 'sluice backfill run --export ./out/AWSDynamoDB/01768385930622-efd1a093'],
    ["my 'own'", String.raw`sluice backfill run --export 'my '\''own'\''/AWSDynamoDB/01768385930622-efd1a093'`],
  ])('names the next command for %s', (out, next) => {
    expect(sampleResult(WRITTEN, at(out)).next).toBe(next)
  })

  it('reads well', () => {
    const defectKinds = {inexact_amount: 3, text_number: 4, wrong_tag: 0, epoch_time: 1, missing_time: 1_200}
    expect(renderSample(sampleResult({...WRITTEN, defects: 8, defectKinds}, at('./out')))).toBe(
      `Made a sample export of 100,000 claims.

  export      01768385930622-efd1a093
  folder      ./out/AWSDynamoDB/01768385930622-efd1a093
  contents    100,000 items in 16 files
              12.4 MiB compressed, 91.3 MiB of JSON
              1,208 items with a defect, on purpose; a load must quarantine 8
              (inexact amount 3, text number 4, epoch time 1,
              missing time 1,200)
  seed        1, taken 2026-01-14T10:18:50.622Z: the same request makes the same items

Load it into a claims lake:
  sluice backfill run --export ./out/AWSDynamoDB/01768385930622-efd1a093`,
    )
  })
})

describe('the plan of a sample', () => {
  it('names the export that will be made, and is near its size', async () => {
    await inFolder(async (ports) => {
      for (const request of [{items: 20_000}, {items: 5_000, files: 400}]) {
        const plan = planSample({...request, exportTime: EXPORT_TIME})
        const written = await writeSampleExport({...request, exportTime: EXPORT_TIME}, ports)
        expect(plan).toMatchObject({exportId: written.exportId, folder: written.folder, files: written.files})
        expect(Math.abs(plan.sizeBytes / written.sizeBytes - 1)).toBeLessThan(0.1)
        expect(Math.abs(plan.uncompressedBytes / written.uncompressedBytes - 1)).toBeLessThan(0.02)
      }
    })
  })

  it('is the answer of a dry run', () => {
    const result = plannedResult(planSample({items: 100, exportTime: EXPORT_TIME}), at('./out'))
    expect(resultSchemas['lake:sample'].parse(result)).toEqual(result)
    expect(result).toMatchObject({changed: false, defects: null})
    expect(renderSample(result)).toMatch(/about 20\.5 KiB compressed[\s\S]*Nothing has been written\./)
  })

  it('refuses what cannot be met', () => {
    expect(() => planSample({items: 1, skew: 2, exportTime: EXPORT_TIME})).toThrow(
      expect.objectContaining({code: 'USAGE'}),
    )
  })
})

describe('the output folder', () => {
  it('must be empty', async () => {
    await inFolder(async ({output}) => {
      await expect(refuseUnlessEmpty(output)).resolves.toBeUndefined()
      await output.write('notes.txt', Buffer.from('mine'))
      await expect(refuseUnlessEmpty(output)).rejects.toMatchObject({code: 'FOLDER_NOT_EMPTY'})
    })
  })
})
