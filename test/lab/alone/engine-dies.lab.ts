import {execFile} from 'node:child_process'
import {setTimeout as wait} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {item, writeItems} from '../../backfill/export-folder.js'
import {answerOf} from '../../backfill/lake-folder.js'
import {resultOf, startSluice} from '../../cli/run-cli.js'
import {makeAwsLake, uploadExport, type AwsLake} from '../aws-lake.js'
import {hasTrino} from '../checks/lab-clients.js'
import {contentOf, namedObjects, objectsOf, type TableIn} from '../faults/changelog-content.js'
import {definitionOf} from '../faults/story.js'

const TRINO = fileURLToPath(new URL('../trino.mjs', import.meta.url))
const LONG_MS = 600_000
const LOOK_EVERY_MS = 20
/** As many as one INSERT writes, an object each: it does not write them in one moment. */
const DAYS = 100
const ITEMS = 50 * DAYS

const trino = async (action: 'kill' | 'start'): Promise<unknown> =>
  promisify(execFile)(process.execPath, [TRINO, action])

// All other suites ask the same Trino.
describe.runIf(hasTrino)('an Athena that loses its engine in the middle of an INSERT', () => {
  const lakes: AwsLake[] = []
  let uri: string

  async function newLake(table: string): Promise<TableIn> {
    const lake = await makeAwsLake(definitionOf(table), table)
    lakes.push(lake)
    return {lake, table}
  }

  const load = (engine: string): string[] => {
    return ['backfill', 'run', '--export', uri, '--env', 'aws', '--engine', engine, '--yes']
  }

  beforeAll(async () => {
    const {lake} = await newLake('claims')
    const items = Array.from({length: ITEMS}, (_, n) => {
      const day = new Date(Date.UTC(2026, 0, 1 + (n % DAYS))).toISOString()
      return item(`claim-${n}`, {n: String(n), createdAt: day})
    })
    uri = await uploadExport(lake, (await writeItems(lake, [items], {table: 'Items'})).uri)
  }, LONG_MS)

  afterAll(async () => {
    await trino('start')
    for (const lake of lakes) await lake.remove()
  })

  it(
    'gives the undisturbed rows when the load goes on, and no object that nobody names',
    {timeout: LONG_MS},
    async () => {
      const undisturbed = await newLake('claims_undisturbed')
      expect((await answerOf(undisturbed.lake, ...load('duckdb'))).exit).toBe(0)
      const on = await newLake('claims_cut')
      const ended = resultOf(startSluice([...load('athena'), '--json'], {cwd: on.lake.folder}))
      while (!(await objectsOf(on)).some((key) => key.includes('/day='))) await wait(LOOK_EVERY_MS)
      await trino('kill')
      const {exit, stdout} = await ended
      expect([exit, stdout]).toEqual([1, expect.stringContaining('QUERY_FAILED')])
      await trino('start')
      expect((await answerOf(on.lake, 'ops', 'resume', '--env', 'aws', '--yes')).exit).toBe(0)
      expect(await contentOf(on)).toEqual(await contentOf(undisturbed))
      expect(await objectsOf(on)).toEqual(await namedObjects(on))
    },
  )
})
