import {createWriteStream} from 'node:fs'
import {mkdir, rm} from 'node:fs/promises'
import path from 'node:path'
import {pipeline} from 'node:stream/promises'
import {hasCode} from '../../errors.js'
import {catalogValues, columnType, duckdbType, storedColumns, type TableMapping} from '../../mapping/index.js'
import type {AppendRequest, AppendResult, StagedObject} from '../../ports/parquet-engine.js'
import type {ObjectKey} from '../../ports/object-store.js'
import type {QueryValue} from '../../ports/query-engine.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'
import {fileList} from './local-files.js'
import {quarantineFile} from './quarantine.js'
import type {DuckDbSession} from './session.js'

const DELETES = '-1'
const MAXIMUM_ROW_BYTES = 64 * 1024 * 1024

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
    const files = await writeParquet(session, request, text, {folder, rows: `appended_${number}`})
    await request.onPartitions(partitions.distinct)
    return await storeAll(session, request, files, partitions, folder)
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

/** Numbers the partitions of rows as they come. */
class Partitions {
  private readonly numbers = new Map<string, number>()
  readonly distinct: (readonly string[])[] = []

  numberOf(values: readonly string[]): string {
    const name = JSON.stringify(values)
    const known = this.numbers.get(name)
    if (known !== undefined) return String(known)
    this.numbers.set(name, this.distinct.length)
    this.distinct.push(values)
    return String(this.distinct.length - 1)
  }
}

async function* rowLines({mapping, rows}: AppendRequest, partitions: Partitions): AsyncGenerator<string> {
  for await (const row of rows) {
    const values = mapping.columns.map(({name}) => [name, textOf(row.values[name] ?? null)])
    const home = row.partition === null ? DELETES : partitions.numberOf(catalogValues(row.partition))
    const metadata = {_op: row.op, _version: row.version.toString(), _sequence: row.sequence, _home: home}
    yield `${JSON.stringify({...Object.fromEntries(values), ...metadata})}\n`
  }
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

/**
 * One file a partition, by a statement of its own: a statement that divides by itself makes as many files as its threads
 * happen to, and the same rows must have the same keys.
 */
async function writeParquet(
  session: DuckDbSession,
  {mapping, sourceRank, source, signal}: AppendRequest,
  text: string,
  {folder, rows}: {readonly folder: string; readonly rows: string},
): Promise<WrittenFile[]> {
  const values = mapping.columns.map(({name, type}) => `${castSql(name, type)} AS ${quoteIdentifier(name)}`)
  const metadata = [
    '_op',
    'CAST(_version AS BIGINT) AS _version',
    `CAST(${sourceRank} AS INTEGER) AS _source_rank`,
    '_sequence',
    `${quoteText(source)} AS _source`,
    '_home',
  ]
  await session.execute(
    [`CREATE TEMP TABLE ${rows} AS SELECT ${[...values, ...metadata].join(', ')} FROM ${linesSql(mapping, text)}`],
    signal,
  )
  try {
    const homes = await session.rows(`SELECT _home, count(*) AS rows FROM ${rows} GROUP BY 1 ORDER BY 1`, signal)
    const files = homes.map((row): WrittenFile => {
      const home = String(row['_home'])
      return {file: path.join(folder, `${home}.parquet`), rows: Number(row['rows']), home}
    })
    await session.execute(
      files.map(
        ({file, home}) =>
          `COPY (SELECT * EXCLUDE (_home) FROM ${rows} WHERE _home = ${quoteText(home)}) TO ${quoteText(file)} (FORMAT parquet, COMPRESSION snappy)`,
      ),
      signal,
    )
    return files
  } finally {
    await session.execute([`DROP TABLE ${rows}`])
  }
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
