import {expect, it} from 'vitest'
import {rawItem} from './current-model.js'
import {rawLines} from './export-folder.js'
import {answerOf, filesBelow, makeLake, openLake, refusalOf} from './lake-folder.js'
import {select} from './loads.js'
import {hasRealExports, REAL_EXPORTS, realDefinition, textColumns} from './real-chain-fixture.js'

const ATTRIBUTES = ['pk', 'sk', 'test', 'test1', 'test2']

it.runIf(hasRealExports)('an export that the service wrote is loaded item by item', async () => {
  const lake = await makeLake(realDefinition(textColumns(ATTRIBUTES)))
  try {
    const run = ['backfill', 'run', '--export', REAL_EXPORTS.full]
    expect(await refusalOf(lake, ...run)).toMatchObject({code: 'EXPORT_SUMMARY_CHECKSUM', exit: 2})
    expect(await filesBelow(lake.root)).toEqual({})
    expect(await answerOf(lake, ...run, '--accept-edited-summary')).toMatchObject({
      exit: 0,
      document: {changed: true, items: 3, rows: 3, quarantined: 0},
    })
    expect(await answerOf(lake, 'backfill', 'verify')).toMatchObject({exit: 0, document: {state: 'pass'}})
    const expected = (await rawLines({uri: REAL_EXPORTS.full, exportId: ''})).map((line) =>
      Object.fromEntries(ATTRIBUTES.map((name) => [name, rawItem(line)[name]?.S ?? null])),
    )
    expect(expected).toHaveLength(3)
    const context = await openLake(lake)
    const rows = await select(context, 'SELECT * FROM items_current ORDER BY pk, sk')
    await context.close()
    expect(rows).toEqual([...expected].sort((a, b) => (`${a['pk']} ${a['sk']}` < `${b['pk']} ${b['sk']}` ? -1 : 1)))
  } finally {
    await lake.remove()
  }
})
