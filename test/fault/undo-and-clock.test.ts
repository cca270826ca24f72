import {writeFile, mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, expect, it} from 'vitest'
import {planLoad, runLoad} from '../../src/lib/backfill/index.js'
import {loadDefinition} from '../../src/lib/lake/index.js'
import {writeItems, item} from '../backfill/export-folder.js'
import {FaultBench} from './fault-bench.js'
import {SetClock} from './fault-clocks.js'
import {DEFINITION} from './fault-story.js'
const bench = await FaultBench.make('single')
afterAll(() => bench.close())
it('undo shows the mapping of the load before', async () => {
  const lake = await bench.lake()
  const other = join(bench.folder, 'other')
  await mkdir(other)
  await writeFile(
    join(other, 'sluice.yaml'),
    DEFINITION.replace('    partition:', '      - {name: extra, type: string, from: note}\n    partition:'),
  )
  const wider = await loadDefinition({workingFolder: other, variables: {}})
  const uris: string[] = []
  for (const time of ['2026-02-05T00:00:00.000Z', '2026-02-06T00:00:00.000Z', '2026-02-07T00:00:00.000Z'])
    uris.push((await writeItems({folder: bench.folder}, [[item('a', {note: time})]], {time, table: 'Items'})).uri)
  const load = async (n: number, definition: typeof wider, jump: number) => {
    const clock = new SetClock()
    clock.jump(jump)
    const p = lake.start(undefined, {clock})
    const planned = await planLoad(
      {exports: [uris[n]!], chain: undefined, acceptEditedSummary: false, table: null},
      definition,
      p.ports,
    )
    await runLoad(planned.plan, p.options, p.ports)
  }
  await load(0, bench.definition, 24 * 3_600_000)
  await load(1, wider, 0)
  const before = await lake.current()
  await load(2, wider, 1000)
  await lake.start().undo()
  expect(await lake.current()).toEqual(before)
})
