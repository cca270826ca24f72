import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {sampleResult, writeSampleExport, type WrittenSample} from '../../src/lib/sample/index.js'
import {FolderObjectStore} from '../../src/lib/local/folder-object-store.js'
import {join} from 'node:path'
import {load, select} from '../backfill/loads.js'
import {makeLake, openLake, type LakeFolder} from '../backfill/lake-folder.js'
import {EXPORT_TIME} from './exports.js'

const DEFINITION = `sluice: 1
lake: icpa
blueprint: claims
default: local
environments:
  local: {backend: local, root: ./lake}
`

describe('a sample with defects in a claims lake', () => {
  let lake: LakeFolder
  let written: WrittenSample
  beforeAll(async () => {
    lake = await makeLake(DEFINITION)
    const output = new FolderObjectStore({root: join(lake.folder, 'sample')})
    const request = {items: 3_000, days: 3, files: 4, errorRate: 0.1, exportTime: EXPORT_TIME}
    written = await writeSampleExport(request, {output, clock: {monotonicMs: () => 0}})
  })
  afterAll(() => lake.remove())

  it('is quarantined exactly where it should be', async () => {
    const context = await openLake(lake)
    const {uri, exportId} = sampleResult(written, {out: '.', uri: join(lake.folder, 'sample'), exportTime: EXPORT_TIME})
    const loaded = await load(context, {uri, exportId})
    const problems = Object.fromEntries(loaded.problems.map(({reason, column, rows}) => [`${column} ${reason}`, rows]))
    const {defects, defectKinds} = written
    expect([loaded.quarantined, loaded.rows]).toEqual([defects, 3_000 - defects])
    expect(problems).toEqual({
      'claim_amount inexact': defectKinds.inexact_amount,
      'document_count wrong_type': defectKinds.text_number,
      'currency wrong_type': defectKinds.wrong_tag,
      'updated_at wrong_type': defectKinds.epoch_time,
    })
    const [row] = await select(context, 'SELECT count(*) AS n FROM claims_current WHERE created_at IS NULL')
    expect(Number(row?.['n'])).toBe(defectKinds.missing_time)
    await context.close()
  })
})
