import {mkdtemp, realpath, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {examineLake, type DoctorResult, type Limits} from '../../src/lib/doctor/index.js'
import {loadDefinition, mappingOf, type LakeDefinition} from '../../src/lib/lake/index.js'
import {systemClock, systemHost} from '../../src/lib/local/system.js'
import {storedColumns} from '../../src/lib/mapping/index.js'
import type {Catalog} from '../../src/lib/ports/catalog.js'
import type {AwsFacts, GlueTableFact} from '../../src/lib/ports/environment-facts.js'
import {MemoryObjectStore} from '../fakes/memory-object-store.js'

export const ACCOUNT = '111122223333'
const ROLE = `arn:aws:sts::${ACCOUNT}:assumed-role/lake/session`

const CRAWLERS = 'crawlers: {items: {tables: [items]}}\n'

/** Definition of a lake on AWS with one table, `items` from the DynamoDB table `Items`. */
export function awsDefinition(environment = '', table = '', crawlers = CRAWLERS): string {
  return `sluice: 1
lake: testlake
default: cloud
environments:
  cloud:
    backend: aws
    region: eu-west-1
    account: "${ACCOUNT}"
    state: s3://state/sluice
    database: lakes
    workgroup: lake
    results: s3://results/athena
    tables: {items: {location: "s3://tables/items"}}
${environment}tables:
  items:
    kind: changelog
    source: {dynamodb: Items}
    key: [id]
    columns:
    - {name: id, type: string, from: id}
    - {name: amount, type: "decimal(18,2)", from: amount}
    - {name: created_at, type: timestamp, from: createdAt, format: iso}
    partition: {by: [{name: year, derive: {format_date: [created_at, "%Y"]}}], immutable: true}
${table}${crawlers}`
}

/** Loads a definition from a file, which stands while `use` runs. */
export async function withDefinition<Result>(
  text: string,
  use: (definition: LakeDefinition) => Promise<Result>,
): Promise<Result> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'sluice-doctor-')))
  try {
    await writeFile(join(folder, 'sluice.yaml'), text)
    return await use(await loadDefinition({workingFolder: folder, variables: {}}))
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

/** What Glue has of `items` once it was loaded. */
export function glueTable({tables}: LakeDefinition, other: Partial<GlueTableFact> = {}): GlueTableFact {
  return {
    kind: 'table',
    fault: null,
    isProjected: false,
    format: 'parquet',
    columns: storedColumns(mappingOf(tables[0]!)),
    partitionColumns: [{name: 'year', type: 'string'}],
    location: 's3://tables/items/',
    isGoverned: false,
    ...other,
  }
}

/** An AWS that has nothing to find fault with. */
export function healthyFacts(definition: LakeDefinition): AwsFacts {
  const view = glueTable(definition, {kind: 'view', location: null})
  return {
    backend: 'aws',
    caller: async () => ({account: ACCOUNT, arn: ROLE, accessKeyId: 'ASIAEXAMPLE'}),
    serverTime: async () => ({server: new Date(1000), local: new Date(1000)}),
    bucketRegion: async () => 'eu-west-1',
    versioning: async () => 'on',
    encryption: async () => ({algorithm: 'AES256', key: null}),
    lifecycle: async (bucket) => [
      {id: 'parts', prefix: '', expires: false, expiresVersions: false, abortsUploads: true, movesTo: []},
      ...(bucket === 'results'
        ? [{id: 'old', prefix: 'athena/', expires: true, expiresVersions: false, abortsUploads: false, movesTo: []}]
        : []),
    ],
    openToPublic: async () => [],
    accessLog: async () => 'logs/lake',
    hasObjects: async () => true,
    database: async () => ({link: null}),
    table: async (_database, name) => (/_current$|__quarantine$/.test(name) ? view : glueTable(definition)),
    partitionSample: async () => ['s3://tables/items/year=2026/'],
    sourceTable: async () => ({arn: 'arn', key: [{attribute: 'id', tag: 'S'}]}),
    recovery: async () => true,
    workgroup: async () => ({
      isEnabled: true,
      isEnforced: false,
      results: null,
      encryption: null,
      isManaged: false,
      cutoffBytes: 1024 ** 4,
      engine: 'Athena engine version 3',
    }),
    crawler: async (name) => ({name, state: 'ready', elapsedMs: null, lastCrawl: null, schedule: null}),
    rotates: async () => true,
    accessKeyMadeAt: async () => null,
    governedPlaces: async () => [],
    dataFilters: async () => [],
    probe: async () => 'allowed',
    simulate: async (_arn, permissions) => permissions.map(() => 'allowed'),
  }
}

export interface Examined {
  readonly other?: Partial<AwsFacts> | ((definition: LakeDefinition) => Partial<AwsFacts>) | undefined
  readonly text?: string
  readonly limits?: Limits
  readonly signal?: AbortSignal
}

/** The doctor over a healthy AWS with some answers replaced. */
export function examine({other = {}, text = awsDefinition(), limits, signal}: Examined = {}): Promise<DoctorResult> {
  return withDefinition(text, async (definition) => {
    const replaced = typeof other === 'function' ? other(definition) : other
    const ports = {
      store: new MemoryObjectStore(),
      // a lake on AWS is looked at through its facts
      catalog: null as unknown as Catalog,
      clock: systemClock,
      host: systemHost(),
      machine: {spaceOf: async () => ({fileSystem: '1', freeBytes: 1}), memoryBytes: () => 1},
      signal: signal ?? new AbortController().signal,
      leftOvers: async () => ({folders: 0, sizeBytes: 0}),
      facts: async () => ({...healthyFacts(definition), ...replaced}),
    }
    return examineLake(definition, new Date(0), ports, limits)
  })
}

/** `state name, of: text` of what did not pass. */
export function told({checks}: DoctorResult): string[] {
  return checks
    .filter(({state}) => state !== 'pass')
    .map(({state, name, of, text}) => `${state} ${name}, ${of}: ${text}`)
}
