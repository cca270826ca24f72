import {readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {KpiShowResult} from '../../../src/lib/kpi/index.js'
import type {QueryResult} from '../../../src/lib/query/index.js'
import {answerOf, sluice} from '../../backfill/lake-folder.js'
import {documentOf} from '../../contract/cli/result-document.js'
import {makeClaimsLake, succeed} from '../../iam/lab-lake.js'
import {uploadExport, type AwsLake} from '../aws-lake.js'
import {hasTrino} from '../checks/lab-clients.js'

const COUNT = 'SELECT count(*) AS claims FROM claims_current'
/** Of the least that Athena bills: 10 MB. */
const MINIMUM = '$0.000048'

describe.runIf(hasTrino)('on AWS', () => {
  let lake: AwsLake
  /** The condition that the refusal of a full scan tells to add. */
  let filter = ''

  beforeAll(async () => {
    lake = await makeClaimsLake()
    const shape = ['--items', '60', '--days', '4', '--files', '2', '--now', '2026-11-21T00:00:00Z']
    await succeed(lake, 'lake', 'sample', ...shape, '--out', 'made')
    const [id = ''] = await readdir(join(lake.folder, 'made/AWSDynamoDB'))
    const uri = await uploadExport(lake, join(lake.folder, 'made/AWSDynamoDB', id))
    await succeed(lake, 'backfill', 'run', '--export', uri, '--yes')
    const refused = await sluice(lake, 'query', COUNT, '--json')
    const {error} = documentOf('error', refused.stdout) as {error: {code: string; fix: string}}
    const [, condition = ''] = /^Add WHERE (.+), or pass --allow-full-scan\.$/.exec(error.fix) ?? []
    expect([error.code, condition]).toEqual([
      'PARTITION_FILTER_MISSING',
      expect.stringMatching(/^year = '2026' AND month = '11' AND day = '\d\d'$/),
    ])
    filter = condition
  }, 600_000)

  afterAll(() => lake.remove())

  it('a full scan is refused with a filter that can be pasted, and a dry run tells what it leaves', async () => {
    const {stdout} = await sluice(lake, 'query', `${COUNT} WHERE ${filter}`, '--dry-run')
    expect(stdout).toMatch(/claims through claims_current: 1 of [2-9] partitions, [12] files?, [\d.]+ KiB/)
    expect(stdout).toMatch(/scans at most [\d.]+ KiB, costs \$0\.000048\n/)
    const json = await sluice(lake, 'query', `${COUNT} WHERE ${filter}`, '--dry-run', '--json')
    expect(documentOf('query', json.stdout)).toMatchObject({costUsd: '0.000048', answer: null})
  })

  it('a query ends with what it scanned, and the minimum in dollars', async () => {
    const {stdout, stderr, exit} = await sluice(lake, 'query', `${COUNT} WHERE ${filter}`)
    expect([exit, stdout]).toEqual([0, expect.stringMatching(/^claims\n +[1-9]\d*\n$/)])
    const [, scanned = ''] =
      /1 row in .+, scanned ([\d.]+ \w+), about (.+) at list price, Athena run /.exec(stderr) ?? []
    expect(scanned).toMatch(/^\d/)
    expect(stderr).toContain(`about ${MINIMUM} at list price`)
    const json = await sluice(lake, 'query', COUNT, '--allow-full-scan', '--json')
    const {answer} = documentOf('query', json.stdout) as QueryResult
    expect(answer).toMatchObject({billedUsd: '0.000048', bytesScanned: expect.any(Number) as number})
  })

  it('KPIs end with what all their statements scanned', async () => {
    const flags = ['override_rate', '--now', '2026-11-21T12:00:00Z']
    const {stderr} = await sluice(lake, 'kpi', 'show', ...flags)
    expect(stderr).toMatch(/^Scanned [\d.]+ \w+, about \$0\.000\d+ at list price\.$/m)
    const {document} = await answerOf<KpiShowResult>(lake, 'kpi', 'show', ...flags)
    expect(document.bytesScanned).toBeGreaterThan(0)
    expect(Number(document.billedUsd)).toBeGreaterThanOrEqual(0.000048)
  })
})
