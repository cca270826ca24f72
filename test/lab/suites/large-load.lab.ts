import {randomBytes} from 'node:crypto'
import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {measureFolder} from '../../../src/lib/engines/duckdb/spool-limit.js'
import {item, writeItems} from '../../backfill/export-folder.js'
import {answerOf, refusalOf} from '../../backfill/lake-folder.js'
import {resultOf, startSluice} from '../../cli/run-cli.js'
import {makeAwsLake, uploadExport, type AwsLake} from '../aws-lake.js'
import {wireOf} from '../checks/gateway-control.js'
import {hasTrino} from '../checks/lab-clients.js'
import {contentOf, objectsOf} from '../faults/changelog-content.js'
import {definitionOf} from '../faults/story.js'

const LONG_MS = 300_000
const LOOK_EVERY_MS = 20
const ITEMS = 400
/** Of any printable signs, which no codec makes much less of: 400 are above the 16 MiB that are sent whole. */
const NOTE_BYTES = 48_000
const PART_BYTES = 8 * 1024 ** 2

describe.runIf(hasTrino)('a load of an export that is larger than its temporary space', () => {
  let lake: AwsLake
  let uri: string
  let temporary: string
  let exportBytes: number

  beforeAll(async () => {
    lake = await makeAwsLake(definitionOf('claims'), 'claims')
    temporary = join(lake.folder, 'temporary')
    await mkdir(temporary)
    const items = Array.from({length: ITEMS}, (_, n) =>
      item(`claim-${n}`, {
        n: String(n),
        note: printableText(NOTE_BYTES),
        createdAt: '2026-01-30T08:00:00.000Z',
      }),
    )
    const exported = await writeItems(lake, [items.slice(0, 100), items.slice(100)], {table: 'Items'})
    exportBytes = (await measureFolder(join(exported.uri, 'data'))).sizeBytes
    uri = await uploadExport(lake, exported.uri)
  }, LONG_MS)

  afterAll(() => lake.remove())

  const load = (limitBytes: number): string[] => {
    const engine = ['--engine', 'duckdb', '--temp-dir', temporary, '--max-temp-bytes', `${limitBytes}B`]
    return ['--export', uri, '--env', 'aws', ...engine]
  }

  it('is refused before it writes anything', {timeout: LONG_MS}, async () => {
    const refusal = await refusalOf(lake, 'backfill', 'run', ...load(Math.floor(exportBytes / 2)), '--yes')
    expect(refusal).toMatchObject({code: 'RESOURCES_SHORT', exit: 2})
    expect(refusal.message).toContain('--max-temp-bytes')
    expect(await objectsOf({lake, table: 'claims'})).toEqual([])
  })

  it('keeps to the space that its plan asks for, and sends its object in parts', {timeout: LONG_MS}, async () => {
    const {document: plan} = await answerOf<Plan>(lake, 'backfill', 'plan', ...load(10 * exportBytes))
    const limitBytes = plan.needs.tempBytes
    expect(limitBytes).toBeGreaterThan(exportBytes)
    const child = startSluice(['backfill', 'run', ...load(limitBytes), '--yes', '--json'], {cwd: lake.folder})
    const ended = resultOf(child)
    const peakBytes = await peakOf(temporary, ended)
    const {exit, stdout, stderr} = await ended
    expect({exit, stderr, told: exit === 0 ? '' : stdout}).toEqual({exit: 0, stderr: '', told: ''})
    expect(peakBytes).toBeGreaterThan(PART_BYTES)
    expect(peakBytes).toBeLessThanOrEqual(limitBytes)
    expect((await measureFolder(temporary)).sizeBytes).toBe(0)
    expect((await contentOf({lake, table: 'claims'})).rows['_rows']).toBe(String(ITEMS))
    await expectParts(lake)
  })
})

function printableText(sizeBytes: number): string {
  const signs = randomBytes(sizeBytes).map((byte) => 35 + (byte % 90))
  // a backslash would be two signs of JSON
  return Buffer.from(signs).toString('latin1').replaceAll('\\', '~')
}

interface Plan {
  readonly needs: {readonly tempBytes: number}
}

/** The most that stood in a folder until a process ended. */
async function peakOf(folder: string, ended: Promise<unknown>): Promise<number> {
  let hasEnded = false
  void ended.finally(() => {
    hasEnded = true
  })
  let peakBytes = 0
  while (!hasEnded) {
    peakBytes = Math.max(peakBytes, (await measureFolder(folder)).sizeBytes)
    await wait(LOOK_EVERY_MS)
  }
  return peakBytes
}

/** One upload of rows in parts of 8 MiB, the last one smaller, each sent once; no row object was put whole. */
async function expectParts({tableBucket}: AwsLake): Promise<void> {
  const answered = (await wireOf(`/${tableBucket}/claims/`)).filter(({status}) => status === 200)
  const asked = answered.filter(({path}) => decodeURIComponent(path).includes('/claims/day='))
  const of = (operation: string) => asked.filter((entry) => entry.operation === operation)
  const numbers = of('UploadPart').map(({path}) => Number(new URL(path, 'http://lab').searchParams.get('partNumber')))
  expect(numbers.length).toBeGreaterThan(1)
  expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1))
  expect([of('CreateMultipartUpload').length, of('CompleteMultipartUpload').length]).toEqual([1, 1])
  expect([of('PutObject'), of('AbortMultipartUpload')]).toEqual([[], []])
  const sizes = of('UploadPart').map(({requestBytes}) => requestBytes)
  expect(sizes.filter((bytes) => bytes < PART_BYTES)).toHaveLength(1)
}
