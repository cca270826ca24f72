import {operationKind} from './context-kinds.js'
import {duckdbOptions, ownTemporaryFolder, resourcesOf} from './context-resources.js'
import {openSource, rememberedSources, type Context, type ContextOptions} from './context.js'
import type {AthenaStatements} from './aws/athena-statements.js'
import type {AwsSettings} from './aws/client-settings.js'
import {SluiceError} from './errors.js'
import {compactedPrefix, compactedUri} from './lake/index.js'
import type {AwsEnvironment, LakeDefinition} from './lake/types.js'
import type {OperationPorts} from './operation/types.js'
import type {PlaceNeeds} from './ports/place-needs.js'
import type {ObjectStore} from './ports/object-store.js'

/** What an environment must name before a lake can be worked on. */
const NEEDED = ['state', 'database', 'workgroup', 'results'] as const

/**
 * The context of a lake in S3, Glue and Athena. Asks who calls before anything else.
 * Throws `AWS_SIGN_IN`, `AWS_ACCOUNT_WRONG`, `NOT_IN_THIS_ENVIRONMENT`.
 */
export async function awsContext(
  definition: LakeDefinition,
  environment: AwsEnvironment,
  options: ContextOptions,
): Promise<Context> {
  const places = neededPlaces(environment)
  const settings = settingsOf(environment, options)
  const {checkCaller} = await import('./aws/caller.js')
  await checkCaller(settings, environment.account, environment.name)
  const [
    {GlueCatalog},
    {GlueLineTables},
    {AthenaStatements},
    {AthenaWrites},
    {AthenaWritePlace},
    {AthenaParquetEngine, AthenaQueryEngine, AthenaUpkeep},
    {DuckDbParquetEngine, DuckDbStatementReader},
    {systemClock, systemHost, systemIds},
    {systemMachine},
  ] = await Promise.all([
    import('./aws/glue-catalog.js'),
    import('./aws/glue-line-tables.js'),
    import('./aws/athena-statements.js'),
    import('./aws/athena-writes.js'),
    import('./aws/athena-write-place.js'),
    import('./engines/athena/index.js'),
    import('./engines/duckdb/index.js'),
    import('./local/system.js'),
    import('./local/machine.js'),
  ])
  const routes = keyRoutes(environment, places.state)
  const store = await lakeStore(settings, routes, places.state)
  const locations = keyLocations(routes)
  const {workgroup, database, results} = places
  const catalog = new GlueCatalog({settings, database, locations})
  const spool = {temporaryFolder: ownTemporaryFolder(), lakeFolder: null}
  const resources = resourcesOf(spool, options, systemMachine)
  const engine = duckdbOptions(resources)
  const parquet = new DuckDbParquetEngine(engine)
  const statements = new AthenaStatements({settings, workgroup, database, results})
  await checkNeeds(options.needs, {settings, environment, definition, places, statements})
  const reader = new DuckDbStatementReader(engine)
  const query = new AthenaQueryEngine({statements, reader, store, catalog, database})
  const lines = new GlueLineTables(settings, database)
  const writer = new AthenaWrites(statements, settings)
  const athena = new AthenaParquetEngine({
    statements,
    writer,
    writePlace: new AthenaWritePlace(statements, settings.encryption),
    lines,
    parquetTables: lines,
    addresses: locations,
    aside: parquet,
    local: parquet,
  })
  const ports: OperationPorts = {
    store,
    catalog,
    parquet,
    engine: (name) => (name === 'athena' ? athena : parquet),
    query,
    upkeep: new AthenaUpkeep(statements, writer),
    clock: systemClock,
    ids: systemIds,
    host: systemHost(),
    report: options.report,
    openSource: rememberedSources((uri) => openAnySource(uri, settings, options.workingFolder)),
  }
  return {
    definition,
    ports,
    query,
    tableExports: async () => {
      const {DynamoDbExports} = await import('./aws/dynamodb-exports.js')
      return new DynamoDbExports(settings)
    },
    crawlers: async () => new (await import('./aws/glue-crawlers.js')).GlueCrawlers(settings),
    metrics: async () => new (await import('./aws/cloudwatch-metrics.js')).CloudWatchMetrics(settings, systemClock),
    facts: async (signal) => (await import('./aws/facts-aws.js')).awsFacts(settings, signal),
    machine: systemMachine,
    resources,
    useThreads: (threads) => {
      // The engine opens its database with the first piece of work.
      engine.threads = Math.min(resources.threads, threads)
    },
    signal: options.signal,
    asOf: options.now ?? systemClock.now(),
    kind: operationKind,
    leftOvers: async () => {
      const {measureDeadSpools} = await import('./engines/duckdb/spools.js')
      return measureDeadSpools(resources.temporaryFolder)
    },
    close: async () => {
      await Promise.all([parquet.close(), query.close(), reader.close()])
      catalog.close()
      lines.close()
    },
  }
}

