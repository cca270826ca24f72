import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {Context} from '../../src/lib/context.js'
import {SluiceError} from '../../src/lib/errors.js'
import {HIVE_NULL_PARTITION} from '../../src/lib/ports/catalog.js'
import {item, writeItems} from './export-folder.js'
import {definitionText, makeLake, openLake, visibleFiles, type LakeFolder} from './lake-folder.js'
import {current, load, select} from './loads.js'

let lake: LakeFolder
let context: Context

/** Divided by a text as it comes. */
const PARTITION = '{by: [{name: place, derive: {coalesce: [note]}}], immutable: false}'

beforeEach(async () => {
  lake = await makeLake(definitionText({partition: PARTITION}))
  context = await openLake(lake)
})

afterEach(async () => {
  await context.close()
  await lake.remove()
})

const LONGEST = 'place='.length + 249
const VALUES = [
  'plain',
  'Plain',
  'PLAIN',
  ' a  b ',
  'a/b/../c',
  '.',
  '..',
  'place=b',
  '100%',
  '%2F',
  `'it''s'`,
  '"so"; DROP TABLE items; --',
  '[a-z]*?{x}',
  'back\\slash',
  'a-vb-n',
  '1',
  '007',
  '2026-01-02',
  'NULL',
  'null',
  'Zürich',
  'Zu\u0308rich',
  '東京都',
  'مرحبا',
  '🦜👩‍👩‍👧',
  'line\nfeed\ttab\r\u0001\u007f\u0085',
  '_hidden',
  '.dot',
  '語'.repeat(83),
  'y'.repeat(LONGEST - 'place='.length),
]

describe('values to divide by', () => {
  it('come back exactly, whatever they hold', async () => {
    const named = VALUES.map((note, index) => item(`v${String(index).padStart(2, '0')}`, {note}))
    const nameless = [item('x-null'), item('x-empty', {note: ''}), item('x-default', {note: HIVE_NULL_PARTITION})]
    const loaded = await load(context, await writeItems(lake, [named, nameless]))
    expect(loaded).toMatchObject({changed: true})
    const rows = await current(context)
    const notes = rows.map(({note, place}) => ({note, place}))
    expect(notes).toEqual([
      ...VALUES.map((note) => ({note, place: note})),
      // Hive has one partition for all of these; the column itself keeps them apart.
      {note: HIVE_NULL_PARTITION, place: null},
      {note: '', place: null},
      {note: null, place: null},
    ])
  })

  it('find their rows when they are asked for', async () => {
    await load(context, await writeItems(lake, [VALUES.map((note, index) => item(`v${index}`, {note}))]))
    for (const value of [`'it''s'`, '%2F', '007', 'Zu\u0308rich', '語'.repeat(83)]) {
      const found = await select(
        context,
        `SELECT note FROM items_current WHERE place = '${value.replaceAll("'", "''")}'`,
      )
      expect(found).toEqual([{note: value}])
    }
  })

  it('are refused where no folder can have their name, with nothing stored', async () => {
    const before = await visibleFiles(lake.root)
    const source = await writeItems(lake, [[item('a', {note: 'short'}), item('b', {note: 'y'.repeat(LONGEST)})]])
    const refusal = await load(context, source).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(SluiceError)
    expect(refusal).toMatchObject({
      code: 'KEY_INVALID',
      message: `A value to divide items by (place) is too long for a folder's name.`,
    })
    expect(String((refusal as SluiceError).fix)).toContain('255 bytes')
    expect(await visibleFiles(lake.root)).toEqual(before)
  })
})
