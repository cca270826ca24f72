import {createWriteStream} from 'node:fs'
import {mkdir, rm} from 'node:fs/promises'
import path from 'node:path'
import {pipeline} from 'node:stream/promises'
import {hasCode} from '../../errors.js'
import {catalogValues, columnType, duckdbType, storedColumns, type TableMapping} from '../../mapping/index.js'
import type {AppendedRow, AppendRequest, AppendResult, StagedObject} from '../../ports/parquet-engine.js'
import type {ObjectKey} from '../../ports/object-store.js'
import type {QueryValue} from '../../ports/query-engine.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'
import {fileList} from './local-files.js'
import {quarantineFile} from './quarantine.js'
import type {DuckDbSession} from './session.js'

const DELETES = '-1'
const MAXIMUM_ROW_BYTES = 64 * 1024 * 1024
/** A stream takes about as long for a line as for so many characters. */
const CHUNK_CHARACTERS = 64 * 1024

let appends = 0

/** Writes rows of the row function to Parquet objects; see the port. */
export async function append(session: DuckDbSession, request: AppendRequest): Promise<AppendResult> {
  const number = (appends += 1)
  const folder = path.join(session.spoolFolder, `append-${number}`)
  await mkdir(folder, {recursive: true})
  try {
    const partitions = new Partitions()
    const text = path.join(folder, 'rows.json')
    await pipeline(rowLines(request, partitions), createWriteStream(text, {mode: 0o600}))
    const files = filesOf(partitions, folder)
    await writeParquet(session, request, text, files, `appended_${number}`)
    await request.onPartitions(partitions.distinct)
    return await storeAll(session, request, files, partitions, folder)
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

/** Numbers the partitions of rows as they come, and counts the rows of each. */
class Partitions {
  private readonly numbers = new Map<string, string>()
  readonly distinct: (readonly string[])[] = []
  readonly rows = new Map<string, number>()

  homeOf({partition}: AppendedRow): string {
    const home = partition === null ? DELETES : this.numberOf(catalogValues(partition))
    this.rows.set(home, (this.rows.get(home) ?? 0) + 1)
    return home
  }

  private numberOf(values: readonly string[]): string {
    const name = JSON.stringify(values)
    const known = this.numbers.get(name)
    if (known !== undefined) return known
    const number = String(this.distinct.length)
    this.numbers.set(name, number)
    this.distinct.push(values)
    return number
  }
}

async function* rowLines({mapping, rows}: AppendRequest, partitions: Partitions): AsyncGenerator<string> {
  let text = ''
  for await (const row of rows) {
    const line: Record<string, unknown> = {}
    for (const {name} of mapping.columns) line[name] = textOf(row.values[name] ?? null)
    line['_op'] = row.op
    line['_version'] = row.version.toString()
    line['_sequence'] = row.sequence
    line['_home'] = partitions.homeOf(row)
    text += `${JSON.stringify(line)}\n`
    if (text.length < CHUNK_CHARACTERS) continue
    yield text
    text = ''
  }
  yield text
}

/** Every value as text, so that nothing exact passes through a number of JSON. */
function textOf(value: QueryValue): string | null | (string | null)[] {
  if (value === null || typeof value === 'string') return value
  return Array.isArray(value) ? value.map((entry) => textOf(entry) as string | null) : String(value)
}

interface WrittenFile {
  readonly file: string
  readonly rows: number
  readonly home: string
}

/** The deletes first, then by the text of the numbers. */
function filesOf({rows}: Partitions, folder: string): WrittenFile[] {
  return [...rows.keys()]
    .sort()
    .map((home) => ({file: path.join(folder, `${home}.parquet`), rows: rows.get(home)!, home}))
}

/**
 * One file a partition, by a statement of its own: a statement that divides by itself makes as many files as its threads
 * happen to, and the same rows must have the same keys. The rows of a single file need not be held in between.
 */
async function writeParquet(
  session: DuckDbSession,
  request: AppendRequest,
  text: string,
  files: readonly WrittenFile[],
  table: string,
): Promise<void> {
  const {signal} = request
  const [only] = files
  if (only === undefined) return
  if (files.length === 1) return session.execute([copySql(rowsSql(request, text), only)], signal)
  await session.execute([`CREATE TEMP TABLE ${table} AS ${rowsSql(request, text)}`], signal)
  try {
    const statements = files.map((file) =>
      copySql(`SELECT * FROM ${table} WHERE _home = ${quoteText(file.home)}`, file),
    )
    await session.execute(statements, signal)
  } finally {
    await session.execute([`DROP TABLE ${table}`])
  }
}

function copySql(rows: string, {file}: WrittenFile): string {
  return `COPY (SELECT * EXCLUDE (_home) FROM (${rows})) TO ${quoteText(file)} (FORMAT parquet, COMPRESSION snappy)`
}

function rowsSql({mapping, sourceRank, source}: AppendRequest, text: string): string {
  const values = mapping.columns.map(({name, type}) => `${castSql(name, type)} AS ${quoteIdentifier(name)}`)
  const metadata = [
    '_op',
    'CAST(_version AS BIGINT) AS _version',
    `CAST(${sourceRank} AS INTEGER) AS _source_rank`,
    '_sequence',
    `${quoteText(source)} AS _source`,
    '_home',
  ]
  return `SELECT ${[...values, ...metadata].join(', ')} FROM ${linesSql(mapping, text)}`
}

function linesSql(mapping: TableMapping, text: string): string {
  const mapped = new Set(mapping.columns.map(({name}) => name))
  const types = storedColumns(mapping)
    .filter(({name}) => mapped.has(name))
    .map(({name, type}) => `${quoteIdentifier(name)}: '${type.startsWith('array') ? 'VARCHAR[]' : 'VARCHAR'}'`)
  const metadata = ['_op', '_version', '_sequence', '_home'].map((name) => `${name}: 'VARCHAR'`)
  return `read_json(${fileList([text])}, format = 'newline_delimited', maximum_object_size = ${MAXIMUM_ROW_BYTES}, columns = {${[...types, ...metadata].join(', ')}})`
}

function castSql(name: string, typeName: string): string {
  const column = quoteIdentifier(name)
  const type = columnType(typeName)
  if (type.kind === 'binary') return `from_base64(${column})`
  if (type.kind === 'array' && type.element.kind === 'binary')
    return `list_transform(${column}, lambda one: from_base64(one))`
  return `CAST(${column} AS ${duckdbType(type)})`
}

async function storeAll(
  session: DuckDbSession,
  request: AppendRequest,
  files: readonly WrittenFile[],
  partitions: Partitions,
  folder: string,
): Promise<AppendResult> {
  const objects: StagedObject[] = []
  let standing = 0
  const store = async (key: ObjectKey, file: string, rows: number, partition: readonly string[]): Promise<void> => {
    request.signal?.throwIfAborted()
    try {
      const {etag, sizeBytes} = await request.target.write(key, {file}, {ifAbsent: true})
      objects.push({key, etag, sizeBytes, rows, partition})
    } catch (error) {
      if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
      standing += 1
    }
  }
  const {quarantined} = request
  if (quarantined.length > 0) {
    const file = await quarantineFile(session, quarantined, folder, request.signal)
    await store(request.quarantineKeyOf(0), file, quarantined.length, [])
  }
  for (const {file, rows, home} of files) {
    const partition = home === DELETES ? [] : partitions.distinct[Number(home)]!
    await store(home === DELETES ? request.deletesKeyOf(0) : await request.keyOf(partition, 0), file, rows, partition)
  }
  return {objects, standing}
}
