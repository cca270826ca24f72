import {
  BatchGetPartitionCommand,
  GetPartitionsCommand,
  type GetPartitionsCommandInput,
  type Partition,
} from '@aws-sdk/client-glue'
import pMap from 'p-map'
import {setTimeout as sleep} from 'node:timers/promises'
import {SluiceError} from '../errors.js'
import type {GlueApi} from './glue-api.js'

/** Glue's limits of one call. */
const PAGE = 1000
const GET_BATCH = 1000

/** Of a table with more than a page; Glue takes up to 10. */
const SEGMENTS = 5
const PARALLEL_CALLS = 4
const FIRST_PAUSE_MS = 50
/** Answers in a row without one partition more. */
const MOST_STANDSTILLS = 6

/** Every partition of a table in pages, without its columns: one listing, or five at a time of a big table. */
export async function* partitionPages(api: GlueApi, table: string): AsyncGenerator<readonly Partition[]> {
  const whole = pagesOf(api, {DatabaseName: api.database, TableName: table})
  const first = await whole.next()
  if (first.done === true) return
  if (!first.value.hasMore) {
    yield first.value.partitions
    return
  }
  await whole.return(undefined)
  const segments = Array.from({length: SEGMENTS}, (_, SegmentNumber) =>
    pagesOf(api, {
      DatabaseName: api.database,
      TableName: table,
      Segment: {SegmentNumber, TotalSegments: SEGMENTS},
    }),
  )
  for await (const {partitions} of interleaved(segments)) yield partitions
}

interface Page {
  readonly partitions: readonly Partition[]
  readonly hasMore: boolean
}

/** A page may be short or empty and yet not the last. */
async function* pagesOf(api: GlueApi, input: GetPartitionsCommandInput): AsyncGenerator<Page, void> {
  let token: string | undefined
  do {
    const page = new GetPartitionsCommand({
      ...input,
      MaxResults: PAGE,
      ExcludeColumnSchema: true,
      ...(token === undefined ? {} : {NextToken: token}),
    })
    const {Partitions = [], NextToken} = await api.call('GetPartitions', (client) => client.send(page))
    token = NextToken === '' ? undefined : NextToken
    yield {partitions: Partitions, hasMore: token !== undefined}
  } while (token !== undefined)
}

/** What the sources give, as it comes; each is one item ahead of the reader. */
async function* interleaved<Item>(sources: readonly AsyncGenerator<Item, void>[]): AsyncGenerator<Item> {
  const next = (index: number) => {
    const answer = sources[index]!.next().then((result) => ({index, result}))
    // nobody waits for it any more when the reader leaves or another source fails
    answer.catch(() => undefined)
    return answer
  }
  const pending = new Map(sources.map((_, index) => [index, next(index)]))
  while (pending.size > 0) {
    const {index, result} = await Promise.race(pending.values())
    pending.delete(index)
    if (result.done === true) continue
    pending.set(index, next(index))
    yield result.value
  }
}

/** The partitions with these values that there are, in no order, each once. */
export async function findPartitions(
  api: GlueApi,
  table: string,
  values: readonly (readonly string[])[],
): Promise<Partition[]> {
  const different = [...new Map(values.map((item) => [identityOf(item), item])).values()]
  const found = await pMap(batchesOf(different, GET_BATCH), (batch) => findBatch(api, table, batch), {
    concurrency: PARALLEL_CALLS,
  })
  return found.flat()
}

async function findBatch(
  api: GlueApi,
  table: string,
  values: readonly (readonly string[])[],
): Promise<readonly Partition[]> {
  const found: Partition[] = []
  let wanted = values.map((item) => ({Values: [...item]}))
  for (let standstills = 0; standstills < MOST_STANDSTILLS;) {
    const command = new BatchGetPartitionCommand({
      DatabaseName: api.database,
      TableName: table,
      PartitionsToGet: wanted,
    })
    const {Partitions = [], UnprocessedKeys = []} = await api.call('BatchGetPartition', (client) =>
      client.send(command),
    )
    found.push(...Partitions)
    if (UnprocessedKeys.length === 0) return found
    standstills = UnprocessedKeys.length < wanted.length ? 0 : standstills + 1
    wanted = UnprocessedKeys.map((key) => ({Values: [...(key.Values ?? [])]}))
    await sleep(FIRST_PAUSE_MS * 2 ** standstills)
  }
  throw new SluiceError('AWS_UNAVAILABLE', `Glue left ${wanted.length} partitions of ${table} out of its answers.`, {
    fix: 'Run the same command again.',
    details: {action: 'glue:BatchGetPartition'},
  })
}

/** One text for a list of values, different for different lists. */
export function identityOf(values: readonly string[]): string {
  return JSON.stringify(values)
}

export function batchesOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({length: Math.ceil(items.length / size)}, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
