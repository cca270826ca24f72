import {createHash} from 'node:crypto'
import {existsSync} from 'node:fs'
import {readFile, readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {gunzipSync} from 'node:zlib'
import {describe, expect, it} from 'vitest'
import {writeExport, writeSampleExport, type ExportItem, type ExportRequest} from '../../src/lib/sample/index.js'
import {EXPORT_TIME, inFolder, keysBelow, readExport} from './exports.js'

const FIXTURE = fileURLToPath(new URL('../../../shared/fixtures/dynamodb-export-chain/AWSDynamoDB/', import.meta.url))
const REQUEST: ExportRequest = {
  table: 'test',
  account: '111122223333',
  region: 'eu-north-1',
  bucket: 'bucket-of-exports',
  prefix: null,
  exportTime: EXPORT_TIME,
  salt: 'a',
  files: [[{pk: {S: '1'}}, '{"Item":{"pk":{"S":"2"}}}'], []],
}

const md5 = (bytes: Buffer | string): Buffer => createHash('md5').update(bytes).digest()

describe('a written export', () => {
  it('has the layout of the service and nothing else', async () => {
    await inFolder(async (ports, root) => {
      const {exportId, folder} = await writeExport(REQUEST, ports)
      expect(exportId).toMatch(/^01768385930622-[0-9a-f]{8}$/)
      const names = (await keysBelow(root)).map((key) => key.replace(/[a-z2-7]{26}/, 'NAME'))
      expect(names).toEqual(
        [
          ...['_started', 'data/NAME.json.gz', 'data/NAME.json.gz'],
          ...['manifest-files.json', 'manifest-files.md5', 'manifest-summary.json', 'manifest-summary.md5'],
        ].map((name) => `${folder}${name}`),
      )
      expect(await readFile(join(root, folder, '_started'))).toHaveLength(0)
    })
  })

  it('states checksums, etags and counts that hold', async () => {
    await inFolder(async (ports, root) => {
      const {folder} = await writeSampleExport({items: 2_000, files: 16, exportTime: EXPORT_TIME}, ports)
      const files = await readExport(root, folder)
      for (const file of files) {
        expect(file.md5Checksum).toBe(md5(file.bytes).toString('base64'))
        expect(file.etag).toBe(`${md5(md5(file.bytes)).toString('hex')}-1`)
        expect(file.lines).toHaveLength(file.itemCount)
      }
      for (const name of ['manifest-files', 'manifest-summary']) {
        const stated = await readFile(join(root, folder, `${name}.md5`), 'utf8')
        expect(stated).toBe(md5(await readFile(join(root, folder, `${name}.json`))).toString('base64'))
      }
      const summary = JSON.parse(await readFile(join(root, folder, 'manifest-summary.json'), 'utf8')) as {
        itemCount: number
      }
      expect(summary.itemCount).toBe(2_000)
      expect(files.reduce((total, file) => total + file.itemCount, 0)).toBe(2_000)
    })
  })

  it('writes some files empty, 20 bytes long, and lists files in no order of theirs', async () => {
    await inFolder(async (ports, root) => {
      const {folder} = await writeSampleExport({items: 2_000, files: 16, exportTime: EXPORT_TIME}, ports)
      const files = await readExport(root, folder)
      const empty = files.filter((file) => file.itemCount === 0)
      expect(empty.map((file) => file.bytes.length)).toEqual([20, 20])
      const keys = files.map((file) => file.dataFileS3Key)
      expect(keys).not.toEqual([...keys].sort())
    })
  })

  it('puts a prefix before every key', async () => {
    await inFolder(async (ports, root) => {
      const {folder, exportId} = await writeExport({...REQUEST, prefix: 'daily/claims'}, ports)
      expect(folder).toBe(`daily/claims/AWSDynamoDB/${exportId}/`)
      const summary = JSON.parse(await readFile(join(root, folder, 'manifest-summary.json'), 'utf8')) as object
      expect(summary).toMatchObject({s3Prefix: 'daily/claims', manifestFilesS3Key: `${folder}manifest-files.json`})
      expect((await readExport(root, folder)).map((file) => file.itemCount).sort()).toEqual([0, 2])
    })
  })

  it('keeps what an attribute may hold', async () => {
    const item: ExportItem = {
      'a.b "c"': {M: {'': {L: [{NULL: true}, {BOOL: false}]}}},
      n: {NS: ['1', '2']},
      s: {S: 'Zürich \u2028 \u0000 \n'},
    }
    await inFolder(async (ports, root) => {
      const {folder} = await writeExport({...REQUEST, files: [[item]]}, ports)
      const [file] = await readExport(root, folder)
      expect(file?.lines.map((line) => JSON.parse(line) as unknown)).toEqual([{Item: item}])
    })
  })

  it('never replaces an export, and gives another salt another id', async () => {
    await inFolder(async (ports) => {
      const first = await writeExport(REQUEST, ports)
      const second = await writeExport({...REQUEST, salt: 'b'}, ports)
      expect(second.exportId).not.toBe(first.exportId)
      await expect(writeExport(REQUEST, ports)).rejects.toMatchObject({code: 'PRECONDITION_FAILED'})
    })
  })

  it('stops without a summary when the signal fires', async () => {
    await inFolder(async (ports, root) => {
      const stop = new AbortController()
      const report = (): void => stop.abort(new Error('stop'))
      const request = {items: 5_000, exportTime: EXPORT_TIME, signal: stop.signal, report}
      await expect(writeSampleExport(request, ports)).rejects.toThrow('stop')
      expect((await keysBelow(root)).filter((key) => key.includes('manifest-summary'))).toEqual([])
    })
  })
})

describe('beside a real export', () => {
  it('has the same keys in the same order, the same forms and the same bytes around them', async () => {
    if (!existsSync(FIXTURE)) return console.log('skipped: no fixture')
    const id = (await readdir(FIXTURE)).find((name) => name.endsWith('efd1a093')) ?? ''
    const real = await textsOf(join(FIXTURE, id))
    await inFolder(async (ports, root) => {
      const {folder} = await writeExport(REQUEST, ports)
      const ours = await textsOf(join(root, folder))
      expect(shapeOf(ours.summary)).toEqual(shapeOf(real.summary))
      expect(ours.summary.endsWith('}')).toBe(real.summary.endsWith('}'))
      expect(shapeOf(ours.firstFile)).toEqual(shapeOf(real.firstFile))
      expect(ours.files.endsWith('}\n')).toBe(real.files.endsWith('}\n'))
      expect(ours.checksum).toHaveLength(real.checksum.length)
      expect(formOf(ours.firstFile)).toBe(formOf(real.firstFile))
      expect(ours.gzipHead).toBe(real.gzipHead)
    })
  })
})

async function textsOf(folder: string) {
  const files = await readFile(join(folder, 'manifest-files.json'), 'utf8')
  const data = await readdir(join(folder, 'data'))
  const contents = await Promise.all(data.map((name) => readFile(join(folder, 'data', name))))
  return {
    summary: await readFile(join(folder, 'manifest-summary.json'), 'utf8'),
    files,
    firstFile: files.slice(0, files.indexOf('\n')),
    checksum: await readFile(join(folder, 'manifest-files.md5'), 'utf8'),
    gzipHead: contents
      .find((bytes) => gunzipSync(bytes).length > 0)
      ?.subarray(0, 10)
      .toString('hex'),
  }
}

/** Keys in their order with the type of each value. */
function shapeOf(json: string): string[] {
  return Object.entries(JSON.parse(json) as object).map(
    ([key, value]) => `${key} ${value === null ? 'null' : typeof value}`,
  )
}

/** A files manifest line with every digit, letter and count made equal. */
function formOf(line: string): string {
  return line
    .replace(/"itemCount":\d+/, '"itemCount":n')
    .replace(/"md5Checksum":"[A-Za-z0-9+/]{22}=="/, '"md5Checksum":"base64"')
    .replace(/"etag":"[0-9a-f]{32}-1"/, '"etag":"hex-1"')
    .replace(/AWSDynamoDB\/0\d{13}-[0-9a-f]{8}\/data\/[a-z2-7]{26}\.json\.gz/, 'key')
}
