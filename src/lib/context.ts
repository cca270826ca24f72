import os from 'node:os'
import path from 'node:path'
import {parseSize} from './cli/parse-values.js'
import {SluiceError} from './errors.js'
import type {LakeDefinition, LocalEnvironment} from './lake/types.js'
import type {AnyOperationKind, OperationPorts} from './operation/types.js'
import type {Machine, Resources} from './ports/machine.js'
import type {ObjectStore} from './ports/object-store.js'
import type {QueryAnalyser, QueryEngine} from './ports/query-engine.js'
import type {Report} from './ports/report.js'

export interface ContextOptions {
  readonly lakeFile?: string | undefined
  readonly environment?: string | undefined
  /** `--now`: moves reports and planning only. */
  readonly now?: Date | undefined
  readonly resources?: ResourceRequest
  readonly workingFolder: string
  readonly variables: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly report: Report
}

/** What a caller allows the engines; what is left out has a default. */
export interface ResourceRequest {
  readonly memoryBytes?: number | undefined
  readonly temporaryFolder?: string | undefined
  readonly maxTemporaryBytes?: number | undefined
}

/** Everything a use case needs of one lake and environment. Parts are built when first asked for. */
export interface Context {
  readonly definition: LakeDefinition
  readonly ports: OperationPorts
  readonly query: QueryEngine & QueryAnalyser
  readonly machine: Machine
  readonly resources: Resources
  /** Fewer threads for loads from here on; call it before the first one. */
  useThreads(threads: number): void
  readonly signal: AbortSignal
  /** Time of reports; `--now` where it is given. */
  readonly asOf: Date
  kind(name: string): Promise<AnyOperationKind>
  /** What killed processes left in the lake's folder; the next load removes it. */
  leftOvers(): Promise<{readonly folders: number; readonly sizeBytes: number}>
  close(): Promise<void>
}

/** Builds the context of a command. Throws the definition's errors and `NOT_IN_THIS_ENVIRONMENT`. */
export async function createContext(options: ContextOptions): Promise<Context> {
  const {loadDefinition} = await import('./lake/index.js')
  const definition = await loadDefinition({
    ...(options.lakeFile === undefined ? {} : {file: options.lakeFile}),
    ...(options.environment === undefined ? {} : {environment: options.environment}),
    workingFolder: options.workingFolder,
    variables: options.variables,
  })
  if (definition.environment.backend !== 'local') {
    throw new SluiceError(
      'NOT_IN_THIS_ENVIRONMENT',
      `Environment ${definition.environment.name} is on AWS, which this version cannot reach.`,
      {
        fix: 'Choose a local environment: --env local',
      },
    )
  }
  return localContext(definition, definition.environment, options)
}

/** A folder outside the lake as a store that can be written, for commands that make files. */
export async function openFolder(folder: string): Promise<ObjectStore> {
  const {FolderObjectStore} = await import('./local/folder-object-store.js')
  return new FolderObjectStore({root: path.resolve(folder)})
}

async function localContext(
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
  const resources = resourcesOf(environment, options, systemMachine)
  const engine = duckdbOptions(resources)
  const parquet = new DuckDbParquetEngine(engine)
  const queryFolder = asked === undefined ? queryTemporaryFolder() : resources.temporaryFolder
  const query = new DuckDbQueryEngine({...engine, temporaryFolder: queryFolder, store, catalog})
  const ports: OperationPorts = {
    store,
    catalog,
    parquet,
    query,
    clock: systemClock,
    ids: systemIds,
    host: systemHost(),
    report: options.report,
    openSource: rememberedSources(options.workingFolder),
  }
  return {
    definition,
    ports,
    query,
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

/** One store a place: a store remembers the etags of the files that it has read. */
function rememberedSources(workingFolder: string): (uri: string) => Promise<ObjectStore> {
  const sources = new Map<string, Promise<ObjectStore>>()
  return (uri) => {
    const source = sources.get(uri) ?? openSource(uri, workingFolder)
    sources.set(uri, source)
    return source
  }
}

/** A folder outside the lake, read only. Throws `NOT_IN_THIS_ENVIRONMENT` for another kind of place. */
export async function openSource(uri: string, workingFolder = '.'): Promise<ObjectStore> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(uri) && !uri.startsWith('file://')) {
    throw new SluiceError('NOT_IN_THIS_ENVIRONMENT', `${uri} is not a local folder.`, {
      fix: 'Copy the export to a folder and name that.',
    })
  }
  const {FolderObjectStore} = await import('./local/folder-object-store.js')
  return new FolderObjectStore({root: path.resolve(workingFolder, uri.replace(/^file:\/\//, '')), readOnly: true})
}

const GIB = 1024 ** 3
const MAX_DEFAULT_MEMORY_BYTES = 4 * GIB

/** Spools stand inside the lake's folder unless another is asked for, so that staged files are moved, not copied. */
function resourcesOf(environment: LocalEnvironment, options: ContextOptions, machine: Machine): Resources {
  const {memoryBytes, temporaryFolder, maxTemporaryBytes} = options.resources ?? {}
  const half = Math.floor(machine.memoryBytes() / 2)
  return {
    memoryBytes: memoryBytes ?? memoryVariable(options.variables) ?? Math.min(half, MAX_DEFAULT_MEMORY_BYTES),
    threads: os.availableParallelism(),
    temporaryFolder:
      temporaryFolder === undefined
        ? path.join(environment.root, '.sluice-store', 'spool')
        : path.resolve(options.workingFolder, temporaryFolder),
    maxTemporaryBytes: maxTemporaryBytes ?? null,
    lakeFolder: environment.root,
  }
}

function duckdbOptions({memoryBytes, threads, temporaryFolder, maxTemporaryBytes}: Resources) {
  return {temporaryFolder, memoryLimitBytes: memoryBytes, threads, maxTemporaryBytes}
}

/** Commands without `--memory` take the variable alone. */
function memoryVariable(variables: NodeJS.ProcessEnv): number | null {
  const text = variables['SLUICE_MEMORY']
  return text === undefined || text === '' ? null : parseSize(text, 'SLUICE_MEMORY=4GB')
}

/** Questions are asked of lakes that cannot be written too, so what they spill does not go into the lake's folder. */
function queryTemporaryFolder(): string {
  return path.join(os.tmpdir(), `sluice-${os.userInfo().uid}`)
}

/** Every kind of operation, loaded when it is met. */
async function operationKind(name: string): Promise<AnyOperationKind> {
  const kinds: Record<string, () => Promise<unknown>> = {
    'backfill.load': async () => (await import('./backfill/load-kind.js')).loadKind,
  }
  const load = kinds[name]
  if (load === undefined) {
    throw new SluiceError('FORMAT_UNKNOWN', `This version knows no operation ${name}.`, {
      fix: 'Use the version of sluice that wrote it, or a newer one.',
    })
  }
  return (await load()) as AnyOperationKind
}
