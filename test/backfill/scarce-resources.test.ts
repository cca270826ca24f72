import {execFileSync} from 'node:child_process'
import {mkdir, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {runSluice} from '../cli/run-cli.js'
import {documentOf} from '../contract/cli/result-document.js'
import {item, writeItems, type ExportFolder} from './export-folder.js'
import {answerOf, define, definitionText, makeLake, visibleFiles, type LakeFolder} from './lake-folder.js'

const ITEMS = 30_000
let lake: LakeFolder
let source: ExportFolder
let standing: Record<string, string>

beforeEach(async () => {
  lake = await makeLake()
  const first = await writeItems(lake, [[item('a')]], {time: '2026-01-01T00:00:00.000Z'})
  await answerOf(lake, 'backfill', 'run', '--export', first.uri)
  const lines = Array.from({length: ITEMS}, (_, n) => item(`id-${n}`, {note: `${n} ${'x'.repeat(n % 300)}`}))
  source = await writeItems(lake, [lines.slice(0, ITEMS / 2), lines.slice(ITEMS / 2)])
  standing = await visibleFiles(lake.root)
})

afterEach(() => lake.remove())

async function refusal(
  variables: Record<string, string>,
): Promise<{code: string; exit: number | null; next: readonly string[]}> {
  const argv = ['backfill', 'run', '--export', source.uri, '--allow-vanished', '9', '--json']
  const {stdout, exit} = await runSluice(argv, {cwd: lake.folder, variables})
  const {error} = documentOf('error', stdout) as {error: {code: string; next?: readonly string[]; fix?: string}}
  return {code: error.code, exit, next: error.next ?? [error.fix ?? '']}
}

describe('too little memory', () => {
  it('is refused by name, changes nothing that readers see, and the load goes on with more', async () => {
    const {code, exit, next} = await refusal({SLUICE_MEMORY: '4MB'})
    expect({code, exit}).toEqual({code: 'MEMORY_EXCEEDED', exit: 1})
    expect(next.join(' ')).toContain('SLUICE_MEMORY')
    expect(await visibleFiles(lake.root)).toEqual(standing)
    expect(await answerOf(lake, 'ops', 'resume', '--allow-vanished', '9')).toMatchObject({exit: 0})
  })
})

/** Makes a small file system; null where that is not permitted. */
function mountSmall(folder: string): (() => void) | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], {stdio: 'ignore'})
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