interface Checked {
  readonly settings: AwsSettings
  readonly environment: AwsEnvironment
  readonly definition: LakeDefinition
  readonly places: Places
  readonly statements: AthenaStatements
}

async function checkNeeds(needs: PlaceNeeds | undefined, checked: Checked): Promise<void> {
  if (needs === undefined) return
  const {settings, environment, definition, places, statements} = checked
  const [{checkPlaces}, {OPERATIONS_PREFIX}] = await Promise.all([
    import('./aws/usable-places.js'),
    import('./operation/index.js'),
  ])
  const changelogs = new Set(definition.tables.flatMap(({name, kind}) => (kind === 'changelog' ? [name] : [])))
  await checkPlaces(needs, {
    settings,
    operations: `${folderUri(places.state)}${OPERATIONS_PREFIX}`,
    rows: Object.entries(environment.locations).map(([table, uri]) => ({
      uri,
      // Others than changelogs have objects of somebody else, who need not let sluice write among them.
      use: changelogs.has(table) ? needs.rows : needs.rows && 'read',
    })),
    results: places.results,
    checkWorkgroup: () => statements.checkWorkgroup(),
  })
}

type Places = Readonly<Record<(typeof NEEDED)[number], string>>

function neededPlaces(environment: AwsEnvironment): Places {
  const missing = NEEDED.filter((name) => environment[name] === null)
  if (missing.length === 0) return environment as AwsEnvironment & Places
  throw new SluiceError(
    'NOT_IN_THIS_ENVIRONMENT',
    `Environment ${environment.name} names no ${missing.join(', no ')}, which a lake on AWS needs.`,
    {fix: `Add ${missing.map((name) => `\`${name}:\``).join(', ')} to the environment in the definition.`},
  )
}

function settingsOf(
  {region, role, endpoints, encryption}: AwsEnvironment,
  {profile, version = 'unknown'}: ContextOptions,
): AwsSettings {
  return {region, profile: profile ?? null, roleArn: role, endpoints, encryption, version}
}

/** Keys that begin with the prefix lie below the address. */
interface KeyRoute {
  readonly prefix: string
  readonly uri: string
}

/** Tables where the definition puts them, what they are compacted to beside them, all else below `state`: the last. */
function keyRoutes(environment: AwsEnvironment, state: string): readonly KeyRoute[] {
  const routes = Object.entries(environment.locations).flatMap(([table, location]) => {
    const beside = compactedUri(location)
    const own = {prefix: `${table}/`, uri: folderUri(location)}
    return beside === null ? [own] : [own, {prefix: compactedPrefix(table), uri: beside}]
  })
  return [...routes, {prefix: '', uri: folderUri(state)}]
}

async function lakeStore(settings: AwsSettings, routes: readonly KeyRoute[], state: string): Promise<ObjectStore> {
  const [{S3ObjectStore}, {RoutedObjectStore}] = await Promise.all([
    import('./aws/s3-object-store.js'),
    import('./aws/routed-object-store.js'),
  ])
  const stores = routes.map(({prefix, uri}) => ({prefix, store: new S3ObjectStore({settings, uri})}))
  return new RoutedObjectStore({uri: state, routes: stores.slice(0, -1), rest: stores.at(-1)!.store})
}

/** Translates between keys of the lake's store and the `s3://` addresses that Glue keeps. */
function keyLocations(routes: readonly KeyRoute[]) {
  return {
    uriOf: (key: string): string => {
      const {prefix, uri} = routes.find((route) => key.startsWith(route.prefix))!
      return `${uri}${key.slice(prefix.length)}`
    },
    prefixOf: (uri: string): string | null => {
      const route = routes.find((one) => uri.startsWith(one.uri) || `${uri}/` === one.uri)
      return route === undefined ? null : `${route.prefix}${uri.slice(route.uri.length)}`
    },
  }
}

function folderUri(uri: string): string {
  return uri.endsWith('/') ? uri : `${uri}/`
}

async function openAnySource(uri: string, settings: AwsSettings, workingFolder: string): Promise<ObjectStore> {
  if (!uri.startsWith('s3://')) return openSource(uri, workingFolder)
  const {S3ObjectStore} = await import('./aws/s3-object-store.js')
  return new S3ObjectStore({settings, uri, readOnly: true})
}
