import {SluiceError} from '../../errors.js'
import {DELETES_TRAY, isKeyPrivate, ROW_CLASS, type LineFault} from '../../mapping/index.js'
import type {LoadRequest} from '../../ports/parquet-engine.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'
import {lineJudge, type JudgedLine} from './line-judge.js'
import {brokenFile, isBroken} from './load-errors.js'
import {fileList} from './local-files.js'
import type {TapCounts} from './row-tap.js'
import type {DuckDbSession} from './session.js'
import {linesOf, type SourceLines} from './source-lines.js'

/** What is wrong with a line, for people. */
export const FAULT_TEXT: Readonly<Record<LineFault, string>> = {
  too_long: 'longer than 16 MiB',
  not_json: 'not JSON',
  not_ion: 'not Ion as DynamoDB writes it',
  duplicate_name: 'with an attribute that stands twice',
  no_item: 'without an Item',
  not_typed: "with a value that is not DynamoDB's typed JSON",
}
const NAMED_KEYS = 3
/** Not beside another row of its line. */
const OWN_ROW = `_partition <> ${quoteText(DELETES_TRAY)}`

/** Refuses lines that hold no item, once a file was sifted and they are more than may be set aside. */
export function refuseUnreadable(request: LoadRequest, sources: readonly SourceLines[]): void {
  const unreadable = sources.reduce((sum, {faults}) => sum + faults.size, 0)
  if (unreadable <= request.allowUnreadable) return
  const {source, faults} = sources.findLast((lines) => lines.faults.size > 0)!
  const [line, fault] = [...faults][0]!
  throw new SluiceError(
    'EXPORT_LINE_INVALID',
    `${unreadable} lines cannot be read as items; in ${source.key} the first is line ${line}, ${FAULT_TEXT[fault]}.`,
    {fix: setAsideFix(unreadable), details: {file: source.key, line, fault, unreadable}},
  )
}

/** Items without a key, lines without an item and policies that say `error` stop the load before anything is stored. */
export async function refuseBadLines(
  request: LoadRequest,
  tap: TapCounts,
  sources: readonly SourceLines[],
): Promise<void> {
  const count = (kind: keyof typeof ROW_CLASS): number => tap.ofClass[ROW_CLASS[kind]]!
  if (count('error') > 0) throw await mappingError(request, count('error'), tap, sources)
  const sifted = sources.reduce((sum, {faults}) => sum + faults.size, 0)
  const unreadable = count('noItem') + count('noKey') + sifted
  if (unreadable <= request.allowUnreadable) return
  const details = {linesWithoutItem: count('noItem') + sifted, itemsWithoutKey: count('noKey')}
  if (count('noItem') > 0) {
    const place = await firstPlace(request, tap, sources, ({state}) => state === 'no_item')
    throw new SluiceError(
      'EXPORT_LINE_INVALID',
      `${unreadable} lines cannot be read as items, the first in ${place.file}, line ${place.line}.`,
      {fix: setAsideFix(unreadable), details: {...place, ...details}},
    )
  }
  const place = await firstPlace(request, tap, sources, ({state}) => state === 'no_key')
  throw new SluiceError(
    'EXPORT_ITEM_WITHOUT_KEY',
    `${count('noKey')} items have no readable key (${request.mapping.key.join(', ')}), the first in ${place.file}, line ${place.line}.`,
    {
      fix: `Compare the key columns of the definition with the exported table (sluice lake show). ${setAsideFix(unreadable)}`,
      details: {...place, ...details},
    },
  )
}

function setAsideFix(unreadable: number): string {
  return `Copy the export again; or load the rest, without a floor, by adding --allow-unreadable ${unreadable}`
}

async function mappingError(
  request: LoadRequest,
  items: number,
  tap: TapCounts,
  sources: readonly SourceLines[],
): Promise<SluiceError> {
  const place = await firstPlace(request, tap, sources, ({problem}) => problem?.policy === 'error')
  return new SluiceError(
    'MAPPING_ERROR',
    `${items} items break a rule that says error: ${place.column} is ${place.reason?.replace('_', ' ')}, first in ${place.file}, line ${place.line}.`,
    {fix: `Set the policy of column ${place.column} to quarantine, or correct the mapping.`, details: {...place}},
  )
}

