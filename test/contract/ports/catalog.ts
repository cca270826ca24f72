import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {Catalog, CatalogPartition, NewCatalogPartition, NewCatalogTable} from '../../../src/lib/ports/catalog.js'
import {HIVE_NULL_PARTITION} from '../../../src/lib/ports/catalog.js'
import {collect, expectCode} from './expectations.js'

export interface CatalogUnderTest {
  /** An empty catalog. */
  readonly catalog: Catalog
  close(): Promise<void>
}

const CLAIMS: NewCatalogTable = {
  name: 'claims',
  kind: 'table',
  columns: [
    {name: 'id', type: 'string'},
    {name: 'amount', type: 'decimal(18,2)'},
  ],
  partitionColumns: [
    {name: 'year', type: 'string'},
    {name: 'month', type: 'string'},
  ],
  location: 'silver/claims/',
  format: 'parquet',
  pathTemplate: 'year={year}/month={month}/',
  viewSql: null,
  parameters: {layer: 'silver'},
}

const CURRENT: NewCatalogTable = {
  name: 'claims_current',
  kind: 'view',
  columns: [{name: 'id', type: 'string'}],
  partitionColumns: [],
  location: null,
  format: null,
  pathTemplate: null,
  viewSql: 'SELECT "id" FROM "claims"',
  parameters: {},
}

function partition(year: string, month: string, run = '1'): NewCatalogPartition {
  return {values: [year, month], location: `silver/claims/year=${year}/month=${month}/${run}/`, parameters: {run}}
}

