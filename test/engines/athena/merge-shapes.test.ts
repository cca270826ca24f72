import {describe, expect, it} from 'vitest'
import {athenaType, footerFields, readsAs} from '../../../src/lib/engines/athena/merge-shapes.js'
import type {SchemaElement} from '../../../src/lib/parquet/footer.js'
import type {Shape} from '../../../src/lib/parquet/shape.js'

const leaf = (name: string, more: Partial<SchemaElement>): SchemaElement => ({name, children: 0, ...more})
const group = (name: string, children: number, more: Partial<SchemaElement> = {}): SchemaElement => ({
  name,
  children,
  ...more,
})

const LIST = [
  group('tags', 1, {converted: 'LIST'}),
  group('list', 1, {repetition: 'REPEATED'}),
  leaf('element', {type: 'BYTE_ARRAY', converted: 'UTF8'}),
]
const MAP = [
  group('counts', 1, {logical: {name: 'map'}}),
  group('key_value', 2, {repetition: 'REPEATED'}),
  leaf('key', {type: 'BYTE_ARRAY', converted: 'UTF8'}),
  leaf('value', {type: 'INT64'}),
]

describe('columns of a file by its footer', () => {
  it.each([
    ['boolean', [leaf('a', {type: 'BOOLEAN'})]],
    ['tinyint', [leaf('a', {type: 'INT32', converted: 'INT_8'})]],
    ['int', [leaf('a', {type: 'INT32'})]],
    ['bigint', [leaf('a', {type: 'INT64', converted: 'INT_64'})]],
    ['decimal(18,2)', [leaf('a', {type: 'INT64', converted: 'DECIMAL', precision: 18, scale: 2})]],
    ['decimal(38,0)', [leaf('a', {type: 'FIXED_LEN_BYTE_ARRAY', converted: 'DECIMAL', precision: 38})]],
    ['date', [leaf('a', {type: 'INT32', converted: 'DATE'})]],
    ['timestamp', [leaf('a', {type: 'INT96'})]],
    ['timestamp', [leaf('a', {type: 'INT64', converted: 'TIMESTAMP_MILLIS'})]],
    ['timestamp', [leaf('a', {type: 'INT64', logical: {name: 'timestamp', unit: 'us', isAdjustedToUtc: false}})]],
    ['string', [leaf('a', {type: 'BYTE_ARRAY', logical: {name: 'string'}})]],
    ['binary', [leaf('a', {type: 'BYTE_ARRAY'})]],
    ['array<string>', LIST],
    ['map<string,bigint>', MAP],
    ['struct<x:double,tags:array<string>>', [group('a', 2), leaf('x', {type: 'DOUBLE'}), ...LIST]],
  ])('are %s', (type, elements) => {
    const [field, ...others] = footerFields(elements)
    expect(athenaType(field!.shape)).toBe(type)
    expect(others).toEqual([])
  })

  it.each([
    ['unsigned numbers', [leaf('a', {type: 'INT32', converted: 'UINT_32'})]],
    ['times in nanoseconds', [leaf('a', {type: 'INT64', logical: {name: 'timestamp', unit: 'ns'}})]],
    ['times of day', [leaf('a', {type: 'INT64', converted: 'TIME_MICROS'})]],
    ['ENUM', [leaf('a', {type: 'BYTE_ARRAY', converted: 'ENUM'})]],
    ['bytes of one length', [leaf('a', {type: 'FIXED_LEN_BYTE_ARRAY'})]],
    ['capitals', [leaf('aB', {type: 'INT64'})]],
    ['capitals inside', [group('a', 1), leaf('bC', {type: 'INT64'})]],
    ['names that differ in case', [leaf('a', {type: 'INT64'}), leaf('A', {type: 'INT64'})]],
    [
      'a list of two levels',
      [group('a', 1, {converted: 'LIST'}), leaf('array', {type: 'INT64', repetition: 'REPEATED'})],
    ],
    ['a repeated field', [leaf('a', {type: 'INT64', repetition: 'REPEATED'})]],
  ])('are refused for %s', (_, elements) => {
    expect(() => footerFields(elements)).toThrowError(expect.objectContaining({name: 'UnreadableColumn'}))
  })
})

describe('what Athena reads as another type', () => {
  const integer = (bits: 8 | 16 | 32 | 64, isSigned = true): Shape => ({kind: 'integer', bits, isSigned})
  const decimal = (precision: number, scale: number): Shape => ({kind: 'decimal', precision, scale})
  const list = (element: Shape): Shape => ({kind: 'list', element})

  it.each([
    [integer(32), integer(64), true],
    [integer(64), integer(32), false],
    [integer(32, false), integer(64), false],
    [decimal(9, 2), decimal(18, 2), true],
    [decimal(9, 2), decimal(18, 4), false],
    [integer(32), decimal(18, 0), false],
    [{kind: 'float'}, {kind: 'double'}, true],
    [{kind: 'binary', isText: true}, {kind: 'string'}, false],
    [list(integer(32)), list(integer(32)), true],
    [list(integer(32)), list(integer(64)), false],
  ] as readonly (readonly [Shape, Shape, boolean])[])('%j as %j: %s', (from, to, isRead) => {
    expect(readsAs(from, to)).toBe(isRead)
  })
})
