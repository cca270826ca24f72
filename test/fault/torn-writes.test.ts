import {link, readdir, readFile, rm, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {hasCode} from '../../src/lib/errors.js'
import {FolderObjectStore} from '../../src/lib/local/folder-object-store.js'
import {readText} from '../../src/lib/ports/object-content.js'
import type {ObjectStore} from '../../src/lib/ports/object-store.js'
import {FixedHost} from '../fakes/fixed-clock.js'
import {makeFastFolder} from './fast-folder.js'
import {tellCases} from './fault-points.js'
import {FaultyFiles, type StepFault} from './faulty-files.js'

// Each step of each change of a folder store. After a change of what one does: npx vitest run test/fault -u
const LIST = new URL('write-steps.txt', import.meta.url)
const KEY = '_sluice/operations/1/journal/0000000001.ndjson'
const OLD = `${JSON.stringify({entry: 'old'})}\n`
const NEW = `${JSON.stringify({entry: 'new'})}\n${JSON.stringify({entry: 'newer'})}\n`

interface Folder {
  readonly outer: string
  readonly root: string
  /** A file beside the store, with the new text. */
  readonly file: string
}

interface Change {
  readonly name: string
  readonly before: string | null
  readonly after: string | null
  readonly versioned?: boolean
  /** Whether the file beside the store has a second name: its bytes could still be changed. */
  readonly isLinked?: boolean
  readonly act: (store: ObjectStore, folder: Folder) => Promise<unknown>
}

const bytes = Buffer.from(NEW)
const CHANGES: readonly Change[] = [
  {name: 'write ifAbsent', before: null, after: NEW, act: (store) => store.write(KEY, bytes, {ifAbsent: true})},
  {name: 'write', before: null, after: NEW, act: (store) => store.write(KEY, bytes)},
  {name: 'replace', before: OLD, after: NEW, act: (store) => store.write(KEY, bytes)},
  {name: 'replace ifMatch', before: OLD, after: NEW, act: replaceMatching},
  {name: 'replace versioned', before: OLD, after: NEW, versioned: true, act: replaceMatching},
  {name: 'adopt', before: null, after: NEW, act: adopt},
  {name: 'adopt in place', before: OLD, after: NEW, act: (store, {file}) => store.write(KEY, {file})},
  {name: 'adopt a file with two names', before: null, after: NEW, isLinked: true, act: adopt},
  {name: 'delete', before: OLD, after: null, act: (store) => store.delete(KEY)},
  {name: 'delete versioned', before: OLD, after: null, versioned: true, act: (store) => store.delete(KEY)},
]

async function replaceMatching(store: ObjectStore): Promise<unknown> {
  return store.write(KEY, bytes, {ifMatch: (await store.head(KEY))!.etag})
}

async function adopt(store: ObjectStore, {file}: Folder): Promise<unknown> {
  return store.write(KEY, {file}, {ifAbsent: true})
}

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, {recursive: true, force: true}))))

let processes = 0

/** A process that finds every one before it gone. */
function storeOf({root}: Folder, {versioned = false}: Change): ObjectStore {
  processes += 1
  const host = new FixedHost({pid: processes})
  return new FolderObjectStore({root, versioned, host, privatePrefix: '_sluice/operations/'})
}

async function folderWith(change: Change): Promise<Folder> {
  const outer = await makeFastFolder()
  folders.push(outer)
  const folder = {outer, root: join(outer, 'store'), file: join(outer, 'file')}
  await writeFile(folder.file, NEW)
  if (change.isLinked === true) await link(folder.file, join(outer, 'second-name'))
  if (change.before !== null) await storeOf(folder, change).write(KEY, Buffer.from(change.before))
  return folder
}

async function stepsOf(change: Change): Promise<string[]> {
  const folder = await folderWith(change)
  const undisturbed = new FaultyFiles(folder.outer)
  await undisturbed.run(() => change.act(storeOf(folder, change), folder))
  return undisturbed.steps
}

function textAt(store: ObjectStore): Promise<string | null> {
  return readText(store, KEY).catch((error: unknown) => {
    if (hasCode(error, 'OBJECT_NOT_FOUND')) return null
    throw error
  })
}

