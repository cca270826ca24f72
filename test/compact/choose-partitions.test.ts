import {describe, expect, it} from 'vitest'
import {ALL_PARTITIONS, chosenPartitions, type PartitionsAsked} from '../../src/lib/compact/choose-partitions.js'
import {HIVE_NULL_PARTITION} from '../../src/lib/ports/catalog.js'

const day = (text: string): Date => new Date(`${text}T00:00:00.000Z`)
const columns = (...names: readonly string[]) => ({
  name: 'events',
  partitionColumns: names.map((name) => ({name, type: 'string'})),
})
const YMD = columns('year', 'month', 'day')

describe('partitions that are meant', () => {
  it.each<[string, Partial<PartitionsAsked>, readonly string[], boolean]>([
    ['all', {}, ['2026', '01', '14'], true],
    ['one value', {partition: ['month=01']}, ['2026', '01', '14'], true],
    ['another value', {partition: ['month=02']}, ['2026', '01', '14'], false],
    ['two values, one of them another', {partition: ['month=01', 'day=15']}, ['2026', '01', '14'], false],
    ['from its day on', {from: day('2026-01-14')}, ['2026', '01', '14'], true],
    ['from the next day on', {from: day('2026-01-15')}, ['2026', '01', '14'], false],
    ['to its day, excluded', {to: day('2026-01-14')}, ['2026', '01', '14'], false],
    ['to the next day', {to: day('2026-01-15')}, ['2026', '01', '14'], true],
    [
      'a stretch within its day',
      {from: new Date('2026-01-14T10:00:00Z'), to: new Date('2026-01-14T11:00:00Z')},
      ['2026', '01', '14'],
      true,
    ],
    ['a time, of a partition that has none', {from: day('2000-01-01')}, ['2026', '01', HIVE_NULL_PARTITION], false],
  ])('%s', (_, asked, values, isMeant) => {
    expect(chosenPartitions({...ALL_PARTITIONS, ...asked}, YMD)(values)).toBe(isMeant)
  })

  it('a value may hold an equals sign', () => {
    const isMeant = chosenPartitions({...ALL_PARTITIONS, partition: ['kind=a=b']}, columns('kind'))
    expect([isMeant(['a=b']), isMeant(['a'])]).toEqual([true, false])
  })

  it.each([
    ['day', YMD],
    ['=14', YMD],
    ['hour=14', YMD],
    ['day=14', columns()],
  ])('%j names none', (partition, table) => {
    expect(() => chosenPartitions({...ALL_PARTITIONS, partition: [partition]}, table)).toThrowError(
      expect.objectContaining({code: 'USAGE'}) as Error,
    )
  })
})
