import {chmod, link, lstat, mkdir, readFile, readdir, rm, stat, symlink, utimes, writeFile} from 'node:fs/promises'
import {linkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {SluiceError} from '../../src/lib/errors.js'
import {FolderObjectStore} from '../../src/lib/local/folder-object-store.js'
import {storeError} from '../../src/lib/local/store-errors.js'
import {readText} from '../../src/lib/ports/object-content.js'
import {collect, expectCode} from '../contract/ports/expectations.js'
import {HOSTILE_KEYS} from '../contract/ports/hostile-keys.js'
import {temporaryFolder} from './temporary-folder.js'

const text = (value: string): Buffer => Buffer.from(value)

async function tree(folder: string): Promise<string[]> {
  return (await readdir(folder, {recursive: true})).sort()
}

async function keysOf(store: FolderObjectStore, prefix = ''): Promise<string[]> {
  return (await collect(store.list(prefix))).map(({key}) => key)
}

describe('FolderObjectStore and its root', () => {
  it('touches no file for a hostile key', async () => {
    const outside = await temporaryFolder()
    const store = new FolderObjectStore({root: join(outside, 'lake/root'), versioned: true})
    for (const key of HOSTILE_KEYS) {
      await expectCode(store.write(key, text('x')), 'KEY_INVALID')
      await expectCode(store.write(key, {file: '/nowhere'}), 'KEY_INVALID')
      await expectCode(store.delete(key), 'KEY_INVALID')
      await expectCode(store.deleteVersion(key, '../x'), 'KEY_INVALID')
    }
    expect(await tree(outside)).toEqual([])
  })

  it.each(['escape/x', 'escape/deep/er/x', 'inner/x', 'dangling/x', 'leaf', 'dangling'])(
    'does not follow a symbolic link to %s',
    async (key) => {
      const folder = await temporaryFolder()
      const [root, outside] = [join(folder, 'root'), join(folder, 'outside')]
      await mkdir(join(root, 'real'), {recursive: true})
      await mkdir(outside)
      for (const file of [join(outside, 'x'), join(outside, 'leaf'), join(root, 'real/x')]) await writeFile(file, 'old')
      await symlink(outside, join(root, 'escape'))
      await symlink(join(root, 'real'), join(root, 'inner'))
      await symlink(join(folder, 'nowhere'), join(root, 'dangling'))
      await symlink(join(outside, 'leaf'), join(root, 'leaf'))
      const before = await tree(outside)
      const store = new FolderObjectStore({root, versioned: true})
      await expectCode(store.write(key, text('new')), 'KEY_INVALID')
      // What is not there behind a link may as well fail the condition.
      await expect(store.write(key, text('new'), {ifMatch: 'any'})).rejects.toThrow(SluiceError)
      const readable = await readText(store, key).catch(() => 'refused')
      expect(readable).toBe('refused')
      await store.delete(key).catch(() => undefined)
      expect(await keysOf(store)).toEqual(['real/x'])
      expect(await tree(outside)).toEqual(before)
      expect(await readFile(join(outside, 'x'), 'utf8')).toBe('old')
      expect(await readFile(join(root, 'real/x'), 'utf8')).toBe('old')
    },
  )

  it('may itself be reached by a symbolic link', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'real'))
    await symlink(join(folder, 'real'), join(folder, 'root'))
    const store = new FolderObjectStore({root: join(folder, 'root')})
    await store.write('a/b', text('x'))
    expect(await keysOf(store)).toEqual(['a/b'])
    expect(store.localPath('a/b')).toBe(join(folder, 'root/a/b'))
  })

  it('does not list a prefix behind a symbolic link', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'outside/in'), {recursive: true})
    await writeFile(join(folder, 'outside/in/x'), '')
    await mkdir(join(folder, 'root'))
    await symlink(join(folder, 'outside'), join(folder, 'root/escape'))
    const store = new FolderObjectStore({root: join(folder, 'root')})
    await expectCode(collect(store.list('escape/in/')), 'KEY_INVALID')
    expect(await keysOf(store, 'esc')).toEqual([])
  })

  it('is empty while it is not there', async () => {
    const store = new FolderObjectStore({root: join(await temporaryFolder(), 'none'), readOnly: true})
    expect(await keysOf(store)).toEqual([])
    expect(await store.head('a')).toBeNull()
  })
})

