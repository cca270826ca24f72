import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {Context} from '../../src/lib/context.js'
import {change, writeChanges} from '../backfill/change-folder.js'
import {item, writeItems} from '../backfill/export-folder.js'
import {answerOf, makeLake, openLake, refusalOf, visibleFiles, type LakeFolder} from '../backfill/lake-folder.js'
import {current, load, select} from '../backfill/loads.js'
import {streamEvent} from './stream-events.js'

const TIME = '2026-01-10T00:00:00.000Z'

let lake: LakeFolder
let context: Context

beforeEach(async () => {
  lake = await makeLake()
  context = await openLake(lake)
})

afterEach(async () => {
  await context.close()
  await lake.remove()
})

async function fileOf(lines: readonly unknown[], name = 'events.ndjson'): Promise<string> {
  const file = join(lake.folder, name)
  await writeFile(file, lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''))
  return file
}

async function ingest(...events: unknown[]) {
  return answerOf<Record<string, unknown>>(lake, 'ingest', 'stream', '--file', await fileOf(events))
}

const counts = async () => (await current(context)).map(({id, count}) => [id, count])

describe('events of a stream', () => {
  it('show their items, in the order of their time and then of their sequence numbers', async () => {
    const {document, exit} = await ingest(
      streamEvent(TIME, '300', {now: item('a', {n: '3'}), before: item('a', {n: '2'})}),
      streamEvent(TIME, '99', {now: item('a', {n: '1'})}),
      streamEvent(TIME, '200', {now: item('a', {n: '2'}), before: item('a', {n: '1'})}),
      streamEvent('2026-01-09T00:00:00.000Z', '400', {now: item('b', {n: '0'})}),
      streamEvent(TIME, '500', {before: item('b', {n: '0'})}),
    )
    expect([exit, document]).toMatchObject([0, {changed: true, events: 5, rows: 4, deleted: 1, quarantined: 0}])
    expect(await counts()).toEqual([['a', 3n]])
  })

  it('count once, however often they come and in whatever files', async () => {
    const events = ['1', '2', '3'].map((n) => streamEvent(TIME, n, {now: item(`k${n}`, {n})}))
    await ingest(...events)
    const before = await visibleFiles(lake.root)
    expect((await ingest(...events)).document).toMatchObject({changed: false, events: 3})
    expect(await visibleFiles(lake.root)).toEqual(before)
    await ingest({Records: events.slice(1)})
    expect(await counts()).toEqual([
      ['k1', 1n],
      ['k2', 2n],
      ['k3', 3n],
    ])
  })

  it('win against a full export of their second and against older changes, not against newer ones', async () => {
    const at = (time: string, id: string, n: string, sequence: string) =>
      streamEvent(time, sequence, {now: item(id, {n})})
    await ingest(
      at(TIME, 'same', '2', '1'),
      at('2026-01-10T00:00:10.000Z', 'changed', '2', '2'),
      at('2026-01-10T00:00:11.000Z', 'late', '2', '3'),
      at('2026-01-09T23:59:59.000Z', 'old', '2', '4'),
    )
    const full = ['same', 'changed', 'late'].map((id) => item(id, {n: '1'}))
    await load(context, await writeItems(lake, [full], {time: '2026-01-10T00:00:00.900Z'}))
    const lines = [
      change('2026-01-10T00:00:10.400Z', {id: {S: 'changed'}}, item('changed', {n: '3'})),
      change('2026-01-10T00:00:10.400Z', {id: {S: 'late'}}, item('late', {n: '3'})),
    ]
    await load(context, await writeChanges(lake, [lines], {from: TIME, to: '2026-01-10T00:15:00.000Z'}))
    expect(await counts()).toEqual([
      ['changed', 3n],
      ['late', 2n],
      ['same', 2n],
    ])
  })

  it('hide an older good row behind what cannot be read, and show the next good one', async () => {
    const good = item('a', {n: '1'})
    await ingest(streamEvent(TIME, '1', {now: good}))
    const bad = await ingest(streamEvent('2026-01-10T00:00:01.000Z', '2', {now: {...good, createdAt: {S: 'never'}}}))
    expect([bad.exit, bad.document]).toMatchObject([4, {quarantined: 1}])
    expect(await counts()).toEqual([])
    expect(await select(context, 'SELECT run, reason, key, line FROM items__quarantine')).toEqual([
      {run: 'stream', reason: 'wrong_type', key: '["a"]', line: 1n},
    ])
    await ingest(streamEvent('2026-01-10T00:00:02.000Z', '3', {now: item('a', {n: '2'})}))
    expect(await counts()).toEqual([['a', 2n]])
  })

  it('hide an older good row of the same second', async () => {
    const bad = {...item('a'), createdAt: {S: 'never'}}
    await ingest(streamEvent(TIME, '1', {now: item('a', {n: '1'})}), streamEvent(TIME, '2', {now: bad}))
    expect(await counts()).toEqual([])
    await ingest(streamEvent(TIME, '3', {now: item('a', {n: '3'}), before: bad}))
    expect(await counts()).toEqual([['a', 3n]])
  })

  it('delete by the bare key, in whatever partition the item lies', async () => {
    await ingest(streamEvent(TIME, '1', {now: item('a')}), streamEvent(TIME, '2', {now: item('b')}))
    await ingest(streamEvent('2026-01-10T00:00:01.000Z', '3', {keys: {id: {S: 'a'}}}))
    expect(await counts()).toEqual([['b', null]])
  })

  it('move an item to another partition', async () => {
    const [before, now] = [item('a'), item('a', {createdAt: '2027-06-01T00:00:00.000Z'})]
    await ingest(streamEvent(TIME, '1', {now: before}), streamEvent(TIME, '2', {now, before}))
    expect((await current(context)).map(({id, year}) => [id, year])).toEqual([['a', '2027']])
  })

  it('may come packed, and in files of one whole event', async () => {
    const packed = join(lake.folder, 'events.json.gz')
    await writeFile(packed, gzipSync(JSON.stringify({Records: [streamEvent(TIME, '1', {now: item('a')})]})))
    expect((await answerOf(lake, 'ingest', 'stream', '--file', packed)).document).toMatchObject({rows: 1})
  })

  it('are only looked at in a dry run', async () => {
    const file = await fileOf([streamEvent(TIME, '1', {now: item('a')})])
    const before = await visibleFiles(lake.root)
    const {document} = await answerOf(lake, 'ingest', 'stream', '--file', file, '--dry-run')
    expect(document).toMatchObject({changed: false, dryRun: true, events: 1, rows: 1})
    expect(await visibleFiles(lake.root)).toEqual(before)
  })
})

