import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdir, readFile, readdir, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {examineLake, renderDoctor, type DoctorResult} from '../../src/lib/doctor/index.js'
import {FolderFacts} from '../../src/lib/local/facts.js'
import type {LocalFacts} from '../../src/lib/ports/environment-facts.js'
import {item, writeItems} from '../backfill/export-folder.js'
import {
  answerOf,
  columnsWith,
  define,
  definitionText,
  filesBelow,
  makeLake,
  openLake,
  sluice,
  type LakeFolder,
} from '../backfill/lake-folder.js'
import {told as toldOf} from './healthy-aws.js'

let lake: LakeFolder

beforeEach(async () => {
  lake = await makeLake()
})

afterEach(() => lake.remove())

const NO_CRAWLER = 'skipped crawler, local: the definition names no crawler'

/** What is told besides that there is no crawler, which is told each time. */
function told(result: DoctorResult): string[] {
  const lines = toldOf(result)
  expect(lines).toContain(NO_CRAWLER)
  return lines.filter((line) => line !== NO_CRAWLER)
}

async function load(): Promise<string> {
  const {uri} = await writeItems(lake, [[item('a'), item('b', {createdAt: '2025-05-05T05:05:05.000Z'})]])
  const {document} = await answerOf<{operation: string}>(lake, 'backfill', 'run', '--export', uri)
  return document.operation
}

async function doctor(): Promise<DoctorResult & {exit: number | null}> {
  const {exit, document} = await answerOf<DoctorResult>(lake, 'doctor')
  return {...document, exit}
}

/** The doctor in this process, with a clock or facts of the test's own. */
async function examine({now, facts}: {readonly now?: Date; readonly facts?: Partial<LocalFacts>}) {
  const context = await openLake(lake)
  const {definition, asOf, signal, machine, leftOvers, ports} = context
  const own = Object.assign(new FolderFacts(lake.root), facts)
  const clock = now === undefined ? ports.clock : {...ports.clock, now: () => now}
  const result = await examineLake(definition, asOf, {
    ...ports,
    clock,
    signal,
    machine,
    leftOvers,
    facts: async () => own,
  })
  await context.close()
  return result
}

/** Changes what the catalog has of a table, or drops it. */
async function changeCatalog(table: string, change: (document: {table: Record<string, unknown>}) => void | null) {
  const file = join(lake.root, '_sluice/catalog', await documentOf(table))
  const document = JSON.parse(await readFile(file, 'utf8')) as {table: Record<string, unknown>}
  if (change(document) === null) await rm(file)
  else await writeFile(file, JSON.stringify(document))
}

async function documentOf(table: string): Promise<string> {
  const names = await readdir(join(lake.root, '_sluice/catalog'), {recursive: true})
  const found = names.filter((name) => name.endsWith(`${table}.json`) || name.endsWith(`${table}/table.json`))
  if (found.length !== 1) throw new Error(`${table}: ${found.join()} of ${names.join()}`)
  return found[0]!
}