describe('FolderObjectStore and its files', () => {
  it('reads what others put into the folder', async () => {
    const root = await temporaryFolder()
    const store = new FolderObjectStore({root})
    await writeFile(join(root, 'a'), 'one')
    const {etag} = (await store.head('a')) ?? {etag: ''}
    await writeFile(join(root, 'a'), 'two!')
    expect((await store.head('a'))?.etag).not.toBe(etag)
    await expectCode(store.write('a', text('x'), {ifMatch: etag}), 'PRECONDITION_FAILED')
  })

  it('leaves no temporary file, whether it writes or fails', async () => {
    const root = await temporaryFolder()
    const store = new FolderObjectStore({root})
    const {etag} = await store.write('a', text('1'))
    await store.write('a', text('2'))
    await store.write('b/c', text('2'))
    await expectCode(store.write('a', text('x'), {ifAbsent: true}), 'PRECONDITION_FAILED')
    await expectCode(store.write('a', text('x'), {ifMatch: etag}), 'PRECONDITION_FAILED')
    await expectCode(store.write('b', text('x')), 'KEY_INVALID')
    await expectCode(store.write('c', {file: join(root, 'nowhere')}), 'STORE_UNAVAILABLE')
    const left = (await tree(join(root, '.sluice-store/tmp'))).filter((name) => name.includes('/'))
    expect(left.map((name) => name.split('/')[1])).toEqual(['holder.json'])
    expect(await keysOf(store)).toEqual(['a', 'b/c'])
  })

  it('removes folders that a delete empties, not others', async () => {
    const root = await temporaryFolder()
    const store = new FolderObjectStore({root})
    await store.write('a/b/c/d', text(''))
    await store.write('a/x', text(''))
    await store.delete('a/b/c/d')
    expect(await readdir(join(root, 'a'))).toEqual(['x'])
    await store.delete('a/x')
    expect(await readdir(root)).toEqual(['.sluice-store'])
  })

  it('takes the place of an empty folder', async () => {
    const root = await temporaryFolder()
    await mkdir(join(root, 'a'))
    const store = new FolderObjectStore({root})
    await store.write('a', text('x'))
    expect(await readText(store, 'a')).toBe('x')
  })

  it('adopts a file by moving it, with a fresh time', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'body')
    await writeFile(file, 'body')
    await utimes(file, 1, 1)
    const {ino} = await stat(file)
    const store = new FolderObjectStore({root: join(folder, 'root')})
    const {modifiedAt} = await store.write('a', {file})
    expect((await stat(join(folder, 'root/a'))).ino).toBe(ino)
    expect(modifiedAt.getTime()).toBeGreaterThan(1_000_000)
  })

  it('copies a file that another name or a link could still change', async () => {
    const folder = await temporaryFolder()
    const [file, other, alias] = [join(folder, 'body'), join(folder, 'other'), join(folder, 'alias')]
    await writeFile(file, 'body')
    await link(file, other)
    await symlink(other, alias)
    const store = new FolderObjectStore({root: join(folder, 'root')})
    await store.write('a', {file})
    await store.write('b', {file: alias})
    await writeFile(other, 'changed')
    expect(await readText(store, 'a')).toBe('body')
    expect(await readText(store, 'b')).toBe('body')
    expect((await lstat(join(folder, 'root/b'))).isFile()).toBe(true)
    expect((await readdir(folder)).sort()).toEqual(['other', 'root'])
  })

  it('goes on when its own folder is cleared under it', async () => {
    const root = await temporaryFolder()
    const store = new FolderObjectStore({root})
    await store.write('a', text('1'))
    await rm(join(root, '.sluice-store'), {recursive: true})
    await store.write('b', text('1'))
    await rm(join(root, '.sluice-store'), {recursive: true})
    expect(await store.delete('a')).toBe('deleted')
    expect(await keysOf(store)).toEqual(['b'])
  })

  it('reads one state of an object while it is replaced', async () => {
    const store = new FolderObjectStore({root: await temporaryFolder()})
    await store.write('a', Buffer.alloc(3 << 20, 'a'))
    const parts: string[] = []
    for await (const part of store.read('a')) {
      parts.push(Buffer.from(part).toString())
      await store.write('a', Buffer.alloc(3 << 20, 'b'))
    }
    expect(new Set(parts.join(''))).toEqual(new Set(['a']))
  })

  it('lists 100,000 keys in order and goes on after any of them', async () => {
    const root = await temporaryFolder()
    const store = new FolderObjectStore({root})
    for (let folder = 0; folder < 10; folder += 1) {
      await mkdir(join(root, `f${folder}`))
      const first = join(root, `f${folder}/0`)
      writeFileSync(first, '')
      // Links are several times cheaper to make and to remove than files.
      for (let index = 1; index < 10_000; index += 1) linkSync(first, join(root, `f${folder}/${index}`))
    }
    let [count, previous] = [0, '']
    for await (const {key} of store.list('')) {
      if (key <= previous) throw new Error(`${key} after ${previous}`)
      previous = key
      count += 1
    }
    expect(count).toBe(100_000)
    const after = await collect(store.list('f', {after: 'f8/9998'}))
    expect(after.map(({key}) => key).slice(0, 2)).toEqual(['f8/9999', 'f9/0'])
    expect(after).toHaveLength(10_001)
  })
})

