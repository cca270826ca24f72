import {createHash} from 'node:crypto'
import {cp, mkdtemp, readFile, readdir, realpath, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, relative} from 'node:path'
import {createContext, type Context} from '../../src/lib/context.js'
import {documentOf} from '../contract/cli/result-document.js'
import {runSluice, type RunResult} from '../cli/run-cli.js'

/** A folder with a definition, where a lake and exports can stand side by side. */
export interface LakeFolder {
  readonly folder: string
  /** Where the local environment keeps its objects. */
  readonly root: string
  remove(): Promise<void>
}

const COLUMNS = [
  '{name: id, type: string, from: id}',
  '{name: count, type: bigint, from: n}',
  '{name: amount, type: "decimal(18,2)", from: amount}',
  '{name: note, type: string, from: note}',
  '{name: created_at, type: timestamp, from: createdAt, format: iso}',
]
const PARTITION = `{by: [{name: year, derive: {format_date: [created_at, "%Y"]}}, {name: month, derive: {format_date: [created_at, "%m"]}}], immutable: true}`

export interface DefinitionParts {
  readonly columns?: readonly string[]
  readonly key?: string
  readonly partition?: string
  readonly skip?: string
  readonly source?: string
  readonly table?: string
}

/** A lake with one table, `items` from the DynamoDB table `Items`, and a second environment that is protected. */
export function definitionText(parts: DefinitionParts = {}): string {
  const skip = parts.skip === undefined ? '' : `    skip: ${parts.skip}\n`
  const columns = (parts.columns ?? COLUMNS).map((column) => `    - ${column}\n`).join('')
  return `sluice: 1
lake: testlake
default: local
environments:
  local: {backend: local, root: ./lake}
  prod: {backend: local, root: ./prod, protect: true}
tables:
  ${parts.table ?? 'items'}:
    kind: changelog
    source: {dynamodb: ${parts.source ?? 'Items'}}
    key: ${parts.key ?? '[id]'}
    columns:
${columns}    partition: ${parts.partition ?? PARTITION}
${skip}`
}

/** The columns of `definitionText` with one of them replaced, by name. */
export function columnsWith(name: string, column: string): string[] {
  return COLUMNS.map((standing) => (standing.startsWith(`{name: ${name},`) ? column : standing))
}

export async function makeLake(definition = definitionText()): Promise<LakeFolder> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'sluice-lake-')))
  await writeFile(join(folder, 'sluice.yaml'), definition)
  return lakeIn(folder)
}

/** The same lake once more, to be changed apart. */
export async function copyLake(lake: LakeFolder): Promise<LakeFolder> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'sluice-lake-')))
  await cp(lake.folder, folder, {recursive: true})
  return lakeIn(folder)
}

function lakeIn(folder: string): LakeFolder {
  return {folder, root: join(folder, 'lake'), remove: () => rm(folder, {recursive: true, force: true})}
}

export async function define(lake: LakeFolder, definition: string): Promise<void> {
  await writeFile(join(lake.folder, 'sluice.yaml'), definition)
}

/** Runs a command in the lake's folder, in a process of its own. */
export function sluice(lake: LakeFolder, ...argv: string[]): Promise<RunResult> {
  return runSluice(argv, {cwd: lake.folder})
}

export interface Answer<Document> {
  readonly exit: number | null
  readonly document: Document
}

/** As `sluice`, with `--json`: the one document, checked against the committed schema of the command. */
export async function answerOf<Document>(lake: LakeFolder, ...argv: string[]): Promise<Answer<Document>> {
  const {stdout, stderr, exit} = await sluice(lake, ...argv, '--json')
  if (stderr !== '') throw new Error(`stderr of --json: ${stderr}`)
  if (Object.keys(JSON.parse(stdout) as object).join() === 'error') throw new Error(stdout)
  return {exit, document: documentOf(argv.slice(0, 2).join(':'), stdout) as Document}
}

export interface Refusal {
  readonly code: string
  readonly exit: number | null
  readonly message: string
}

/** As `answerOf`, for a command that must fail. */
export async function refusalOf(lake: LakeFolder, ...argv: string[]): Promise<Refusal> {
  const {stdout, stderr, exit} = await sluice(lake, ...argv, '--json')
  if (stderr !== '') throw new Error(`stderr of --json: ${stderr}`)
  const {error} = documentOf('error', stdout) as {error: {code: string; message: string}}
  return {code: error.code, exit, message: error.message}
}

/** Opens the lake in this process. */
export function openLake(lake: LakeFolder, environment = 'local'): Promise<Context> {
  return createContext({
    workingFolder: lake.folder,
    environment,
    variables: {SLUICE_MEMORY: '512MB'},
    signal: new AbortController().signal,
    report: () => undefined,
  })
}

const TRANSIENT = /^\.sluice-store\/(tmp|locks|spool)(\/|$)/

/** Every file below a folder with a digest of its bytes, without what a store keeps for a moment only. */
export async function filesBelow(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, {recursive: true, withFileTypes: true}).catch(() => [])
  const files: Record<string, string> = {}
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name)
    const name = relative(root, file)
    if (!entry.isFile() || TRANSIENT.test(name)) continue
    files[name] = createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
  }
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What readers see of a lake: everything but the journals of operations. */
export async function visibleFiles(root: string): Promise<Record<string, string>> {
  const files = Object.entries(await filesBelow(root))
  return Object.fromEntries(files.filter(([name]) => !name.startsWith('_sluice/operations/')))
}