const GOOD = streamEvent(TIME, '1', {now: item('good')})
const {dynamodb} = GOOD

describe('a file is refused whole, and nothing is written, with', () => {
  it.each<[string, unknown]>([
    ['a line that is no JSON', '{"eventName":'],
    ['an export line', {Item: item('a')}],
    ['no sequence number', {...GOOD, dynamodb: {...dynamodb, SequenceNumber: undefined}}],
    ['a time in milliseconds', {...GOOD, dynamodb: {...dynamodb, ApproximateCreationDateTime: Date.parse(TIME)}}],
    ['a change without a new image', {...GOOD, eventName: 'MODIFY', dynamodb: {...dynamodb, NewImage: undefined}}],
    ['a REMOVE with a new image', {...GOOD, eventName: 'REMOVE'}],
    ['an unknown event', {...GOOD, eventName: 'TRUNCATE'}],
    ['another table', {...GOOD, eventSourceARN: 'arn:aws:dynamodb:eu-west-1:1:table/Other/stream/2026'}],
    ['an item without a key', streamEvent(TIME, '2', {keys: {}, now: {note: {S: 'x'}}})],
    ['an image that is a list', {...GOOD, dynamodb: {...dynamodb, NewImage: []}}],
  ])('%s', async (_, event) => {
    const before = await visibleFiles(lake.root)
    const refusal = await refusalOf(lake, 'ingest', 'stream', '--file', await fileOf([GOOD, event]))
    expect(refusal).toMatchObject({code: 'STREAM_EVENT_INVALID', exit: 2})
    expect(refusal.message).toContain('2')
    expect(await visibleFiles(lake.root)).toEqual(before)
  })

  it('gzip data that is broken, or none at all', async () => {
    const file = join(lake.folder, 'broken.ndjson.gz')
    const packed = gzipSync(`${JSON.stringify(GOOD)}\n`.repeat(1000))
    for (const bytes of [packed.subarray(0, packed.length / 2), Buffer.from('plain text')]) {
      await writeFile(file, bytes)
      const refusal = await refusalOf(lake, 'ingest', 'stream', '--file', file)
      expect(refusal).toMatchObject({code: 'STREAM_EVENT_INVALID', exit: 2})
      expect(refusal.message).toContain('broken.ndjson.gz')
    }
  })

  it('no such file, or a folder', async () => {
    const refusal = await refusalOf(lake, 'ingest', 'stream', '--file', join(lake.folder, 'nothing.ndjson'))
    expect(refusal).toMatchObject({code: 'STREAM_EVENT_INVALID', exit: 2})
  })
})
