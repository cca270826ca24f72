import {readdir} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {answerOf, refusalOf, sluice} from '../../backfill/lake-folder.js'
import {hasRealExports, REAL_EXPORTS, realDefinition, textColumns} from '../../backfill/real-chain-fixture.js'
import {makeAwsLake, uploadExport, type AwsLake} from '../aws-lake.js'
import {hasTrino} from '../checks/lab-clients.js'
import {stateOf} from '../lake-state.js'

/** The rows of a statement as `query` prints them. */
async function rowsOf(lake: AwsLake, environment: string, sql: string): Promise<string[]> {
  const flags = ['--env', environment, '--allow-full-scan', '--output', 'ndjson']
  const {stdout, stderr, exit} = await sluice(lake, 'query', sql, ...flags)
  if (exit !== 0) throw new Error(stderr)
  return stdout.trimEnd().split('\n')
}

describe.runIf(hasTrino && hasRealExports)('the real chain of exports', () => {
  const DEFINITION = realDefinition([
    ...textColumns(['pk', 'sk', 'test', 'test1', 'test2', 'string']),
    '{name: number, type: bigint, from: number}',
    '{name: bset, type: "array<binary>", from: bset}',
    '{name: list, type: string, from: list, tag: L}',
  ])
  let lake: AwsLake

  beforeAll(async () => {
    lake = await makeAwsLake(DEFINITION, 'items')
  })

  afterAll(() => lake.remove())

  it('is refused, loaded and shown on AWS as in a folder', async () => {
    const {full, first, second} = REAL_EXPORTS
    const shared = join(dirname(full), 'data')
    const uris = [await uploadExport(lake, full)]
    for (const uri of [first, second]) uris.push(await uploadExport(lake, uri, shared))
    const flags = ['--accept-edited-summary', '--env', 'aws']
    const named = uris.flatMap((uri) => ['--export', uri])
    const before = await stateOf(lake)
    expect(await refusalOf(lake, 'backfill', 'run', ...named, ...flags)).toMatchObject({
      code: 'EXPORT_CHAIN_GAP',
      exit: 2,
    })
    expect(await stateOf(lake)).toEqual(before)
    const local = [full, first, second].flatMap((uri) => ['--export', uri])
    const runs = [
      await answerOf(lake, 'backfill', 'run', ...named, ...flags, '--allow-gap', '--yes'),
      await answerOf(lake, 'backfill', 'run', ...local, '--accept-edited-summary', '--allow-gap', '--yes'),
    ]
    for (const run of runs) {
      expect(run).toMatchObject({exit: 0, document: {changed: true, items: 14, rows: 12, deleted: 2, quarantined: 0}})
    }
    const again = await answerOf(lake, 'backfill', 'run', ...named, ...flags, '--allow-gap', '--yes')
    expect(again).toMatchObject({exit: 0, document: {changed: false}})
    const columns = 'pk, sk, test, test1, test2, string, number, cardinality(bset) AS bset, list'
    const sql = `SELECT ${columns} FROM items_current ORDER BY pk, sk`
    const shown = await rowsOf(lake, 'aws', sql)
    expect(shown).toHaveLength(8)
    expect(shown).toEqual(await rowsOf(lake, 'local', sql))
  })
})

describe.runIf(hasTrino)('claims in a folder and on AWS', () => {
  const CLAIMS = `sluice: 1
lake: icpa
blueprint: claims
default: local
environments:
  local: {backend: local, root: ./lake}
`
  let lake: AwsLake
  let exportFolder: string

  beforeAll(async () => {
    lake = await makeAwsLake(CLAIMS, 'claims')
    const items = process.env['SLUICE_LAB_ITEMS'] ?? '100000'
    const made = await sluice(
      lake,
      'lake',
      'sample',
      '--items',
      items,
      '--days',
      '31',
      '--error-rate',
      '0.01',
      '--out',
      'made',
    )
    expect(made.exit).toBe(0)
    const [id = ''] = await readdir(join(lake.folder, 'made/AWSDynamoDB'))
    exportFolder = join(lake.folder, 'made/AWSDynamoDB', id)
    const uri = await uploadExport(lake, exportFolder)
    for (const [environment, source] of [
      ['aws', uri],
      ['local', exportFolder],
    ] as const) {
      const flags = ['--export', source, '--env', environment, '--max-quarantine', '2000', '--yes']
      const {exit} = await answerOf(lake, 'backfill', 'run', ...flags)
      expect(exit).toBe(0)
    }
  }, 600_000)

  afterAll(() => lake.remove())

  it('have the same rows', async () => {
    const digest = `SELECT count(*) AS n, sum(claim_amount) AS amount, sum(processing_ms) AS ms, count(DISTINCT claimant_id) AS people,
      min(created_at) AS first, max(updated_at) AS last, sum(ai_confidence) > 0 AS scored FROM claims_current`
    expect(await rowsOf(lake, 'aws', digest)).toEqual(await rowsOf(lake, 'local', digest))
    const sample = `SELECT * FROM claims_current WHERE claim_id LIKE '%7' ORDER BY claim_id LIMIT 500`
    const [shown, standing] = [await rowsOf(lake, 'aws', sample), await rowsOf(lake, 'local', sample)]
    const withoutRun = (line: string): string => line.replace(/"_source":"[^"]*"/, '')
    expect(shown.map(withoutRun)).toEqual(standing.map(withoutRun))
  })

  it.each(['manager', 'cfo', 'data-science'])(
    'have the same figures in the view %s, to the last digit',
    async (view) => {
      const flags = ['--view', view, '--now', '2026-11-21T12:00:00Z']
      const [onAws, local] = [
        await answerOf<Record<string, unknown>>(lake, 'kpi', 'show', ...flags, '--env', 'aws'),
        await answerOf<Record<string, unknown>>(lake, 'kpi', 'show', ...flags),
      ]
      const bill = {bytesScanned: null, billedUsd: null}
      expect({...onAws.document, environment: null, ...bill}).toEqual({...local.document, environment: null})
    },
  )

  it('are proven on AWS', async () => {
    const verified = await answerOf(lake, 'backfill', 'verify', '--table', 'claims', '--env', 'aws')
    expect(verified).toMatchObject({exit: 0, document: {state: 'pass'}})
  })
})
