import fc from 'fast-check'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {hasCode} from '../../src/lib/errors.js'
import {FolderObjectStore} from '../../src/lib/local/folder-object-store.js'
import {compareKeys} from '../../src/lib/ports/object-keys.js'
import {readBytes, readText} from '../../src/lib/ports/object-content.js'
import type {ObjectStore} from '../../src/lib/ports/object-store.js'
import {collect} from '../contract/ports/expectations.js'
import {MemoryObjectStore} from '../fakes/memory-object-store.js'

type Call = (store: ObjectStore) => Promise<unknown>

const bodies = fc.constantFrom('', 'x', 'y', 'longer')

/** What a call gives or throws, without what two stores may name differently. */
async function outcomeOf(call: Call, store: ObjectStore): Promise<unknown> {
  try {
    return await call(store)
  } catch (error) {
    if (hasCode(error, 'KEY_INVALID', 'PRECONDITION_FAILED', 'OBJECT_NOT_FOUND')) return error.code
    throw error
  }
}

async function etagOf(store: ObjectStore, key: string, isRight: boolean): Promise<string> {
  return isRight ? ((await store.head(key))?.etag ?? 'none') : 'wrong'
}

/** The id of the version at a position of the list, so that both stores mean the same one. */
async function versionAt(store: ObjectStore, key: string, index: number): Promise<string> {
  const versions = (await collect(store.versions(key))).filter((version) => version.key === key)
  return versions[index]?.versionId ?? 'none'
}

function callsOn(keys: fc.Arbitrary<string>): fc.Arbitrary<Call> {
  const listed: Call = async (store) => (await collect(store.list(''))).map(({key, sizeBytes}) => [key, sizeBytes])
  return fc.oneof(
    fc.constant(listed),
    fc.tuple(keys, keys).map(([prefix, after]): Call => {
      return async (store) => (await collect(store.list(prefix, {after}))).map(({key}) => key)
    }),
    keys.map(
      (key): Call =>
        (store) =>
          readText(store, key),
    ),
    keys.map(
      (key): Call =>
        async (store) =>
          (await store.head(key))?.etag,
    ),
    fc.tuple(keys, bodies).map(([key, body]): Call => {
      return async (store) => (await store.write(key, Buffer.from(body))).etag
    }),
    fc.tuple(keys, bodies).map(([key, body]): Call => {
      return async (store) => (await store.write(key, Buffer.from(body), {ifAbsent: true})).etag
    }),
    fc.tuple(keys, bodies, fc.boolean()).map(([key, body, isRight]): Call => {
      return async (store) =>
        (await store.write(key, Buffer.from(body), {ifMatch: await etagOf(store, key, isRight)})).etag
    }),
    keys.map(
      (key): Call =>
        (store) =>
          store.delete(key),
    ),
    fc.tuple(keys, fc.boolean()).map(([key, isRight]): Call => {
      return async (store) => store.delete(key, {ifMatch: await etagOf(store, key, isRight)})
    }),
    fc.uniqueArray(keys, {maxLength: 4}).map((batch): Call => {
      return async (store) => (await store.deleteBatch(batch.map((key) => ({key})))).map(({key, state}) => [key, state])
    }),
  )
}

function versionCallsOn(keys: fc.Arbitrary<string>): fc.Arbitrary<Call> {
  const positions = fc.tuple(keys, fc.nat({max: 4}))
  return fc.oneof(
    keys.map((prefix): Call => async (store) => {
      const versions = await collect(store.versions(prefix))
      return versions.map(({key, sizeBytes, isLatest, isDeleteMarker}) => [key, sizeBytes, isLatest, isDeleteMarker])
    }),
    positions.map(([key, index]): Call => {
      return async (store) => store.deleteVersion(key, await versionAt(store, key, index))
    }),
    positions.map(([key, index]): Call => {
      return async (store) => (await readBytes(store, key, {versionId: await versionAt(store, key, index)})).toString()
    }),
  )
}

async function expectAgreement(calls: readonly Call[], versioned: boolean): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-property-'))
  try {
    const [folder, memory] = [new FolderObjectStore({root, versioned}), new MemoryObjectStore({versioned})]
    for (const call of calls) expect(await outcomeOf(call, folder)).toEqual(await outcomeOf(call, memory))
  } finally {
    await rm(root, {recursive: true, force: true})
  }
}

describe('FolderObjectStore and MemoryObjectStore', () => {
  it('agree on any sequence of calls', async () => {
    const keys = fc.constantFrom('a', 'a/b', 'a/b/c', 'a-b', 'a/b-c', 'z', 'é/\u{1f600}', 'é/\uffee', '..', 'a//b')
    const sequences = fc.array(callsOn(keys), {minLength: 5, maxLength: 40})
    await fc.assert(
      fc.asyncProperty(sequences, (calls) => expectAgreement(calls, false)),
      {numRuns: 60},
    )
  })

  it('agree on versions', async () => {
    const keys = fc.constantFrom('k', 'f/a', 'f/a-b', 'f/a.b/c')
    const sequences = fc.array(fc.oneof(callsOn(keys), versionCallsOn(keys)), {minLength: 5, maxLength: 40})
    await fc.assert(
      fc.asyncProperty(sequences, (calls) => expectAgreement(calls, true)),
      {numRuns: 60},
    )
  })
})

describe('compareKeys', () => {
  it('orders texts as their UTF-8 bytes', () => {
    const texts = fc.string({
      unit: fc.constantFrom('a', '/', '-', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'),
    })
    fc.assert(
      fc.property(texts, texts, (left, right) => {
        expect(Math.sign(compareKeys(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)))
      }),
      {numRuns: 500},
    )
  })
})
