import {readdir} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {mappingOf} from '../../../src/lib/lake/hash.js'
import {readDefinition} from '../../../src/lib/lake/read.js'
import {resolveDefinition} from '../../../src/lib/lake/resolve.js'
import {METADATA_COLUMNS} from '../../../src/lib/mapping/index.js'
import {answerOf, refusalOf, sluice} from '../../backfill/lake-folder.js'
import {hasRealExports, REAL_EXPORTS, realDefinition, textColumns} from '../../backfill/real-chain-fixture.js'
import {documentOf} from '../../contract/cli/result-document.js'
import {PolicyWatch} from '../../iam/policy-watch.js'
import {columnHashes, downloadTable, localTable, type TableFiles} from '../athena-lake.js'
import {makeAwsLake, uploadExport, type AwsLake} from '../aws-lake.js'
import {hasTrino} from '../checks/lab-clients.js'
import {stateOf} from '../lake-state.js'

const LONG_MS = 600_000
const METADATA = METADATA_COLUMNS.map(({name}) => name).filter((name) => name !== '_source')

/** Every value of every row, but for the run that wrote it. */
async function contentOf(files: TableFiles, columns: readonly string[], key: readonly string[]) {
  const asideColumns = ['_version', 'reason', 'column_name', 'value', 'key', 'line', 'raw']
  return {
    rows: await columnHashes(files.rows, [...columns, ...METADATA], key),
    deletes: await columnHashes(files.deletes, METADATA, key),
    quarantine: await columnHashes(files.quarantine, asideColumns, ['raw']),
  }
}

describe.runIf(hasTrino && hasRealExports)('the real chain of exports by Athena', () => {
  const columns = ['pk', 'sk', 'test', 'test1', 'test2', 'string']
  const definition = realDefinition([
    ...textColumns(columns),
    '{name: number, type: bigint, from: number}',
    '{name: bset, type: "array<binary>", from: bset}',
    '{name: list, type: string, from: list, tag: L}',
  ])
  let lake: AwsLake

  beforeAll(async () => {
    lake = await makeAwsLake(definition, 'items')
  })

  afterAll(() => lake.remove())

  it('gives the rows that the engine of this machine gives in a folder', {timeout: LONG_MS}, async () => {
    const {full, first, second} = REAL_EXPORTS
    const shared = join(dirname(full), 'data')
    const uris = [await uploadExport(lake, full)]
    for (const uri of [first, second]) uris.push(await uploadExport(lake, uri, shared))
    const flags = ['--accept-edited-summary', '--allow-gap', '--yes']
    const exports = (of: readonly string[]): string[] => of.flatMap((uri) => ['--export', uri])
    const byAthena = ['--env', 'aws', '--engine', 'athena']
    const loaded = await answerOf(lake, 'backfill', 'run', ...exports(uris), ...flags, ...byAthena)
    expect(loaded).toMatchObject({exit: 0, document: {items: 14, rows: 12, deleted: 2, quarantined: 0}})
    await answerOf(lake, 'backfill', 'run', ...exports([full, first, second]), ...flags)
    const all = [...columns, 'number', 'bset', 'list']
    const content = await contentOf(await downloadTable(lake, 'items'), all, ['pk', 'sk'])
    expect(content).toEqual(await contentOf(await localTable(lake, 'items'), all, ['pk', 'sk']))
    expect(content.rows['_rows']).toBe('14')
    // The gap that was accepted is told; nothing differs.
    const verified = await answerOf(lake, 'backfill', 'verify', '--env', 'aws')
    expect(verified.exit).toBe(4)
    expect(JSON.stringify(verified.document)).not.toContain('"fail"')
  })
})

