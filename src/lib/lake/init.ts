import {randomUUID} from 'node:crypto'
import {link, lstat, mkdir, rename, rm, rmdir, writeFile} from 'node:fs/promises'
import {basename, dirname, join, resolve} from 'node:path'
import {SluiceError} from '../errors.js'
import {blueprint as blueprintOf} from './blueprints/index.js'
import {definitionJsonSchema} from './json-schema.js'
import {DEFINITION_FILE} from './load.js'

/** Beside the definition, so that an editor completes it without a network. */
export const SCHEMA_FILE = '.sluice/definition.schema.json'

export interface InitRequest {
  /** Made when it is not there. */
  readonly folder: string
  readonly blueprint: string
  /** Default: a safe form of the folder's name. */
  readonly lake?: string | undefined
}

export interface InitResult {
  readonly changed: true
  readonly lake: string
  readonly blueprint: string
  /** Absolute. */
  readonly file: string
  /** Absolute. */
  readonly schema: string
}

/**
 * Starts a lake: writes a short definition and its JSON Schema. Both appear whole or not at all.
 * Throws `DEFINITION_EXISTS`, `BLUEPRINT_UNKNOWN`, `USAGE` (no lake name), `STORE_READ_ONLY`, `DISK_FULL`.
 */
export async function initLake(request: InitRequest): Promise<InitResult> {
  const folder = resolve(request.folder)
  const {name: blueprint} = blueprintOf(request.blueprint)
  const lake = request.lake ?? safeLakeName(basename(folder))
  refuseName(lake)
  const result = {lake, blueprint, file: join(folder, DEFINITION_FILE), schema: join(folder, SCHEMA_FILE)}
  await refuseExisting(result.file)
  try {
    await writeBoth(result, definitionText(lake, blueprint))
  } catch (error) {
    throw asInitError(error, result.file)
  }
  return {changed: true, ...result}
}

/** `My Lake 2` as `my-lake-2`; `lake` where nothing is left. */
export function safeLakeName(text: string): string {
  const safe = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 63)
    .replace(/[-_]+$/, '')
  return safe === '' ? 'lake' : safe
}

function refuseName(lake: string): void {
  if (/^[a-z][a-z0-9_-]{0,62}$/.test(lake)) return
  throw new SluiceError(
    'USAGE',
    `${JSON.stringify(lake)} is no lake name: a-z, 0-9, - and _, beginning with a letter.`,
    {
      fix: `Try ${safeLakeName(lake)}.`,
    },
  )
}

async function refuseExisting(file: string): Promise<void> {
  const found = await lstat(file).catch(() => null)
  if (found !== null) throw definitionExists(file)
}

function definitionExists(file: string): SluiceError {
  return new SluiceError('DEFINITION_EXISTS', `There is a lake definition already: ${file}.`, {
    fix: 'sluice lake check',
    details: {file},
  })
}

async function writeBoth({file, schema}: {file: string; schema: string}, text: string): Promise<void> {
  const schemaFolder = dirname(schema)
  const isNewFolder = await madeFolder(schemaFolder)
  const hadSchema = (await lstat(schema).catch(() => null)) !== null
  const temporary = join(schemaFolder, `${randomUUID()}.tmp`)
  try {
    await writeFile(temporary, `${JSON.stringify(definitionJsonSchema(), null, 2)}\n`, {flag: 'wx'})
    await rename(temporary, schema)
    await writeFile(temporary, text, {flag: 'wx'})
    // A link, not a rename: it fails where another process was faster, and never replaces a definition.
    await link(temporary, file)
    await rm(temporary)
  } catch (error) {
    await rm(temporary, {force: true}).catch(() => undefined)
    if (!hadSchema && (error as NodeJS.ErrnoException).code !== 'EEXIST')
      await rm(schema, {force: true}).catch(() => undefined)
    if (isNewFolder) await rmdir(schemaFolder).catch(() => undefined)
    throw error
  }
}

/** False when it stood. Not by a recursive `mkdir`, which never ends in folders that take no folders (as /proc). */
async function madeFolder(folder: string): Promise<boolean> {
  await mkdir(dirname(folder)).catch(() => undefined)
  try {
    await mkdir(folder)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

function asInitError(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'EEXIST') return definitionExists(file)
  if (code === 'ENOSPC') return new SluiceError('DISK_FULL', `There is no room for ${file}.`, {cause: error})
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || code === 'ENOTDIR' || code === 'ENOENT') {
    return new SluiceError('STORE_READ_ONLY', `${file} cannot be written (${code}).`, {
      fix: 'Choose a folder that you may write to.',
      cause: error,
    })
  }
  return error
}

function definitionText(lake: string, blueprint: string): string {
  return `# yaml-language-server: $schema=${SCHEMA_FILE}
# The lake definition. See it complete: sluice lake show. Check it: sluice lake check.
sluice: 1
lake: ${lake}
blueprint: ${blueprint}

# Used when neither --env nor SLUICE_ENV names another.
default: local

environments:
  local:
    backend: local
    root: ./lake # relative to this file
  # prod:
  #   backend: aws
  #   region: eu-west-1
  #   account: "111122223333" # asked before the first call
  #   protect: true # every change asks for the name of the lake
  #   state: s3://my-bucket/sluice
  #   database: my_analytics_db
  #   workgroup: my-workgroup
  #   results: s3://my-bucket/results
  #   tables:
  #     claims: {location: s3://my-bucket/claims}

# Overrides of the blueprint: columns are merged by name.
# tables:
#   claims:
#     columns:
#       - {name: incident_zip, type: string, from: [incident, zip]}
#       - {name: adjuster_id, remove: true}

# kpis:
#   override_rate: {thresholds: {green: "0.08"}}
`
}
