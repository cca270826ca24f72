import {DuckDBInstance} from '@duckdb/node-api'
import {mkdtemp, readFile, rm, stat, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import path from 'node:path'
import {gunzipSync, gzipSync} from 'node:zlib'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {transcodeIon} from '../../../src/lib/engines/duckdb/ion-lines.js'
import {linesOf} from '../../../src/lib/engines/duckdb/source-lines.js'
import {MAXIMUM_LINE_BYTES} from '../../../src/lib/mapping/index.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sluice-ion-'))
})
afterEach(() => rm(folder, {recursive: true, force: true}))

async function ionFile(text: string | Buffer, name = 'abc.ion.gz'): Promise<string> {
  const file = path.join(folder, name)
  await writeFile(file, gzipSync(text, {level: 1}))
  return file
}

const jsonOf = async (file: string): Promise<string> => gunzipSync(await readFile(file)).toString('utf8')
const ion = (id: string) => ` $ion_1_0 {Item:{id:"${id}"}}`
const json = (id: string) => `{"Item":{"id":{"S":"${id}"}}}`

describe('a line file in Ion', () => {
  it('becomes a private line file of JSON beside others', async () => {
    const {file, faults} = await transcodeIon(await ionFile(`${ion('a')}\n${ion('b')}\n`), folder)
    expect(file).toBe(path.join(folder, 'ion-abc.json.gz'))
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await jsonOf(file)).toBe(`${json('a')}\n${json('b')}\n`)
    expect(faults.size).toBe(0)
  })

  it('keeps the number of every line that has an item', async () => {
    const lines = ['', ion('a'), '{Item:', '  ', '\r', ion('b'), '{}', ion('c'), '', 'x::1']
    const {file, faults} = await transcodeIon(await ionFile(lines.join('\n')), folder)
    expect([...faults]).toEqual([
      [3, 'not_ion'],
      [7, 'no_item'],
      [10, 'not_ion'],
    ])
    const numbers: [number, string][] = []
    for await (const {number, bytes} of linesOf(file)) numbers.push([number, bytes.toString('utf8')])
    expect(numbers).toEqual([
      [2, json('a')],
      [6, json('b')],
      [8, json('c')],
    ])
  })

  it('is read by DuckDB without its empty lines', async () => {
    const {file} = await transcodeIon(await ionFile(['', ion('a'), '1', '1', ion('b'), '1'].join('\n')), folder)
    const none = await transcodeIon(await ionFile('1\n1\n', 'none.ion.gz'), folder)
    const instance = await DuckDBInstance.create()
    const connection = await instance.connect()
    const read = await connection.runAndReadAll(
      `SELECT Item::VARCHAR FROM read_json(['${file}', '${none.file}'], format = 'newline_delimited', columns = {Item: 'JSON'})`,
    )
    expect(read.getRows()).toEqual([['{"id":{"S":"a"}}'], ['{"id":{"S":"b"}}']])
    connection.closeSync()
    instance.closeSync()
  })

  it('may be empty', async () => {
    const {file, faults} = await transcodeIon(await ionFile(''), folder)
    expect(await jsonOf(file)).toBe('')
    expect(faults.size).toBe(0)
  })

  it('gives a fault for a line that is too long, in Ion or in JSON', async () => {
    const long = `{Item:{a:"${'x'.repeat(MAXIMUM_LINE_BYTES)}"}}`
    // three bytes of Ion an element, ten of JSON
    const growing = `{Item:{a:[${'1.,'.repeat(MAXIMUM_LINE_BYTES / 8)}]}}`
    const {file, faults} = await transcodeIon(await ionFile([long, growing, ion('a')].join('\n')), folder)
    expect([...faults]).toEqual([
      [1, 'not_ion'],
      [2, 'not_ion'],
    ])
    expect(await jsonOf(file)).toBe(`\n\n${json('a')}\n`)
  })

  it('fails with what the file or the signal says', async () => {
    const whole = await ionFile(`${ion('a')}\n`.repeat(10_000))
    const cut = path.join(folder, 'cut.ion.gz')
    await writeFile(cut, (await readFile(whole)).subarray(0, -20))
    await expect(transcodeIon(cut, folder)).rejects.toThrow('unexpected end of file')
    await expect(transcodeIon(path.join(folder, 'none.ion.gz'), folder)).rejects.toThrow('ENOENT')
    await expect(transcodeIon(whole, folder, AbortSignal.abort())).rejects.toThrow('aborted')
  })
})
