import {createHash} from 'node:crypto'
import {mkdtemp, readFile, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {writeSampleExport} from '../../src/lib/sample/index.js'
import {runSluice} from '../cli/run-cli.js'
import {filesBelow} from '../backfill/lake-folder.js'
import {EXPORT_TIME, inFolder, readExport} from './exports.js'

const REQUEST = ['lake', 'sample', '--items', '3000', '--days', '5', '--files', '40', '--now', '2026-01-14']
const ODD = ['--seed', '7', '--skew', '0.9', '--error-rate', '0.1', '--quiet']

describe('the same sample again', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-same-'))
  })
  afterAll(() => rm(folder, {recursive: true, force: true}))

  /** Every file of a sample that was made by a process with these variables. */
  async function made(name: string, variables: Record<string, string>): Promise<Record<string, string>> {
    const {exit, stderr} = await runSluice([...REQUEST, ...ODD, '--out', name], {cwd: folder, variables})
    expect([exit, stderr]).toEqual([0, ''])
    const files = Object.entries(await filesBelow(join(folder, name)))
    return Object.fromEntries(files.filter(([file]) => file.startsWith('AWSDynamoDB/')))
  }

  it('has the same bytes in every file, whatever locale, time zone and number of threads', async () => {
    const first = await made('first', {TZ: 'UTC', LC_ALL: 'C'})
    expect(Object.keys(first)).toHaveLength(45)
    const second = await made('second', {TZ: 'Asia/Kolkata', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8'})
    expect(second).toEqual(first)
    expect(await made('third', {TZ: 'America/St_Johns', UV_THREADPOOL_SIZE: '1'})).toEqual(first)
  })

  it('says nothing of when and on what system it was compressed', async () => {
    const [id = ''] = await readdir(join(folder, 'first/AWSDynamoDB'))
    const data = join(folder, 'first/AWSDynamoDB', id, 'data')
    for (const name of await readdir(data)) {
      const head = (await readFile(join(data, name))).subarray(0, 10).toString('hex')
      // magic, deflate, no flags, no time, default level, unknown system
      expect(head).toBe('1f8b08000000000000ff')
    }
  })

  it('has the lines that every machine makes', async () => {
    await inFolder(async (ports, root) => {
      const request = {items: 2_000, files: 3, errorRate: 0.2, skew: 0.5, seed: 42, exportTime: EXPORT_TIME}
      const {folder: key} = await writeSampleExport(request, ports)
      const lines = (await readExport(root, key)).flatMap((file) => file.lines).sort()
      const digest = createHash('sha256').update(lines.join('\n')).digest('hex')
      expect([key, digest]).toMatchInlineSnapshot(`
        [
          "AWSDynamoDB/01768385930622-f13a72c8/",
          "4cf3651cf0e1b1b138be829a678a2113a536a2043ec91f78cf1065ab567a646f",
        ]
      `)
    })
  })
})

it('a sample of very many small files is whole', async () => {
  await inFolder(async (ports, root) => {
    const {folder, files} = await writeSampleExport({items: 2_600, files: 2_880, exportTime: EXPORT_TIME}, ports)
    const found = await readExport(root, folder)
    expect([files, found.length]).toEqual([2_880, 2_880])
    expect(found.reduce((sum, file) => sum + file.lines.length, 0)).toBe(2_600)
    expect(Math.max(...found.map((file) => file.itemCount))).toBeLessThanOrEqual(2)
  })
})
