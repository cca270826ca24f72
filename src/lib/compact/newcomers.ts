import {createHash} from 'node:crypto'
import {compactionOfObject} from '../changelog/index.js'
import type {Generation, StoredGeneration} from '../generations/index.js'
import {SluiceError} from '../errors.js'
import type {OperationPorts} from '../operation/index.js'
import {isUnusable, shown} from '../ports/object-keys.js'
import type {Etag, ListedObject, ObjectHead, ObjectKey, ObjectStore} from '../ports/object-store.js'
import {isHiddenBelow} from '../ports/table-objects.js'
import {copyOnce} from './copy-once.js'
import {sourceChanged} from './stage.js'
import {updateGeneration} from './standing-generation.js'

const NAME_DIGITS = 12

type Known = ReadonlyMap<ObjectKey, {readonly sizeBytes: number; readonly etag: Etag}>

/**
 * Files of a location that are none of the known ones. Throws `MERGE_SOURCE_CHANGED` when a known one is gone or is
 * another file by now, `PARTITION_BUSY` when one came that cannot be read here.
 */
export async function newcomersOf(location: ObjectKey, known: Known, store: ObjectStore): Promise<ListedObject[]> {
  const newcomers: ListedObject[] = []
  const missing = new Set(known.keys())
  for await (const object of store.list(location)) {
    if (isHiddenBelow(object.key, location)) continue
    const source = known.get(object.key)
    if (isUnusable(object.key)) throw cannotCome(object.key)
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

function cannotCome(key: ObjectKey): SluiceError {
  return new SluiceError('PARTITION_BUSY', `${shown(key)} has come, a key that cannot be used here.`, {
    fix: 'The partition stays as it was. Give the object another name, then run it again.',
    details: {key},
  })
}

/**
 * Copies what came to the old place of a swapped partition to `location`, where readers look by now, and writes it down
 * with the generation.
 */
export async function addNewcomers(
  stored: StoredGeneration,
  location: ObjectKey,
  ports: OperationPorts,
): Promise<void> {
  const {generation} = stored
  const known = new Set(generation.sources.map(({key}) => key))
  let added = generation
  for await (const {key} of ports.store.list(generation.locationBefore)) {
    if (known.has(key) || isHiddenBelow(key, generation.locationBefore)) continue
    const source = await ports.store.head(key)
    if (source === null) continue
    const late = lateKey(location, key)
    const {etag, sizeBytes} = await copyOnce(source, late, ports.store)
    added = {
      ...added,
      sources: [...added.sources, {key, etag: source.etag, sizeBytes: source.sizeBytes}],
      outputs: [...added.outputs, {key: late, etag, sizeBytes, rows: 0, runs: {}}],
    }
  }
  if (added !== generation) await updateGeneration(stored, added, ports)
}

/** A place that readers look at, or did, and the one that takes or took its place. */
type Places = Pick<Generation, 'operation' | 'location' | 'locationBefore'>

/** Copies what others wrote into a generation back to where the partition was; done already where it stands there. */
export async function keepNewcomers(places: Places, {store}: Pick<OperationPorts, 'store'>): Promise<void> {
  const own = await copiedFrom(places.locationBefore, places.location, store)
  for await (const {key} of store.list(places.location)) {
    if (compactionOfObject(key) === places.operation || own.has(key)) continue
    if (isHiddenBelow(key, places.location)) continue
    const source = await store.head(key)
    if (source !== null) await copyOnce(source, lateKey(places.locationBefore, key), store)
  }
}

/** What lies in a generation that is not shown, and stands elsewhere too: its own outputs, and copies either way. */
export async function* spareObjects(
  {operation, location, locationBefore}: Places,
  {store}: Pick<OperationPorts, 'store'>,
): AsyncGenerator<ObjectHead> {
  const own = await copiedFrom(locationBefore, location, store)
  for await (const {key} of store.list(location)) {
    // It cannot stand elsewhere: nothing copies it.
    if (isUnusable(key)) continue
    const isSpare =
      compactionOfObject(key) === operation || own.has(key) || (await store.head(lateKey(locationBefore, key))) !== null
    const head = isSpare ? await store.head(key) : null
    if (head !== null) yield head
  }
}

/** Names that files of one place have as copies in another. */
async function copiedFrom(from: ObjectKey, to: ObjectKey, store: ObjectStore): Promise<Set<ObjectKey>> {
  const copies = new Set<ObjectKey>()
  for await (const {key} of store.list(from)) copies.add(lateKey(to, key))
  return copies
}

/** Named by where it was, so that a second sweep finds it done; its ending stays, which tells how it is packed. */
function lateKey(location: ObjectKey, key: ObjectKey): ObjectKey {
  const digest = createHash('sha256').update(key).digest('hex').slice(0, NAME_DIGITS)
  return `${location}late-${digest}-${key.slice(key.lastIndexOf('/') + 1)}`
}
