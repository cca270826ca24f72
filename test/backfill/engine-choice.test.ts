import {readdir} from 'node:fs/promises'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {chooseEngine} from '../../src/lib/backfill/choose-engine.js'
import {planDocument, planLoad, planRequested, renderPlan, type LoadPlan} from '../../src/lib/backfill/index.js'
import type {Context} from '../../src/lib/context.js'
import type {Column} from '../../src/lib/mapping/index.js'
import type {EngineFault} from '../../src/lib/ports/parquet-engine.js'
import {item, writeItems, type ExportFolder} from './export-folder.js'
import {filesBelow, makeLake, openLake, refusalOf, type LakeFolder} from './lake-folder.js'
import {load} from './loads.js'
import {expectCode} from '../contract/ports/expectations.js'

const REQUEST = {chain: undefined, acceptEditedSummary: false, table: null}

let lake: LakeFolder
let context: Context
let exported: ExportFolder

beforeEach(async () => {
  lake = await makeLake()
  context = await openLake(lake)
  exported = await writeItems(lake, [[item('a'), item('b')]])
})

afterEach(async () => {
  await context.close()
  await lake.remove()
})

describe('in a local lake', () => {
  it('Athena is refused before anything is done', async () => {
    for (const command of ['plan', 'run']) {
      const refusal = await refusalOf(lake, 'backfill', command, '--export', exported.uri, '--engine', 'athena')
      expect(refusal).toEqual({code: 'NOT_IN_LOCAL', exit: 2, message: 'A local lake has no Athena.'})
    }
    expect(await filesBelow(lake.root)).toEqual({})
    expect(await readdir(lake.folder)).not.toContain('lake')
  })

  it('the engine is this machine, with the reason', async () => {
    const shown = async (engine: 'auto' | 'duckdb'): Promise<string> => {
      const planned = await planRequested({...REQUEST, exports: [exported.uri], engine}, context)
      return renderPlan(planDocument(planned, null, 'local', new Date('2026-02-01T00:00:00Z')))
    }
    const automatic = await shown('auto')
    expect(automatic).toContain('engine      duckdb on this machine: a local lake has no other')
    expect(automatic).not.toContain('--engine')
    const asked = await shown('duckdb')
    expect(asked).toContain('engine      duckdb on this machine: as asked for')
    expect(asked).toContain(`--export ${exported.uri} --engine duckdb`)
  })
})

