import {describe, expect, it} from 'vitest'
import {
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
    expect(renderSample(sampleResult({...WRITTEN, defects: 12}, at('./out')))).toBe(
      `Made a sample export of 100,000 claims.

  export      01768385930622-efd1a093
  folder      ./out/AWSDynamoDB/01768385930622-efd1a093
  contents    100,000 items, 16 files, 12.4 MiB compressed, 91.3 MiB of JSON
              12 items with a defect, on purpose
  seed        1, taken 2026-01-14T10:18:50.622Z: the same request makes the same items

Load it into a claims lake:
  sluice backfill run --export ./out/AWSDynamoDB/01768385930622-efd1a093`,
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
