import {createHash} from 'node:crypto'
import type {StoredGeneration} from '../generations/index.js'
import type {OperationPorts} from '../operation/index.js'
import type {Etag, ListedObject, ObjectKey, ObjectStore} from '../ports/object-store.js'
import {copyOnce} from './copy-once.js'
import {folderOf, isHidden} from './layout.js'
import {sourceChanged} from './stage.js'
import {updateGeneration} from './standing-generation.js'

const NAME_DIGITS = 12

type Known = ReadonlyMap<ObjectKey, {readonly sizeBytes: number; readonly etag: Etag}>

/**
 * Files of a location that are none of the known ones. Throws `MERGE_SOURCE_CHANGED` when a known one is gone or is
 * another file by now.
 */
export async function newcomersOf(location: ObjectKey, known: Known, store: ObjectStore): Promise<ListedObject[]> {
  const newcomers: ListedObject[] = []
  const missing = new Set(known.keys())
  for await (const object of store.list(location)) {
    if (isHidden(object.key) || folderOf(object) !== location) continue
    const source = known.get(object.key)
    if (source === undefined) {
      newcomers.push(object)
      continue
    }
    missing.delete(object.key)
    const isSame = object.etag === undefined ? object.sizeBytes === source.sizeBytes : object.etag === source.etag
    if (!isSame) throw sourceChanged(object.key, 'has other bytes')
  }
  const [gone] = missing
  if (gone !== undefined) throw sourceChanged(gone, 'is gone')
  return newcomers
}

/** Copies what came to the old place of a swapped partition into the generation, and writes it down with it. */
export async function addNewcomers(stored: StoredGeneration, ports: OperationPorts): Promise<void> {
  const {generation} = stored
  const known = new Map(generation.sources.map((source) => [source.key, source]))
  let added = generation
  for await (const {key} of ports.store.list(generation.locationBefore)) {
    if (known.has(key) || isHidden(key) || folderOf({key}) !== generation.locationBefore) continue
    const source = await ports.store.head(key)
    if (source === null) continue
    const {etag, sizeBytes} = await copyOnce(source, lateKey(generation.location, key), ports.store)
    added = {
      ...added,
      sources: [...added.sources, {key, etag: source.etag, sizeBytes: source.sizeBytes}],
      outputs: [...added.outputs, {key: lateKey(generation.location, key), etag, sizeBytes, rows: 0, runs: {}}],
    }
  }
  if (added !== generation) await updateGeneration(stored, added, ports)
}

/** Copies what others wrote into a generation back to where the partition was, before it is taken back. */
export async function keepNewcomers({generation}: StoredGeneration, {store}: OperationPorts): Promise<void> {
  const own = new Set(generation.outputs.map(({key}) => key))
  // A sweep that was cut short has copied without writing it down.
  for await (const {key} of store.list(generation.locationBefore)) own.add(lateKey(generation.location, key))
  for await (const {key} of store.list(generation.location)) {
    if (own.has(key) || isHidden(key)) continue
    const source = await store.head(key)
    if (source !== null) await copyOnce(source, lateKey(generation.locationBefore, key), store)
  }
}

/** Named by where it was, so that a second sweep finds it done; its ending stays, which tells how it is packed. */
function lateKey(location: ObjectKey, key: ObjectKey): ObjectKey {
  const digest = createHash('sha256').update(key).digest('hex').slice(0, NAME_DIGITS)
  return `${location}late-${digest}-${key.slice(key.lastIndexOf('/') + 1)}`
}
