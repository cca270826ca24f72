import os from 'node:os'
import path from 'node:path'
import {parseSize} from './cli/parse-values.js'
import type {ContextOptions} from './context.js'
import type {Machine, Resources} from './ports/machine.js'

const GIB = 1024 ** 3
const MAX_DEFAULT_MEMORY_BYTES = 4 * GIB

/** Where a lake's spools stand unless `--temp-dir` says otherwise. */
export interface ResourceDefaults {
  readonly temporaryFolder: string
  /** Null for a lake that is not on this machine. */
  readonly lakeFolder: string | null
}

/** What the engines may use: as asked, or else half of the memory, up to 4 GiB, and every processor. */
export function resourcesOf(defaults: ResourceDefaults, options: ContextOptions, machine: Machine): Resources {
  const {memoryBytes, temporaryFolder, maxTemporaryBytes} = options.resources ?? {}
  const half = Math.floor(machine.memoryBytes() / 2)
  return {
    memoryBytes: memoryBytes ?? memoryVariable(options.variables) ?? Math.min(half, MAX_DEFAULT_MEMORY_BYTES),
    threads: os.availableParallelism(),
    temporaryFolder:
      temporaryFolder === undefined ? defaults.temporaryFolder : path.resolve(options.workingFolder, temporaryFolder),
    maxTemporaryBytes: maxTemporaryBytes ?? null,
    lakeFolder: defaults.lakeFolder,
  }
}

/** Options of the DuckDB engines. */
export function duckdbOptions({memoryBytes, threads, temporaryFolder, maxTemporaryBytes}: Resources) {
  return {temporaryFolder, memoryLimitBytes: memoryBytes, threads, maxTemporaryBytes}
}

/** Commands without `--memory` take the variable alone. */
function memoryVariable(variables: NodeJS.ProcessEnv): number | null {
  const text = variables['SLUICE_MEMORY']
  return text === undefined || text === '' ? null : parseSize(text, 'SLUICE_MEMORY=4GB')
}

/** This user's, for what may not or cannot go into the lake's own folder. */
export function ownTemporaryFolder(): string {
  return path.join(os.tmpdir(), `sluice-${os.userInfo().uid}`)
}
