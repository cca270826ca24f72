import fc from 'fast-check'
import {expect, it} from 'vitest'
import {verifyTable} from '../../src/lib/backfill/index.js'
import {hasCode} from '../../src/lib/errors.js'
import {exportLines, writeChainExport, type WrittenChainExport} from './chain-exports.js'
import {chainStory, type ChainStory} from './chain-story.js'
import {definitionText, makeLake, openLake} from './lake-folder.js'
import {load} from './loads.js'

const RUNS = Number(process.env['SLUICE_RUNS'] ?? 12)
const BY = `[{name: year, derive: {format_date: [created_at, "%Y"]}}, {name: month, derive: {format_date: [created_at, "%m"]}}]`

/** What every check says of a story's exports, all lines sampled; null for a chain that no table takes. */
async function proofOf({isImmutable, history, plans, habits}: ChainStory) {
  const lake = await makeLake(definitionText({partition: `{by: ${BY}, immutable: ${isImmutable}}`}))
  const context = await openLake(lake)
  try {
    const exports: WrittenChainExport[] = []
    for (const plan of plans)
      exports.push(await writeChainExport(lake, plan, exportLines(history, plan, habits), habits))
    const [full, ...others] = exports.filter(({plan}) => plan.kind === 'full')
    for (const one of others) await load(context, one)
    await load(context, [full!, ...exports.filter(({plan}) => plan.kind === 'incremental')], {allowGap: true})
    const {definition, ports, query, signal, asOf} = context
    const request = {table: 'items', samples: 1000, asOf, version: '0'}
    return {exports, ...(await verifyTable(request, definition, {operation: ports, query, signal}))}
  } catch (error) {
    if (!hasCode(error, 'KEY_MOVED')) throw error
    return null
  } finally {
    await context.close()
    await lake.remove()
  }
}

it(
  'every line of any chain has the rows that the row function makes of it',
  {timeout: 60_000 + RUNS * 6000},
  async () => {
    await fc.assert(
      fc.asyncProperty(chainStory, async (story) => {
        const proof = await proofOf(story)
        if (proof === null) return
        const wrong = [...proof.runs.flatMap(({checks}) => checks), ...proof.checks].filter(
          ({state}) => state !== 'pass',
        )
        expect(wrong.filter(({name}) => name !== 'chain')).toEqual([])
        const sampled = proof.runs.flatMap((run) => run.sampled.flatMap(({lines}) => lines))
        expect(sampled).toHaveLength(proof.exports.reduce((sum, {lines}) => sum + lines.length, 0))
      }),
      {numRuns: RUNS, endOnFailure: true},
    )
  },
)
