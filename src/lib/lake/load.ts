import {readFile} from 'node:fs/promises'
import {dirname, join, relative, resolve} from 'node:path'
import {SluiceError} from '../errors.js'
import {nearFix} from '../near-name.js'
import {readDefinition} from './read.js'
import {resolveDefinition, type CheckedDefinition} from './resolve.js'
import type {LakeDefinition} from './types.js'

export const DEFINITION_FILE = 'sluice.yaml'

export interface LoadRequest {
  /** The definition file, relative to the working folder; else `SLUICE_LAKE`, else the nearest one upward. */
  readonly file?: string | undefined
  /** Absolute. */
  readonly workingFolder: string
  /** Else `SLUICE_ENV`, else the definition's default. */
  readonly environment?: string | undefined
  /** Environment variables of the process. */
  readonly variables: Readonly<Record<string, string | undefined>>
}

/**
 * Finds, reads, checks and resolves the lake definition.
 * Throws `DEFINITION_NOT_FOUND`, `DEFINITION_INVALID` (every mistake in `details.mistakes`), `ENVIRONMENT_UNKNOWN`.
 */
export async function loadDefinition(request: LoadRequest): Promise<LakeDefinition> {
  const checked = await loadChecked(request)
  return resolveDefinition(checked, chooseEnvironment(checked, request))
}

/** As `loadDefinition`, before an environment is chosen. */
export async function loadChecked(request: LoadRequest): Promise<CheckedDefinition> {
  const {workingFolder} = request
  const named = request.file ?? given(request.variables['SLUICE_LAKE'])
  const found = named === undefined ? await searchUpward(workingFolder) : await readNamed(workingFolder, named)
  const shown = relative(workingFolder, found.file)
  return readDefinition(found.text, found.file, shown === '' ? found.file : shown)
}

/** The environment that the request means. Throws `ENVIRONMENT_UNKNOWN`. */
export function chooseEnvironment(checked: CheckedDefinition, request: LoadRequest): string {
  const wanted = request.environment ?? given(request.variables['SLUICE_ENV']) ?? checked.source.default ?? ''
  const known = Object.keys(checked.source.environments ?? {})
  if (known.includes(wanted)) return wanted
  throw new SluiceError('ENVIRONMENT_UNKNOWN', `The lake has no environment ${JSON.stringify(wanted)}.`, {
    fix: `${nearFix(wanted, known, 'environment')} Use --env ${known.join(' | ')}.`,
    details: {environment: wanted, known},
  })
}

/** An empty variable is one that is not set. */
function given(variable: string | undefined): string | undefined {
  return variable === undefined || variable === '' ? undefined : variable
}

interface FoundFile {
  readonly file: string
  readonly text: string
}

async function readNamed(workingFolder: string, named: string): Promise<FoundFile> {
  const path = resolve(workingFolder, named)
  for (const file of [path, join(path, DEFINITION_FILE)]) {
    const text = await readIfThere(file)
    if (text !== null) return {file, text}
  }
  throw new SluiceError('DEFINITION_NOT_FOUND', `There is no lake definition at ${named}.`, {
    fix: 'sluice init --blueprint claims',
    details: {file: path},
  })
}

async function searchUpward(workingFolder: string): Promise<FoundFile> {
  let folder = resolve(workingFolder)
  for (;;) {
    const file = join(folder, DEFINITION_FILE)
    const text = await readIfThere(file)
    if (text !== null) return {file, text}
    const parent = dirname(folder)
    if (parent === folder) break
    folder = parent
  }
  throw new SluiceError('DEFINITION_NOT_FOUND', `There is no ${DEFINITION_FILE} here or in a folder above.`, {
    fix: 'sluice init --blueprint claims',
    details: {workingFolder},
  })
}

/** Null when there is no such file, or a folder of that name. */
async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null
    throw new SluiceError(
      'DEFINITION_NOT_FOUND',
      `The lake definition ${file} cannot be read (${code ?? 'unknown'}).`,
      {
        fix: 'Check the permissions of the file.',
        cause: error,
      },
    )
  }
}
