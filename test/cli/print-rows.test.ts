import {Writable} from 'node:stream'
import {setImmediate as tick} from 'node:timers/promises'
import {describe, expect, it} from 'vitest'
import type {Column} from '../../src/lib/cli/output/cell.js'
import {rowWriter} from '../../src/lib/cli/output/row-writer.js'
import {printRows} from '../../src/lib/cli/print-rows.js'

const COLUMNS: Column<number>[] = [{title: 'n', value: (row) => row}]

/** Rows without an end, counted as they are taken. */
class Numbers implements AsyncIterable<number> {
  taken = 0
  isLeft = false

  async *[Symbol.asyncIterator](): AsyncGenerator<number> {
    try {
      for (;;) yield (this.taken += 1)
    } finally {
      this.isLeft = true
    }
  }
}

/** A reader that takes nothing until it is told to. */
class StuckReader extends Writable {
  private next: (() => void) | undefined

  constructor() {
    super({highWaterMark: 10})
  }

  override _write(_chunk: unknown, _encoding: string, callback: () => void): void {
    this.next = callback
  }

  take(): void {
    this.next?.()
  }
}

async function ticks(): Promise<void> {
  for (let count = 0; count < 100; count += 1) await tick()
}

describe('printRows', () => {
  it('takes no more rows than the reader does', async () => {
    const [rows, stream, controller] = [new Numbers(), new StuckReader(), new AbortController()]
    const printing = printRows(rows, rowWriter('ndjson', COLUMNS), {stream, signal: controller.signal})
    await ticks()
    const first = rows.taken
    expect(first).toBeLessThan(2000)
    stream.take()
    await ticks()
    expect(rows.taken).toBeGreaterThan(first)
    expect(rows.taken).toBeLessThan(4000)
    const reason = new Error('stop')
    controller.abort(reason)
    await expect(printing).rejects.toBe(reason)
    expect(rows.isLeft).toBe(true)
  })

  it.each(['destroyed', 'failing'])('leaves the rows when the reader is gone (%s)', async (how) => {
    const [rows, stream] = [new Numbers(), new StuckReader()]
    const {signal} = new AbortController()
    const printing = printRows(rows, rowWriter('csv', COLUMNS), {stream, signal})
    await ticks()
    stream.destroy(how === 'failing' ? new Error('EPIPE') : undefined)
    expect(await printing).toMatchObject({isReaderGone: true, isTruncated: false})
    expect(rows.isLeft).toBe(true)
  })

  it('says whether there are more rows than were asked for', async () => {
    const texts: string[] = []
    const stream = new Writable({write: (chunk, _, done) => (texts.push(String(chunk)), done())})
    const {signal} = new AbortController()
    const three = async function* () {
      yield* [1, 2, 3]
    }
    const print = (maxRows: number) => printRows(three(), rowWriter('ndjson', COLUMNS), {stream, signal, maxRows})
    expect(await print(3)).toEqual({rows: 3, isTruncated: false, isReaderGone: false})
    expect(await print(2)).toEqual({rows: 2, isTruncated: true, isReaderGone: false})
    expect(texts).toEqual(['{"n":1}\n{"n":2}\n{"n":3}\n', '{"n":1}\n{"n":2}\n'])
  })
})
