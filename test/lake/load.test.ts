import {mkdir, mkdtemp, realpath, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {
  definitionHash,
  findKpi,
  findTable,
  loadDefinition,
  mappingHash,
  type LakeDefinition,
} from '../../src/lib/lake/index.js'

let folder: string

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'sluice-lake-')))
})
afterEach(() => rm(folder, {recursive: true}))

const CLAIMS = `sluice: 1
lake: icpa
blueprint: claims
default: local
environments:
  local: {backend: local, root: ./lake-{env}}
  prod:
    backend: aws
    region: eu-west-1
    account: "111122223333"
    protect: true
    state: s3://icpa-{env}/sluice
    database: icpa_{env}
    tables: {claims: {location: "s3://icpa-{env}/claims"}}
    kpis: {override_rate: {thresholds: {green: "0.05"}}}
`

async function load(text: string, environment?: string): Promise<LakeDefinition> {
  await writeFile(join(folder, 'sluice.yaml'), text.replace('./lake-{env}}', '"./lake-{env}"}'))
  return loadDefinition({workingFolder: folder, environment, variables: {}})
}

describe('finding the file', () => {
  test('the nearest one upward', async () => {
    const deep = join(folder, 'a', 'b')
    await mkdir(deep, {recursive: true})
    await load(CLAIMS)
    const definition = await loadDefinition({workingFolder: deep, variables: {}})
    expect(definition.file).toBe(join(folder, 'sluice.yaml'))
    expect(definition.environment).toMatchObject({root: join(folder, 'lake-local')})
  })

  test('a named file, a named folder, and the variable', async () => {
    await load(CLAIMS)
    const elsewhere = {workingFolder: tmpdir(), variables: {}}
    for (const file of [folder, join(folder, 'sluice.yaml')]) {
      expect((await loadDefinition({...elsewhere, file})).lake).toBe('icpa')
    }
    const variables = {SLUICE_LAKE: folder, SLUICE_ENV: 'prod'}
    expect((await loadDefinition({workingFolder: tmpdir(), variables})).environment.name).toBe('prod')
  })

  test('none at all', async () => {
    await expect(loadDefinition({workingFolder: folder, variables: {}})).rejects.toMatchObject({
      code: 'DEFINITION_NOT_FOUND',
      fix: 'sluice init --blueprint claims',
      exit: 2,
    })
    await expect(loadDefinition({workingFolder: folder, file: 'x.yaml', variables: {}})).rejects.toMatchObject({
      code: 'DEFINITION_NOT_FOUND',
    })
  })

  test('mistakes name the file as seen from the working folder', async () => {
    const deep = join(folder, 'a')
    await mkdir(deep)
    await writeFile(join(folder, 'sluice.yaml'), 'sluice: 1\n')
    await expect(loadDefinition({workingFolder: deep, variables: {}})).rejects.toMatchObject({
      code: 'DEFINITION_INVALID',
      message: `${join('..', 'sluice.yaml')} has 3 mistakes.`,
    })
  })
})

describe('the environment', () => {
  test('names are filled in, thresholds overridden', async () => {
    const definition = await load(CLAIMS, 'prod')
    expect(definition.environment).toEqual({
      name: 'prod',
      backend: 'aws',
      region: 'eu-west-1',
      account: '111122223333',
      protect: true,
      state: 's3://icpa-prod/sluice',
      database: 'icpa_prod',
      workgroup: null,
      results: null,
      role: null,
      encryption: 'bucket-default',
      endpoints: {},
      locations: {claims: 's3://icpa-prod/claims'},
    })
    expect(definition.environments).toEqual(['local', 'prod'])
    expect(findKpi(definition, 'override_rate').thresholds).toEqual({better: 'lower', green: '0.05', yellow: '0.20'})
    expect(findKpi(await load(CLAIMS), 'override_rate').thresholds?.green).toBe('0.10')
  })

  test('an unknown one is answered with the near and the known ones', async () => {
    await expect(load(CLAIMS, 'prd')).rejects.toMatchObject({
      code: 'ENVIRONMENT_UNKNOWN',
      fix: 'Did you mean prod? Use --env local | prod.',
      details: {known: ['local', 'prod']},
    })
  })
})

