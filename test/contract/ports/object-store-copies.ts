import {describe, expect, it} from 'vitest'
import {hasCode} from '../../../src/lib/errors.js'
import {readBytes, readText} from '../../../src/lib/ports/object-content.js'
import type {ObjectStore} from '../../../src/lib/ports/object-store.js'
import {collect, expectCode} from './expectations.js'
import {HOSTILE_KEYS, UNUSUAL_KEYS} from './hostile-keys.js'
import type {ObjectStoreUnderTest} from './object-store-versions.js'

const text = (value: string): Buffer => Buffer.from(value)

/** What copies within every ObjectStore promise, and what its listings tell of an object. */
export function copyContract(subject: () => ObjectStoreUnderTest): void {
  const store = (): ObjectStore => subject().store
  const keysOf = async (): Promise<string[]> => (await collect(store().list(''))).map(({key}) => key)

  describe('copy', () => {
    it('gives the bytes of an object a second key', async () => {
      const source = await store().write('a/source', text('hello'))
      const copied = await store().copy('a/source', 't/c/target', {ifMatch: source.etag})
      expect(copied).toMatchObject({key: 't/c/target', sizeBytes: 5})
      expect(await store().head('t/c/target')).toEqual(copied)
      expect(await readText(store(), 't/c/target')).toBe('hello')
      expect(await store().head('a/source')).toEqual(source)
    })

    it.each([
      ['of no bytes', 0],
      ['larger than buffers', 3_000_001],
    ])('takes an object %s', async (_label, length) => {
      const bytes = Buffer.alloc(length, 'sluice')
      const {etag} = await store().write('a', bytes)
      expect(await store().copy('a', 'b/large', {ifMatch: etag})).toMatchObject({sizeBytes: length})
      expect((await readBytes(store(), 'b/large')).equals(bytes)).toBe(true)
    })

    it('never replaces, not even by the same bytes or by itself', async () => {
      const {etag} = await store().write('a', text('one'))
      const standing = await store().write('b/k', text('two'))
      const same = await store().write('c', text('one'))
      for (const to of ['b/k', 'c', 'a'])
        await expectCode(store().copy('a', to, {ifMatch: etag}), 'PRECONDITION_FAILED')
      expect(await store().head('b/k')).toEqual(standing)
      expect(await store().head('c')).toEqual(same)
      expect(await readText(store(), 'b/k')).toBe('two')
    })

    it('copies only the etag given', async () => {
      const {etag} = await store().write('a', text('one'))
      const {etag: second} = await store().write('a', text('two'))
      await expectCode(store().copy('a', 'b/k', {ifMatch: etag}), 'PRECONDITION_FAILED')
      await expectCode(store().copy('a', 'b/k', {ifMatch: 'nonsense'}), 'PRECONDITION_FAILED')
      expect(await keysOf()).toEqual(['a'])
      await store().copy('a', 'b/k', {ifMatch: second})
      expect(await readText(store(), 'b/k')).toBe('two')
    })

    it('says that the source is absent', async () => {
      await store().write('a/b', text('x'))
      for (const from of ['none', 'a', 'b/none'])
        await expectCode(store().copy(from, 'c', {ifMatch: 'any'}), 'OBJECT_NOT_FOUND')
      expect(await keysOf()).toEqual(['a/b'])
    })

    it('stands on its own: what becomes of the source does not touch it, nor the other way round', async () => {
      const {etag} = await store().write('a', text('one'))
      const copied = await store().copy('a', 'b/1', {ifMatch: etag})
      await store().copy('a', 'b/2', {ifMatch: etag})
      await store().write('a', text('changed'))
      expect(await readText(store(), 'b/1')).toBe('one')
      expect(await store().head('b/1')).toEqual(copied)
      await store().delete('a')
      await store().write('b/1', text('other'), {ifMatch: copied.etag})
      expect(await readText(store(), 'b/2')).toBe('one')
      await expectCode(store().delete('b/1', {ifMatch: copied.etag}), 'PRECONDITION_FAILED')
      expect(await keysOf()).toEqual(['b/1', 'b/2'])
    })

    it('lets exactly one of eight racing copies win', async () => {
      const heads = await Promise.all(
        Array.from({length: 8}, (_, index) => store().write(`s${index % 3}/${index}`, text(`source ${index}`))),
      )
      const attempts = heads.map(({key, etag}, index) =>
        store()
          .copy(key, 'b/race', {ifMatch: etag})
          .then(
            () => index,
            (error: unknown) => (hasCode(error, 'PRECONDITION_FAILED') ? null : Promise.reject(error)),
          ),
      )
      const winners = (await Promise.all(attempts)).filter((index) => index !== null)
      expect(winners).toHaveLength(1)
      expect(await readText(store(), 'b/race')).toBe(`source ${winners[0]}`)
    })

    it('takes unusual keys as they are, and refuses hostile ones', async () => {
      const {etag} = await store().write('source', text('one'))
      for (const key of UNUSUAL_KEYS) await store().copy('source', key, {ifMatch: etag})
      for (const [index, key] of UNUSUAL_KEYS.entries()) {
        const {etag: standing} = (await store().head(key))!
        await store().copy(key, `copies/${index}`, {ifMatch: standing})
        expect(await readText(store(), `copies/${index}`)).toBe('one')
      }
      const before = await keysOf()
      for (const key of HOSTILE_KEYS) {
        await expectCode(store().copy('source', key, {ifMatch: etag}), 'KEY_INVALID')
        await expectCode(store().copy(key, 'fresh', {ifMatch: etag}), 'KEY_INVALID')
      }
      expect(await keysOf()).toEqual(before)
    })
  })

  describe('what a listing tells', () => {
    it('is what head tells, as far as it tells it', async () => {
      await store().write('a/1', text('one'))
      await store().write('a/2', text(''))
      const {etag} = await store().write('b/3', text('three'))
      await store().copy('b/3', 'b/4', {ifMatch: etag})
      const listed = await collect(store().list(''))
      expect(listed.map(({key}) => key)).toEqual(['a/1', 'a/2', 'b/3', 'b/4'])
      for (const object of listed) expect(await store().head(object.key)).toMatchObject({...object})
    })

    it('leaves out the ordinary storage class, and says what must be restored first', async () => {
      await store().write('ordinary', text('x'))
      expect((await store().head('ordinary'))!.storageClass).toBeUndefined()
      const {writeInClass} = subject()
      const classes = {DEEP_ARCHIVE: true, GLACIER: true, GLACIER_IR: false, STANDARD_IA: false}
      const names = writeInClass === undefined ? [] : Object.keys(classes)
      for (const name of names) await writeInClass!(name, name)
      const listed = (await collect(store().list(''))).map(({key, storageClass}) => [key, storageClass])
      const expected = Object.entries(classes).map(([name, isArchived]) => [name, {name, isArchived}])
      expect(listed).toEqual([...(names.length === 0 ? [] : expected), ['ordinary', undefined]])
    })
  })
}