/** What every Catalog promises. */
export function catalogContract(name: string, factory: () => Promise<CatalogUnderTest>): void {
  describe(`${name} as Catalog`, () => {
    let subject: CatalogUnderTest
    let catalog: Catalog

    beforeEach(async () => {
      subject = await factory()
      catalog = subject.catalog
    })

    afterEach(() => subject.close())

    describe('tables', () => {
      it('come back as they were put', async () => {
        const created = await catalog.putTable(CLAIMS, null)
        expect(created).toEqual({...CLAIMS, version: created.version})
        expect(await catalog.getTable('claims')).toEqual(created)
        const view = await catalog.putTable(CURRENT, null)
        expect(await catalog.listTables()).toEqual([created, view])
      })

      it('are listed by name', async () => {
        for (const table of ['b', 'a_b', 'a', 'a0', 'ab']) await catalog.putTable({...CURRENT, name: table}, null)
        expect((await catalog.listTables()).map((table) => table.name)).toEqual(['a', 'a0', 'a_b', 'ab', 'b'])
      })

      it('are absent until they are created', async () => {
        expect(await catalog.listTables()).toEqual([])
        expect(await catalog.getTable('claims')).toBeNull()
      })

      it('are created once', async () => {
        const {version} = await catalog.putTable(CLAIMS, null)
        await expectCode(catalog.putTable(CLAIMS, null), 'PRECONDITION_FAILED')
        await expectCode(catalog.putTable(CURRENT, version), 'PRECONDITION_FAILED')
      })

      it('are replaced at the version expected only', async () => {
        const {version} = await catalog.putTable(CLAIMS, null)
        const changed = await catalog.putTable({...CLAIMS, parameters: {layer: 'gold'}}, version)
        expect(changed.version).not.toBe(version)
        await expectCode(catalog.putTable(CLAIMS, version), 'PRECONDITION_FAILED')
        expect(await catalog.getTable('claims')).toEqual(changed)
      })

      it('take a table with its version for an update', async () => {
        const created = await catalog.putTable(CLAIMS, null)
        const changed = await catalog.putTable({...created, location: 'silver/other/'}, created.version)
        expect((await catalog.getTable('claims'))?.version).toBe(changed.version)
      })

      it('are dropped at the version expected, with their partitions', async () => {
        const {version} = await catalog.putTable(CLAIMS, null)
        await catalog.createPartitions('claims', [partition('2026', '01')])
        await expectCode(catalog.dropTable('claims', 'another'), 'PRECONDITION_FAILED')
        expect(await collect(catalog.listPartitions('claims'))).toHaveLength(1)
        await catalog.dropTable('claims', version)
        expect(await catalog.getTable('claims')).toBeNull()
        await expectCode(catalog.dropTable('claims', version), 'PRECONDITION_FAILED')
        await catalog.putTable(CLAIMS, null)
        expect(await collect(catalog.listPartitions('claims'))).toEqual([])
      })

      it.each(['', 'Claims', 'a-b', '../x', 'a/b', 'a.b', 'é', 'a b'])('are never named %j', async (table) => {
        await expectCode(catalog.putTable({...CLAIMS, name: table}, null), 'KEY_INVALID')
        await expectCode(catalog.getTable(table), 'KEY_INVALID')
        await expectCode(catalog.createPartitions(table, []), 'KEY_INVALID')
      })
    })

    describe('partitions', () => {
      beforeEach(async () => {
        await catalog.putTable(CLAIMS, null)
      })

      const get = async (...values: string[]): Promise<CatalogPartition | null> =>
        (await catalog.getPartitions('claims', [values]))[0] ?? null

      it('need a table', async () => {
        await expectCode(catalog.createPartitions('none', [partition('2026', '01')]), 'TABLE_UNKNOWN')
        await expectCode(catalog.getPartitions('none', [['2026', '01']]), 'TABLE_UNKNOWN')
        await expectCode(collect(catalog.listPartitions('none')), 'TABLE_UNKNOWN')
        await expectCode(catalog.deletePartitions('none', [['2026', '01']]), 'TABLE_UNKNOWN')
        await expectCode(catalog.updatePartition('none', partition('2026', '01'), 'v'), 'TABLE_UNKNOWN')
      })

      it('come back as they were created, in the order asked', async () => {
        const items = [partition('2026', '02'), partition('2026', '01'), partition('2025', '12')]
        const outcomes = await catalog.createPartitions('claims', items)
        expect(outcomes).toEqual(items.map(({values}) => ({values, state: 'created'})))
        const found = await catalog.getPartitions('claims', [
          ['2025', '12'],
          ['1999', '01'],
          ['2026', '02'],
        ])
        expect(found).toMatchObject([items[2], null, items[0]])
        const listed = await collect(catalog.listPartitions('claims'))
        expect(listed.map(({location}) => location).sort()).toEqual(items.map(({location}) => location).sort())
        expect(new Set(listed.map(({version}) => version)).size).toBe(3)
      })

      it('keep the standing location when created again', async () => {
        await catalog.createPartitions('claims', [partition('2026', '01', '1')])
        const outcomes = await catalog.createPartitions('claims', [
          partition('2026', '01', '2'),
          partition('2026', '02', '2'),
          partition('2026', '02', '3'),
        ])
        expect(outcomes.map(({state}) => state)).toEqual(['exists', 'created', 'exists'])
        expect(await get('2026', '01')).toMatchObject(partition('2026', '01', '1'))
        expect(await get('2026', '02')).toMatchObject(partition('2026', '02', '2'))
      })

      it('are updated at the version expected only', async () => {
        await catalog.createPartitions('claims', [partition('2026', '01', '1')])
        const version = (await get('2026', '01'))?.version ?? ''
        const update = partition('2026', '01', '2')
        expect(await catalog.updatePartition('claims', update, version)).toMatchObject({state: 'updated'})
        expect(await catalog.updatePartition('claims', update, version)).toMatchObject({state: 'changed'})
        expect(await catalog.updatePartition('claims', partition('2030', '01'), version)).toMatchObject({
          state: 'absent',
        })
        expect(await get('2026', '01')).toMatchObject(update)
        expect(await get('2030', '01')).toBeNull()
      })

      it('are deleted', async () => {
        await catalog.createPartitions('claims', [partition('2026', '01'), partition('2026', '02')])
        const outcomes = await catalog.deletePartitions('claims', [
          ['2026', '02'],
          ['2026', '03'],
        ])
        expect(outcomes).toEqual([
          {values: ['2026', '02'], state: 'deleted'},
          {values: ['2026', '03'], state: 'absent'},
        ])
        expect(await collect(catalog.listPartitions('claims'))).toMatchObject([partition('2026', '01')])
      })

      it('refuse a wrong number of values', async () => {
        const bad = {...partition('2026', '01'), values: ['2026']}
        const outcomes = await catalog.createPartitions('claims', [bad, partition('2026', '01')])
        expect(outcomes.map(({state}) => state)).toEqual(['failed', 'created'])
        expect(await catalog.updatePartition('claims', bad, 'v')).toMatchObject({state: 'failed'})
        expect(await catalog.deletePartitions('claims', [[]])).toMatchObject([{state: 'failed'}])
        await expectCode(catalog.getPartitions('claims', [['2026', '01', '05']]), 'KEY_INVALID')
      })

      it('tell values apart that join to the same text', async () => {
        const pairs = [
          ['1', '2:3'],
          ['1:2', '3'],
          ['', 'a'],
          ['a', ''],
          [HIVE_NULL_PARTITION, 'a/../b'],
          ['\u{1f600}', 'x\ny'],
        ]
        const items = pairs.map((values, index) => ({values, location: `l/${index}/`, parameters: {}}))
        await catalog.createPartitions('claims', items)
        expect(await catalog.getPartitions('claims', pairs)).toMatchObject(items)
      })

      it('are changed by many at a time without loss', async () => {
        const writers = Array.from({length: 8}, (_, writer) =>
          catalog.createPartitions(
            'claims',
            Array.from({length: 60}, (_, index) => partition(String(index), String(writer))),
          ),
        )
        const outcomes = (await Promise.all(writers)).flat()
        expect(outcomes.every(({state}) => state === 'created')).toBe(true)
        expect(await collect(catalog.listPartitions('claims'))).toHaveLength(480)
      })

      it('are created by exactly one of those who race', async () => {
        const writers = Array.from({length: 8}, (_, writer) =>
          catalog.createPartitions('claims', [partition('2026', '01', String(writer))]),
        )
        const states = (await Promise.all(writers)).flat().map(({state}) => state)
        expect(states.filter((state) => state === 'created')).toHaveLength(1)
        expect(states.filter((state) => state === 'exists')).toHaveLength(7)
      })
    })
  })
}
