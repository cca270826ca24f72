import path from 'node:path'
import {SluiceError} from './errors.js'
import type {LakeDefinition} from './lake/types.js'
import type {AnyOperationKind, OperationPorts} from './operation/types.js'
import type {Crawlers} from './ports/crawlers.js'
import type {Metrics} from './ports/metrics.js'
import type {EnvironmentFacts} from './ports/environment-facts.js'
import type {Machine, Resources} from './ports/machine.js'
import type {ObjectStore} from './ports/object-store.js'
import type {PlaceNeeds} from './ports/place-needs.js'
import type {QueryAnalyser, QueryEngine} from './ports/query-engine.js'
import type {Report} from './ports/report.js'
import type {TableExports} from './ports/table-exports.js'

export interface ContextOptions {
  readonly lakeFile?: string | undefined
  readonly environment?: string | undefined
  /** `--now`: moves reports and planning only. */
  readonly now?: Date | undefined
  readonly resources?: ResourceRequest
  /** Of sluice, for the user agent of calls. */
  readonly version?: string
  /** `--profile`, for lakes on AWS. */
  readonly profile?: string | undefined
  /** Looked at, on AWS, before anything is read or changed. */
  readonly needs?: PlaceNeeds | undefined
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
  /** Exports of DynamoDB tables; throws `NOT_IN_LOCAL` where there are none. */
  tableExports(): Promise<TableExports>
  /** Crawlers; throws `NOT_IN_LOCAL` where `partitions sync` is the crawler. */
  crawlers(): Promise<Crawlers>
  /** Figures over time: CloudWatch's, or the lake's own log of them. */
  metrics(): Promise<Metrics>
  /** What the environment is, for whoever looks at it from outside; calls end with the signal. */
  facts(signal: AbortSignal): Promise<EnvironmentFacts>
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
  const {environment} = definition
  if (environment.backend === 'local') {
    const {localContext} = await import('./context-local.js')
    return localContext(definition, environment, options)
  }
  const {awsContext} = await import('./context-aws.js')
  return awsContext(definition, environment, options)
}

/** A folder outside the lake as a store that can be written, for commands that make files. */
export async function openFolder(folder: string): Promise<ObjectStore> {
  const {FolderObjectStore} = await import('./local/folder-object-store.js')
  return new FolderObjectStore({root: path.resolve(folder)})
}

/** One store a place: a store remembers the etags of the files that it has read. */
export function rememberedSources(open: (uri: string) => Promise<ObjectStore>): (uri: string) => Promise<ObjectStore> {
  const sources = new Map<string, Promise<ObjectStore>>()
  return (uri) => {
    const source = sources.get(uri) ?? open(uri)
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