describe('FolderObjectStore and its versions', () => {
  it('keeps them out of the listing and in order within one tick of the clock', async () => {
    const root = await temporaryFolder()
    const store = new FolderObjectStore({root, versioned: true})
    for (let index = 0; index < 30; index += 1) await store.write('k', text('x'.repeat(index)))
    const sizes = (await collect(store.versions('k'))).map(({sizeBytes}) => sizeBytes)
    expect(sizes).toEqual(Array.from({length: 30}, (_, index) => 29 - index))
    expect(await keysOf(store)).toEqual(['k'])
  })

  it('shows a version once when a writer was killed before it replaced the object', async () => {
    const root = await temporaryFolder()
    const store = new FolderObjectStore({root, versioned: true})
    await store.write('k', text('one'))
    await store.write('k', text('two'))
    const folder = join(root, '.sluice-store/versions/k/.sluice-store-versions')
    const {ino, mtimeNs} = await stat(join(root, 'k'), {bigint: true})
    await link(join(root, 'k'), join(folder, `2_${mtimeNs}-${ino}`))
    expect(await collect(store.versions(''))).toHaveLength(2)
    await store.write('k', text('three'))
    expect((await collect(store.versions(''))).map(({isLatest}) => isLatest)).toEqual([true, false, false])
  })

  it('leaves nothing of an erased object on disk', async () => {
    const root = await temporaryFolder()
    const store = new FolderObjectStore({root, versioned: true})
    for (const body of ['secret 1', 'secret 2']) await store.write('a/b', text(body))
    await store.delete('a/b')
    for (const {key, versionId} of await collect(store.versions('a/b'))) await store.deleteVersion(key, versionId)
    expect((await tree(root)).filter((name) => name.startsWith('a') || name.includes('versions/a'))).toEqual([])
  })
})

describe('FolderObjectStore and its errors', () => {
  it('refuses every change when it is read-only', async () => {
    const root = await temporaryFolder()
    await new FolderObjectStore({root}).write('a', text('x'))
    const before = await tree(root)
    const store = new FolderObjectStore({root, readOnly: true, versioned: true})
    const error = await expectCode(store.write('a', text('y')), 'STORE_READ_ONLY')
    expect(error.message).toContain(root)
    await expectCode(store.delete('a'), 'STORE_READ_ONLY')
    await expectCode(store.deleteVersion('a', 'v'), 'STORE_READ_ONLY')
    expect(await store.deleteBatch([{key: 'a'}])).toMatchObject([{state: 'failed'}])
    expect(await readText(store, 'a')).toBe('x')
    expect(await tree(root)).toEqual(before)
  })

  const mayWriteEverywhere = process.getuid?.() === 0 || process.platform === 'win32'
  if (mayWriteEverywhere) console.log('skipped: a folder that may not be changed (this user may write everywhere)')
  it.skipIf(mayWriteEverywhere)('names a folder it may not change', async () => {
    const root = await temporaryFolder()
    await chmod(root, 0o555)
    const error = await expectCode(new FolderObjectStore({root}).write('a', text('x')), 'STORE_READ_ONLY')
    expect(error.message).toContain(root)
    await chmod(root, 0o755)
  })

  it.skipIf(process.platform !== 'linux')('fails at once where no folder can be made', async () => {
    await expectCode(new FolderObjectStore({root: '/proc/sluice/lake'}).write('a', text('x')), 'STORE_UNAVAILABLE')
  })

  it.skipIf(process.platform === 'win32')('keeps objects under the private prefix from other users', async () => {
    const root = await temporaryFolder()
    const store = new FolderObjectStore({root, privatePrefix: 'private/'})
    await store.write('private/a', text('x'))
    await store.write('private/a', text('y'))
    await store.write('shared', text('x'))
    const modeOf = async (key: string): Promise<number> => (await stat(join(root, key))).mode & 0o077
    expect(await modeOf('private/a')).toBe(0)
    expect(await modeOf('shared')).not.toBe(0)
  })

  it.each([
    ['ENOSPC', true, 'DISK_FULL'],
    ['EDQUOT', true, 'DISK_FULL'],
    ['EROFS', true, 'STORE_READ_ONLY'],
    ['EACCES', true, 'STORE_READ_ONLY'],
    ['EPERM', true, 'STORE_READ_ONLY'],
    ['EACCES', false, 'STORE_UNAVAILABLE'],
    ['EIO', true, 'STORE_UNAVAILABLE'],
    ['ENAMETOOLONG', true, 'KEY_INVALID'],
    ['', false, 'STORE_UNAVAILABLE'],
  ])('maps %s (change: %s) to %s', (errno, isChange, code) => {
    const cause = Object.assign(new Error('refused'), errno === '' ? {} : {code: errno})
    const error = storeError(cause, {root: '/lake', key: 'a\nb', isChange})
    expect(error).toMatchObject({code, cause})
    expect(error.message).not.toContain('\n')
    expect(error.fix).toBeTruthy()
  })
})
