// A writer in a process of its own. Arguments: folder of the built library, work, root of the store, key, steps.
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'

const [library, work, root, key, steps] = process.argv.slice(2)
const load = (path) => import(pathToFileURL(join(library, path)).href)
const {FolderObjectStore} = await load('local/folder-object-store.js')
const {FileCatalog} = await load('local/file-catalog.js')
const {readText} = await load('ports/object-content.js')
const {hasCode} = await load('errors.js')
const store = new FolderObjectStore({root, versioned: work.startsWith('versioned')})

const WORKS = {
  /** Counts an object up by conditional writes, for `steps` own successes. */
  async count() {
    for (let done = 0; done < Number(steps);) done += (await isCounted()) ? 1 : 0
  },
  versionedCount: () => WORKS.count(),
  /** The same for ever: for a process that is killed. Every step is told before the next begins. */
  async countForever() {
    for (;;) if (await isCounted()) process.stdout.write('+')
  },
  versionedCountForever: () => WORKS.countForever(),
  /** Creates `steps` keys that others create too; says how many it won. */
  async create() {
    let won = 0
    for (let index = 0; index < Number(steps); index += 1) {
      try {
        await store.write(`${key}/${index}`, Buffer.from(String(process.pid)), {ifAbsent: true})
        won += 1
      } catch (error) {
        if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
      }
    }
    process.stdout.write(String(won))
  },
  /** Writes and deletes the only object of a folder that others use too. */
  async churn() {
    for (let done = 0; done < Number(steps); done += 1) {
      await store.write(`${key}/${process.pid}`, Buffer.from('x'))
      await store.write(`${key}/shared`, Buffer.from('x'))
      await store.delete(`${key}/shared`)
      await store.delete(`${key}/${process.pid}`)
    }
  },
  async catalog() {
    const items = Array.from({length: Number(steps)}, (_, index) => ({
      values: [`${key}-${index}`],
      location: `t/${key}/${index}/`,
      parameters: {},
    }))
    const outcomes = await new FileCatalog(store).createPartitions('t', items)
    process.stdout.write(String(outcomes.filter(({state}) => state === 'created').length))
  },
}

async function isCounted() {
  const head = await store.head(key)
  try {
    const standing = Number(await readText(store, key))
    await store.write(key, Buffer.from(String(standing + 1)), {ifMatch: head.etag})
    return true
  } catch (error) {
    if (hasCode(error, 'PRECONDITION_FAILED')) return false
    throw error
  }
}

await WORKS[work]()
