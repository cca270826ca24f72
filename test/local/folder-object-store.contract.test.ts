import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {FolderObjectStore} from '../../src/lib/local/folder-object-store.js'
import type {ObjectStoreUnderTest} from '../contract/ports/object-store.js'
import {objectStoreContract} from '../contract/ports/object-store.js'
import {MemoryObjectStore} from '../fakes/memory-object-store.js'

async function folder(isVersioned: boolean): Promise<ObjectStoreUnderTest> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-store-'))
  const store = new FolderObjectStore({root: join(root, 'lake'), versioned: isVersioned})
  return {store, isVersioned, close: () => rm(root, {recursive: true, force: true})}
}

async function memory(isVersioned: boolean): Promise<ObjectStoreUnderTest> {
  return {store: new MemoryObjectStore({versioned: isVersioned}), isVersioned, close: async () => undefined}
}

objectStoreContract('FolderObjectStore', () => folder(false))
objectStoreContract('versioned FolderObjectStore', () => folder(true))
objectStoreContract('MemoryObjectStore', () => memory(false))
objectStoreContract('versioned MemoryObjectStore', () => memory(true))
