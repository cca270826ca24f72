// What `sluice compact run` asks its engine for: every day listed, its sources' etags taken, merged and proven, three days
// at a time. Usage: node engine-compact.mjs DIST_FOLDER LAKE_FOLDER OUTPUT_PREFIX
import {join, resolve} from 'node:path'
import {pathToFileURL} from 'node:url'
import {COLUMNS} from './small-files.mjs'

const UNITS_AT_ONCE = 3
const MEMORY_LIMIT_BYTES = 512 * 1024 ** 2

const [dist, lake, output] = process.argv.slice(2)
const load = (path) => import(pathToFileURL(join(resolve(dist), 'lib', path)).href)
const [{FolderObjectStore}, {DuckDbParquetEngine}] = await Promise.all([
  load('local/folder-object-store.js'),
  load('engines/duckdb/index.js'),
])
const store = new FolderObjectStore({root: lake})
const temporaryFolder = join(lake, '.sluice-store/spool')
const engine = new DuckDbParquetEngine({temporaryFolder, memoryLimitBytes: MEMORY_LIMIT_BYTES, threads: 2})
const days = new Map()
for await (const {key} of store.list('day=')) {
  const day = key.split('/')[0]
  if (!days.has(day)) days.set(day, [])
  days.get(day).push(key)
}
const waiting = [...days]
await Promise.all(
  Array.from({length: UNITS_AT_ONCE}, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await compact(...next)
  }),
)
await engine.close()

async function compact(day, keys) {
  const sources = []
  for (const key of keys) {
    const {etag, sizeBytes} = await store.head(key)
    sources.push({key, etag, sizeBytes})
  }
  const {objects, facts} = await engine.merge({
    store,
    format: 'parquet',
    sources,
    columns: COLUMNS,
    droppedRuns: [],
    targetBytes: 256 * 1024 ** 2,
    outputs: 1,
    keyOf: (n) => `${output}/${day}/part-${n}.parquet`,
  })
  await engine.proveMerged({store, format: 'parquet', objects, expected: facts})
}