describe('a healthy local lake', () => {
  it('that was never loaded passes, and stays untouched', async () => {
    const result = await doctor()
    expect([result.exit, result.state, result.backend, result.mayBeCut]).toEqual([0, 'pass', 'local', []])
    expect(result.checks.find(({name}) => name === 'table')?.text).toBe('not there yet: the first load makes it')
    expect(await readdir(lake.folder)).toEqual(['sluice.yaml'])
  })

  it('passes once it is loaded, and is left as it was', async () => {
    await load()
    const before = await filesBelow(lake.root)
    const folders = await readdir(join(lake.root, '.sluice-store'))
    const result = await doctor()
    expect([result.exit, told(result)]).toEqual([0, []])
    expect(await filesBelow(lake.root)).toEqual(before)
    expect(await readdir(join(lake.root, '.sluice-store'))).toEqual(folders)
  })

  it('fits a terminal', async () => {
    await load()
    const result = await examine({facts: {nodeVersion: '22.1.0'}})
    const shown = (text: string): string => text.replaceAll(lake.root, '/lake').replaceAll(lake.folder, '/home')
    const checks = result.checks.map((check) => ({...check, of: shown(check.of), text: shown(check.text)}))
    const stable = renderDoctor({...result, root: '/lake', checks}).replace(/[\d,.]+ GiB/, '9 GiB')
    expect(stable.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(stable).toMatchInlineSnapshot(`
      "testlake   healthy: 14 checks passed                                   env local
      /lake

        machine       node   22.1.0: new enough
        definition    definition   /home/sluice.yaml: 1 table, sound
        clock         clock   behind no operation of the lake
        places        folder             there, and this user may write
                      free space         9 GiB free
                      file system        links, renames and syncs as the store needs
                                         them
                      left-over spools   none
        catalog       table               items: a table that sluice reads and writes
                      columns             items: 10 columns as the definition has them
                      partition columns   items: year string, month string
                      location            items/
                      companions          items__runs, items__quarantine_rows,
                                          items__deletes, items_current,
                                          items__quarantine
                      partitions          items: objects in the 2 that were looked
                                          into
        operations    unfinished operations   none of 1 waits

      skipped  crawler (the definition names no crawler)."
    `)
  })
})

describe('a local lake with a fault', () => {
  it('names columns that differ, with both types', async () => {
    await load()
    await changeCatalog('items', ({table}) => {
      const columns = table['columns'] as {name: string; type: string}[]
      table['columns'] = columns
        .filter(({name}) => name !== 'note')
        .map(({name, type}) => ({name, type: name === 'amount' ? 'double' : type}))
        .concat({name: 'old', type: 'string'})
    })
    const result = await doctor()
    expect([result.exit, told(result)]).toEqual([
      3,
      [
        'fail columns, items.amount: decimal(18,2) in the definition, double in the catalog',
        'warn columns, items.note: string in the definition, no such column in the catalog; the next load adds it',
        'warn columns, items.old: string in the catalog, no such column in the definition; loads keep it, new rows have NULL there',
      ],
    ])
  })

  it('warns where the definition went ahead of the table', async () => {
    await load()
    await define(
      lake,
      definitionText({columns: columnsWith('amount', '{name: amount, type: "decimal(20,2)", from: amount}')}),
    )
    const result = await doctor()
    expect([result.exit, result.state]).toEqual([0, 'warn'])
    expect(told(result)).toEqual([
      'warn columns, items.amount: decimal(20,2) in the definition, decimal(18,2) in the catalog; the next load widens it',
    ])
  })

  it('misses a view, and a table whose objects stand', async () => {
    await load()
    await changeCatalog('items_current', () => null)
    expect(told(await doctor())).toEqual([
      'fail companions, items: the catalog has no items_current: queries do not find what they need',
    ])
    await changeCatalog('items', () => null)
    const result = await doctor()
    expect(result.exit).toBe(3)
    expect(told(result)[0]).toMatch(/^fail table, items: the catalog has no items, and objects stand in items\//)
  })

  it('sees a partition without objects', async () => {
    await load()
    await rm(join(lake.root, 'items/year=2025'), {recursive: true})
    expect(told(await doctor())).toEqual([
      expect.stringMatching(/^warn partitions, items: no object in 1 of the 2 that were looked into/),
    ])
  })

  it('shows an operation that waits, with the command that goes on', async () => {
    const operation = await load()
    await rm(join(lake.root, '_sluice/operations', operation, 'journal'), {recursive: true})
    const {exit, checks} = await doctor()
    expect(exit).toBe(0)
    expect(checks.filter(({state}) => state === 'warn')).toMatchObject([
      {group: 'operations', of: operation, text: 'backfill.load is unfinished', fix: `sluice ops resume ${operation}`},
    ])
    const {stdout} = await sluice(lake, 'doctor', '--env', 'local')
    expect(stdout).toContain(`  sluice ops resume ${operation} --env local`)
  })

  it('shows what killed loads left', async () => {
    await load()
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    const spool = join(lake.root, `.sluice-store/spool/duckdb-${child.pid}-1`)
    await mkdir(spool, {recursive: true})
    await writeFile(join(spool, 'part'), Buffer.alloc(2048))
    expect(told(await doctor())).toEqual([`warn left-over spools, ${lake.root}: 1 of killed processes, 2 KiB`])
  })

  it('knows a clock that is behind what operations wrote', async () => {
    await load()
    const result = await examine({now: new Date(Date.now() - 3_600_000)})
    expect(told(result)).toEqual([expect.stringMatching(/^warn clock, .*which this machine's clock has not reached/)])
  })

  it('says what cannot be read, exit 4, and looks at the rest', async () => {
    await load()
    await writeFile(join(lake.root, '_sluice/catalog', await documentOf('items')), 'no document')
    const result = await doctor()
    expect([result.exit, result.state]).toEqual([4, 'unknown'])
    const unknown = result.checks.filter(({state}) => state === 'unknown')
    expect(new Set(unknown.map(({group, code}) => `${group} ${code}`))).toEqual(new Set(['catalog CATALOG_CORRUPT']))
    expect(result.checks.find(({name}) => name === 'file system')?.state).toBe('pass')
  })

  it('is refused where a file is in its place', async () => {
    await writeFile(lake.root, 'a file')
    const result = await doctor()
    expect(result.exit).toBe(3)
    expect(told(result)).toContain(`fail folder, ${lake.root}: The folder cannot be written: ${lake.root} is a file.`)
  })
})

describe('this machine', () => {
  it.each([
    ['20.18.3', 'fail'],
    ['18.20.0', 'fail'],
    ['20.19.0', 'pass'],
    ['22.0.0', 'pass'],
  ])('with Node %s is a %s', async (nodeVersion, state) => {
    const {checks} = await examine({facts: {nodeVersion}})
    expect(checks.find(({name}) => name === 'node')?.state).toBe(state)
  })

  it('whose file system lacks what the store needs fails', async () => {
    await load()
    const fileSystem = async () => ({link: 'EPERM', rename: null, sync: 'EINVAL', distinctCase: 'one file'})
    expect(told(await examine({facts: {fileSystem}})).map((line) => line.replace(lake.root, '/lake'))).toEqual([
      'fail file system, /lake: Hard links do not work here, so two loads could write one object: EPERM.',
      'fail file system, /lake: Files cannot be synced to the disk: EINVAL.',
      'warn file system, /lake: Keys that differ in case are one object: one file.',
    ])
  })

  it('has a file system that is really tried', async () => {
    await mkdir(lake.root)
    expect(await new FolderFacts(lake.root).fileSystem()).toEqual({
      link: null,
      rename: null,
      sync: null,
      distinctCase: null,
    })
    expect(await readdir(lake.root)).toEqual([])
  })
})
