import {gunzipSync, gzipSync} from 'node:zlib'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {storedColumns, type TableMapping} from '../../../src/lib/mapping/index.js'
import {readBytes} from '../../../src/lib/ports/object-content.js'
import type {MergeEngine, MergeRequest, MergeResult, MergeSource} from '../../../src/lib/ports/merge-engine.js'
import {collect} from './expectations.js'
import {PLAIN_LOAD, PLAIN_MERGE} from '../../engines/plain-load.js'
import type {ParquetEngineUnderTest} from './parquet-engine.js'

const plain = {missing: 'null', inexact: 'quarantine', wrong_type: 'quarantine', class: 'internal'} as const
const MAPPING: TableMapping = {
  table: 'items',
  key: ['id'],
  columns: [
    {...plain, name: 'id', type: 'string', from: 'id'},
    {...plain, name: 'amount', type: 'decimal(18,2)', from: 'amount'},
    {...plain, name: 'at', type: 'timestamp', from: 'at', format: 'iso'},
  ],
  partition: null,
  when: [],
  skip: [],
}

/** What every MergeEngine promises. */
export type MergeEngineUnderTest = ParquetEngineUnderTest & {readonly engine: MergeEngine}

export function parquetMergingContract(name: string, factory: () => Promise<MergeEngineUnderTest>): void {
  describe(`${name} as MergeEngine`, () => {
    let subject: MergeEngineUnderTest

    beforeEach(async () => {
      subject = await factory()
    })

    afterEach(() => subject.close())

    /** Objects of a run with one item each. */
    async function loaded(run: string, ids: readonly string[]): Promise<MergeSource[]> {
      const sources: MergeSource[] = []
      for (const id of ids) {
        const item = {id: {S: id}, amount: {N: `${id.length}.25`}, at: {S: '2026-01-02T03:04:05.678Z'}}
        const file = await subject.source.write(
          `data/${run}-${id}.json.gz`,
          gzipSync(`${JSON.stringify({Item: item})}\n`),
        )
        const {objects} = await subject.engine.load({
          ...PLAIN_LOAD,
          source: subject.source,
          files: [{key: file.key, sizeBytes: file.sizeBytes, itemCount: 1}],
          mapping: MAPPING,
          origin: {version: 1_768_385_930_000_000n, sourceRank: 0, source: run},
          target: subject.target,
          keyOf: async () => `items/${run}-${id}.parquet`,
          shape: 'items',
          where: null,
          broadcasts: 'none',
          quarantineKeyOf: (n) => `aside/${n}.parquet`,
          deletesKeyOf: (n) => `deletes/${n}.parquet`,
          allowUnreadable: 0,
        })
        sources.push(...objects.map(({key, etag, sizeBytes}) => ({key, etag, sizeBytes})))
      }
      return sources
    }

    const requestOf = (sources: readonly MergeSource[], more: Partial<MergeRequest> = {}): MergeRequest => ({
      ...PLAIN_MERGE,
      store: subject.target,
      format: 'parquet',
      sources,
      columns: storedColumns(MAPPING),
      droppedRuns: [],
      targetBytes: 1e6,
      outputs: 1,
      keyOf: (n, schema) => `merged/${schema}/part-${n}.parquet`,
      ...more,
    })

    const prove = ({objects, facts}: MergeResult, format: MergeRequest['format'] = 'parquet'): Promise<number> =>
      subject.engine.proveMerged({...PLAIN_MERGE, store: subject.target, format, objects, expected: facts})

    const keys = async (): Promise<string[]> => (await collect(subject.target.list(''))).map(({key}) => key)

    const digestOf = (objects: readonly MergeSource[], merged?: string): ReturnType<typeof subject.engine.digest> =>
      subject.engine.digest({
        store: subject.target,
        objects: objects.map(({key}) => ({key, rows: 1, partition: []})),
        mapping: MAPPING,
        source: merged ?? '',
        holdsOthers: merged !== undefined,
        deletesTable: 'items__deletes',
      })

    it('makes one object of many, with the same rows, and leaves the sources', async () => {
      const sources = await loaded('run-1', ['a', 'bb', 'ccc'])
      const result = await subject.engine.merge(requestOf(sources))
      expect(result).toMatchObject({facts: {rows: 3}, dropped: {}, changes: []})
      expect(result.objects).toMatchObject([{rows: 3, runs: {'run-1': 3}}])
      await prove(result)
      const [{key, etag, sizeBytes}] = result.objects as [MergeResult['objects'][0]]
      expect(await subject.target.head(key)).toMatchObject({etag, sizeBytes})
      expect((await digestOf([{key, etag, sizeBytes}], 'run-1')).digest).toBe((await digestOf(sources)).digest)
      for (const source of sources) expect(await subject.target.head(source.key)).toMatchObject({etag: source.etag})
    })

    it('makes the same objects of the same sources', async () => {
      const sources = await loaded('run-1', ['a', 'bb', 'ccc', 'dddd'])
      const first = await subject.engine.merge(requestOf(sources, {outputs: 2}))
      expect(first.objects.map(({rows}) => rows)).toEqual([2, 2])
      const before = await keys()
      const second = await subject.engine.merge(requestOf(sources, {outputs: 2}))
      expect(second).toEqual(first)
      expect(await keys()).toEqual(before)
    })

    it('leaves out the rows of dropped runs, counted by run', async () => {
      const sources = [
        ...(await loaded('run-1', ['a', 'b'])),
        ...(await loaded('run-2', ['c'])),
        ...(await loaded('run-3', ['d'])),
      ]
      const result = await subject.engine.merge(requestOf(sources, {droppedRuns: ['run-1', 'run-3', 'run-9']}))
      expect(result).toMatchObject({
        dropped: {'run-1': 2, 'run-3': 1},
        facts: {rows: 1},
        objects: [{rows: 1, runs: {'run-2': 1}}],
      })
      await prove(result)
      const {objects} = result
      expect(await digestOf(objects, 'run-1')).toMatchObject({rows: 0, digest: '0'})
      expect((await digestOf(objects, 'run-2')).digest).toBe((await digestOf(sources.slice(2, 3))).digest)
    })

    it('has no objects where every row was dropped', async () => {
      const sources = await loaded('run-1', ['a', 'b'])
      const before = await keys()
      const result = await subject.engine.merge(requestOf(sources, {droppedRuns: ['run-1']}))
      expect(result).toMatchObject({objects: [], dropped: {'run-1': 2}, facts: {rows: 0, digest: '0'}})
      await prove(result)
      expect(await keys()).toEqual(before)
    })

    it('carries lines byte for byte', async () => {
      const texts = ['{"a": 1.10}\r\n\n', '{"a":2}']
      const sources: MergeSource[] = []
      for (const [index, text] of texts.entries()) {
        const {key, etag, sizeBytes} = await subject.target.write(`lines/${index}.json.gz`, gzipSync(text))
        sources.push({key, etag, sizeBytes})
      }
      const result = await subject.engine.merge(
        requestOf(sources, {format: 'json', keyOf: (n) => `merged/${n}.json.gz`}),
      )
      expect(result).toMatchObject({facts: {rows: 3, columns: []}, objects: [{key: 'merged/0.json.gz', rows: 3}]})
      expect(gunzipSync(await readBytes(subject.target, 'merged/0.json.gz')).toString()).toBe(
        '{"a": 1.10}\r\n\n{"a":2}\n',
      )
      await prove(result, 'json')
    })

    it('merges several partitions at a time', async () => {
      const partitions: MergeSource[][] = []
      for (const run of ['run-1', 'run-2', 'run-3', 'run-4', 'run-5'])
        partitions.push(await loaded(run, ['a', 'b', 'c']))
      const results = await Promise.all(
        partitions.map((sources, index) =>
          subject.engine.merge(requestOf(sources, {keyOf: (n) => `merged/${index}/${n}.parquet`})),
        ),
      )
      await Promise.all(results.map((result) => prove(result)))
      expect(results.map(({objects}) => objects[0]!.runs)).toEqual([1, 2, 3, 4, 5].map((run) => ({[`run-${run}`]: 3})))
    })

    describe('stores nothing:', () => {
      it.each<[string, string, (sources: readonly MergeSource[]) => Promise<unknown>]>([
        [
          'a source with other bytes',
          'MERGE_SOURCE_CHANGED',
          ([source]) => subject.target.write(source!.key, Buffer.from('x')),
        ],
        ['a source that is gone', 'MERGE_SOURCE_CHANGED', ([source]) => subject.target.delete(source!.key)],
      ])('%s', async (_, code, change) => {
        const sources = await loaded('run-1', ['a', 'b'])
        await change(sources)
        const before = await keys()
        await expect(subject.engine.merge(requestOf(sources))).rejects.toMatchObject({
          code,
          details: {key: sources[0]!.key},
        })
        expect(await keys()).toEqual(before)
      })

      it('a source that is no Parquet file', async () => {
        const {key, etag, sizeBytes} = await subject.target.write('items/bad.parquet', Buffer.from('PAR1, but no more'))
        const sources = [...(await loaded('run-1', ['a'])), {key, etag, sizeBytes}]
        const before = await keys()
        await expect(subject.engine.merge(requestOf(sources))).rejects.toMatchObject({
          code: 'MERGE_SOURCE_BROKEN',
          details: {key},
        })
        expect(await keys()).toEqual(before)
      })

      it('a column that does not fit into the table', async () => {
        const sources = await loaded('run-1', ['a'])
        const columns = storedColumns(MAPPING).map((one) =>
          one.name === 'amount' ? {...one, type: 'decimal(18,1)'} : one,
        )
        const before = await keys()
        await expect(subject.engine.merge(requestOf(sources, {columns}))).rejects.toMatchObject({
          code: 'MERGE_LOSSY',
          details: {column: 'amount', key: sources[0]!.key},
        })
        expect(await keys()).toEqual(before)
      })

      it('work that is aborted', async () => {
        const sources = await loaded('run-1', ['a', 'b'])
        const reason = new Error('the line is cut')
        const before = await keys()
        await expect(subject.engine.merge(requestOf(sources, {signal: AbortSignal.abort(reason)}))).rejects.toBe(reason)
        expect(await keys()).toEqual(before)
      })
    })

    describe('disproves', () => {
      let result: MergeResult

      beforeEach(async () => {
        result = await subject.engine.merge(requestOf(await loaded('run-1', ['a', 'bb', 'ccc'])))
      })

      it.each<[string, (result: MergeResult) => MergeResult]>([
        ['rows that are not there', ({facts, ...rest}) => ({...rest, facts: {...facts, rows: 4}})],
        ['other rows', ({facts, ...rest}) => ({...rest, facts: {...facts, digest: '1'}})],
        [
          'other counts of an object',
          ({objects, ...rest}) => ({...rest, objects: objects.map((one) => ({...one, rows: 2}))}),
        ],
        [
          'other counts of a run',
          ({objects, ...rest}) => ({
            ...rest,
            objects: objects.map((one) => ({...one, runs: {'run-1': 2, 'run-2': 1}})),
          }),
        ],
        [
          'an object with other bytes',
          ({objects, ...rest}) => ({...rest, objects: objects.map((one) => ({...one, etag: 'x'}))}),
        ],
        [
          'an object that is not there',
          ({objects, ...rest}) => ({...rest, objects: objects.map((one) => ({...one, key: 'none'}))}),
        ],
        ['a column of another type', (one) => withColumn(one, {type: 'DECIMAL(18,3)'})],
        ['other counts of NULL', (one) => withColumn(one, {nulls: 1})],
        ['another smallest value', (one) => withColumn(one, {min: '124'})],
        ['another largest value', (one) => withColumn(one, {max: '326'})],
      ])('%s', async (_, change) => {
        await prove(result)
        expect(result.facts.columns.find(({name: column}) => column === 'amount')).toEqual({
          name: 'amount',
          type: 'DECIMAL(18,2)',
          nulls: 0,
          min: '125',
          max: '325',
        })
        await expect(prove(change(result))).rejects.toMatchObject({code: 'PROOF_FAILED'})
      })
    })
  })
}

function withColumn({facts, ...rest}: MergeResult, change: object): MergeResult {
  const columns = facts.columns.map((column) => (column.name === 'amount' ? {...column, ...change} : column))
  return {...rest, facts: {...facts, columns}}
}
