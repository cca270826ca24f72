import {createHash} from 'node:crypto'
import {existsSync} from 'node:fs'
import {mkdir, readFile, readdir, rename, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {pathToFileURL} from 'node:url'

const EXPORT_TIME = '2026-01-14T00:00:00.000Z'

/** The folder of an export with so many claims; made once for a machine and its code, kept below the temporary folder. */
export async function cachedSample(items, dist) {
  const folder = join(tmpdir(), 'sluice-bench', `claims-${items}-${await codeDigest(dist)}`)
  const record = join(folder, 'sample.json')
  if (!existsSync(record)) await makeSample(items, dist, folder, record)
  const sample = JSON.parse(await readFile(record, 'utf8'))
  return {...sample, folder: join(folder, sample.folder)}
}

async function makeSample(items, dist, folder, record) {
  const load = (path) => import(pathToFileURL(join(resolve(dist), 'lib', path)).href)
  const {FolderObjectStore} = await load('local/folder-object-store.js')
  const {writeSampleExport} = await load('sample/index.js')
  const partial = `${folder}.partial-${process.pid}`
  await mkdir(partial, {recursive: true})
  const started = performance.now()
  const written = await writeSampleExport(
    {items, exportTime: new Date(EXPORT_TIME)},
    {output: new FolderObjectStore({root: partial}), clock: {monotonicMs: () => performance.now()}},
  )
  const seconds = (performance.now() - started) / 1000
  console.error(
    `made the sample: ${items} items, ${written.uncompressedBytes} bytes of JSON, in ${seconds.toFixed(1)} s`,
  )
  await writeFile(join(partial, 'sample.json'), JSON.stringify(written))
  await rm(folder, {recursive: true, force: true})
  await rename(partial, folder)
  if (!existsSync(record)) throw new Error(`no sample at ${record}`)
}

/** Changes with the code that makes samples, so that a kept one is never of another make. */
async function codeDigest(dist) {
  const folder = join(resolve(dist), 'lib/sample')
  const digest = createHash('sha256')
  for (const name of (await readdir(folder)).sort()) digest.update(await readFile(join(folder, name)))
  return digest.digest('hex').slice(0, 8)
}