interface Place {
  readonly file: string
  readonly line: number | null
  readonly column?: string
  readonly reason?: string
}

/** The first line that the row function judges so, in the first file that has any line with a problem. */
async function firstPlace(
  request: LoadRequest,
  tap: TapCounts,
  sources: readonly SourceLines[],
  isMeant: (judged: JudgedLine) => boolean,
): Promise<Place> {
  const judge = lineJudge(request)
  for (const [index, {source, original}] of sources.entries()) {
    if (tap.problemsOfFile[index] === 0) continue
    for await (const {number, bytes} of linesOf(original)) {
      const judged = judge(bytes)
      if (!isMeant(judged)) continue
      const {problem} = judged
      return {
        file: source.key,
        line: number,
        ...(problem === null ? {} : {column: problem.column, reason: problem.reason}),
      }
    }
  }
  return {file: 'the export', line: null}
}

/** Every line that the manifest states, and no other, before anything is stored. */
export async function refuseWrongCounts(tap: TapCounts, sources: readonly SourceLines[]): Promise<void> {
  for (const [index, {source, original, faults}] of sources.entries()) {
    const lines = tap.ofFile[index]! + faults.size
    if (lines === source.itemCount) continue
    if (await isBroken(original)) throw brokenFile(source.key, source.key)
    throw new SluiceError(
      'EXPORT_COUNT_MISMATCH',
      `${source.key} holds ${lines} items, its manifest states ${source.itemCount}.`,
      {
        fix: 'Copy the export again and compare: sluice backfill inspect --export …',
        details: {file: source.key, lines, stated: source.itemCount},
      },
    )
  }
}

/** An export holds one state of each key: two mean that the key of the definition is not the table's. */
export async function refuseDuplicateKeys(
  session: DuckDbSession,
  request: LoadRequest,
  files: readonly string[],
): Promise<void> {
  if (files.length === 0) return
  const key = request.mapping.key.map(quoteIdentifier).join(', ')
  const from = `FROM read_parquet(${fileList(files)}, hive_partitioning = true, hive_types = {_partition: VARCHAR})`
  // A line of changes may give deletes beside its row, all of them of one time.
  const own = request.shape === 'items' ? OWN_ROW : `${OWN_ROW} AND _op <> 'delete'`
  const states = request.shape === 'items' ? '1' : 'count(DISTINCT _version)'
  // Hashes first: 8 bytes a key, whatever its length. Equal hashes of different keys only lead to the exact question.
  const [counted] = await session.rows(
    `SELECT count(*) FILTER (${own}) - count(DISTINCT hash(${key})) FILTER (${own}) AS rows,
       ${request.shape === 'items' ? '0' : `count(DISTINCT hash(${key}, _version)) - count(DISTINCT hash(${key}))`} AS states ${from}`,
    request.signal,
  )
  if (Number(counted?.['rows']) === 0 && Number(counted?.['states']) === 0) return
  const found = await session.rows(
    `SELECT ${key}, count(*) OVER () AS _keys ${from} GROUP BY ${key} HAVING count(*) FILTER (${own}) > 1 OR ${states} > 1 ORDER BY ${key} LIMIT ${NAMED_KEYS}`,
    request.signal,
  )
  if (found.length === 0) return
  const named = isKeyPrivate(request.mapping)
    ? ''
    : `, as ${found.map((row) => request.mapping.key.map((name) => String(row[name])).join(' ')).join(', ')}`
  throw new SluiceError(
    'EXPORT_KEY_DUPLICATE',
    `${String(found[0]!['_keys'])} keys (${request.mapping.key.join(', ')}) stand more than once in the export${named}.`,
    {fix: "An export holds each key once: name all parts of the table's key in the definition (sluice lake show)."},
  )
}
