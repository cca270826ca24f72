import {Ajv2020} from 'ajv/dist/2020.js'
import {chmod, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {parse} from 'yaml'
import {
  checkLake,
  definitionJsonSchema,
  initLake,
  loadDefinition,
  renderCheck,
  renderInit,
  renderShow,
  safeLakeName,
  SCHEMA_FILE,
  showLake,
} from '../../src/lib/lake/index.js'

const NOW = new Date('2026-01-14T10:00:00Z')
let parent: string
let folder: string

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'sluice-init-'))
  folder = join(parent, 'Claims Lake')
})
afterEach(() => rm(parent, {recursive: true, force: true}))

describe('initLake', () => {
  test('what it writes is right, and its schema says so too', async () => {
    const result = await initLake({folder, blueprint: 'claims'})
    expect(result).toMatchObject({lake: 'claims-lake', blueprint: 'claims', changed: true})
    const text = await readFile(result.file, 'utf8')
    expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=${SCHEMA_FILE}`)
    const schema = JSON.parse(await readFile(join(folder, SCHEMA_FILE), 'utf8')) as object
    expect(schema).toEqual(definitionJsonSchema())
    const validate = new Ajv2020({allowUnionTypes: true, strict: true}).compile(schema)
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true)
    expect(validate({...(parse(text) as object), tabels: {}})).toBe(false)
    expect((await readdir(join(folder, '.sluice'))).sort()).toEqual(['definition.schema.json'])
    const checked = await checkLake({workingFolder: folder, variables: {}, now: NOW})
    expect(checked).toMatchObject({mistakes: [], warnings: [], asOf: '2026-01-14T10:00:00.000Z'})
    expect(renderInit(result)).toContain('Started the lake claims-lake from the blueprint claims.')
  })

  test('every commented line of it works once its # is taken away', async () => {
    const {file} = await initLake({folder, blueprint: 'claims', lake: 'icpa'})
    const text = await readFile(file, 'utf8')
    const lines = text.split('\n').map((line) => line.replace(/^( *)# (?=( |[a-z]+:( |$)))/, '$1'))
    await writeFile(file, lines.join('\n'))
    const {warnings, environments, tables} = await checkLake({workingFolder: folder, variables: {}, now: NOW})
    expect(environments.map(({name}) => name)).toEqual(['local', 'prod'])
    expect({warnings, columns: tables[0]?.columns}).toEqual({warnings: [], columns: 36})
  })

  test('an existing definition stays as it is', async () => {
    const {file} = await initLake({folder, blueprint: 'claims'})
    await writeFile(file, 'mine')
    await expect(initLake({folder, blueprint: 'claims'})).rejects.toMatchObject({code: 'DEFINITION_EXISTS', exit: 2})
    expect(await readFile(file, 'utf8')).toBe('mine')
  })

  test('of many at once one wins, and it is whole', async () => {
    const attempts = await Promise.allSettled(
      Array.from({length: 8}, (_, index) => initLake({folder, blueprint: 'claims', lake: `lake-${index}`})),
    )
    const won = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value.lake] : []))
    expect(won).toHaveLength(1)
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({code: 'DEFINITION_EXISTS'})
    }
    expect((await loadDefinition({workingFolder: folder, variables: {}})).lake).toBe(won[0])
    expect(await readdir(join(folder, '.sluice'))).toEqual(['definition.schema.json'])
  })

  test('an unknown blueprint, an impossible name: nothing is written', async () => {
    await expect(initLake({folder, blueprint: 'claim'})).rejects.toMatchObject({
      code: 'BLUEPRINT_UNKNOWN',
      fix: 'Did you mean claims?',
    })
    await expect(initLake({folder, blueprint: 'zzz'})).rejects.toMatchObject({fix: 'Known: claims.'})
    await expect(initLake({folder, blueprint: 'claims', lake: 'My Lake'})).rejects.toMatchObject({
      code: 'USAGE',
      fix: 'Try my-lake.',
    })
    expect(await readdir(parent)).toEqual([])
  })

  test('a file where the folder should be', async () => {
    await writeFile(folder, '')
    await expect(initLake({folder, blueprint: 'claims'})).rejects.toMatchObject({code: 'STORE_READ_ONLY'})
    await chmod(folder, 0o600)
  })

  test.each([
    ['icpa', 'icpa'],
    ['Café Lake 2', 'cafe-lake-2'],
    ['2026', 'lake'],
    ['..', 'lake'],
    ['a'.repeat(80), 'a'.repeat(63)],
  ])('%j becomes %j', (text, name) => {
    expect(safeLakeName(text)).toBe(name)
  })
})

test('schemas/definition.json is fresh', async () => {
  const committed = JSON.parse(
    await readFile(new URL('../../schemas/definition.json', import.meta.url), 'utf8'),
  ) as object
  expect(committed).toEqual(definitionJsonSchema())
})

test('every key of the schema has a description', () => {
  const undescribed: string[] = []
  walk(definitionJsonSchema(), '')
  expect(undescribed).toEqual([])

  function walk(node: unknown, path: string): void {
    if (typeof node !== 'object' || node === null) return
    for (const [key, value] of Object.entries(node)) {
      if (key === 'properties') {
        for (const [name, property] of Object.entries(value as Record<string, {description?: string}>)) {
          if (property.description === undefined) undescribed.push(`${path}.${name}`)
        }
      }
      walk(value, `${path}.${key}`)
    }
  }
})

describe('show and check', () => {
  test('the whole lake and one table, as YAML', async () => {
    await initLake({folder, blueprint: 'claims', lake: 'icpa'})
    const definition = await loadDefinition({workingFolder: folder, variables: {}})
    const whole = parse(renderShow(showLake(definition))) as Record<string, Record<string, unknown>>
    expect(whole).toMatchObject({sluice: 1, lake: 'icpa', environments: {local: {backend: 'local'}}})
    const text = renderShow(showLake(definition, 'claims'))
    expect(text).toContain('- {name: claim_id, type: string, from: claimId, missing: "null"')
    expect(Object.keys((parse(text) as {tables: object}).tables)).toEqual(['claims'])
    expect(() => showLake(definition, 'clams')).toThrow(expect.objectContaining({code: 'TABLE_UNKNOWN'}))
  })

  test('warnings are told and are no mistakes', async () => {
    const {file} = await initLake({folder, blueprint: 'claims', lake: 'icpa'})
    const text = (await readFile(file, 'utf8')).replace(
      'environments:',
      'environments:\n  twin: {backend: local, root: ./lake}\n  prod: {backend: aws, region: eu-west-1, account: "111122223333"}',
    )
    await writeFile(file, `${text}tables: {claims: {partition: {immutable: false}}}\n`)
    const result = await checkLake({workingFolder: folder, variables: {}, now: NOW})
    expect(result.warnings.map(({path}) => path)).toEqual([
      'environments.prod',
      'environments.prod.tables',
      'environments.prod',
      'environments.local',
      'tables.claims.partition',
    ])
    expect(renderCheck(result)).toContain('The definition of icpa has no mistakes.')
    expect(renderCheck(result)).toContain('5 warnings:')
  })
})
