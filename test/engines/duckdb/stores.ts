import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {DuckDbOptions} from '../../../src/lib/engines/duckdb/session.js'
import {FolderObjectStore} from '../../../src/lib/local/folder-object-store.js'
import type {ObjectStore} from '../../../src/lib/ports/object-store.js'
import {MemoryObjectStore} from '../../fakes/memory-object-store.js'

/** Makes stores below a folder of its own; engines read the files of one kind themselves and spool the other. */
export interface Stores {
  readonly folder: string
  readonly engine: DuckDbOptions
  open(name: string): ObjectStore
  close(): Promise<void>
}

/** `rootName` is the last part of every store's folder. */
export async function makeStores(kind: 'folder' | 'memory', rootName = 'lake'): Promise<Stores> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-engine-'))
  const temporaryFolder = join(folder, rootName, 'spool')
  return {
    folder,
    engine: {temporaryFolder, memoryLimitBytes: 512 * 1024 ** 2, threads: 2},
    open: (name) =>
      kind === 'folder' ? new FolderObjectStore({root: join(folder, rootName, name)}) : new MemoryObjectStore(),
    close: () => rm(folder, {recursive: true, force: true}),
  }
}
