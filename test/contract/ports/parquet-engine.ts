import {gzipSync} from 'node:zlib'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {hivePathValue, type SourceColumn, type TableMapping} from '../../../src/lib/mapping/index.js'
import type {ObjectStore} from '../../../src/lib/ports/object-store.js'
import type {LoadRequest, LoadResult, ParquetEngine, StagedObject} from '../../../src/lib/ports/parquet-engine.js'
import {PLAIN_LOAD} from '../../engines/plain-load.js'
import {collect, expectCode} from './expectations.js'

export interface ParquetEngineUnderTest {
  readonly engine: ParquetEngine
  /** Empty stores of the kind under test. */
  readonly source: ObjectStore
  readonly target: ObjectStore
  close(): Promise<void>
}

const source = {missing: 'null', inexact: 'quarantine', wrong_type: 'quarantine', class: 'internal'} as const
const column = (name: string, type: string, more: Partial<SourceColumn> = {}): SourceColumn => ({
  ...source,
  name,
  type,
  from: name,
  ...more,
})

const MAPPING: TableMapping = {
  table: 'items',
  key: ['id'],
  columns: [
    column('id', 'string'),
    column('amount', 'decimal(18,2)'),
    column('needed', 'string', {missing: 'quarantine'}),
    column('at', 'timestamp', {format: 'iso'}),
  ],
  partition: {
    by: [{name: 'month', derive: {format_date: ['at', '%Y-%m']}}],
    immutable: true,
    path: null,
    fallback: 'null',
  },
  when: [],
  skip: [],
}
const UNPARTITIONED: TableMapping = {...MAPPING, partition: null}

interface Values {
  readonly amount?: object
  readonly needed?: object
  readonly at?: object
}

/** A line of an export. */
function line(id: string, values: Values = {}): string {
  const at = {S: '2026-01-02T03:04:05.678Z'}
  return JSON.stringify({Item: {id: {S: id}, needed: {S: 'x'}, at, amount: {N: '1.50'}, ...values}})
}

