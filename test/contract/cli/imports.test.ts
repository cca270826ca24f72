import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {describe, expect, it} from 'vitest'
import {ROOT, resultOf, startSluice} from '../../cli/run-cli.js'
import {manifestCommands, moduleOf, wordsOf} from './manifest.js'

const RECORD = new URL('record-imports.mjs', import.meta.url).href

/** What costs more time to load than the answer takes. */
const HEAVY = /node_modules\/(@aws-sdk|@smithy|@duckdb|zod|ora|p-map)\//

/** Packages that a run of sluice loads, CommonJS and ES modules alike. */
async function heavyImports(argv: readonly string[], exit: number, load?: string): Promise<string[]> {
  const variables = load === undefined ? {} : {SLUICE_TEST_LOAD: pathToFileURL(load).href}
  const child = startSluice(argv, {preload: [RECORD], variables})
  const result = await resultOf(child)
  expect(result.exit, result.stderr).toBe(exit)
  const loaded = result.stderr.split('\n').filter((line) => line.startsWith('loaded '))
  // a recorder that stopped recording would let everything pass
  expect(loaded.length).toBeGreaterThan(5)
  return [...new Set(loaded.flatMap((line) => HEAVY.exec(line)?.[1] ?? []))]
}

describe('import budget', () => {
  it.each(manifestCommands().map((command) => [command.id, command] as const))(
    '%s loads nothing heavy for help, for a usage error or for itself',
    async (_id, command) => {
      expect(await heavyImports([...wordsOf(command), '--help'], 0)).toEqual([])
      expect(await heavyImports([...wordsOf(command), '--no-such-flag'], 2)).toEqual([])
      expect(await heavyImports(['--version'], 0, moduleOf(command))).toEqual([])
    },
  )

  it('is measured by a recorder that sees ES modules', async () => {
    expect(await heavyImports(['--version'], 0, join(ROOT, 'dist/lib/cli/result-schemas.js'))).toEqual(['zod'])
  })

  it('--version loads oclif neither', async () => {
    const child = startSluice(['--version'], {preload: [RECORD]})
    const {stderr} = await resultOf(child)
    expect(stderr).not.toContain('@oclif')
  })
})
