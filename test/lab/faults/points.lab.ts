import {readFileSync} from 'node:fs'
import {afterAll, describe, expect, it} from 'vitest'
import {hasTrino} from '../checks/lab-clients.js'
import {FaultBench, type FaultLake} from './fault-lake.js'
import {killedAt} from './load-faults.js'
import {LIST, linesOf, type ListedWork} from './points-list.js'
import {pointsOf} from './wire-points.js'

const LONG_MS = 600_000

/** What several calls at once ask comes in any order: the list is the same where it has the same lines. */
function asListed(seen: readonly string[]): string {
  const listed = readFileSync(LIST, 'utf8').split('\n').slice(0, -1)
  const isSame = JSON.stringify([...listed].sort()) === JSON.stringify([...seen].sort())
  return (isSame ? listed : seen).map((line) => `${line}\n`).join('')
}

describe.runIf(hasTrino)('undisturbed work', () => {
  const benches: FaultBench[] = []
  afterAll(() => Promise.all(benches.map((bench) => bench.close())))

  async function seenIn(work: ListedWork, lake: FaultLake, ...argv: string[]): Promise<string[]> {
    await lake.forgetWire()
    await lake.succeed(...argv)
    return linesOf(work, pointsOf(await lake.wire(), lake))
  }

  it('makes exactly the calls of the list', {timeout: LONG_MS}, async () => {
    const lists: string[] = []
    for (const name of ['single', 'chain'] as const) {
      const bench = await FaultBench.make(name)
      benches.push(bench)
      const lake = await bench.lake()
      lists.push(...(await seenIn(name, lake, ...lake.load)))
      if (name === 'single') {
        lists.push(...(await seenIn('undo', lake, 'ops', 'undo', (await lake.operations()).at(-1)!, '--yes')))
        const killed = await killedAt(bench, 'kill-before')
        const operation = (await killed.operations()).at(-1)!
        lists.push(...(await seenIn('cancel', killed, 'ops', 'cancel', operation, '--yes')))
        lists.push(...(await seenIn('gc', killed, 'ops', 'gc', '--grace-hours', '0', '--yes')))
      }
    }
    const bench = await FaultBench.make('single', 'claims', 'athena')
    benches.push(bench)
    const lake = await bench.lake()
    lists.push(...(await seenIn('athena', lake, ...lake.load)))
    await expect(asListed(lists)).toMatchFileSnapshot(LIST.pathname)
  })
})
