import {Readable} from 'node:stream'
import pMap from 'p-map'
import {MAXIMUM_LINE_BYTES} from '../mapping/index.js'
import type {OperationPorts} from '../operation/index.js'
import {gzipLines} from '../ports/byte-lines.js'
import type {ObjectStore} from '../ports/object-store.js'
import {itemsOf, type LoadWork, type SourceFileWork, type SourceWork} from './load-work.js'
import type {SampledLine} from './sample-items.js'
import {expectedRows, type Expected} from './verify-expected.js'

/** Of each source; of each of more than `FULLY_SAMPLED_SOURCES` as many fewer, so that a long chain is soon looked at. */
const SAMPLED_LINES = 2000
const SAMPLED_FILES = 4
const FULLY_SAMPLED_SOURCES = 10
const SOURCES_AT_ONCE = 4

type SamplePorts = Pick<OperationPorts, 'openSource'>

/**
 * Partitions that a load writes to, told by a sample of its lines. An export holds its items in the order of their
 * keys' hashes: the first lines of a file are as good as any.
 */
export async function expectedPartitions(work: LoadWork, ports: SamplePorts): Promise<number> {
  if (work.mapping.partition === null) return 1
  const share = Math.min(1, FULLY_SAMPLED_SOURCES / work.sources.length)
  const times = new Map<string, number>()
  await pMap(
    work.sources,
    async (source) => {
      for await (const expected of firstRows(work, source, share, ports)) {
        if (expected.state !== 'rows') continue
        // Deletes of every partition lie in a place of their own.
        for (const name of new Set(expected.rows.map(({partition}) => JSON.stringify(partition))))
          times.set(name, (times.get(name) ?? 0) + 1)
      }
    },
    {concurrency: SOURCES_AT_ONCE},
  )
  // Where no line tells, each may have a partition of its own.
  const expected = times.size === 0 ? itemsOf(work) : expectedKinds([...times.values()])
  return Math.max(1, Math.min(expected, itemsOf(work)))
}

/** What becomes of the first lines of a source's first files; of nothing where they are no files of lines. */
async function* firstRows(
  {mapping}: Pick<LoadWork, 'mapping'>,
  source: SourceWork,
  share: number,
  ports: SamplePorts,
): AsyncGenerator<Expected> {
  const withLines = source.files.filter(({format, itemCount}) => format !== 'quarantine' && itemCount > 0)
  const chosen = withLines.slice(0, Math.ceil(SAMPLED_FILES * share))
  if (chosen.length === 0) return
  const store = await ports.openSource(source.export.sourceUri)
  const judge = await expectedRows(mapping, source)
  const lines = Math.ceil((SAMPLED_LINES * share) / chosen.length)
  for (const file of chosen) {
    // A file that cannot be read is for the load to name.
    const read = await firstLines(store, file, lines).catch(() => [])
    for (const line of read) yield judge(line)
  }
}

async function firstLines(store: ObjectStore, {key, format}: SourceFileWork, count: number): Promise<SampledLine[]> {
  const read: SampledLine[] = []
  for await (const {bytes, isCut} of gzipLines(Readable.from(store.read(key)), MAXIMUM_LINE_BYTES)) {
    // A copy: the line is a view of the piece that it came in.
    read.push({file: key, line: read.length + 1, format, bytes: isCut ? null : Buffer.from(bytes)})
    if (read.length >= count) break
  }
  return read
}

/** Kinds in the whole, from how often each was met in a sample: by those met once and twice (Chao 1984). */
export function expectedKinds(timesMet: readonly number[]): number {
  const once = timesMet.filter((times) => times === 1).length
  const twice = timesMet.filter((times) => times === 2).length
  return Math.ceil(timesMet.length + (once * (once - 1)) / (2 * (twice + 1)))
}
