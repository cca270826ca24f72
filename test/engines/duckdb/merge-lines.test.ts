import {gunzipSync, gzipSync} from 'node:zlib'
import fc from 'fast-check'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {LineDigest} from '../../../src/lib/ports/line-digest.js'
import {readBytes} from '../../../src/lib/ports/object-content.js'
import type {MergeRequest, MergeResult, MergeSource} from '../../../src/lib/ports/merge-engine.js'
import {MergeBench} from './merge-bench.js'
import {PLAIN_MERGE} from '../plain-load.js'

describe('merging files of lines', () => {
  let bench: MergeBench

  beforeEach(async () => {
    bench = await MergeBench.open()
  })

  afterEach(() => bench.close())

  const merge = (
    sources: readonly MergeSource[],
    suffix: string,
    more: Partial<MergeRequest> = {},
  ): Promise<MergeResult> => bench.merge(sources, [], {format: 'json', keyOf: (n) => `out/${n}${suffix}`, ...more})

  const contentOf = async ({objects}: MergeResult): Promise<string> => {
    const parts: Buffer[] = []
    for (const {key} of objects) {
      const bytes = await readBytes(bench.store, key)
      parts.push(key.endsWith('.gz') ? gunzipSync(bytes) : bytes)
    }
    return Buffer.concat(parts).toString('latin1')
  }

  it('carries every byte, with the line feeds that files lack at their ends', async () => {
    const texts = ['{"a":1}\r\n\n  \n{"b": 1.10}', '', '\n', 'no JSON \u2028 at all', '{"c":"é"}\n\n']
    const sources = []
    for (const [index, text] of texts.entries()) sources.push(await bench.bytes(`in/${index}.json`, Buffer.from(text)))
    const result = await merge(sources, '.json')
    const expected = '{"a":1}\r\n\n  \n{"b": 1.10}\n\nno JSON \u2028 at all\n{"c":"é"}\n\n'
    expect(await contentOf(result)).toBe(Buffer.from(expected).toString('latin1'))
    expect(result).toMatchObject({facts: {rows: 8, columns: []}, dropped: {}, objects: [{rows: 8, runs: {}}]})
  })

  it('writes gzip where one of the sources is', async () => {
    const sources = [
      await bench.bytes('in/1.json.gz', gzipSync('a\nb')),
      await bench.bytes('in/2.json', Buffer.from('c')),
    ]
    const result = await merge(sources, '.json.gz')
    expect(await contentOf(result)).toBe('a\nb\nc\n')
  })

  it('reads files of several gzip members to their end', async () => {
    const members = Buffer.concat([gzipSync('a\nb'), gzipSync('c\nd\n')])
    expect(await contentOf(await merge([await bench.bytes('in/1.gz', members)], '.gz'))).toBe('a\nbc\nd\n')
  })

  it('divides at line ends, alike every time, near the target', async () => {
    const lines = Array.from({length: 20_000}, (_, index) => `{"n":${index},"text":"${'x'.repeat(index % 97)}"}\n`)
    const sources = []
    for (let index = 0; index < 20; index += 1)
      sources.push(
        await bench.bytes(`in/${index}.json`, Buffer.from(lines.slice(index * 1000, (index + 1) * 1000).join(''))),
      )
    const total = sources.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0)
    const request = {targetBytes: Math.ceil(total / 3), outputs: 3}
    const result = await merge(sources, '.json', request)
    expect(await contentOf(result)).toBe(lines.join(''))
    expect(result.objects).toHaveLength(3)
    for (const {sizeBytes} of result.objects) expect(Math.abs(sizeBytes - total / 3)).toBeLessThan(200)
    const again = await merge(sources, '.again.json', request)
    expect(again.objects.map(({etag}) => etag)).toEqual(result.objects.map(({etag}) => etag))
  })

  it('divides gzip output by how much it shrinks', async () => {
    const line = (index: number): string =>
      `{"id":"${Buffer.from(String(index * 7919)).toString('hex')}","n":${index}}\n`
    const bytes = gzipSync(Array.from({length: 60_000}, (_, index) => line(index)).join(''))
    const source = await bench.bytes('in/1.json.gz', bytes)
    const result = await merge([source], '.json.gz', {targetBytes: Math.ceil(bytes.length / 4), outputs: 4})
    expect(result.objects.length).toBeGreaterThanOrEqual(4)
    for (const {sizeBytes} of result.objects.slice(0, 3)) expect(sizeBytes).toBeGreaterThan(bytes.length / 6)
    expect(result.facts.rows).toBe(60_000)
  })

  it('cuts no line, however long', async () => {
    const long = Buffer.alloc(3_000_000, 'x')
    const sources = [await bench.bytes('in/1.json', Buffer.concat([Buffer.from('a\n'), long, Buffer.from('\nb')]))]
    const result = await merge(sources, '.json', {targetBytes: 10, outputs: 3})
    expect(result.objects.map(({rows}) => rows).reduce((sum, rows) => sum + rows, 0)).toBe(3)
    for (const {key} of result.objects) expect((await readBytes(bench.store, key)).at(-1)).toBe(0x0a)
  })

  it.each<[string, Uint8Array]>([
    ['the first half of a gzip file', gzipSync(Buffer.alloc(100_000, 'line\n')).subarray(0, 80)],
    ['a gzip file without its last bytes', gzipSync('a\nb\n').subarray(0, -4)],
    ['a wrong checksum', Buffer.concat([gzipSync('a\nb\n').subarray(0, -8), Buffer.alloc(8, 1)])],
    ['text under the name of a gzip file', Buffer.from('a\nb\n')],
  ])('names %s', async (_, bytes) => {
    const sources = [await bench.bytes('in/good.json.gz', gzipSync('a\n')), await bench.bytes('in/bad.json.gz', bytes)]
    await expect(merge(sources, '.json.gz')).rejects.toMatchObject({
      code: 'MERGE_SOURCE_BROKEN',
      details: {key: 'in/bad.json.gz'},
    })
    expect(await bench.keys()).toEqual(['in/bad.json.gz', 'in/good.json.gz'])
  })

  it('has no outputs where there are no lines', async () => {
    expect(await merge([await bench.bytes('in/1.json', new Uint8Array(0))], '.json')).toMatchObject({
      objects: [],
      facts: {rows: 0},
    })
  })

  it('disproves an output in which a line is another, twice or not there', async () => {
    const result = await merge([await bench.bytes('in/1.json', Buffer.from('a\na\nb\nb\n'))], '.json')
    for (const text of ['a\na\na\nb\n', 'b\nb\nb\nb\n', 'a\na\nb\nc\n', 'a\na\nb\n']) {
      const {key, etag, sizeBytes} = await bench.store.write('out/0.json', Buffer.from(text))
      const objects = [{key, etag, sizeBytes, rows: text.split('\n').length - 1, runs: {}}]
      const proof = bench.engine.proveMerged({
        ...PLAIN_MERGE,
        store: bench.store,
        format: 'json',
        objects,
        expected: result.facts,
      })
      await expect(proof).rejects.toMatchObject({code: 'PROOF_FAILED'})
    }
  })

  it('counts and hashes lines alike, wherever they are cut into pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({unit: fc.constantFrom('a', 'b', '\r', '')})),
        fc.array(fc.nat(20)),
        (lines, cuts) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
          const whole = new LineDigest()
          whole.add(bytes)
          const pieces = new LineDigest()
          let start = 0
          for (const cut of cuts) {
            pieces.add(bytes.subarray(start, start + cut))
            start += cut
          }
          pieces.add(bytes.subarray(start))
          expect([whole.lines, pieces.digest]).toEqual([lines.length, whole.digest])
          const others = new LineDigest()
          for (const line of [...lines].reverse()) others.add(Buffer.from(`${line}\n`))
          expect(others.digest).toBe(whole.digest)
        },
      ),
    )
  })
})
