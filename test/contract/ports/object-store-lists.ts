import {describe, expect, it} from 'vitest'
import type {ObjectStore} from '../../../src/lib/ports/object-store.js'
import {collect, expectCode} from './expectations.js'

const text = (value: string): Buffer => Buffer.from(value)

/** What the listing of every ObjectStore promises. */
export function listContract(store: () => ObjectStore): void {
  describe('list', () => {
    const keysOf = async (prefix: string, after?: string): Promise<string[]> =>
      (await collect(store().list(prefix, after === undefined ? {} : {after}))).map(({key}) => key)

    it('is in byte order of the whole key', async () => {
      const keys = [
        'a/b',
        'a-b',
        'a/b-c/d',
        'a0',
        'a.b',
        'a/b0',
        'B',
        'é',
        '\u{1f600}',
        '\uffee',
        'a/\u{10000}',
        'a/\ue000',
      ]
      for (const key of keys) await store().write(key, text(''))
      expect(await keysOf('')).toEqual([...keys].sort((a, b) => Buffer.compare(text(a), text(b))))
    })

    it('takes any text as a prefix', async () => {
      for (const key of ['ab/c', 'ab/d/e', 'ab-', 'abc', 'b']) await store().write(key, text(''))
      expect(await keysOf('ab')).toEqual(['ab-', 'ab/c', 'ab/d/e', 'abc'])
      expect(await keysOf('ab/')).toEqual(['ab/c', 'ab/d/e'])
      expect(await keysOf('ab/d')).toEqual(['ab/d/e'])
      expect(await keysOf('ab/d/e')).toEqual(['ab/d/e'])
      expect(await keysOf('ab/d/e/f')).toEqual([])
      expect(await keysOf('none/')).toEqual([])
      expect(await keysOf('.')).toEqual([])
    })

    it('goes on after any key', async () => {
      const keys = ['a', 'b-c', 'b/a', 'b/c/d', 'b/c/e', 'b/d', 'b0', 'c']
      for (const key of keys) await store().write(key, text(''))
      for (const after of [...keys, 'b', 'b/', 'b/c', 'b/c/', 'b/c/dd', 'b/zzz', 'zzz', '']) {
        expect(await keysOf('', after)).toEqual(keys.filter((key) => Buffer.compare(text(key), text(after)) > 0))
      }
      expect(await keysOf('b/', 'b/c/d')).toEqual(['b/c/e', 'b/d'])
      expect(await keysOf('b/', 'a')).toEqual(['b/a', 'b/c/d', 'b/c/e', 'b/d'])
    })

    it('refuses a prefix that could leave the root', async () => {
      for (const prefix of ['../', '/', 'a/../', 'a//', '.sluice-store/', 'a\0']) {
        await expectCode(collect(store().list(prefix)), 'KEY_INVALID')
        await expectCode(collect(store().versions(prefix)), 'KEY_INVALID')
      }
    })

    it('can be left early', async () => {
      for (const key of ['a', 'b', 'c']) await store().write(key, text(''))
      for await (const {key} of store().list('')) {
        expect(key).toBe('a')
        break
      }
      expect(await keysOf('')).toEqual(['a', 'b', 'c'])
    })

    it('goes on when objects vanish before it', async () => {
      for (let index = 0; index < 20; index += 1) await store().write(`f${index % 4}/k${index}`, text(''))
      const seen: string[] = []
      for await (const {key} of store().list('')) {
        seen.push(key)
        for (const later of await keysOf('', key)) await store().delete(later)
      }
      expect(seen[0]).toBe('f0/k0')
      expect(await keysOf('')).toEqual(['f0/k0'])
    })
  })
}
