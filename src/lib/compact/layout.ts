import {createHash} from 'node:crypto'
import {partitionDigest} from '../generations/index.js'
import {compactedPrefix} from '../lake/index.js'
import type {ListedObject, ObjectKey} from '../ports/object-store.js'
import type {CompactWork, PlannedSource} from './work.js'

const NUMBER_DIGITS = 5
const SCHEMA_DIGITS = 8

/** How the names of an operation's outputs begin, whatever their attempt. */
export function outputStart(operation: string): string {
  return `compact-${operation}.`
}

/** The name of the n-th output of a partition: unlike that of every other attempt, operation and partition. */
export function outputName(
  {partition, format, sources}: Pick<CompactWork, 'partition' | 'format' | 'sources'>,
  {operation, attempt, schema, n}: {operation: string; attempt: number; schema: string; n: number},
): string {
  const schemaDigest = createHash('sha256').update(schema).digest('hex').slice(0, SCHEMA_DIGITS)
  const number = String(n).padStart(NUMBER_DIGITS, '0')
  const start = `${outputStart(operation)}${attempt}-${schemaDigest}-${partitionDigest(partition)}`
  return `${start}-${number}.${format === 'parquet' ? 'parquet' : linesExtension(sources)}`
}

/** Lines stay packed when any of them were. */
function linesExtension(sources: CompactWork['sources']): string {
  return sources.some(({key}) => isPacked(key)) ? 'json.gz' : 'json'
}

function isPacked(key: ObjectKey): boolean {
  return /\.gz$/i.test(key)
}

/** Where outputs are staged that readers may not see yet; outside every table. */
export function stagingPrefix(operation: string, partition: readonly string[]): string {
  return `_sluice/staging/${operation}/${partitionDigest(partition)}/`
}

/**
 * Where the generation of a swapped partition lies: beside the table's root, never below it. Each attempt has a place of
 * its own: what one that was killed has written there is never shown with what the next one writes.
 */
export function swapLocation(
  of: Pick<CompactWork, 'table' | 'partition'>,
  {operation, attempt}: {readonly operation: string; readonly attempt: number},
): string {
  return `${swapStart(of, operation)}${attempt}/`
}

/** How the places of all attempts of an operation begin. */
export function swapStart({table, partition}: Pick<CompactWork, 'table' | 'partition'>, operation: string): string {
  return `${compactedPrefix(table)}${partitionDigest(partition)}/gen=${operation}.`
}

/** The folder part of a key, with its final slash. */
export function folderOf({key}: Pick<ListedObject, 'key'>): string {
  return key.slice(0, key.lastIndexOf('/') + 1)
}

/** An object of a listing, as a plan names it. */
export function plannedSource({key, sizeBytes, modifiedAt, etag}: ListedObject): PlannedSource {
  const source = {key, sizeBytes, modifiedAt: modifiedAt.toISOString()}
  return etag === undefined ? source : {...source, etag}
}