/** The old object or the new one, whole, in a listing that shows nothing else; a file to adopt is not lost. */
async function expectOldOrNew(change: Change, folder: Folder, store: ObjectStore): Promise<void> {
  const text = await textAt(store)
  expect([change.before, change.after]).toContain(text)
  const keys: string[] = []
  for await (const {key} of store.list('')) keys.push(key)
  expect(keys).toEqual(text === null ? [] : [KEY])
  if (text !== NEW) expect(await readFile(folder.file, 'utf8')).toBe(NEW)
}

/** What stands below the store's own folder for unfinished files, without a process's word of itself. */
async function unfinished({root}: Folder): Promise<string[]> {
  const names = await readdir(join(root, '.sluice-store', 'tmp'), {recursive: true}).catch(() => [])
  return names.filter((name) => /\/\d+$/.test(name))
}

// One after the other: the calls of the file system are those of the whole process.
const lists: {readonly change: Change; readonly steps: readonly string[]}[] = []
for (const change of CHANGES) lists.push({change, steps: await stepsOf(change)})
const total = lists.reduce((sum, {steps}) => sum + steps.length, 0)
let cases = 0
afterAll(() => tellCases('writes of the folder store', total, cases))

it('the steps of each change are those of the list', async () => {
  const texts = lists.map(({change, steps}) => `${change.name}\n${steps.map((step) => `  ${step}\n`).join('')}`)
  await expect(texts.join('')).toMatchFileSnapshot(LIST.pathname)
})

describe.each(lists)('$change.name', ({change, steps}) => {
  const isWrite = (step: string): boolean => /^(write|copyFile) /.test(step)
  const meet = async (kind: StepFault, step: number): Promise<Folder> => {
    cases += 1
    const folder = await folderWith(change)
    const process = new FaultyFiles(folder.outer, {step, kind})
    const store = storeOf(folder, change)
    const error: unknown = await process
      .run(() => change.act(store, folder))
      .then(
        () => null,
        (thrown: unknown) => thrown,
      )
    expect([process.hasFired, steps[step]]).toEqual([true, process.steps[step]])
    if (kind === 'full' && error !== null) expect(hasCode(error, 'DISK_FULL')).toBe(true)
    await expectOldOrNew(change, folder, kind === 'full' ? store : storeOf(folder, change))
    return folder
  }

  it('dies at any step, and the next process goes on', async () => {
    for (const [index, step] of steps.entries()) {
      for (const kind of isWrite(step) ? (['kill', 'tear'] as const) : (['kill'] as const)) {
        const folder = await meet(kind, index)
        const next = storeOf(folder, change)
        await next.write(KEY, Buffer.from('next'))
        expect([kind, step, await textAt(next), await unfinished(folder)]).toEqual([kind, step, 'next', []])
      }
    }
  })

  it('finds the disk full at any step, and works when there is space again', async () => {
    for (const [index, step] of steps.entries()) {
      // These give space back.
      if (/^(unlink|rmdir|rm) /.test(step)) continue
      const folder = await meet('full', index)
      expect([step, await unfinished(folder)]).toEqual([step, []])
      const text = await textAt(storeOf(folder, change))
      if (text === change.before) await change.act(storeOf(folder, change), folder)
      expect([step, await textAt(storeOf(folder, change))]).toEqual([step, change.after])
    }
  })

  // A power cut keeps what was synced: the bytes before their name, and every new name before the answer.
  it('syncs bytes before they have the key, and names before it answers', () => {
    const named = steps.findIndex((step) => /^(link|rename) /.test(step) && step.endsWith(` store/${KEY}`))
    if (change.after !== null) {
      expect(named).toBeGreaterThan(0)
      expect(steps.slice(0, named).some((step) => step.startsWith('sync store/.sluice-store/tmp/<process>/'))).toBe(
        true,
      )
      expect(steps.slice(named)).toContain(`sync store/${dirname(KEY)}`)
    }
    for (const [index, step] of steps.entries()) {
      if (!step.startsWith('mkdir ') || step.includes('.sluice-store')) continue
      expect([step, steps.slice(index)]).toEqual([step, expect.arrayContaining([`sync ${dirname(step.slice(6))}`])])
    }
  })
})
