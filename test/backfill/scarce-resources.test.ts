import {execFileSync} from 'node:child_process'
import {mkdir, mkdtemp, readdir, rm, stat, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {planLoad, runLoad} from '../../src/lib/backfill/index.js'
import {createContext, type ResourceRequest} from '../../src/lib/context.js'
import {runSluice} from '../cli/run-cli.js'
import {documentOf} from '../contract/cli/result-document.js'
import {item, writeItems, type ExportFolder} from './export-folder.js'
import {
  answerOf,
  define,
  definitionText,
  filesBelow,
  makeLake,
  refusalOf,
  sluice,
  visibleFiles,
  type LakeFolder,
} from './lake-folder.js'

const ITEMS = 30_000
let lake: LakeFolder
let source: ExportFolder
let standing: Record<string, string>
/** With the journals of operations. */
let before: Record<string, string>

beforeEach(async () => {
  lake = await makeLake()
  const first = await writeItems(lake, [[item('a')]], {time: '2026-01-01T00:00:00.000Z'})
  await answerOf(lake, 'backfill', 'run', '--export', first.uri)
  const lines = Array.from({length: ITEMS}, (_, n) => item(`id-${n}`, {note: `${n} ${'x'.repeat(n % 300)}`}))
  source = await writeItems(lake, [lines.slice(0, ITEMS / 2), lines.slice(ITEMS / 2)])
  standing = await visibleFiles(lake.root)
  before = await filesBelow(lake.root)
})

afterEach(() => lake.remove())

async function refusal(
  variables: Record<string, string>,
  flags: readonly string[] = [],
): Promise<{code: string; exit: number | null; next: readonly string[]}> {
  const argv = ['backfill', 'run', '--export', source.uri, '--allow-vanished', '9', ...flags, '--json']
  const {stdout, exit} = await runSluice(argv, {cwd: lake.folder, variables})
  const {error} = documentOf('error', stdout) as {error: {code: string; next?: readonly string[]; fix?: string}}
  return {code: error.code, exit, next: error.next ?? [error.fix ?? '']}
}

/** What `backfill run` with these flags answers. */
async function loadWith(...flags: string[]) {
  return answerOf<{rows: number}>(lake, 'backfill', 'run', '--export', source.uri, '--allow-vanished', '9', ...flags)
}

/** A load whose need nobody looked at before: it runs into its limits. */
async function loadUnweighed(resources: ResourceRequest): Promise<void> {
  const {signal} = new AbortController()
  const context = await createContext({
    workingFolder: lake.folder,
    variables: {},
    signal,
    report: () => undefined,
    resources,
  })
  try {
    const request = {exports: [source.uri], chain: undefined, acceptEditedSummary: false, table: null}
    const {plan} = await planLoad(request, context.definition, context.ports)
    const caller = {user: 'u', host: 'h', version: '0', command: 'test', reason: null}
    await runLoad(plan, {caller, signal, allowVanished: 9}, context.ports)
  } finally {
    await context.close()
  }
}

/** Whether two folders stand on different file systems. */
async function isElsewhere(folder: string, other: string): Promise<boolean> {
  const found = await stat(folder).catch(() => null)
  return found !== null && found.dev !== (await stat(other)).dev
}

describe('too little memory', () => {
  it('is refused before anything starts, with the flag that helps', async () => {
    const {code, exit, next} = await refusal({SLUICE_MEMORY: '4MB'})
    expect({code, exit}).toEqual({code: 'RESOURCES_SHORT', exit: 2})
    const flag = /--memory (\d+MiB)/.exec(next.join(' '))
    expect(await filesBelow(lake.root)).toEqual(before)
    expect(await loadWith('--memory', flag![1]!)).toMatchObject({exit: 0, document: {rows: ITEMS}})
  })

  it('is named while a load is at work too, and the load goes on with more', async () => {
    await expect(loadUnweighed({memoryBytes: 4e6})).rejects.toMatchObject({
      code: 'MEMORY_EXCEEDED',
      fix: expect.stringContaining('--memory') as string,
    })
    expect(await visibleFiles(lake.root)).toEqual(standing)
    expect(await answerOf(lake, 'ops', 'resume', '--allow-vanished', '9')).toMatchObject({exit: 0})
  })

  it('is what the flag says, not the variable', async () => {
    const argv = ['backfill', 'plan', '--export', source.uri, '--memory', '1GB']
    const {stdout} = await runSluice(argv, {cwd: lake.folder, variables: {SLUICE_MEMORY: '4MB'}})
    expect(stdout).toMatch(/needs +\S+ KiB of temporary space, \S+ MiB of memory\n/)
    expect(stdout).not.toContain('missing')
  })
})

describe('too little temporary space', () => {
  it('is said by the plan and refused by the run', async () => {
    const flags = ['--export', source.uri, '--max-temp-bytes', '10kB']
    const {stdout, exit} = await sluice(lake, 'backfill', 'plan', ...flags)
    expect(exit).toBe(0)
    expect(stdout).toMatch(/needs .+\n +short: needs .+--max-temp-bytes allows 9\.77 KiB: .+ are missing/)
    expect(stdout).toContain('its run is refused')
    expect(await refusalOf(lake, 'backfill', 'run', ...flags)).toMatchObject({code: 'RESOURCES_SHORT', exit: 2})
    expect(await filesBelow(lake.root)).toEqual(before)
  })

  it('stops a load that takes more than was foreseen, and the load goes on with more', async () => {
    await expect(loadUnweighed({maxTemporaryBytes: 100_000})).rejects.toMatchObject({
      code: 'TEMP_LIMIT',
      message: expect.stringMatching(/limited to 98KiB: .+ are used/) as string,
      fix: expect.stringContaining('--max-temp-bytes') as string,
    })
    expect(await visibleFiles(lake.root)).toEqual(standing)
    const resumed = await answerOf(lake, 'ops', 'resume', '--allow-vanished', '9', '--max-temp-bytes', '100MB')
    expect(resumed).toMatchObject({exit: 0})
  })
})

describe('a temporary folder', () => {
  it.each([
    ['--memory', '4XB'],
    ['--memory', '0'],
    ['--max-temp-bytes', '-1'],
  ])('has sizes, and %s %s is none', async (flag, text) => {
    const {stdout, exit} = await sluice(lake, 'backfill', 'plan', '--export', source.uri, `${flag}=${text}`, '--json')
    expect(exit).toBe(2)
    expect(documentOf('error', stdout)).toMatchObject({
      error: {code: 'USAGE', fix: expect.stringMatching(`e.g. ${flag} \\d`) as string},
    })
  })

  it('is made for its owner alone, may be on another file system, and is empty afterwards', async (context) => {
    if (!(await isElsewhere('/dev/shm', lake.folder))) return context.skip('there is no second file system here')
    const folder = await mkdtemp('/dev/shm/sluice-temp-')
    try {
      const made = join(folder, 'a/b')
      expect(await loadWith('--temp-dir', made)).toMatchObject({exit: 0, document: {rows: ITEMS}})
      expect((await stat(made)).mode & 0o777).toBe(0o700)
      expect(await readdir(made)).toEqual([])
      expect(await answerOf(lake, 'backfill', 'verify')).toMatchObject({exit: 0})
    } finally {
      await rm(folder, {recursive: true})
    }
  })

  it('that cannot be written is refused by name', async (context) => {
    const file = join(lake.folder, 'file')
    await writeFile(file, '')
    const plan = ['backfill', 'run', '--export', source.uri, '--temp-dir']
    expect(await refusalOf(lake, ...plan, file)).toMatchObject({code: 'USAGE', exit: 2})
    const folder = join(lake.folder, 'sealed')
    await mkdir(folder)
    const unmount = mountSmall(folder, 'ro')
    if (unmount === null) return context.skip('no file system can be mounted here')
    try {
      expect(await refusalOf(lake, ...plan, folder)).toMatchObject({code: 'STORE_READ_ONLY', exit: 2})
    } finally {
      unmount()
    }
  })

  it('on a small disk is refused with the number that is missing', async (context) => {
    const folder = join(lake.folder, 'small')
    await mkdir(folder)
    const unmount = mountSmall(folder, 'size=200k')
    if (unmount === null) return context.skip('no small file system can be mounted here')
    try {
      const argv = ['backfill', 'run', '--export', source.uri, '--temp-dir', folder]
      const {code, exit, message} = await refusalOf(lake, ...argv)
      expect({code, exit}).toEqual({code: 'RESOURCES_SHORT', exit: 2})
      expect(message).toMatch(/of temporary space in \S+\/small, 200 KiB are free: \S+ [KM]iB are missing/)
      expect(await filesBelow(lake.root)).toEqual(before)
    } finally {
      unmount()
    }
  })
})

/** Makes a small file system; null where that is not permitted. */
function mountSmall(folder: string, options = 'size=2m'): (() => void) | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], {stdio: 'ignore'})
    return () => execFileSync('umount', [folder], {stdio: 'ignore'})
  } catch {
    return null
  }
}

describe('a full disk', () => {
  it('is refused by name, and leaves the lake readable', async (context) => {
    const small = join(lake.folder, 'small')
    await mkdir(small)
    const unmount = mountSmall(small)
    if (unmount === null) return context.skip('no small file system can be mounted here')
    try {
      await define(lake, definitionText().replace('root: ./lake', 'root: ./small/lake'))
      const first = await writeItems(lake, [[item('a')]], {time: '2026-01-02T00:00:00.000Z', salt: 'small'})
      await answerOf(lake, 'backfill', 'run', '--export', first.uri)
      const before = await visibleFiles(join(small, 'lake'))
      await writeFile(join(small, 'ballast'), Buffer.alloc(1_500_000))
      const {code, exit} = await refusal({})
      expect({code, exit}).toEqual({code: 'DISK_FULL', exit: 1})
      expect(await visibleFiles(join(small, 'lake'))).toEqual(before)
      await rm(join(small, 'ballast'))
      expect(await answerOf(lake, 'ops', 'resume', '--allow-vanished', '9')).toMatchObject({exit: 0})
    } finally {
      unmount()
    }
  })
})
