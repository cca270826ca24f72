import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {expect, it} from 'vitest'
import {rawItem} from './current-model.js'
import {rawLines} from './export-folder.js'
import {answerOf, definitionText, filesBelow, makeLake, openLake, refusalOf} from './lake-folder.js'
import {select} from './loads.js'

const FIXTURE = fileURLToPath(new URL('../../../shared/fixtures/dynamodb-export-chain', import.meta.url))
const FULL = join(FIXTURE, 'AWSDynamoDB', '01768385930622-efd1a093')
const INCREMENTAL = join(FIXTURE, 'AWSDynamoDB', '01768386924000-d339e52d')
const ATTRIBUTES = ['pk', 'sk', 'test', 'test1', 'test2']

const isThere = existsSync(FULL)
if (!isThere) console.log('skipped: no fixture')

it.runIf(isThere)('an export that the service wrote is loaded item by item', async () => {
  const columns = ATTRIBUTES.map((name) => `{name: ${name}, type: string, from: ${name}}`)
  const lake = await makeLake(definitionText({columns, key: '[pk, sk]', partition: 'null', source: 'test'}))
  try {
    const run = ['backfill', 'run', '--export', FULL]
    expect(await refusalOf(lake, ...run)).toMatchObject({code: 'EXPORT_SUMMARY_CHECKSUM', exit: 2})
    expect(await filesBelow(lake.root)).toEqual({})
    expect(await answerOf(lake, ...run, '--accept-edited-summary')).toMatchObject({
      exit: 0,
      document: {changed: true, items: 3, rows: 3, quarantined: 0},
    })
    expect(await answerOf(lake, 'backfill', 'verify')).toMatchObject({exit: 0, document: {state: 'pass'}})
    const expected = (await rawLines({uri: FULL, exportId: ''})).map((line) =>
      Object.fromEntries(ATTRIBUTES.map((name) => [name, rawItem(line)[name]?.S ?? null])),
    )
    expect(expected).toHaveLength(3)
    const context = await openLake(lake)
    const rows = await select(context, 'SELECT * FROM items_current ORDER BY pk, sk')
    await context.close()
    expect(rows).toEqual([...expected].sort((a, b) => (`${a['pk']} ${a['sk']}` < `${b['pk']} ${b['sk']}` ? -1 : 1)))
    const standing = await filesBelow(lake.root)
    const incremental = ['backfill', 'run', '--export', INCREMENTAL, '--accept-edited-summary']
    expect(await refusalOf(lake, ...incremental)).toMatchObject({code: 'EXPORT_KIND_UNSUPPORTED', exit: 2})
    expect(await filesBelow(lake.root)).toEqual(standing)
  } finally {
    await lake.remove()
  }
})
