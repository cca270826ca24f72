import pMap from 'p-map'
import {compareColumn, disproven} from '../../parquet/compare-columns.js'
import {rootElements} from '../../parquet/schema-elements.js'
import type {MergedRequest} from '../../ports/merge-engine.js'
import {quoteIdentifier} from '../../sql/index.js'
import {factsSql, readColumnOf, readFacts} from './merge-facts.js'
import {readStoredSources} from './merge-footers.js'
import {foundOutputs} from './merge-outputs.js'
import {MergeTables} from './merge-tables.js'
import {puttingAway} from './put-away.js'
import type {MergeParts} from './merge-survey.js'

const HEADS_AT_ONCE = 16

/** Reads outputs back by the statement that has read their sources; see the port. */
export async function proveByAthena(request: MergedRequest, parts: MergeParts): Promise<number> {
  const {objects, expected, place, store, signal} = request
  await checkOutputs(request)
  if (objects.length === 0) {
    if (expected.rows > 0) throw disproven(`There are no outputs for ${expected.rows} rows.`, {expected: expected.rows})
    return 0
  }
  await checkFooters(request)
  const tables = new MergeTables(place, store, parts)
  return puttingAway(
    () => compareOutputs(request, tables, parts),
    () => tables.close(),
    signal,
  )
}

async function compareOutputs(request: MergedRequest, tables: MergeTables, parts: MergeParts): Promise<number> {
  const {objects, expected, signal} = request
  const keys = objects.map(({key}) => key)
  const name = await tables.over('proof', keys, expected.columns)
  const {rows, statistics} = await parts.statements.run(factsSql(expected.columns, quoteIdentifier(name)), {
    signal,
    isRepeatable: true,
  })
  for await (const row of rows) compareFacts(request, readFacts(row, expected.columns))
  const found = await foundOutputs(name, expected.columns, signal === undefined ? {} : {signal}, parts)
  compareRuns(request, found.outputs)
  return statistics.scannedBytes + found.scannedBytes
}

async function checkOutputs({objects, store}: MergedRequest): Promise<void> {
  await pMap(
    objects,
    async ({key, etag, sizeBytes}) => {
      const head = await store.head(key)
      if (head?.etag === etag && head.sizeBytes === sizeBytes) return
      throw disproven(`${key} ${head === null ? 'is gone' : 'is not as it was written'}.`, {key})
    },
    {concurrency: HEADS_AT_ONCE},
  )
}

/** By another reader than that of the rows: how many there are, and which columns. */
async function checkFooters({objects, expected, store, signal}: MergedRequest): Promise<void> {
  const {rows, groups} = await readStoredSources(store, objects, signal)
  if (rows !== expected.rows)
    throw disproven(`The outputs hold ${rows} rows by their footers, the sources ${expected.rows}.`, {
      rows,
      expected: expected.rows,
    })
  const wanted = expected.columns.map(({name}) => name)
  for (const {elements, first} of groups) {
    const found = rootElements(elements).map(({element}) => element.name)
    const odd = wanted.findIndex((name, index) => found[index] !== name)
    if (odd === -1 && found.length === wanted.length) continue
    throw disproven(`${first.source.key} has other columns than were merged.`, {key: first.source.key, found, wanted})
  }
}

function compareFacts({expected}: MergedRequest, found: MergedRequest['expected']): void {
  if (found.rows !== expected.rows)
    throw disproven(`The outputs hold ${found.rows} rows, the sources ${expected.rows}.`, {
      rows: found.rows,
      expected: expected.rows,
    })
  if (found.digest !== expected.digest)
    throw disproven('The rows of the outputs are not those of the sources.', {
      digest: found.digest,
      expected: expected.digest,
    })
  for (const [index, facts] of expected.columns.entries()) compareColumn(facts, [readColumnOf(found.columns[index]!)])
}

function compareRuns({objects}: MergedRequest, found: Awaited<ReturnType<typeof foundOutputs>>['outputs']): void {
  const byKey = new Map(found.map((output) => [output.key, output]))
  for (const {key, rows, runs} of objects) {
    const output = byKey.get(key)
    if (output?.rows !== rows) throw disproven(`${key} holds ${output?.rows ?? 0} rows, ${rows} were written.`, {key})
    if (Object.entries(runs).some(([run, count]) => output.runs[run] !== count))
      throw disproven(`${key} has other rows of its runs than were written.`, {key})
  }
}