/** What every ParquetEngine promises. */
export function parquetEngineContract(name: string, factory: () => Promise<ParquetEngineUnderTest>): void {
  describe(`${name} as ParquetEngine`, () => {
    let subject: ParquetEngineUnderTest

    beforeEach(async () => {
      subject = await factory()
    })

    afterEach(() => subject.close())

    /** Writes one gzip file for each list of lines and asks for their load. */
    async function requestOf(
      files: readonly (readonly string[] | Uint8Array)[],
      more: Partial<LoadRequest> & {readonly stated?: readonly number[]} = {},
    ): Promise<LoadRequest> {
      const {stated, ...settings} = more
      const sources = []
      for (const [index, content] of files.entries()) {
        const bytes = content instanceof Uint8Array ? content : gzipSync(content.map((text) => `${text}\n`).join(''))
        const head = await subject.source.write(`data/file-${index}.json.gz`, bytes)
        const itemCount = stated?.[index] ?? (content instanceof Uint8Array ? 1 : content.length)
        sources.push({key: head.key, sizeBytes: head.sizeBytes, itemCount})
      }
      const mapping = settings.mapping ?? MAPPING
      return {
        source: subject.source,
        files: sources,
        mapping,
        origin: {version: 1_768_385_930_000_000n, sourceRank: 0, source: 'run-1'},
        target: subject.target,
        keyOf: async (values, n) => {
          const folders = values.map((value, index) => `${mapping.partition?.by[index]?.name}=${hivePathValue(value)}/`)
          return `items/${folders.join('')}part-${n}.parquet`
        },
        shape: 'items',
        where: null,
        broadcasts: 'none',
        quarantineKeyOf: (n) => `aside/part-${n}.parquet`,
        deletesKeyOf: (n) => `deletes/part-${n}.parquet`,
        allowUnreadable: 0,
        ...PLAIN_LOAD,
        ...settings,
      }
    }

    const digestOf = (
      objects: readonly Pick<StagedObject, 'key' | 'rows' | 'partition'>[],
      mapping = MAPPING,
    ): ReturnType<ParquetEngine['digest']> =>
      subject.engine.digest({
        store: subject.target,
        objects,
        mapping,
        source: 'run-1',
        deletesTable: PLAIN_LOAD.deletesTable,
      })

    const load = async (files: readonly (readonly string[])[], more: Partial<LoadRequest> = {}): Promise<LoadResult> =>
      subject.engine.load(await requestOf(files, more))

    const targetKeys = async (): Promise<string[]> => (await collect(subject.target.list(''))).map(({key}) => key)

    describe('load', () => {
      it('counts rows, objects and progress, and writes what it says', async () => {
        const seen: number[] = []
        const files = [[line('a'), line('b')], [], [line('c', {at: {S: '2026-02-01T00:00:00.000Z'}})]]
        const result = await load(files, {onProgress: (rows) => seen.push(rows)})
        expect(result).toMatchObject({rows: 3, quarantined: 0, problems: []})
        expect(result.objects.map(({key, rows, partition}) => ({key, rows, partition}))).toEqual([
          {key: 'items/month=2026-01/part-0.parquet', rows: 2, partition: ['2026-01']},
          {key: 'items/month=2026-02/part-0.parquet', rows: 1, partition: ['2026-02']},
        ])
        expect(seen.at(-1)).toBe(3)
        for (const {key, etag, sizeBytes} of result.objects) {
          expect(await subject.target.head(key)).toMatchObject({etag, sizeBytes})
        }
        expect(await targetKeys()).toEqual(result.objects.map(({key}) => key))
      })

      it('writes nothing for an export without items', async () => {
        expect(await load([[], []])).toMatchObject({rows: 0, quarantined: 0, objects: [], problems: []})
        expect(await load([])).toMatchObject({rows: 0, objects: []})
        expect(await targetKeys()).toEqual([])
        expect(await digestOf([])).toMatchObject({rows: 0, quarantined: 0})
      })

      it('counts quarantined items by reason and column, largest first', async () => {
        const lines = [
          line('good'),
          line('wrong-1', {amount: {S: '1.50'}}),
          line('wrong-2', {amount: {BOOL: true}}),
          line('wrong-3', {amount: {L: []}}),
          line('inexact-1', {amount: {N: '1.005'}}),
          line('inexact-2', {amount: {N: '1E20'}}),
          line('missing', {needed: {NULL: true}}),
        ]
        const result = await load([lines])
        expect(result).toMatchObject({rows: 7, quarantined: 6})
        expect(result.problems).toEqual([
          {reason: 'wrong_type', column: 'amount', rows: 3},
          {reason: 'inexact', column: 'amount', rows: 2},
          {reason: 'missing', column: 'needed', rows: 1},
        ])
        expect(await digestOf(result.objects)).toEqual({rows: 7, quarantined: 6, digest: result.digest})
        expect(result.quarantine).toMatchObject({rows: 6, objects: [{key: 'aside/part-0.parquet', rows: 6}]})
        const {store, objects} = {store: subject.target, objects: result.quarantine.objects}
        const {rows, digest} = result.quarantine
        expect(await subject.engine.digestQuarantine({store, objects})).toEqual({rows, digest})
      })

      it('names the same objects again, one a partition, also for many partitions', async () => {
        const lines = Array.from({length: 4000}, (_, index) => {
          const [year, month] = [1900 + Math.floor((index % 400) / 4), 1 + (index % 4)]
          return line(`id-${index}`, {at: {S: `${year}-0${month}-02T03:04:05.000Z`}})
        })
        const files = [0, 1, 2, 3].map((part) => lines.filter((_, index) => index % 4 === part))
        const first = await load(files)
        expect(first.rows).toBe(4000)
        expect(new Set(first.objects.map(({partition}) => partition.join()))).toHaveProperty('size', 400)
        expect(first.objects.length).toBeLessThanOrEqual(800)
        const names = (await load(files)).objects.map(({key}) => key)
        expect(names).toEqual(first.objects.map(({key}) => key))
        expect(await targetKeys()).toEqual([...names].sort())
      })

      it('names partitions by the value, with NULL as Hive writes it', async () => {
        const by = [{name: 'p', derive: {format_date: ['at', "%Y é/%m=1%%'x"] as const}}]
        const mapping: TableMapping = {...MAPPING, partition: {by, immutable: true, path: null, fallback: 'null'}}
        const {objects} = await load([[line('a'), line('b', {at: {NULL: true}})]], {mapping})
        expect(objects.map(({key, partition}) => [key, partition])).toEqual([
          ['items/p=__HIVE_DEFAULT_PARTITION__/part-0.parquet', ['__HIVE_DEFAULT_PARTITION__']],
          ['items/p=2026 é%2F01%3D1%25%27x/part-0.parquet', ["2026 é/01=1%'x"]],
        ])
        expect(await digestOf(objects, mapping)).toMatchObject({rows: 2})
      })

      it('puts rows without a partition source into the day of the load where the mapping says so', async () => {
        const mapping: TableMapping = {...MAPPING, partition: {...MAPPING.partition!, fallback: 'load_day'}}
        const {objects} = await load([[line('b', {at: {NULL: true}})]], {mapping})
        expect(objects.map(({partition}) => partition)).toEqual([['2026-01']])
        expect(await digestOf(objects, mapping)).toMatchObject({rows: 1})
      })

      it('writes an unpartitioned table', async () => {
        const result = await load([[line('a')], [line('b')]], {mapping: UNPARTITIONED})
        expect(result.objects.reduce((sum, {rows}) => sum + rows, 0)).toBe(2)
        expect(result.objects.every(({partition}) => partition.length === 0)).toBe(true)
        expect(await digestOf(result.objects, UNPARTITIONED)).toMatchObject({rows: 2, digest: result.digest})
      })

      it.each(['item', 'Item', 'file_index', 'filename', 'filename_1', 'select', 'rows', 'digest', 'file', 'first'])(
        'takes a column that is called %s',
        async (columnName) => {
          const own = column(columnName.toLowerCase(), 'string', {from: columnName})
          const mapping: TableMapping = {...MAPPING, columns: [...MAPPING.columns, own]}
          const lines = ['a', 'b'].map((id) => line(id, {[columnName]: {S: `of ${id}`}}))
          const result = await load([lines], {mapping})
          expect(result).toMatchObject({rows: 2, quarantined: 0})
          expect(await digestOf(result.objects, mapping)).toMatchObject({rows: 2, digest: result.digest})
        },
      )
    })

    describe('load sets aside what may be set aside', () => {
      const bad: readonly (readonly [string, string])[] = [
        ['not_json', 'secret text'],
        ['not_json', '{"Item":{"id":{"S":"secret'],
        ['duplicate_name', '{"Item":{"id":{"S":"x"},"id":{"S":"y"}}}'],
        ['no_item', '{"Keys":{"id":{"S":"secret"}},"NewImage":{}}'],
        ['no_item', '{"Item":null}'],
        ['no_item', '"Item"'],
        ['not_typed', '{"Item":{"id":"secret"}}'],
        ['not_typed', '{"Item":{"id":{"S":"e","N":"1"},"amount":7}}'],
        ['no_key', '{"Item":{"x":{"S":"1"}}}'],
        ['no_key', '{"Item":{"id":{"N":"1"}}}'],
      ]

      it.each(bad)('%s: %s', async (reason, text) => {
        const result = await load([[line('a')], [line('b'), text, line('c', {amount: {N: '1.005'}})]], {
          allowUnreadable: 1,
        })
        expect(result).toMatchObject({rows: 3, quarantined: 1, unreadable: 1, skipped: 0, elsewhere: 0})
        expect(result.problems).toEqual(
          expect.arrayContaining([
            {reason, column: null, rows: 1},
            {reason: 'inexact', column: 'amount', rows: 1},
          ]),
        )
        expect(result.quarantine.rows).toBe(2)
        expect(await digestOf(result.objects)).toEqual({rows: 3, quarantined: 1, digest: result.digest})
      })

      it('all of them, in several files', async () => {
        const files = bad.map(([, text], index) => [line(`good-${index}`), text, text])
        const result = await load(files, {allowUnreadable: 2 * bad.length})
        expect(result).toMatchObject({rows: bad.length, quarantined: 0, unreadable: 2 * bad.length})
        expect(result.quarantine.rows).toBe(2 * bad.length)
      })
    })

    describe('load refuses, and stores nothing:', () => {
      async function refuses(code: Parameters<typeof expectCode>[1], request: LoadRequest): Promise<string> {
        const error = await expectCode(subject.engine.load(request), code)
        expect(await targetKeys()).toEqual([])
        return error.message
      }

      it('an item without a readable key', async () => {
        const message = await refuses(
          'EXPORT_ITEM_WITHOUT_KEY',
          await requestOf([[line('a'), '{"Item":{"x":{"S":"1"}}}']]),
        )
        expect(message).toContain('data/file-0.json.gz')
        await refuses('EXPORT_ITEM_WITHOUT_KEY', await requestOf([['{"Item":{"id":{"N":"1"}}}']]))
        await refuses('EXPORT_ITEM_WITHOUT_KEY', await requestOf([['{"Item":{}}']]))
      })

      it.each([
        ['text that is no JSON', 'secret text'],
        ['JSON that ends early', '{"Item":{"id":{"S":"secret'],
        ['a line without an item', '{"Keys":{"id":{"S":"secret"}},"NewImage":{}}'],
        ['an item that is null', '{"Item":null}'],
        ['an item that is a text', '{"Item":"secret"}'],
        ['an item that is a list', '{"Item":["secret"]}'],
        ['an attribute without a tag', '{"Item":{"id":"secret"}}'],
        ['a list in place of a line', '[{"Item":{"id":{"S":"secret"}}}]'],
      ])('%s', async (_, text) => {
        const message = await refuses('EXPORT_LINE_INVALID', await requestOf([[line('a')], [line('b'), text]]))
        expect(message).toContain('file-1.json.gz')
        expect(message).not.toContain('secret')
      })

      it('a key that stands twice, in one partition or in two', async () => {
        const message = await refuses('EXPORT_KEY_DUPLICATE', await requestOf([[line('a'), line('b')], [line('a')]]))
        expect(message).toContain('1 keys (id)')
        const later = {at: {S: '2026-02-01T00:00:00.000Z'}}
        await refuses('EXPORT_KEY_DUPLICATE', await requestOf([[line('a'), line('a', later)]]))
        const personal = MAPPING.columns.map((one) => (one.name === 'id' ? {...one, class: 'personal' as const} : one))
        const request = await requestOf([[line('anna'), line('anna')]], {mapping: {...MAPPING, columns: personal}})
        expect(await refuses('EXPORT_KEY_DUPLICATE', request)).not.toContain('anna')
      })

      it('more unreadable lines than may be set aside, and says where the first one is', async () => {
        const lines = [line('a'), 'no JSON', line('b'), '{"Item":{"x":{"S":"1"}}}', '{"Keys":{}}']
        const message = await refuses('EXPORT_LINE_INVALID', await requestOf([[line('c')], lines]))
        expect(message).toContain('data/file-1.json.gz')
        expect(message).toContain('line 2')
        // Two of them are found first; the item without a key is the third.
        await refuses('EXPORT_ITEM_WITHOUT_KEY', await requestOf([[line('c')], lines], {allowUnreadable: 2}))
      })

      it('fewer or more lines than the manifest states', async () => {
        const lines = [[line('a')], [line('b'), line('c')]]
        expect(await refuses('EXPORT_COUNT_MISMATCH', await requestOf(lines, {stated: [1, 3]}))).toContain('file-1')
        await refuses('EXPORT_COUNT_MISMATCH', await requestOf(lines, {stated: [1, 1]}))
        // Equal in sum, wrong in each file.
        await refuses('EXPORT_COUNT_MISMATCH', await requestOf(lines, {stated: [2, 1]}))
        await refuses('EXPORT_COUNT_MISMATCH', await requestOf([[]], {stated: [1]}))
      })

      it('a file that cannot be read to its end', async () => {
        const whole = gzipSync(Array.from({length: 500}, (_, index) => `${line(`id-${index}`)}\n`).join(''))
        for (const end of [whole.length - 12, Math.floor(whole.length / 2), 12]) {
          await refuses('EXPORT_FILE_BROKEN', await requestOf([whole.subarray(0, end)], {stated: [500]}))
        }
        const flipped = Uint8Array.from(whole)
        flipped[Math.floor(whole.length / 2)]! ^= 0xff
        await refuses('EXPORT_FILE_BROKEN', await requestOf([flipped], {stated: [500]}))
        await refuses('EXPORT_FILE_BROKEN', await requestOf([Buffer.from(`${line('a')}\n`)]))
      })

      it('an item that breaks a rule that says error', async () => {
        const strict = (more: Partial<SourceColumn>): TableMapping => ({
          ...MAPPING,
          columns: MAPPING.columns.map((standing) =>
            standing.name === 'amount' ? column('amount', 'decimal(18,2)', more) : standing,
          ),
        })
        const cases: [Partial<SourceColumn>, object][] = [
          [{missing: 'error'}, {NULL: true}],
          [{inexact: 'error'}, {N: '1.005'}],
          [{wrong_type: 'error'}, {S: 'secret'}],
        ]
        for (const [more, amount] of cases) {
          const request = await requestOf([[line('a'), line('b', {amount})]], {mapping: strict(more)})
          const message = await refuses('MAPPING_ERROR', request)
          expect(message).toContain('amount')
          expect(message).not.toContain('secret')
        }
      })

      it('work that is aborted, before and while it runs', async () => {
        const reason = new Error('the line is cut')
        const before = await requestOf([[line('a')]], {signal: AbortSignal.abort(reason)})
        await expect(subject.engine.load(before)).rejects.toBe(reason)
        const controller = new AbortController()
        const lines = Array.from({length: 20_000}, (_, index) => line(`id-${index}`))
        const running = await requestOf([lines, lines], {
          signal: controller.signal,
          onProgress: () => controller.abort(reason),
        })
        await expect(subject.engine.load(running)).rejects.toBe(reason)
        expect(await targetKeys()).toEqual([])
        expect(await load([[line('a')]])).toMatchObject({rows: 1})
      })
    })

    describe('digest', () => {
      const standing = [
        line('a', {amount: {N: '1'}}),
        line('b', {amount: {N: '2'}}),
        line('c', {at: {S: '2026-02-01T00:00:00.000Z'}}),
      ]

      it('is that of the load, in any order of lines and files', async () => {
        const first = await load([standing])
        const second = await load([[standing[2]!], [standing[1]!, standing[0]!]])
        expect(second.digest).toBe(first.digest)
        expect(await digestOf(second.objects)).toEqual({rows: 3, quarantined: 0, digest: first.digest})
      })

      it.each([
        ['one value is another', [line('a', {amount: {N: '1.01'}}), standing[1]!, standing[2]!]],
        [
          'values of two rows are swapped',
          [line('a', {amount: {N: '2'}}), line('b', {amount: {N: '1'}}), standing[2]!],
        ],
        ['a value is NULL', [line('a', {amount: {NULL: true}}), standing[1]!, standing[2]!]],
        ['a row is lost', [standing[0]!, standing[2]!]],
      ])('differs when %s', async (_, lines) => {
        const first = await load([standing])
        const second = await load([lines])
        expect(second.digest).not.toBe(first.digest)
        expect((await digestOf(second.objects)).digest).toBe(second.digest)
      })

      it('refuses objects with other rows, or rows of another partition, than were staged', async () => {
        const {objects} = await load([standing])
        const [january, february] = [objects[0]!, objects[1]!]
        await expectCode(digestOf([{...january, rows: 3}, february]), 'PROOF_FAILED')
        await expectCode(digestOf([january, {...february, partition: ['2026-03']}]), 'PROOF_FAILED')
        const swapped = [
          {...january, key: february.key, rows: 1},
          {...february, key: january.key, rows: 2},
        ]
        await expectCode(digestOf(swapped), 'PROOF_FAILED')
      })
    })
  })
}
