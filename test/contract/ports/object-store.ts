import {mkdtemp, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {hasCode} from '../../../src/lib/errors.js'
import {readBytes, readText} from '../../../src/lib/ports/object-content.js'
import type {ObjectStore} from '../../../src/lib/ports/object-store.js'
import {collect, expectCode} from './expectations.js'
import {copyContract} from './object-store-copies.js'
import {listContract} from './object-store-lists.js'
import type {ObjectStoreUnderTest} from './object-store-versions.js'
import {versionContract} from './object-store-versions.js'
import {HOSTILE_KEYS, UNUSUAL_KEYS} from './hostile-keys.js'

export type {ObjectStoreUnderTest} from './object-store-versions.js'

const text = (value: string): Buffer => Buffer.from(value)

/** What every ObjectStore promises. */
export function objectStoreContract(name: string, factory: () => Promise<ObjectStoreUnderTest>): void {
  describe(`${name} as ObjectStore`, () => {
    let subject: ObjectStoreUnderTest
    let store: ObjectStore
    let scratch: string

    beforeEach(async () => {
      subject = await factory()
      store = subject.store
      scratch = await mkdtemp(join(tmpdir(), 'sluice-contract-'))
    })

    afterEach(async () => {
      await subject.close()
      await rm(scratch, {recursive: true, force: true})
    })

    const keysOf = async (): Promise<string[]> => (await collect(store.list(''))).map(({key}) => key)

    describe('write, head and read', () => {
      it('gives back what was written', async () => {
        const written = await store.write('a/b', text('hello'))
        expect(written).toMatchObject({key: 'a/b', sizeBytes: 5})
        expect(await store.head('a/b')).toEqual(written)
        expect(await readText(store, 'a/b')).toBe('hello')
        const [listed] = await collect(store.list(''))
        expect(listed).toMatchObject({key: 'a/b', sizeBytes: 5, modifiedAt: written.modifiedAt})
      })

      it('keeps an empty object', async () => {
        await store.write('empty', text(''))
        expect((await store.head('empty'))?.sizeBytes).toBe(0)
        expect(await readText(store, 'empty')).toBe('')
      })

      it('replaces an object and its etag', async () => {
        const before = await store.write('a', text('one'))
        const after = await store.write('a', text('two'))
        expect(after.etag).not.toBe(before.etag)
        expect(await readText(store, 'a')).toBe('two')
        expect((await store.head('a'))?.etag).toBe(after.etag)
      })

      it('says that an object is absent', async () => {
        await store.write('a/b', text('x'))
        expect(await store.head('nothing')).toBeNull()
        expect(await store.head('a')).toBeNull()
        expect(await store.head('a/b/c')).toBeNull()
        await expectCode(readText(store, 'nothing'), 'OBJECT_NOT_FOUND')
        await expectCode(readText(store, 'a'), 'OBJECT_NOT_FOUND')
      })

      it('reads a range, cut at the end of the object', async () => {
        await store.write('a', text('0123456789'))
        const range = async (start: number, end: number): Promise<string> =>
          (await readBytes(store, 'a', {range: {start, end}})).toString()
        expect(await range(2, 5)).toBe('234')
        expect(await range(8, 50)).toBe('89')
        expect(await range(0, 0)).toBe('')
      })

      it('streams an object that is larger than its buffers', async () => {
        const bytes = Buffer.alloc(3_000_001, 'sluice')
        await store.write('large', bytes)
        expect((await readBytes(store, 'large')).equals(bytes)).toBe(true)
        const part = await readBytes(store, 'large', {range: {start: 1_048_570, end: 2_100_000}})
        expect(part.equals(bytes.subarray(1_048_570, 2_100_000))).toBe(true)
      })

      it('adopts a file', async () => {
        const file = join(scratch, 'body')
        await writeFile(file, 'from a file')
        const written = await store.write('a/adopted', {file})
        expect(await readText(store, 'a/adopted')).toBe('from a file')
        expect(written.etag).toBe((await store.write('same', text('from a file'))).etag)
        expect(await readdir(scratch)).toEqual([])
      })

      it('leaves a file that it does not adopt where it is', async () => {
        await store.write('a', text('standing'))
        const file = join(scratch, 'body')
        await writeFile(file, 'new')
        await expectCode(store.write('a', {file}, {ifAbsent: true}), 'PRECONDITION_FAILED')
        expect(await readdir(scratch)).toEqual(['body'])
        expect(await readText(store, 'a')).toBe('standing')
      })
    })

    describe('conditions', () => {
      it('writes only where nothing is', async () => {
        await store.write('a', text('one'), {ifAbsent: true})
        await expectCode(store.write('a', text('two'), {ifAbsent: true}), 'PRECONDITION_FAILED')
        expect(await readText(store, 'a')).toBe('one')
      })

      it('writes only over the etag given', async () => {
        const {etag} = await store.write('a', text('one'))
        await store.write('a', text('two'), {ifMatch: etag})
        await expectCode(store.write('a', text('three'), {ifMatch: etag}), 'PRECONDITION_FAILED')
        await expectCode(store.write('absent', text('x'), {ifMatch: etag}), 'PRECONDITION_FAILED')
        expect(await keysOf()).toEqual(['a'])
        expect(await readText(store, 'a')).toBe('two')
      })

      it('deletes only the etag given', async () => {
        const {etag} = await store.write('a', text('one'))
        const {etag: second} = await store.write('a', text('two'))
        await expectCode(store.delete('a', {ifMatch: etag}), 'PRECONDITION_FAILED')
        expect(await store.delete('a', {ifMatch: second})).toBe('deleted')
        expect(await store.delete('a', {ifMatch: second})).toBe('absent')
      })

      it('lets exactly one of eight racing creators win', async () => {
        const attempts = Array.from({length: 8}, (_, index) =>
          store.write('race', text(`writer ${index}`), {ifAbsent: true}).then(
            () => index,
            (error: unknown) => (hasCode(error, 'PRECONDITION_FAILED') ? null : Promise.reject(error)),
          ),
        )
        const winners = (await Promise.all(attempts)).filter((index) => index !== null)
        expect(winners).toHaveLength(1)
        expect(await readText(store, 'race')).toBe(`writer ${winners[0]}`)
      })

      it('loses no step of eight writers that count together', async () => {
        await store.write('count', text('0'))
        await Promise.all(Array.from({length: 8}, () => countUp(store, 'count', 10)))
        expect(await readText(store, 'count')).toBe('80')
      })

      it('keeps creates, replaces and deletes of one key apart', async () => {
        const turns = Array.from({length: 8}, async (_, index) => {
          for (let turn = 0; turn < 5; turn += 1) {
            await store.write('deep/folder/key', text(`${index}`))
            await store.delete('deep/folder/key')
          }
        })
        await Promise.all(turns)
        expect(await keysOf()).toEqual([])
      })
    })

    describe('keys', () => {
      it.each(HOSTILE_KEYS.map((key) => [key.slice(0, 40), key]))('refuses %j', async (_label, key) => {
        await expectCode(store.write(key, text('x')), 'KEY_INVALID')
        await expectCode(store.head(key), 'KEY_INVALID')
        await expectCode(store.delete(key), 'KEY_INVALID')
        await expectCode(readText(store, key), 'KEY_INVALID')
        await expectCode(store.deleteVersion(key, 'v'), 'KEY_INVALID')
        expect(() => store.localPath(key)).toThrow()
        expect(await store.deleteBatch([{key}])).toMatchObject([{key, state: 'failed'}])
        expect(await keysOf()).toEqual([])
      })

      it('takes unusual keys as they are', async () => {
        for (const key of UNUSUAL_KEYS) await store.write(key, text(key))
        for (const key of UNUSUAL_KEYS) expect(await readText(store, key)).toBe(key)
        expect(await keysOf()).toEqual([...UNUSUAL_KEYS].sort((a, b) => Buffer.compare(text(a), text(b))))
      })

      it('refuses a key that is a folder of others and a key below an object, or keeps all of them', async () => {
        await store.write('a/b', text('x'))
        if (subject.keysMayNest === true) {
          for (const key of ['a', 'a/b/c/d', 'a/b/c']) await store.write(key, text(key), {ifAbsent: true})
          await expectCode(store.write('a', text('y'), {ifAbsent: true}), 'PRECONDITION_FAILED')
          expect(await keysOf()).toEqual(['a', 'a/b', 'a/b/c', 'a/b/c/d'])
          expect(await readText(store, 'a')).toBe('a')
          expect(await store.delete('a')).toBe('deleted')
          expect(await keysOf()).toEqual(['a/b', 'a/b/c', 'a/b/c/d'])
          return
        }
        await expectCode(store.write('a', text('y')), 'KEY_INVALID')
        await expectCode(store.write('a/b/c', text('y')), 'KEY_INVALID')
        await expectCode(store.write('a/b/c/d', text('y'), {ifAbsent: true}), 'KEY_INVALID')
        await store.delete('a/b')
        await store.write('a', text('y'))
        expect(await keysOf()).toEqual(['a'])
      })
    })

    listContract(() => store)
    copyContract(() => subject)

    describe('deleteBatch', () => {
      it('gives one outcome a key in the order given', async () => {
        const {etag} = await store.write('a/1', text('one'))
        await store.write('a/2', text('two'))
        await store.write('a/3', text('three'))
        const outcomes = await store.deleteBatch([
          {key: 'a/3', etag},
          {key: '../x'},
          {key: 'none'},
          {key: 'a/1', etag},
          {key: 'a/2'},
        ])
        expect(outcomes.map(({key, state}) => [key, state])).toEqual([
          ['a/3', 'changed'],
          ['../x', 'failed'],
          ['none', 'absent'],
          ['a/1', 'deleted'],
          ['a/2', 'deleted'],
        ])
        expect(await keysOf()).toEqual(['a/3'])
      })

      it('deletes many', async () => {
        const keys = Array.from({length: 200}, (_, index) => `d${index % 7}/${index}`)
        await Promise.all(keys.map((key) => store.write(key, text(key))))
        const outcomes = await store.deleteBatch(keys.map((key) => ({key})))
        expect(outcomes).toEqual(keys.map((key) => ({key, state: 'deleted'})))
        expect(await keysOf()).toEqual([])
      })
    })

    versionContract(() => subject)
  })
}

/** Counts an object up by conditional writes until `steps` of them were taken. */
export async function countUp(store: ObjectStore, key: string, steps: number): Promise<void> {
  let done = 0
  while (done < steps) {
    const head = await store.head(key)
    const standing = Number(await readText(store, key))
    try {
      await store.write(key, text(String(standing + 1)), {ifMatch: head?.etag ?? ''})
      done += 1
    } catch (error) {
      if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
    }
  }
}
