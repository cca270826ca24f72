import {DuckDBInstance, type DuckDBConnection} from '@duckdb/node-api'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {decodePartition, isDigestTray, trayText, type TableMapping} from '../../src/lib/mapping/index.js'
import {partitionText} from '../../src/lib/mapping/partition-tray.js'

/** Divided by two texts as they are. */
const MAPPING: TableMapping = {
  table: 'items',
  key: ['id'],
  columns: [],
  partition: {
    by: [
      {name: 'first', derive: {coalesce: ['a']}},
      {name: 'second', derive: {coalesce: ['b']}},
    ],
    immutable: false,
    path: null,
    fallback: 'null',
  },
  when: [],
  skip: [],
}

const VALUES = [
  null,
  '',
  'plain_1',
  'A',
  'a',
  'n',
  'd',
  's7',
  '-',
  '..',
  'a b',
  'a/b',
  'a=b',
  '%41',
  `it's "so"`,
  'Zürich',
  'Zu\u0308rich',
  '東京',
  '🦜',
  '\u0001\t\n\r\u007f\u0085',
  '__HIVE_DEFAULT_PARTITION__',
  'x'.repeat(300),
  '🦜'.repeat(5000),
]

let instance: DuckDBInstance
let connection: DuckDBConnection

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:')
  connection = await instance.connect()
})

afterAll(() => {
  connection.closeSync()
  instance.closeSync()
})

async function textsOf(first: string | null, second: string | null): Promise<{text: string; tray: string}> {
  const text = partitionText(MAPPING, '2026-01-14')
  const statement = `SELECT text, ${trayText('text')} AS tray FROM (SELECT ${text} AS text FROM (SELECT CAST($a AS VARCHAR) AS a, CAST($b AS VARCHAR) AS b))`
  const reader = await connection.runAndReadAll(statement, {a: first, b: second})
  return reader.getRowObjects()[0] as {text: string; tray: string}
}

describe('the text of partition values', () => {
  it.each(VALUES.map((value) => [value === null ? 'NULL' : JSON.stringify(value).slice(0, 40), value]))(
    'gives %s back, in either place',
    async (_, value) => {
      expect(decodePartition((await textsOf(value, 'z')).text)).toEqual([value, 'z'])
      expect(decodePartition((await textsOf('z', value)).text)).toEqual(['z', value])
    },
  )
})

describe('the tray', () => {
  it('fits a folder name, and no two values share one, in whatever case it is read', async () => {
    const trays = await Promise.all(VALUES.map(async (value) => (await textsOf(value, null)).tray))
    expect(trays.filter((tray) => !/^[nvxh][\w-]*$/.test(tray))).toEqual([])
    expect(Math.max(...trays.map((tray) => tray.length))).toBeLessThanOrEqual(200)
    expect(new Set(trays.map((tray) => tray.toLowerCase())).size).toBe(VALUES.length)
  })

  it('is the text itself where that is short, and says where it is not', async () => {
    const short = await textsOf('a b', '2026')
    expect(short.tray).toBe(short.text)
    expect(isDigestTray(short.tray)).toBe(false)
    expect(isDigestTray((await textsOf('x'.repeat(300), '2026')).tray)).toBe(true)
  })
})
