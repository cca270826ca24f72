import {beforeEach, describe, expect, it} from 'vitest'
import {load, type LoadParts} from '../../../src/lib/engines/athena/load.js'
import type {StatementRunner} from '../../../src/lib/engines/athena/ports.js'
import {SluiceError, type ErrorCode} from '../../../src/lib/errors.js'
import type {EngineFault, LoadRequest} from '../../../src/lib/ports/parquet-engine.js'
import {expectCode} from '../../contract/ports/expectations.js'
import {MemoryObjectStore} from '../../fakes/memory-object-store.js'
import {everyTypeMapping} from '../../mapping/arbitrary-items.js'

const LIST = 'items__lines/run/files.txt'
const none = async (): Promise<never> => {
  throw new Error('nothing is to be written')
}

let target: MemoryObjectStore
let tables: Set<string>
let notes: unknown[]
let fault: EngineFault | null

beforeEach(() => {
  target = new MemoryObjectStore()
  tables = new Set()
  notes = []
  fault = null
})

/** A load of one line whose statements are answered by `run`. */
function loading(run: StatementRunner['run'], signal?: AbortSignal): Promise<unknown> {
  const request = {
    source: {uri: 's3://exports/data'},
    files: [{key: 'a.json.gz', sizeBytes: 1, itemCount: 1}],
    mapping: everyTypeMapping,
    shape: 'items',
    where: null,
    broadcasts: 'none',
    origin: {version: 1n, sourceRank: 0, source: 'run'},
    target,
    allowUnreadable: 0,
    deletesTable: 'deletes',
    workPrefix: 'items__lines/run/',
    onPartitions: none,
    steps: {noted: new Map(), note: async (...note: unknown[]) => void notes.push(note)},
    ...(signal === undefined ? {} : {signal}),
  } as unknown as LoadRequest
  const parts: LoadParts = {
    statements: {run, close: async () => undefined},
    writer: {write: none},
    writePlace: {fault: async () => fault},
    lines: {
      create: async (name) => void tables.add(name),
      drop: async (name) => void tables.delete(name),
      names: async () => [],
    },
    addresses: {uriOf: (key) => `s3://lake/${key}`, prefixOf: (uri) => uri.slice('s3://lake/'.length)},
    aside: {setAside: none},
  }
  return load(request, parts)
}

function failing(code: ErrorCode): StatementRunner['run'] {
  return async () => {
    expect([tables.size, await isListed()]).toEqual([1, true])
    throw new SluiceError(code, 'it fails')
  }
}

async function isListed(): Promise<boolean> {
  return (await target.head(LIST)) !== null
}

describe('a load by Athena that stops', () => {
  it('takes away the table over its lines, and their list', async () => {
    await expectCode(loading(failing('QUERY_FAILED')), 'QUERY_FAILED')
    expect([tables.size, await isListed()]).toEqual([0, false])
  })

  it('leaves them to the process that has its lock', async () => {
    await expectCode(loading(failing('LOCK_LOST')), 'LOCK_LOST')
    expect([tables.size, await isListed()]).toEqual([1, true])
  })

  it('leaves them also where the lock is lost and something else fails', async () => {
    const lost = AbortSignal.abort(new SluiceError('LOCK_LOST', 'it is lost'))
    await expectCode(loading(failing('AWS_UNAVAILABLE'), lost), 'AWS_UNAVAILABLE')
    expect([tables.size, await isListed()]).toEqual([1, true])
  })

  it('does not keep a look at its lines that was refused', async () => {
    const statistics = {executionId: 'q', scannedBytes: 0, engineMs: 0, queuedMs: 0}
    const run: StatementRunner['run'] = async () => ({columns: [], rows: noRows(), statistics})
    await expectCode(loading(run), 'EXPORT_COUNT_MISMATCH')
    expect(notes).toEqual([])
  })

  it('has made nothing where its statements can write nothing', async () => {
    fault = {text: 'The workgroup keeps its results.', remedy: 'Name another'}
    const {fix} = await expectCode(loading(none), 'ENGINE_UNFIT')
    expect(fix).toContain('Name another, and go on: sluice ops resume')
    expect([tables.size, await isListed(), notes]).toEqual([0, false, []])
  })
})

async function* noRows(): AsyncGenerator<never> {}
