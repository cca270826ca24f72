import {createHash} from 'node:crypto'
import {readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import {createContext, type Context} from '../../src/lib/context.js'
import {runSluice, type RunResult} from '../cli/run-cli.js'
import {rowTexts} from './fault-lake.js'

const POLL_MS = 5

export interface Seen {
  readonly rows: number
  readonly digest: string
}

export async function succeed(lake: string, ...argv: string[]): Promise<RunResult> {
  const result = await runSluice(argv, {cwd: lake})
  if (result.exit !== 0) throw new Error(`sluice ${argv.join(' ')}: exit ${result.exit}\n${result.stderr}`)
  return result
}

async function inLake<Answer>(lake: string, read: (context: Context) => Promise<Answer>): Promise<Answer> {
  const {signal} = new AbortController()
  const context = await createContext({workingFolder: lake, variables: {}, signal, report: () => undefined})
  try {
    return await read(context)
  } finally {
    await context.close()
  }
}

export function seenIn(lake: string): Promise<Seen> {
  return inLake(lake, async ({query}) => {
    const texts = await rowTexts(query)
    return {rows: texts.length, digest: createHash('sha256').update(texts.join('\n')).digest('hex')}
  })
}

/** How many rows a reader sees; none where the view is not there yet. */
export function rowsIn(lake: string): Promise<number> {
  return inLake(lake, async ({query, ports}) => {
    if ((await ports.catalog.getTable('claims_current')) === null) return 0
    const {rows} = await query.run({sql: 'SELECT count(*) FROM claims_current'})
    let count = 0
    for await (const [value] of rows) count = Number(value)
    return count
  })
}

export async function namesIn(...path: string[]): Promise<string[]> {
  return readdir(join(...path)).catch(() => [])
}

/** The newest operation whose plan was written, or null; `standing` ones do not count. */
export async function plannedIn(lake: string, standing: readonly string[] = []): Promise<string | null> {
  const names = await namesIn(lake, 'lake', '_sluice', 'operations')
  const operation = names
    .filter((name) => !standing.includes(name))
    .sort()
    .at(-1)
  if (operation === undefined) return null
  const written = await namesIn(lake, 'lake', '_sluice', 'operations', operation)
  return written.includes('plan.ndjson') ? operation : null
}

/** Resolves when the operation's journal has begun. */
export async function journalBegins(lake: string): Promise<string> {
  for (;;) {
    const operation = await plannedIn(lake)
    const place = ['lake', '_sluice', 'operations', operation ?? '', 'journal']
    if (operation !== null && (await namesIn(lake, ...place)).length > 0) return operation
    await wait(POLL_MS)
  }
}

/** Numbers from 0 to 1 that only the seed decides. */
export function* randomNumbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state / 2 ** 32
  }
}
