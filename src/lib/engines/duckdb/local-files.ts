import {createWriteStream} from 'node:fs'
import {mkdir} from 'node:fs/promises'
import path from 'node:path'
import {Readable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import pMap from 'p-map'
import {quoteText} from '../../sql/index.js'
import type {ObjectKey, ObjectStore} from '../../ports/object-store.js'

let copies = 0

/** A file that DuckDB can read: the object's own, or a copy in the spool for a remote store. */
export async function localFile(store: ObjectStore, key: ObjectKey, spoolFolder: string): Promise<string> {
  const own = store.localPath(key)
  if (own !== null) return own
  const folder = path.join(spoolFolder, 'objects')
  await mkdir(folder, {recursive: true})
  // Objects of two tables may have one name, and one session reads several tables at a time.
  copies += 1
  const copy = path.join(folder, `${copies}-${path.basename(key)}`)
  await pipeline(Readable.from(store.read(key)), createWriteStream(copy))
  return copy
}

/** The folder of a lake on this machine; null for one that is not. */
export function lakeFolder(store: ObjectStore): string | null {
  return store.localPath('any') === null ? null : store.uri
}

const READS_AT_ONCE = 4

/** As `localFile`, for several objects, in their order. */
export function localFiles(
  store: ObjectStore,
  objects: readonly {readonly key: ObjectKey}[],
  spoolFolder: string,
): Promise<string[]> {
  return pMap(objects, ({key}) => localFile(store, key, spoolFolder), {concurrency: READS_AT_ONCE})
}

/** A list of file names for DuckDB's readers, with the characters of its patterns taken literally. */
export function fileList(files: readonly string[]): string {
  return `[${files.map((file) => quoteText(file.replaceAll(/[[*?]/g, '[$&]'))).join(', ')}]`
}
