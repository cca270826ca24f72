import {describe, expect, it} from 'vitest'
import {readBytes, readText} from '../../../src/lib/ports/object-content.js'
import type {ObjectStore, ObjectVersion} from '../../../src/lib/ports/object-store.js'
import {collect, expectCode} from './expectations.js'

const text = (value: string): Buffer => Buffer.from(value)

export interface ObjectStoreUnderTest {
  /** An empty store. */
  readonly store: ObjectStore
  readonly isVersioned: boolean
  /** A key may be the beginning of others, as in S3; folders refuse that. */
  readonly keysMayNest?: boolean
  /** Puts an object into a storage class; left out by a store that has but one. */
  readonly writeInClass?: (key: string, storageClass: string) => Promise<void>
  close(): Promise<void>
}

/** What the versions of every ObjectStore promise; where there are none, that there are none. */
export function versionContract(subject: () => ObjectStoreUnderTest): void {
  describe('versions', () => {
    const versionsOf = async (prefix: string): Promise<ObjectVersion[]> => collect(subject().store.versions(prefix))

    it('are none where the store keeps none', async () => {
      const {store, isVersioned} = subject()
      if (isVersioned) return
      const head = await store.write('a', text('one'))
      expect(head.versionId).toBeNull()
      expect(await versionsOf('')).toEqual([])
      expect(await store.deleteVersion('a', 'any')).toBe('absent')
      await expectCode(readBytes(store, 'a', {versionId: 'any'}), 'OBJECT_NOT_FOUND')
    })

    it('keep every state of an object, newest first', async () => {
      const {store, isVersioned} = subject()
      if (!isVersioned) return
      const heads = []
      for (const body of ['1', '22', '333']) heads.push(await store.write('a/b', text(body)))
      const versions = await versionsOf('')
      expect(versions.map(({versionId}) => versionId)).toEqual(heads.map(({versionId}) => versionId).reverse())
      expect(versions.map(({sizeBytes, isLatest}) => [sizeBytes, isLatest])).toEqual([
        [3, true],
        [2, false],
        [1, false],
      ])
      for (const [index, body] of ['1', '22', '333'].entries()) {
        const versionId = heads[index]?.versionId ?? ''
        expect((await readBytes(store, 'a/b', {versionId})).toString()).toBe(body)
      }
      expect((await collect(store.list(''))).map(({key}) => key)).toEqual(['a/b'])
    })

    it('mark a delete, which can be taken back', async () => {
      const {store, isVersioned} = subject()
      if (!isVersioned) return
      await store.write('a/b', text('one'))
      await store.delete('a/b')
      expect(await store.head('a/b')).toBeNull()
      const [marker, old] = await versionsOf('a/')
      expect(marker).toMatchObject({key: 'a/b', isDeleteMarker: true, isLatest: true, sizeBytes: 0})
      expect(old).toMatchObject({key: 'a/b', isDeleteMarker: false, isLatest: false, sizeBytes: 3})
      await expectCode(readBytes(store, 'a/b', {versionId: marker?.versionId ?? ''}), 'OBJECT_NOT_FOUND')
      expect(await store.deleteVersion('a/b', marker?.versionId ?? '')).toBe('deleted')
      expect(await readText(store, 'a/b')).toBe('one')
      expect(await versionsOf('')).toMatchObject([{versionId: old?.versionId, isLatest: true}])
    })

    it('are removed for good', async () => {
      const {store, isVersioned} = subject()
      if (!isVersioned) return
      const first = await store.write('a', text('one'))
      const second = await store.write('a', text('two'))
      expect(await store.deleteVersion('a', first.versionId ?? '')).toBe('deleted')
      expect(await store.deleteVersion('a', first.versionId ?? '')).toBe('absent')
      await expectCode(readBytes(store, 'a', {versionId: first.versionId ?? ''}), 'OBJECT_NOT_FOUND')
      expect(await readText(store, 'a')).toBe('two')
      expect(await store.deleteVersion('a', second.versionId ?? '')).toBe('deleted')
      expect(await versionsOf('')).toEqual([])
      expect(await store.head('a')).toBeNull()
    })

    it('come back when the latest one is removed', async () => {
      const {store, isVersioned} = subject()
      if (!isVersioned) return
      const first = await store.write('a/b', text('one'))
      const second = await store.write('a/b', text('two'))
      await store.deleteVersion('a/b', second.versionId ?? '')
      expect(await readText(store, 'a/b')).toBe('one')
      expect((await store.head('a/b'))?.versionId).toBe(first.versionId)
    })

    it('are listed by prefix in the order of the keys', async () => {
      const {store, isVersioned} = subject()
      if (!isVersioned) return
      for (const key of ['t/a', 't/a-b', 't/c/d', 'u']) {
        await store.write(key, text('one'))
        await store.write(key, text('two'))
      }
      await store.delete('t/c/d')
      const keys = (await versionsOf('t/')).map(({key}) => key)
      expect(keys).toEqual(['t/a', 't/a', 't/a-b', 't/a-b', 't/c/d', 't/c/d', 't/c/d'])
      expect((await versionsOf('t/c')).map(({isDeleteMarker}) => isDeleteMarker)).toEqual([true, false, false])
    })
  })
}
