import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {QueryRequest, QueryValue} from '../../../src/lib/ports/query-engine.js'
import {collect, expectCode} from './expectations.js'
import type {QueryEngineUnderTest} from './query-engine.js'
import {THINGS} from './things-table.js'

/** What every QueryEngine promises of relations that statements share, and of snapshots. */
export function sharedRelationsContract(name: string, factory: () => Promise<QueryEngineUnderTest>): void {
  describe(`${name} with shared relations`, () => {
    let subject: QueryEngineUnderTest

    beforeEach(async () => {
      subject = await factory()
      await subject.catalog.putTable(THINGS, null)
      await addThings('a', 0, 10)
    })
    afterEach(() => subject.close())

    const addThings = (file: string, from: number, to: number): Promise<void> =>
      subject.writeParquet(
        `things/${file}.parquet`,
        `SELECT CAST(i AS VARCHAR) AS id, i AS n FROM range(${from}, ${to}) r(i)`,
      )

    const rowsOf = async (request: QueryRequest): Promise<(readonly QueryValue[])[]> => {
      const {rows} = await subject.engine.run(request)
      return collect(rows)
    }

    const EVEN = {name: 'even', sql: 'SELECT id, n FROM things WHERE n % 2 = 0'}
    const COUNT = 'SELECT COUNT(*), CAST(SUM(n) AS BIGINT) FROM even'

    it.each([false, true])('are named like tables (inline: %s), in any case', async (inline) => {
      expect(await rowsOf({sql: COUNT, shared: [{...EVEN, inline}]})).toEqual([[5n, 20n]])
      expect(await rowsOf({sql: 'SELECT MAX(n) FROM EVEN', shared: [{...EVEN, inline}]})).toEqual([[8n]])
      await expectCode(rowsOf({sql: COUNT}), 'QUERY_INVALID')
    })

    it('name those before them, computed or inline', async () => {
      const large = {name: 'large', sql: 'SELECT * FROM even WHERE n > 3'}
      const labelled = {name: 'labelled', sql: `SELECT id, n, 'x' AS label FROM large`}
      for (const [first, second, third] of [
        [false, false, false],
        [true, false, true],
        [false, true, false],
        [true, true, true],
      ] as const) {
        const shared = [
          {...EVEN, inline: first},
          {...large, inline: second},
          {...labelled, inline: third},
        ]
        const sql = 'SELECT n, label FROM labelled ORDER BY n'
        expect(await rowsOf({sql, shared})).toEqual([
          [4n, 'x'],
          [6n, 'x'],
          [8n, 'x'],
        ])
      }
    })

    it('stand before tables and views of the catalog with their name', async () => {
      const own = {name: 'things', sql: `SELECT 'own' AS id, CAST(1 AS BIGINT) AS n`}
      for (const inline of [false, true]) {
        expect(await rowsOf({sql: 'SELECT * FROM things', shared: [{...own, inline}]})).toEqual([['own', 1n]])
      }
      expect(await rowsOf({sql: 'SELECT COUNT(*) FROM things'})).toEqual([[10n]])
    })

    it('take parameters of their own, and are another relation with others', async () => {
      const above = (n: bigint) => ({name: 'above', sql: 'SELECT n FROM things WHERE n > $n', parameters: {n}})
      const sql = 'SELECT COUNT(*) FROM above WHERE n < $n'
      expect(await rowsOf({sql, parameters: {n: 9n}, shared: [above(3n)]})).toEqual([[5n]])
      expect(await rowsOf({sql, parameters: {n: 9n}, shared: [above(7n)]})).toEqual([[1n]])
    })

    it('are another relation over another one of the same name', async () => {
      const sum = {name: 'total', sql: 'SELECT CAST(SUM(n) AS BIGINT) AS n FROM part'}
      const part = (sql: string) => ({name: 'part', sql, inline: true})
      const low = part('SELECT n FROM things WHERE n < 3')
      const high = part('SELECT n FROM things WHERE n > 7')
      expect(await rowsOf({sql: 'SELECT n FROM total', shared: [low, sum]})).toEqual([[3n]])
      expect(await rowsOf({sql: 'SELECT n FROM total', shared: [high, sum]})).toEqual([[17n]])
    })

    it('give all statements of a snapshot the same rows', async () => {
      const shared = [EVEN]
      const inline = [{...EVEN, inline: true}]
      expect(await rowsOf({sql: COUNT, shared: inline, snapshot: 's'})).toEqual([[5n, 20n]])
      await addThings('b', 10, 12)
      expect(await rowsOf({sql: COUNT, shared: inline, snapshot: 's'})).toEqual([[5n, 20n]])
      expect(await rowsOf({sql: COUNT, shared, snapshot: 's'})).toEqual([[5n, 20n]])
      expect(await rowsOf({sql: 'SELECT COUNT(*) FROM things', snapshot: 's'})).toEqual([[10n]])
      expect(await rowsOf({sql: 'SELECT COUNT(*) FROM things', snapshot: 'later'})).toEqual([[12n]])
      expect(await rowsOf({sql: COUNT, shared: inline})).toEqual([[6n, 30n]])
    })

    it('keep what is masked hidden, also from those that saw it', async () => {
      const shared = [{name: 'ids', sql: 'SELECT id FROM things'}]
      const sql = 'SELECT COUNT(DISTINCT id) FROM ids'
      expect(await rowsOf({sql, shared, snapshot: 's'})).toEqual([[10n]])
      expect(await rowsOf({sql, shared, snapshot: 's', masked: {things: ['id']}})).toEqual([[1n]])
    })

    it('that cannot be computed are refused, and tried again', async () => {
      const shared = [{name: 'late', sql: 'SELECT * FROM later'}]
      await expectCode(rowsOf({sql: 'SELECT COUNT(*) FROM late', shared}), 'QUERY_INVALID')
      await subject.catalog.putTable({...THINGS, name: 'later', location: 'later/'}, null)
      expect(await rowsOf({sql: 'SELECT COUNT(*) FROM late', shared})).toEqual([[0n]])
    })

    it('that no statement names are not computed', async () => {
      const shared = [{name: 'broken', sql: 'SELECT nothing FROM nowhere'}]
      expect(await rowsOf({sql: 'SELECT 1 AS a', shared})).toEqual([[1]])
    })

    it('are computed once for statements at the same time', async () => {
      const random = {name: 'drawn', sql: 'SELECT random() AS r FROM things'}
      const sums = await Promise.all(
        [1, 2, 3].map(() => rowsOf({sql: 'SELECT MIN(r), MAX(r) FROM drawn', shared: [random]})),
      )
      expect(sums[1]).toEqual(sums[0])
      expect(sums[2]).toEqual(sums[0])
    })
  })
}
