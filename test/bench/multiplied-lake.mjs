import {DuckDBInstance} from '@duckdb/node-api'
import {mkdir} from 'node:fs/promises'
import {join, resolve} from 'node:path'
import {pathToFileURL} from 'node:url'
import {runNode} from './measure.mjs'

/** As a load writes them. */
const ROW_GROUP_ROWS = 8192

/**
 * Loads the sample with sluice into a lake in `folder`, then multiplies the run: one more object in each partition with
 * `copies - 1` copies of its rows under keys of their own. Objects, names and the run's record are as one load of all
 * these rows would have left them; the partitions stand already.
 */
export async function multipliedLake({folder, sample, copies, sluice, dist}) {
  await runNode([sluice, 'init', '--blueprint', 'claims'], {cwd: folder})
  await runNode([sluice, 'backfill', 'run', '--export', sample.folder, '--yes', '--json'], {cwd: folder})
  const product = await productOf(dist)
  const store = new product.FolderObjectStore({root: join(folder, 'lake')})
  const loaded = await loadedObjects(store)
  const added = copies > 1 ? await addCopies(store, loaded, copies, join(folder, 'spool')) : []
  await widenRunRecord(product, store, [...loaded, ...added], sample.items * copies)
}

async function productOf(dist) {
  const load = (path) => import(pathToFileURL(join(resolve(dist), 'lib', path)).href)
  const [local, changelog, records] = await Promise.all(
    ['local/folder-object-store.js', 'changelog/index.js', 'backfill/load-record.js'].map(load),
  )
  return {...local, ...changelog, ...records}
}

async function loadedObjects(store) {
  const objects = []
  for await (const {key} of store.list('claims/')) objects.push(await store.head(key))
  return objects
}

async function addCopies(store, loaded, copies, spool) {
  await mkdir(spool)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const added = []
  try {
    for (const {key} of loaded) {
      const file = join(spool, 'copies.parquet')
      await connection.run(copiesSql(store.localPath(key), copies, file))
      added.push(await store.write(nextObjectKey(key, loaded), {file}, {ifAbsent: true}))
    }
    return added
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** The copies one after another: side by side, equal values would pack better than those of a load. */
function copiesSql(source, copies, target) {
  const copy = (number) =>
    `SELECT * REPLACE (claim_id || '-${number}' AS claim_id)
     FROM read_parquet(${quoted(source)}, hive_partitioning = false)`
  const all = Array.from({length: copies - 1}, (_, index) => copy(index + 1)).join('\nUNION ALL ')
  return `COPY (${all}) TO ${quoted(target)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`
}

/** `…-00000.parquet` has the number after those that its partition holds. */
function nextObjectKey(key, loaded) {
  const stem = key.slice(0, -'00000.parquet'.length)
  const standing = loaded.filter((object) => object.key.startsWith(stem)).length
  if (standing !== 1) throw new Error(`${standing} objects beside ${key}: the sample's load left one in each partition`)
  return `${stem}00001.parquet`
}

async function widenRunRecord(product, store, objects, rows) {
  const [{key, etag, record}] = await product.listRunRecords(store, 'claims')
  const widened = {
    ...record,
    rows,
    objects: objects.length,
    sizeBytes: objects.reduce((total, {sizeBytes}) => total + sizeBytes, 0),
    objectsSha256: product.objectsSha256(objects),
  }
  await store.write(key, product.encodeRunRecord(widened), {ifMatch: etag})
}

function quoted(text) {
  return `'${text.replaceAll("'", "''")}'`
}
