import {DuckDBInstance} from '@duckdb/node-api'
import {mkdir, readFile} from 'node:fs/promises'
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
  const {FolderObjectStore} = await load('local/folder-object-store.js')
  const {objectsSha256} = await load('backfill/load-record.js')
  return {FolderObjectStore, objectsSha256}
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
    for (const keys of keysByFolder(loaded)) {
      const file = join(spool, 'copies.parquet')
      const sources = keys.map((key) => store.localPath(key))
      await connection.run(copiesSql(sources, copies, file))
      added.push(await store.write(nextObjectKey(keys), {file}, {ifAbsent: true}))
    }
    return added
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

function keysByFolder(objects) {
  const folders = new Map()
  for (const {key} of objects) {
    const folder = key.slice(0, key.lastIndexOf('/'))
    folders.set(folder, [...(folders.get(folder) ?? []), key])
  }
  return folders.values()
}

/** The copies one after another: side by side, equal values would pack better than those of a load. */
function copiesSql(sources, copies, target) {
  const files = sources.map(quoted).join(', ')
  const copy = (number) =>
    `SELECT * REPLACE (claim_id || '-${number}' AS claim_id)
     FROM read_parquet([${files}], hive_partitioning = false)`
  const all = Array.from({length: copies - 1}, (_, index) => copy(index + 1)).join('\nUNION ALL ')
  return `COPY (${all}) TO ${quoted(target)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`
}

/** `…-00000.parquet` has the number after those that its partition holds. */
function nextObjectKey(keys) {
  const number = /-(\d{5})\.parquet$/
  if (!keys.every((key) => number.test(key))) throw new Error(`a load names its objects otherwise now: ${keys[0]}`)
  const next = Math.max(...keys.map((key) => Number(number.exec(key)[1]))) + 1
  return keys[0].replace(number, `-${String(next).padStart(5, '0')}.parquet`)
}

/** The record's own text is changed, so that whatever else this version says of a run stays as the load said it. */
async function widenRunRecord(product, store, objects, rows) {
  const {key, etag, lines} = await runRecords(store)
  if (lines.length !== 1) throw new Error(`${lines.length} runs at ${key}: one load admits one`)
  const widened = {
    ...JSON.parse(lines[0]),
    rows,
    objects: objects.length,
    sizeBytes: objects.reduce((total, {sizeBytes}) => total + sizeBytes, 0),
    objectsSha256: product.objectsSha256(objects),
  }
  await store.write(key, Buffer.from(`${JSON.stringify(widened)}\n`), {ifMatch: etag})
}

async function runRecords(store) {
  const {value} = await store.list('claims__runs/').next()
  const {key, etag} = await store.head(value.key)
  const lines = (await readFile(store.localPath(key), 'utf8')).trimEnd().split('\n')
  return {key, etag, lines}
}

function quoted(text) {
  return `'${text.replaceAll("'", "''")}'`
}
