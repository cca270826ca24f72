import {rename, writeFile} from 'node:fs/promises'
import {basename, join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {planLoad} from '../../src/lib/backfill/index.js'
import type {Context} from '../../src/lib/context.js'
import type {ErrorCode} from '../../src/lib/errors.js'
import {expectCode} from '../contract/ports/expectations.js'
import {
  changeEntries,
  changeSummary,
  copyExport,
  dataFileOf,
  item,
  md5,
  removeFrom,
  replaceData,
  replaceLines,
  writeItems,
  writeManifest,
  writeTo,
  type ExportFolder,
} from './export-folder.js'
import {
  answerOf,
  columnsWith,
  copyLake,
  define,
  definitionText,
  filesBelow,
  makeLake,
  openLake,
  refusalOf,
  sluice,
  visibleFiles,
  type LakeFolder,
} from './lake-folder.js'

let lake: LakeFolder
/** A good export that is not loaded yet, newer than the one that is. */
let good: ExportFolder
let standing: Record<string, string>
let copies = 0
let context: Context
const seen = new Set<string>()

beforeAll(async () => {
  lake = await makeLake()
  const first = await writeItems(lake, [[item('a', {n: '1'})], [item('b')]])
  await answerOf(lake, 'backfill', 'run', '--export', first.uri)
  good = await writeItems(lake, [[item('a', {n: '2'}), item('c')], [], [item('d')]], {time: '2026-01-15T00:00:00.000Z'})
  standing = await filesBelow(lake.root)
  context = await openLake(lake)
  expect(Object.keys(standing).length).toBeGreaterThan(5)
})

afterAll(async () => {
  await context.close()
  await lake.remove()
})

/** A copy of the good export to damage. */
async function damaged(damage: (copy: ExportFolder) => Promise<unknown>): Promise<string> {
  copies += 1
  const copy = await copyExport(good, join(lake.folder, `copy-${copies}`))
  await damage(copy)
  return copy.uri
}

type Damage = (copy: ExportFolder) => Promise<unknown>

const flip = (text: string): string => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`

const REFUSED: readonly (readonly [string, ErrorCode, Damage])[] = [
  ['no summary', 'EXPORT_INCOMPLETE', (copy) => removeFrom(copy, 'manifest-summary.json')],
  ['no files manifest', 'EXPORT_INCOMPLETE', (copy) => removeFrom(copy, 'manifest-files.json')],
  ['no MD5 of the summary', 'EXPORT_INCOMPLETE', (copy) => removeFrom(copy, 'manifest-summary.md5')],
  ['no MD5 of the files manifest', 'EXPORT_INCOMPLETE', (copy) => removeFrom(copy, 'manifest-files.md5')],
  [
    'a summary that is no JSON',
    'EXPORT_MANIFEST_INVALID',
    (copy) => writeManifest(copy, 'manifest-summary', '{"version":'),
  ],
  ['a summary that is a list', 'EXPORT_MANIFEST_INVALID', (copy) => writeManifest(copy, 'manifest-summary', '[]')],
  [
    'a files manifest that is no JSON',
    'EXPORT_MANIFEST_INVALID',
    (copy) => writeManifest(copy, 'manifest-files', '{"itemCount":2\n'),
  ],
  ['a files manifest with null', 'EXPORT_MANIFEST_INVALID', (copy) => writeManifest(copy, 'manifest-files', 'null\n')],
  ['an empty files manifest', 'EXPORT_MANIFEST_INVALID', (copy) => writeManifest(copy, 'manifest-files', '')],
  [
    'a negative count',
    'EXPORT_MANIFEST_INVALID',
    (copy) => changeEntries(copy, ([first, ...more]) => [{...first!, itemCount: -1}, ...more]),
  ],
  [
    'a changed summary',
    'EXPORT_SUMMARY_CHECKSUM',
    (copy) => writeTo(copy, 'manifest-summary.md5', flip(md5('x').toString('base64'))),
  ],
  [
    'a changed files manifest',
    'EXPORT_CHECKSUM_MISMATCH',
    (copy) => writeTo(copy, 'manifest-files.md5', flip(md5('x').toString('base64'))),
  ],
  [
    'a changed data file',
    'EXPORT_CHECKSUM_MISMATCH',
    async (copy) => writeFile(await dataFileOf(copy), gzipSync('{}\n')),
  ],
  ['a data file without bytes', 'EXPORT_CHECKSUM_MISMATCH', async (copy) => writeFile(await dataFileOf(copy), '')],
  [
    'a truncated data file',
    'EXPORT_CHECKSUM_MISMATCH',
    async (copy) => replaceData(copy, await dataFileOf(copy), gzipSync('{}').subarray(0, 12), false),
  ],
  [
    'a data file that is gone',
    'EXPORT_FILE_MISSING',
    async (copy) => rename(await dataFileOf(copy), join(copy.uri, 'elsewhere')),
  ],
  [
    'a file that is listed twice',
    'EXPORT_MANIFEST_INVALID',
    (copy) => changeEntries(copy, (entries) => [...entries.filter(({itemCount}) => itemCount === 0), ...entries]),
  ],
  [
    'counts that do not add up',
    'EXPORT_MANIFEST_INVALID',
    (copy) => changeSummary(copy, (summary) => ({...summary, itemCount: 4})),
  ],
  [
    'a format that is not known',
    'EXPORT_KIND_UNSUPPORTED',
    (copy) => changeSummary(copy, (summary) => ({...summary, outputFormat: 'CSV'})),
  ],
  [
    'an incremental export without a range',
    'EXPORT_RANGE_INVALID',
    (copy) =>
      changeSummary(copy, ({exportTime: _, ...summary}) => ({
        ...summary,
        version: '2023-08-01',
        exportType: 'INCREMENTAL_EXPORT',
      })),
  ],
  ['no export time', 'EXPORT_RANGE_INVALID', (copy) => changeSummary(copy, ({exportTime: _, ...summary}) => summary)],
  [
    'an export time that is none',
    'EXPORT_MANIFEST_INVALID',
    (copy) => changeSummary(copy, (summary) => ({...summary, exportTime: 'today'})),
  ],
  [
    'another table',
    'EXPORT_TABLE_MISMATCH',
    (copy) =>
      changeSummary(copy, (summary) => ({...summary, tableArn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/Other'})),
  ],
  ...['../../etc/passwd', '/etc/passwd', 'AWSDynamoDB/../../../etc/passwd', '.sluice-store/x', 'a\u0000b'].map(
    (key): [string, ErrorCode, Damage] => [
      `the file ${JSON.stringify(key)}`,
      'EXPORT_MANIFEST_INVALID',
      (copy) => changeEntries(copy, ([first, ...more]) => [{...first!, dataFileS3Key: key}, ...more]),
    ],
  ),
]

describe('an export is refused, with nothing changed, that has', () => {
  it.each(REFUSED)('%s', async (_, code, damage) => {
    const uri = await damaged(damage)
    // A process takes a second: one for each code shows that its exit status is the error's.
    if (seen.has(code)) {
      const request = {exports: [uri], chain: undefined, acceptEditedSummary: false, table: null}
      const error = await expectCode(planLoad(request, context.definition, context.ports), code)
      expect(error.exit).toBe(2)
    } else {
      expect(await refusalOf(lake, 'backfill', 'run', '--export', uri)).toMatchObject({code, exit: 2})
    }
    seen.add(code)
    expect(await filesBelow(lake.root)).toEqual(standing)
  })

  it.each([['nothing-here'], ['..'], ['exports'], ['s3://bucket/AWSDynamoDB/01']])('no place: %j', async (uri) => {
    const {code, exit} = await refusalOf(lake, 'backfill', 'run', '--export', uri)
    expect(['EXPORT_NOT_FOUND', 'EXPORT_INCOMPLETE', 'NOT_IN_THIS_ENVIRONMENT']).toContain(code)
    expect(exit).toBe(2)
    expect(await filesBelow(lake.root)).toEqual(standing)
  })

  it('an edited summary, until that is accepted', async () => {
    const uri = await damaged((copy) => writeTo(copy, 'manifest-summary.md5', flip(md5('x').toString('base64'))))
    const accepted = await answerOf<{isSummaryIntact: boolean}>(
      lake,
      'backfill',
      'inspect',
      '--export',
      uri,
      '--accept-edited-summary',
    )
    expect(accepted).toMatchObject({exit: 0, document: {isSummaryIntact: false}})
  })

  it('checksums in files that are called .checksum is not refused', async () => {
    const uri = await damaged(async ({uri: folder}) => {
      for (const name of ['manifest-summary', 'manifest-files']) {
        await rename(join(folder, `${name}.md5`), join(folder, `${name}.checksum`))
      }
    })
    expect((await answerOf(lake, 'backfill', 'inspect', '--export', uri)).exit).toBe(0)
  })
})

describe('an export that is found broken while it is read leaves readers what they had', () => {
  const strict = definitionText({
    columns: columnsWith('note', '{name: note, type: string, from: note, missing: error}'),
  })
  const broken: readonly (readonly [string, string, Damage])[] = [
    [
      'truncated gzip with matching checksums',
      'EXPORT_FILE_BROKEN',
      async (copy) => {
        const bytes = gzipSync(Array.from({length: 300}, (_, index) => `{"Item":{"id":{"S":"${index}"}}}\n`).join(''))
        await replaceData(copy, await dataFileOf(copy), bytes.subarray(0, bytes.length / 2), true)
      },
    ],
    ['a line that is no JSON', 'EXPORT_LINE_INVALID', (copy) => replaceLines(copy, ['not JSON', 'neither'])],
    ['a line without an item', 'EXPORT_LINE_INVALID', (copy) => replaceLines(copy, ['{"Keys":{}}', '{"Keys":{}}'])],
    [
      'an item without a key',
      'EXPORT_ITEM_WITHOUT_KEY',
      (copy) => replaceLines(copy, ['{"Item":{"x":{"S":"1"}}}', '{"Item":{"x":{"S":"1"}}}']),
    ],
    ['fewer lines than stated', 'EXPORT_COUNT_MISMATCH', async (copy) => replaceLines(copy, [])],
    ['a rule of the mapping that says error', 'MAPPING_ERROR', async () => undefined],
  ]

  it.each(broken)('%s', async (_, code, damage) => {
    const own = await copyLake(lake)
    try {
      if (code === 'MAPPING_ERROR') await define(own, strict)
      const before = await visibleFiles(own.root)
      const uri = await damaged(damage)
      expect(await refusalOf(own, 'backfill', 'run', '--export', uri)).toMatchObject({code, exit: 1})
      expect(await visibleFiles(own.root)).toEqual(before)
      const {document} = await answerOf<{operations: {operation: string; state: string; error: {code: string}}[]}>(
        own,
        'ops',
        'list',
      )
      expect(document.operations[0]).toMatchObject({state: 'failed', error: {code}})
      const {operation} = document.operations[0]!
      expect((await answerOf(own, 'ops', 'cancel', operation, '--yes')).document).toMatchObject({
        changed: true,
        state: 'cancelled',
      })
      expect(await visibleFiles(own.root)).toEqual(before)
    } finally {
      await own.remove()
    }
  })
})

describe('control characters in an export', () => {
  const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/
  let own: LakeFolder
  beforeAll(async () => {
    own = await copyLake(lake)
  })
  afterAll(() => own.remove())
  const EVIL = '\u001b]0;evil\u0007\u001b[31m\u009b31m\u202e'
  const cases: readonly (readonly [string, Damage])[] = [
    [
      'in a file name',
      (copy) =>
        changeEntries(copy, ([first, ...more]) => [
          {...first!, dataFileS3Key: `AWSDynamoDB/${copy.exportId}/data/${EVIL}.gz`},
          ...more,
        ]),
    ],
    [
      'in the table name',
      (copy) => changeSummary(copy, (summary) => ({...summary, tableArn: `arn:aws:dynamodb:x:1:table/${EVIL}`})),
    ],
    ['in the bucket', (copy) => changeSummary(copy, (summary) => ({...summary, s3Bucket: EVIL}))],
    ['in the export id', (copy) => changeSummary(copy, (summary) => ({...summary, exportArn: `arn:x/export/${EVIL}`}))],
    ['in keys of items', (copy) => replaceLines(copy, [`{"Item":{"id":{"S":"${EVIL}`, EVIL])],
    ['in the folder', (copy) => rename(copy.uri, join(copy.uri, '..', EVIL.replaceAll('\u0007', '')))],
  ]

  it.each(cases)('%s never reach the terminal', async (where, damage) => {
    let uri = await damaged(damage)
    if (where === 'in the folder') uri = join(uri, '..', EVIL.replaceAll('\u0007', ''))
    for (const verb of ['inspect', 'run']) {
      const {stdout, stderr} = await sluice(own, 'backfill', verb, '--export', uri)
      expect(stdout + stderr).not.toMatch(CONTROLS)
    }
    const {stdout, stderr} = await sluice(own, 'backfill', 'run', '--dry-run', '--export', uri, '--json')
    expect(stdout + stderr).not.toMatch(CONTROLS)
  })

  it('never reach it from the journal either', async () => {
    const {document} = await answerOf<{operations: {operation: string}[]}>(own, 'ops', 'list')
    const show = document.operations.map(({operation}) => ['ops', 'show', operation])
    for (const words of [['ops', 'list'], ['ops', 'list', '--output', 'csv'], ['backfill', 'status'], ...show]) {
      expect((await sluice(own, ...words)).stdout).not.toMatch(CONTROLS)
    }
  })
})

it('the export of these tests is good', async () => {
  const {exit, document} = await answerOf<{exportId: string; itemCount: number}>(
    lake,
    'backfill',
    'inspect',
    '--export',
    good.uri,
  )
  expect({exit, id: document.exportId, items: document.itemCount}).toEqual({exit: 0, id: basename(good.uri), items: 3})
})
