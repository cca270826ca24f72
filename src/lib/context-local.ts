import path from 'node:path'
import {operationKind} from './context-kinds.js'
import {duckdbOptions, ownTemporaryFolder, resourcesOf} from './context-resources.js'
import {openSource, rememberedSources, type Context, type ContextOptions} from './context.js'
import {SluiceError} from './errors.js'
import type {LakeDefinition, LocalEnvironment} from './lake/types.js'
import type {OperationPorts} from './operation/types.js'

/** The context of a lake in a folder, with embedded DuckDB. */
export async function localContext(
  definition: LakeDefinition,
  environment: LocalEnvironment,
  options: ContextOptions,
): Promise<Context> {
  const [
    {FolderObjectStore},
    {FileCatalog},
    {systemClock, systemHost, systemIds},
    {refuseUnusable, systemMachine},
    {DuckDbParquetEngine, DuckDbQueryEngine},
  ] = await Promise.all([
    import('./local/folder-object-store.js'),
    import('./local/file-catalog.js'),
    import('./local/system.js'),
    import('./local/machine.js'),
    import('./engines/duckdb/index.js'),
  ])
  // Plans and journals name users, commands and reasons.
  const privatePrefix = '_sluice/operations/'
  const store = new FolderObjectStore({root: environment.root, versioned: environment.versioned, privatePrefix})
  const catalog = new FileCatalog(store)
  const asked = options.resources?.temporaryFolder
  if (asked !== undefined) await refuseUnusable(path.resolve(options.workingFolder, asked))
  // Spools stand inside the lake's folder, so that staged files are moved, not copied.
  const spool = {temporaryFolder: path.join(environment.root, '.sluice-store', 'spool'), lakeFolder: environment.root}
  const resources = resourcesOf(spool, options, systemMachine)
  const engine = duckdbOptions(resources)
  const parquet = new DuckDbParquetEngine(engine)
  // Questions are asked of lakes that cannot be written too, so what they spill does not go into the lake's folder.
  const queryFolder = asked === undefined ? ownTemporaryFolder() : resources.temporaryFolder
  const query = new DuckDbQueryEngine({...engine, temporaryFolder: queryFolder, store, catalog})
  const ports: OperationPorts = {
    store,
    catalog,
    parquet,
    engine: (name) => {
      if (name === 'duckdb') return parquet
      throw new SluiceError('NOT_IN_LOCAL', 'A local lake has no Athena.', {fix: 'Load with --engine duckdb.'})
    },
    query,
    clock: systemClock,
    ids: systemIds,
    host: systemHost(),
    report: options.report,
    openSource: rememberedSources((uri) => openSource(uri, options.workingFolder)),
  }
  return {
    definition,
    ports,
    query,
    tableExports: async () => {
      throw new SluiceError('NOT_IN_LOCAL', 'A local lake has no DynamoDB tables to export.', {
        fix: 'Name an environment on AWS: --env NAME',
      })
    },
    crawlers: async () => {
      throw new SluiceError('NOT_IN_LOCAL', 'A local lake has no crawlers: `partitions sync` is the crawler.', {
        fix: 'sluice partitions sync',
      })
    },
    metrics: async () => new (await import('./local/metric-log.js')).MetricLog(ports),
    facts: async () => new (await import('./local/facts.js')).FolderFacts(environment.root),
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
      await Promise.all([parquet.close(), query.close()])
    },
  }
}
