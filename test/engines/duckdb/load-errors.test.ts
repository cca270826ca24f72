import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterEach, beforeEach, expect, it} from 'vitest'
import {lineError} from '../../../src/lib/engines/duckdb/load-errors.js'

type Arguments = Parameters<typeof lineError>

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-gzip-inflate-'))
})

afterEach(() => rm(folder, {recursive: true, force: true}))

it('a line that is too long is no broken gzip, whatever the folder is called', async () => {
  const file = join(folder, 'a.json.gz')
  await writeFile(file, gzipSync('{"Item":{}}\n'))
  const source = {key: 'data/a.json.gz'}
  const sources = [{source, file, original: file, stored: file}] as unknown as Arguments[2]
  const error = new Error(
    `"maximum_object_size" of 16777216 bytes exceeded while reading file "${file}" (>33554437 bytes)`,
  )
  const found = await lineError(error, {files: [source]} as unknown as Arguments[1], sources)
  expect(found).toMatchObject({code: 'EXPORT_LINE_INVALID'})
})