describe('in a lake on AWS', () => {
  const AWS = {backend: 'aws'} as const

  /** A plan as if its export lay in S3, with columns besides. */
  async function planned(more: readonly Column[] = [], change: object = {}): Promise<LoadPlan> {
    const plan = await planLoad({...REQUEST, exports: [exported.uri]}, context.definition, context.ports)
    const [unit] = plan.plan.units
    const {work} = unit!
    const mapping = {...work.mapping, columns: [...work.mapping.columns, ...more]}
    const sources = work.sources.map((source) => ({
      ...source,
      export: {...source.export, sourceUri: 's3://bucket/exports/AWSDynamoDB'},
      ...change,
    }))
    return {...plan, plan: {...plan.plan, units: [{...unit!, work: {...work, mapping, sources}}]}}
  }

  const hmac = {name: 'x', type: 'string', derive: {hmac_sha256: ['$id']}, class: 'internal'} as unknown as Column
  // Nothing is sampled of the export that is not there.
  const around = (fault: EngineFault | null = null) => {
    const engine = () => ({fault: async () => fault}) as ReturnType<Context['ports']['engine']>
    return {...context, ports: {...context.ports, engine, openSource: async () => context.ports.store}}
  }

  it('a keyed digest is not sent to Athena', async () => {
    const plan = await planned([hmac])
    await expectCode(chooseEngine(plan, 'athena', AWS, around()), 'SECRET_IN_QUERY')
    const {engine, plan: chosen} = await chooseEngine(plan, 'auto', AWS, around())
    expect(engine).toEqual({
      name: 'duckdb',
      reason: 'Athena cannot: A keyed digest would put its key into the query history of Athena.',
    })
    expect(chosen.units[0]!.work.engine).toBe('duckdb')
  })

  it('the comparison with what stands is a part of the estimate, whatever engine loads', async () => {
    const first = await chooseEngine(await planned(), 'auto', AWS, around())
    expect(first.comparison).toBeNull()
    await load(context, exported)
    exported = await writeItems(lake, [[item('a'), item('b')]], {time: '2026-01-15T00:00:00.000Z'})
    const plan = await planned()
    for (const engine of ['duckdb', 'athena'] as const) {
      const chosen = await chooseEngine(plan, engine, AWS, around())
      const document = planDocument(chosen, null, 'prod', new Date('2026-02-01T00:00:00Z'))
      // Two statements, each billed as 10 MiB.
      expect(document.comparison).toMatchObject({costUsdMicros: '96'})
      const {costUsdMicros} = document.estimate
      if (engine === 'athena') expect(BigInt(costUsdMicros)).toBeGreaterThan(2n * 96n)
      else expect(BigInt(costUsdMicros)).toBe(BigInt(plan.plan.header.estimate.costUsdMicros) + 96n)
      const compared = expect.stringMatching(/^ +of it Athena's comparison with what stands: reads .*, \$0\.000096$/m)
      expect(renderPlan(document)).toEqual(compared)
    }
    const {comparison, plan: chosen} = await chooseEngine(plan, 'duckdb', {backend: 'local'}, around())
    expect({comparison, estimate: chosen.header.estimate}).toEqual({
      comparison: null,
      estimate: plan.plan.header.estimate,
    })
  })

  it.each([
    ['Ion', {files: [{key: 'x', etag: 'x', sizeBytes: 1, itemCount: 1, format: 'ion'}]}],
    ['lines out of the quarantine', {kind: 'quarantine'}],
  ])('%s is not for Athena', async (_, change) => {
    const plan = await planned([], change)
    await expectCode(chooseEngine(plan, 'athena', AWS, around()), 'ENGINE_UNFIT')
    expect((await chooseEngine(plan, 'auto', AWS, around())).engine.name).toBe('duckdb')
  })

  it('Athena loads nothing where its statements can write nothing', async () => {
    const plan = await planned()
    const fault = {text: 'The workgroup keeps its results.', remedy: 'Name another'}
    const {message, fix} = await expectCode(chooseEngine(plan, 'athena', AWS, around(fault)), 'ENGINE_UNFIT')
    expect(message).toBe('Athena cannot load this: The workgroup keeps its results.')
    expect(fix).toBe('Name another; or load with --engine duckdb, or let auto choose.')
    const narrow = {...around(fault), resources: {...context.resources, memoryBytes: 1024 ** 2}}
    expect((await chooseEngine(plan, 'auto', AWS, narrow)).engine).toEqual({
      name: 'duckdb',
      reason: 'Athena cannot: The workgroup keeps its results.',
    })
  })

  it('auto takes this machine where the load has room on it, and Athena where it has not', async () => {
    const plan = await planned()
    const roomy = await chooseEngine(plan, 'auto', AWS, around())
    expect(roomy.engine).toEqual({name: 'duckdb', reason: expect.stringContaining('this machine has room') as string})
    expect(roomy.plan.header.estimate).toEqual(plan.plan.header.estimate)
    const narrow = {...around(), resources: {...context.resources, memoryBytes: 1024 ** 2}}
    const short = await chooseEngine(plan, 'auto', AWS, narrow)
    expect(short.engine).toEqual({
      name: 'athena',
      reason: expect.stringContaining('of memory, the limit is 1') as string,
    })
    expect(short.plan.units[0]!.work.engine).toBe('athena')
    // A look and an INSERT scan the export, each billed as 10 MiB at least.
    const {bytesRead, costUsdMicros} = short.plan.header.estimate
    expect(BigInt(costUsdMicros)).toBeGreaterThan(BigInt(plan.plan.header.estimate.costUsdMicros))
    expect(bytesRead).toBeGreaterThan(plan.plan.header.estimate.bytesRead)
  })
})
