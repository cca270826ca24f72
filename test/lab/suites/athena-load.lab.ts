import {readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {answerOf, sluice} from '../../backfill/lake-folder.js'
import {makeAwsLake, uploadExport, type AwsLake} from '../aws-lake.js'
import {hasTrino} from '../checks/lab-clients.js'

const CLAIMS = `sluice: 1
lake: icpa
blueprint: claims
default: local
environments:
  local: {backend: local, root: ./lake}
`

describe.runIf(hasTrino)('claims by Athena', () => {
  let lake: AwsLake
  let uri: string

  beforeAll(async () => {
    lake = await makeAwsLake(CLAIMS, 'claims')
    const items = process.env['SLUICE_LAB_ITEMS'] ?? '300'
    await sluice(lake, 'lake', 'sample', '--items', items, '--days', '4', '--error-rate', '0.02', '--out', 'made')
    const [id = ''] = await readdir(join(lake.folder, 'made/AWSDynamoDB'))
    uri = await uploadExport(lake, join(lake.folder, 'made/AWSDynamoDB', id))
  }, 600_000)

  afterAll(() => lake.remove())

  it('are loaded', async () => {
    const flags = ['--export', uri, '--env', 'aws', '--engine', 'athena', '--max-quarantine', '2000']
    console.log((await sluice(lake, 'backfill', 'plan', '--export', uri, '--env', 'aws', '--engine', 'athena')).stdout)
    const {document, exit} = await answerOf(lake, 'backfill', 'run', ...flags, '--yes')
    console.log(JSON.stringify(document, null, 1))
    expect(exit).toBe(0)
    const v = await sluice(lake, 'backfill', 'verify', '--env', 'aws')
    console.log(v.stdout, v.stderr)
  })
})