describe('overrides of the blueprint', () => {
  const override = (columns: string): string => `${CLAIMS}tables:\n  claims:\n    columns:\n${columns}`

  test('columns are merged by name, in the blueprint order, new ones last', async () => {
    const plain = findTable(await load(CLAIMS), 'claims')
    const text = override(
      '      - {name: status, missing: error}\n      - {name: adjuster_id, remove: true}\n      - {name: zip, type: string, from: [incident, zip], wrong_type: null}\n',
    )
    const table = findTable(await load(text), 'claims')
    const names = plain.columns.map(({name}) => name).filter((name) => name !== 'adjuster_id')
    expect(table.columns.map(({name}) => name)).toEqual([...names, 'zip'])
    expect(table.columns[1]).toEqual({...plain.columns[1], missing: 'error'})
    expect(table.columns.at(-1)).toEqual({
      name: 'zip',
      type: 'string',
      from: ['incident', 'zip'],
      missing: 'null',
      inexact: 'quarantine',
      wrong_type: 'null',
      class: 'internal',
    })
  })

  test('a permission to round does not outlive the type it was given for', async () => {
    const table = findTable(await load(override('      - {name: fraud_score, type: "decimal(9, 6)"}\n')), 'claims')
    expect(table.columns.find(({name}) => name === 'fraud_score')).toMatchObject({
      type: 'decimal(9,6)',
      inexact: 'quarantine',
    })
  })

  test('a disabled KPI is gone, an own one is there', async () => {
    const text = `${CLAIMS}kpis:
  override_rate: {enabled: false}
  backlog: {table: claims, unit: ratio, time: created_at, sql: "SELECT 1 AS numerator, 1 AS denominator"}
`
    const definition = await load(text)
    expect(definition.kpis.map(({name}) => name)).toEqual([
      'ai_agreement_rate',
      'fraud_score_auc',
      'processing_time',
      'cost_per_claim',
      'textract_savings',
      'payout_against_budget',
      'backlog',
    ])
    expect(findKpi(definition, 'backlog')).toMatchObject({title: 'backlog', thresholds: null, views: []})
  })

  test('panels, rollups and views are merged as KPIs are', async () => {
    const definition = await load(`${CLAIMS}panels:
  hard_cases: {enabled: false}
  bottleneck: {title: Where time goes, views: [steering]}
  by_region:
    kind: breakdown
    table: claims
    time: created_at
    views: [steering]
    columns: [{name: region}, {name: rejected_share, unit: ratio, of: [rejected, claims]}]
    sql: SELECT region, COUNT(CASE WHEN final_decision = 'REJECT' THEN 1 END) AS rejected, COUNT(*) AS claims FROM claims_period GROUP BY 1
views:
  steering: {title: Steering}
`)
    const names = definition.panels.map(({name}) => name)
    expect(names).not.toContain('hard_cases')
    expect(names.at(-1)).toBe('by_region')
    expect(definition.panels.at(-1)).toMatchObject({
      title: 'by region',
      step: null,
      columns: [
        {name: 'region', title: 'region', unit: 'text', of: null},
        {name: 'rejected_share', title: 'rejected share', unit: 'ratio', of: ['rejected', 'claims']},
      ],
    })
    expect(definition.panels.find(({name}) => name === 'bottleneck')).toMatchObject({
      kind: 'breakdown',
      time: 'created_at',
    })
    expect(definition.views.map(({name, title}) => [name, title])).toEqual([
      ['data-science', 'Model performance'],
      ['manager', 'Operations'],
      ['cfo', 'Cost and payout'],
      ['steering', 'Steering'],
    ])
    expect(definition.rollups.map(({name}) => name)).toEqual(['claim_reviews', 'claim_amounts', 'claim_hours'])
  })

  test('unknown tables and KPIs have a near name', async () => {
    const definition = await load(CLAIMS)
    expect(() => findTable(definition, 'claim')).toThrow(
      expect.objectContaining({code: 'TABLE_UNKNOWN', fix: 'Did you mean claims?'}),
    )
    expect(() => findKpi(definition, 'nothing')).toThrow(expect.objectContaining({code: 'KPI_UNKNOWN'}))
  })
})

describe('hashes', () => {
  test('the order of keys and names does not matter, the environment neither', async () => {
    const one = await load(`${CLAIMS}tables: {claims: {description: x, columns: [{name: z, type: string, from: z}]}}\n`)
    const other = await load(
      `${CLAIMS}tables: {claims: {columns: [{from: z, type: string, name: z}], description: x}}\n`,
      'prod',
    )
    expect(definitionHash(one, ['claims'])).toMatch(/^[0-9a-f]{64}$/)
    expect(definitionHash(one, ['claims', 'claims'])).toBe(definitionHash(other, ['claims']))
  })

  test('a change of the mapping changes both, a description the definition only', async () => {
    const plain = await load(CLAIMS)
    const described = await load(`${CLAIMS}tables: {claims: {description: other}}\n`)
    const mapped = await load(`${CLAIMS}tables: {claims: {columns: [{name: status, from: state}]}}\n`)
    const mapping = (definition: LakeDefinition): string => mappingHash(findTable(definition, 'claims'))
    expect(mapping(described)).toBe(mapping(plain))
    expect(mapping(mapped)).not.toBe(mapping(plain))
    const hashes = [plain, described, mapped].map((definition) => definitionHash(definition, ['claims']))
    expect(new Set(hashes).size).toBe(3)
    expect(() => definitionHash(plain, ['nothing'])).toThrow(expect.objectContaining({code: 'TABLE_UNKNOWN'}))
  })
})
