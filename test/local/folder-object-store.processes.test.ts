import type {ChildProcess} from 'node:child_process'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {FileCatalog} from '../../src/lib/local/file-catalog.js'
import {FolderObjectStore} from '../../src/lib/local/folder-object-store.js'
import {readText} from '../../src/lib/ports/object-content.js'
import {collect} from '../contract/ports/expectations.js'
import type {BuiltLibrary} from './built-library.js'
import {buildLibrary} from './built-library.js'
import {temporaryFolder} from './temporary-folder.js'

const CHILD = fileURLToPath(new URL('./store-child.mjs', import.meta.url))

let library: BuiltLibrary

beforeAll(async () => {
  library = await buildLibrary()
})

afterAll(() => library.remove())

function start(...words: string[]): ChildProcess {
  return spawn(process.execPath, [CHILD, library.folder, ...words], {stdio: ['ignore', 'pipe', 'inherit']})
}

/** Runs a child to its end and gives what it printed. */
async function run(...words: string[]): Promise<string> {
  const child = start(...words)
  let printed = ''
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  const [status] = await once(child, 'close')
  expect(status).toBe(0)
  return printed
}

/** Kills the child after it has told `steps` steps; gives the number of steps that it told in all. */
async function killAfter(child: ChildProcess, steps: number): Promise<number> {
  let told = 0
  child.stdout?.on('data', (chunk: Buffer) => {
    told += chunk.length
    if (told >= steps) child.kill('SIGKILL')
  })
  await once(child, 'close')
  return told
}

describe('FolderObjectStore between processes', () => {
  it.each([
    ['count', false],
    ['versionedCount', true],
  ])('loses no step of four processes that %s together', async (work, versioned) => {
    const root = await temporaryFolder()
    const store = new FolderObjectStore({root, versioned})
    await store.write('shared/count', Buffer.from('0'))
    await Promise.all(Array.from({length: 4}, () => run(work, root, 'shared/count', '50')))
    expect(await readText(store, 'shared/count')).toBe('200')
    expect(await collect(store.versions(''))).toHaveLength(versioned ? 201 : 0)
  })

  it.each([
    ['count', false],
    ['versionedCount', true],
  ])('goes on after kill -9 while processes %s', async (work, versioned) => {
    const root = await temporaryFolder()
    const store = new FolderObjectStore({root, versioned})
    await store.write('count', Buffer.from('0'))
    const steady = [run(work, root, 'count', '60'), run(work, root, 'count', '60')]
    let [told, kills] = [0, 0]
    for (; kills < 12; kills += 1) told += await killAfter(start(`${work}Forever`, root, 'count'), 1 + (kills % 4))
    await Promise.all(steady)
    const final = Number(await readText(store, 'count'))
    // A killed process may have taken one more step than it could tell.
    expect(final).toBeGreaterThanOrEqual(120 + told)
    expect(final).toBeLessThanOrEqual(120 + told + kills)
    await store.write('count', Buffer.from('last'))
    expect((await collect(store.list(''))).map(({key}) => key)).toEqual(['count'])
  })

  it('clears what killed processes left', async () => {
    const root = await temporaryFolder()
    await new FolderObjectStore({root}).write('count', Buffer.from('0'))
    for (let kills = 0; kills < 3; kills += 1) await killAfter(start('countForever', root, 'count'), 2)
    const store = new FolderObjectStore({root})
    await store.write('count', Buffer.from('1'))
    const sessions = await readdir(join(root, '.sluice-store/tmp'))
    expect(sessions.every((name) => name.startsWith(`${process.pid}-`))).toBe(true)
  })

  it('creates every key once', async () => {
    const root = await temporaryFolder()
    const won = await Promise.all(Array.from({length: 4}, () => run('create', root, 'a/b', '100')))
    expect(won.reduce((sum, printed) => sum + Number(printed), 0)).toBe(100)
  })

  it('writes into folders that others are removing', async () => {
    const root = await temporaryFolder()
    await Promise.all(Array.from({length: 4}, () => run('churn', root, 'deep/er/folder', '60')))
    expect(await readdir(root)).toEqual(['.sluice-store'])
  })

  it('keeps one catalog for several writers', async () => {
    const root = await temporaryFolder()
    const catalog = new FileCatalog(new FolderObjectStore({root}))
    const columns = {columns: [], partitionColumns: [{name: 'p', type: 'string'}]}
    const details = {kind: 'table', location: 't/', format: 'json', pathTemplate: 'p={p}/', viewSql: null} as const
    await catalog.putTable({name: 't', ...columns, ...details, parameters: {}}, null)
    const printed = await Promise.all(['a', 'b', 'c', 'a'].map((part) => run('catalog', root, part, '200')))
    expect(printed.reduce((sum, count) => sum + Number(count), 0)).toBe(600)
    expect(await collect(catalog.listPartitions('t'))).toHaveLength(600)
  })
})