describe.runIf(hasTrino)('claims by Athena', () => {
  const CLAIMS = `sluice: 1
lake: icpa
blueprint: claims
default: local
environments:
  local: {backend: local, root: ./lake}
`
  const claimsTable = () =>
    resolveDefinition(readDefinition(CLAIMS, '/lakes/sluice.yaml', 'sluice.yaml'), 'local').tables[0]!
  const items = Number(process.env['SLUICE_LAB_ITEMS'] ?? 100_000)
  let byAthena: AwsLake
  let byDuckdb: AwsLake
  let watch: PolicyWatch
  let uri: string
  let folder: string

  beforeAll(async () => {
    byAthena = await makeAwsLake(CLAIMS, 'claims')
    watch = await PolicyWatch.over(byAthena)
    byDuckdb = await makeAwsLake(CLAIMS, 'claims')
    const sample = ['--items', String(items), '--days', '31', '--error-rate', '0.01', '--out', 'made']
    expect((await sluice(byAthena, 'lake', 'sample', ...sample)).exit).toBe(0)
    const [id = ''] = await readdir(join(byAthena.folder, 'made/AWSDynamoDB'))
    folder = join(byAthena.folder, 'made/AWSDynamoDB', id)
    uri = await uploadExport(byAthena, folder)
  }, LONG_MS)

  afterAll(async () => {
    await byAthena.remove()
    await byDuckdb.remove()
  })

  it('are planned with the reason for the engine, and a price', async () => {
    const plan = ['backfill', 'plan', '--export', uri, '--env', 'aws'] as const
    const small = await answerOf<Plan>(byDuckdb, ...plan, '--engine', 'auto')
    expect(small.document).toMatchObject({
      engine: 'duckdb',
      engineReason: expect.stringContaining('has room') as unknown,
    })
    const short = await answerOf<Plan>(byDuckdb, ...plan, '--memory', '40MiB')
    expect(short.document).toMatchObject({
      engine: 'athena',
      engineReason: expect.stringContaining('the limit is 40') as unknown,
      needs: null,
    })
    expect(BigInt(short.document.estimate.costUsdMicros)).toBeGreaterThan(BigInt(small.document.estimate.costUsdMicros))
    const before = await stateOf(byDuckdb)
    for (const command of ['plan', 'run']) {
      const fromFolder = ['backfill', command, '--export', folder, '--env', 'aws', '--engine', 'athena']
      expect(await refusalOf(byDuckdb, ...fromFolder)).toMatchObject({
        code: 'ENGINE_UNFIT',
        exit: 2,
      })
      expect(await stateOf(byDuckdb)).toEqual(before)
    }
  })

  it('are the same rows as by DuckDB on AWS and in a folder', {timeout: LONG_MS}, async () => {
    const run = ['backfill', 'run', '--max-quarantine', '5000', '--yes'] as const
    const onAws = ['--export', uri, '--env', 'aws'] as const
    const loads = [
      await watch.answerOf<Figures>(...run, ...onAws, '--engine', 'athena'),
      await answerOf<Figures>(byDuckdb, ...run, ...onAws, '--engine', 'duckdb'),
      await answerOf<Figures>(byAthena, ...run, '--export', folder),
    ]
    const figures = loads.map(({document: {rows, quarantined, problems}}) => ({rows, quarantined, problems}))
    expect(figures[0]!.quarantined).toBeGreaterThan(0)
    expect(figures[1]).toEqual(figures[0])
    expect(figures[2]).toEqual(figures[0])
    const columns = mappingOf(claimsTable()).columns.map(({name}) => name)
    const contents = [
      await contentOf(await downloadTable(byAthena, 'claims'), columns, ['claim_id']),
      await contentOf(await downloadTable(byDuckdb, 'claims'), columns, ['claim_id']),
      await contentOf(await localTable(byAthena, 'claims'), columns, ['claim_id']),
    ]
    expect(contents[0]!.rows['_rows']).toBe(String(items))
    expect(contents[0]).toEqual(contents[1])
    expect(contents[0]).toEqual(contents[2])
  })

  it('are proven anew, and every object of theirs is known', {timeout: LONG_MS}, async () => {
    const verified = await watch.answerOf('backfill', 'verify', '--table', 'claims', '--env', 'aws')
    expect(verified).toMatchObject({exit: 0, document: {state: 'pass'}})
    const status = await sluice(byAthena, 'status', '--env', 'aws', '--json')
    const [table] = (documentOf('status', status.stdout) as Status).tables
    const {objects} = table!
    expect(objects.seen.objects).toBeGreaterThan(0)
    expect(objects).toMatchObject({staged: {objects: 0}, left: {objects: 0}, orphaned: {objects: 0}})
    expect(table!.runs).toMatchObject({admitted: 1})
  })

  it('asked for nothing that the printed policies do not allow', {timeout: LONG_MS}, async () => {
    expect(await watch.answerOf('ops', 'gc', '--grace-hours', '0', '--env', 'aws', '--yes')).toMatchObject({exit: 0})
    const {refused, calls} = await watch.judge()
    expect(refused).toEqual([])
    expect(calls).toBeGreaterThan(100)
  })
})

interface Figures {
  readonly rows: number
  readonly quarantined: number
  readonly problems: readonly unknown[]
}

interface Plan {
  readonly estimate: {readonly costUsdMicros: string}
}

interface Status {
  readonly tables: readonly {
    readonly objects: Readonly<Record<string, {readonly objects: number}>> & {readonly seen: {readonly objects: number}}
    readonly runs: unknown
  }[]
}
