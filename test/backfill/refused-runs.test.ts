import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {systemHost} from '../../src/lib/local/system.js'
import {dataFileOf, item, replaceData, writeItems, type ExportFolder} from './export-folder.js'
import {
  answerOf,
  columnsWith,
  define,
  definitionText,
  filesBelow,
  makeLake,
  refusalOf,
  sluice,
  type LakeFolder,
} from './lake-folder.js'

let lake: LakeFolder
let source: ExportFolder
let other: ExportFolder
let standing: Record<string, string>

beforeAll(async () => {
  lake = await makeLake()
  source = await writeItems(lake, [[item('a', {n: '1'})]])
  other = await writeItems(lake, [[item('a', {n: '2'})]], {time: '2026-01-15T00:00:00.000Z'})
  await answerOf(lake, 'backfill', 'run', '--export', source.uri)
  standing = await filesBelow(lake.root)
})

afterAll(() => lake.remove())

/** Refused with this code and exit 2 or what is given, and the lake is as before. */
async function refuses(code: string, argv: readonly string[], exit = 2): Promise<string> {
  const refusal = await refusalOf(lake, ...argv)
  expect(refusal).toMatchObject({code, exit})
  expect(await filesBelow(lake.root)).toEqual(standing)
  return refusal.message
}

const run = (...more: string[]): string[] => ['backfill', 'run', '--export', other.uri, ...more]

describe('a run is refused, with nothing changed:', () => {
  it('under a definition with mistakes, or without one', async () => {
    await define(lake, definitionText({key: '[nothing]'}))
    await refuses('DEFINITION_INVALID', run())
    await define(lake, 'sluice: [')
    await refuses('DEFINITION_INVALID', run())
    await define(lake, definitionText())
    await refuses('DEFINITION_NOT_FOUND', run('--lake', 'nowhere.yaml'))
    await refuses('ENVIRONMENT_UNKNOWN', run('--env', 'nowhere'))
    await refuses('TABLE_UNKNOWN', run('--table', 'nothing'))
    await refuses('USAGE', ['backfill', 'run'])
    await refuses('USAGE', run('--plan', 'x'))
    await refuses('USAGE', run('--max-cost', 'much'))
    await refuses('CONFIRMATION_REQUIRED', run('--confirm', 'anotherlake'))
  })

  it('while another process holds the table', async () => {
    const lock = join(lake.root, '_sluice', 'locks', 'table-items.json')
    const holder = systemHost().identity
    const document = {
      format: 1,
      operation: '01KAP3Z8V5N6Q4S2T7W9X1Y0AB',
      kind: 'backfill.load',
      holder,
      since: '2026-01-01T00:00:00.000Z',
      renewal: 0,
    }
    await mkdir(join(lock, '..'), {recursive: true})
    await writeFile(lock, `${JSON.stringify(document)}\n`)
    const held = await filesBelow(lake.root)
    const refusal = await refusalOf(lake, ...run())
    expect(refusal).toMatchObject({code: 'LOCK_HELD', exit: 2})
    expect(refusal.message).toContain('01KAP3Z8V5N6Q4S2T7W9X1Y0AB')
    expect(await refusalOf(lake, 'ops', 'unlock', 'table:items', '--yes')).toMatchObject({code: 'LOCK_HELD'})
    expect(await filesBelow(lake.root)).toEqual(held)
    await writeFile(lock, `${JSON.stringify({...document, holder: {...holder, bootId: 'before'}})}\n`)
    expect((await answerOf(lake, 'ops', 'unlock', 'table:items', '--yes')).document).toMatchObject({changed: true})
    expect(await filesBelow(lake.root)).toEqual(standing)
  })

  it('into a lake whose folder cannot be made', async () => {
    await writeFile(join(lake.folder, 'file'), 'a file, no folder')
    await define(lake, definitionText().replace('root: ./lake', 'root: ./file/lake'))
    const {code, exit} = await refusalOf(lake, ...run())
    expect(['STORE_READ_ONLY', 'STORE_UNAVAILABLE', 'KEY_INVALID']).toContain(code)
    expect([1, 2]).toContain(exit)
    await define(lake, definitionText())
    expect(await readFile(join(lake.folder, 'file'), 'utf8')).toBe('a file, no folder')
  })

  it('with operations that do not exist', async () => {
    for (const id of ['01KAP3Z8V5N6Q4S2T7W9X1Y0AB', '../../x', 'x\u001b[31m']) {
      await refuses('OPERATION_UNKNOWN', ['ops', 'show', id])
    }
    for (const verb of ['undo', 'resume', 'cancel', 'gc'])
      await refuses('OPERATION_UNKNOWN', ['ops', verb, 'nothing', '--yes'])
    await refuses('OPERATION_UNKNOWN', ['ops', 'resume'])
    await refuses('USAGE', ['ops', 'unlock', 'nothing', '--yes'])
  })
})

