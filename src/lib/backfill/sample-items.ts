import {Readable} from 'node:stream'
import {MAXIMUM_LINE_BYTES, readExportLine, type DynamoItem} from '../mapping/index.js'
import {gzipLines} from '../ports/byte-lines.js'
import type {ObjectStore} from '../ports/object-store.js'
import type {SourceFileWork} from './load-work.js'

export interface SampledItem {
  readonly file: string
  readonly line: number
  readonly item: DynamoItem
}

const SAMPLED_FILES = 4

/**
 * Up to `count` items of an export, evenly from up to four of its files and spread over their lines. Always the same
 * ones for the same export, so that a check can be repeated.
 */
export async function sampleItems(
  store: ObjectStore,
  files: readonly SourceFileWork[],
  count: number,
): Promise<SampledItem[]> {
  const filled = files.filter(({itemCount}) => itemCount > 0)
  const step = Math.max(1, Math.floor(filled.length / SAMPLED_FILES))
  const chosen = filled.filter((_, index) => index % step === 0).slice(0, SAMPLED_FILES)
  const perFile = Math.ceil(count / Math.max(1, chosen.length))
  const sampled = await Promise.all(chosen.map((file) => sampleFile(store, file, perFile)))
  return sampled.flat().slice(0, count)
}

async function sampleFile(store: ObjectStore, file: SourceFileWork, count: number): Promise<SampledItem[]> {
  const every = Math.max(1, Math.floor(file.itemCount / count))
  const source = Readable.from(store.read(file.key))
  const items: SampledItem[] = []
  for await (const {number, bytes} of gzipLines(source, MAXIMUM_LINE_BYTES)) {
    if (number % every !== 0) continue
    // A line that was set aside gave no row to compare.
    const read = readExportLine(bytes)
    if ('item' in read) items.push({file: file.key, line: number, item: read.item})
    if (items.length === count) break
  }
  return items
}