describe('a protected environment', () => {
  it('asks for its name and a reason', async () => {
    const prod = run('--env', 'prod')
    const root = join(lake.folder, 'prod')
    const refusals: [string, string[]][] = [
      ['USAGE', []],
      ['USAGE', ['--yes', '--confirm', 'testlake']],
      ['CONFIRMATION_REQUIRED', ['--reason', 'why']],
      ['CONFIRMATION_REQUIRED', ['--reason', 'why', '--yes']],
      ['CONFIRMATION_REQUIRED', ['--reason', 'why', '--yes', '--confirm', 'other']],
    ]
    for (const [code, flags] of refusals) {
      expect(await refusalOf(lake, ...prod, ...flags)).toMatchObject({code, exit: 2})
      expect(await filesBelow(root)).toEqual({})
    }
    expect(await answerOf(lake, ...prod, '--dry-run')).toMatchObject({exit: 0, document: {effect: {changes: true}}})
    expect(await filesBelow(root)).toEqual({})
    expect(await answerOf(lake, ...prod, '--reason', 'why', '--yes', '--confirm', 'testlake')).toMatchObject({
      exit: 0,
      document: {changed: true},
    })
    const {document} = await answerOf<{operations: object[]}>(lake, 'ops', 'list', '--env', 'prod')
    expect(document.operations).toMatchObject([{state: 'done', caller: {reason: 'why'}}])
  })
})

describe('a plan file', () => {
  const plan = async (name: string, exported = other): Promise<string> => {
    await answerOf(lake, 'backfill', 'plan', '--export', exported.uri, '--out', name)
    expect(await filesBelow(lake.root)).toEqual(standing)
    return join(lake.folder, name)
  }

  it('is refused when it is none', async () => {
    const texts: [string, string][] = [
      ['PLAN_INVALID', ''],
      ['PLAN_INVALID', 'no JSON'],
      ['PLAN_INVALID', 'null\n'],
      ['PLAN_INVALID', '[]\n'],
      ['FORMAT_UNKNOWN', '{"format":2}\n'],
      ['PLAN_INVALID', '{"format":1,"kind":"compact.run","operation":"x"}\n'],
    ]
    for (const [code, text] of texts) {
      await writeFile(join(lake.folder, 'bad.ndjson'), text)
      await refuses(code, ['backfill', 'run', '--plan', 'bad.ndjson'])
    }
    await refuses('PLAN_INVALID', ['backfill', 'run', '--plan', 'nowhere.ndjson'])
    await refuses('USAGE', ['backfill', 'plan', '--export', other.uri, '--out', 'no/such/folder/plan'])
  })

  it('of an export that is loaded already has nothing to run', async () => {
    await plan('nothing.ndjson', source)
    await refuses('PLAN_INVALID', ['backfill', 'run', '--plan', 'nothing.ndjson'])
  })

  it('is stale once the definition, the environment or the lake is another', async () => {
    await plan('plan.ndjson')
    const stale = ['backfill', 'run', '--plan', 'plan.ndjson']
    await define(lake, definitionText({columns: columnsWith('note', '{name: note, type: string, from: remark}')}))
    await refuses('PLAN_STALE', stale)
    await define(lake, definitionText().replace('lake: testlake', 'lake: another'))
    await refuses('PLAN_STALE', stale)
    await define(lake, definitionText())
    await refuses('PLAN_STALE', [...stale, '--env', 'prod', '--yes', '--confirm', 'testlake', '--reason', 'why'])
  })

  it('is stale once a file of the export is another', async () => {
    const third = await writeItems(lake, [[item('z')]], {time: '2026-01-16T00:00:00.000Z'})
    await plan('changed.ndjson', third)
    await replaceData(third, await dataFileOf(third), gzipSync('{"Item":{"id":{"S":"y"}}}\n'), true)
    await refuses('PLAN_STALE', ['backfill', 'run', '--plan', 'changed.ndjson'])
  })

  it('is what is told to run', async () => {
    const {stdout} = await sluice(lake, 'backfill', 'plan', '--export', other.uri, '--out', 'a plan.ndjson')
    expect(stdout).toContain("sluice backfill run --plan 'a plan.ndjson'\n")
  })

  it('does exactly what it says, once', async () => {
    const file = await plan('once.ndjson')
    const {operation} = JSON.parse((await readFile(file, 'utf8')).split('\n')[0]!) as {operation: string}
    expect(await answerOf(lake, 'backfill', 'run', '--plan', 'once.ndjson')).toMatchObject({
      exit: 0,
      document: {changed: true, operation},
    })
    standing = await filesBelow(lake.root)
    await refuses('OPERATION_CONFLICT', ['backfill', 'run', '--plan', 'once.ndjson'], 1)
  })
})

it('--max-cost refuses above and not below the estimate', async () => {
  const again = await writeItems(lake, [[item('q')]], {time: '2026-01-17T00:00:00.000Z'})
  const {exit} = await sluice(
    lake,
    'backfill',
    'run',
    '--export',
    again.uri,
    '--max-cost',
    '0',
    '--allow-vanished',
    '9',
  )
  expect(exit).toBe(0)
})
