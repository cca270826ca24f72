import fc from 'fast-check'
import type {AttributeValue, DynamoItem, TableMapping} from '../../src/lib/mapping/index.js'

const source = {missing: 'null', inexact: 'quarantine', wrong_type: 'quarantine', class: 'internal'} as const

/** A table with every type, every policy that does not stop a load, nested paths and every expression. */
export const everyTypeMapping: TableMapping = {
  table: 'every_type',
  key: ['id'],
  columns: [
    {...source, name: 'id', type: 'string', from: 'id'},
    {...source, name: 'title', type: 'string', from: 'a.b "c" $x', wrong_type: 'null'},
    {...source, name: 'flag', type: 'boolean', from: 'flag'},
    {...source, name: 'small', type: 'integer', from: 'small'},
    {...source, name: 'large', type: 'bigint', from: 'large'},
    {...source, name: 'large_rounded', type: 'bigint', from: 'large', inexact: 'round'},
    {...source, name: 'amount', type: 'decimal(18,2)', from: 'amount'},
    {...source, name: 'amount_rounded', type: 'decimal(12,1)', from: 'amount', inexact: 'round'},
    {...source, name: 'precise', type: 'decimal(38,10)', from: 'amount'},
    {...source, name: 'whole', type: 'decimal(5,0)', from: 'small'},
    {...source, name: 'score', type: 'double', from: 'score', inexact: 'round'},
    {...source, name: 'created_at', type: 'timestamp', from: 'createdAt', format: 'iso'},
    {...source, name: 'created_rounded', type: 'timestamp', from: 'createdAt', format: 'iso', inexact: 'round'},
    {...source, name: 'seen_ms', type: 'timestamp', from: 'seenMs', format: 'epoch_ms'},
    {...source, name: 'seen_s', type: 'timestamp', from: 'seenS', format: 'epoch_s'},
    {...source, name: 'day', type: 'date', from: 'day', format: 'iso'},
    {...source, name: 'zip', type: 'string', from: ['address', 'zip.code']},
    {...source, name: 'needed', type: 'string', from: 'needed', missing: 'quarantine'},
    {name: 'same', type: 'boolean', derive: {equal: ['title', 'zip']}, class: 'internal'},
    {name: 'differs', type: 'boolean', derive: {not_equal: ['title', 'zip']}, class: 'internal'},
    {name: 'total', type: 'decimal(18,2)', derive: {add: ['amount', 'amount']}, class: 'internal'},
    {name: 'wide_total', type: 'decimal(20,2)', derive: {add: ['amount', 'amount']}, class: 'internal'},
    {name: 'wide_difference', type: 'decimal(19,2)', derive: {subtract: ['amount', 'amount']}, class: 'internal'},
    {name: 'difference', type: 'bigint', derive: {subtract: ['large', 'small']}, class: 'internal'},
    {name: 'waited_ms', type: 'bigint', derive: {millis_between: ['created_at', 'seen_ms']}, class: 'internal'},
  ],
  partition: {
    by: [
      {name: 'year', derive: {format_date: ['created_at', '%Y']}},
      {name: 'hour', derive: {format_date: ['created_at', '%Y-%m-%d %H']}},
    ],
    immutable: true,
    path: null,
    fallback: 'load_day',
  },
  when: [],
  skip: [],
}

const digits = (max: number) => fc.string({unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: max})
const sign = fc.constantFrom('', '-')

const numberText = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({min: -(2n ** 70n), max: 2n ** 70n}).map(String),
  fc.tuple(sign, digits(18), digits(4)).map(([s, whole, fraction]) => `${s}${whole}.${fraction}`),
  fc.tuple(sign, digits(20), digits(18)).map(([s, whole, fraction]) => `${s}${whole}.${fraction}`),
  fc.tuple(sign, digits(6), digits(6), fc.integer({min: -20, max: 20})).map(([s, w, f, e]) => `${s}${w}.${f}E${e}`),
  fc.tuple(sign, digits(1), fc.integer({min: -130, max: 125})).map(([s, d, e]) => `${s}${d}E${e}`),
  fc.constantFrom(
    '0',
    '-0',
    '1E-130',
    '9.99E125',
    '0.005',
    '-0.005',
    '1.005',
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775808',
    '2147483648',
    '9999999999999999.99',
    '9999999999999999.995',
    '1.50',
    '100000',
    '99999.5',
  ),
)

const instantText = fc.oneof(
  fc
    .date({min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true})
    .map((date) => date.toISOString()),
  fc
    .tuple(
      fc.date({min: new Date('1900-01-02'), max: new Date('2199-12-30'), noInvalidDate: true}),
      fc.constantFrom('', '.1', '.12', '.123', '.123000', '.1234', '.123456789', '.9996'),
      fc.constantFrom('Z', '+00:00', '+01:00', '-05:30', '+23:59', '+24:00', '', 'z'),
    )
    .map(([date, fraction, zone]) => `${date.toISOString().slice(0, 19)}${fraction}${zone}`),
  fc.constantFrom(
    '2024-02-29T00:00:00.000Z',
    '2023-02-29T00:00:00.000Z',
    '2024-01-01T24:00:00.000Z',
    '2024-01-01T23:59:60.000Z',
    '2024-01-01',
    '2024-1-1T00:00:00.000Z',
    ' 024-01-01T00:00:00.000Z',
    '-024-01-01T00:00:00.000Z',
    '0000-01-01T00:00:00.000Z',
    '2024-01-01 00:00:00.000Z',
    '2024-01-01T00:00:00.12 Z',
    '9999-12-31T23:59:59.999Z',
    '9999-12-31T23:59:59.999-01:00',
    '',
  ),
)

const anyText = fc
  .string({unit: 'binary', maxLength: 12})
  .filter((text) => !/[\ud800-\udfff]/.test(text) || text.isWellFormed())
const text = fc.oneof(anyText, fc.constantFrom('', 'same', "o'hara", 'a\u0000b', 'línea', '😀', 'null', '{}'))
const tagged = (tag: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<AttributeValue> =>
  value.map((raw) => ({[tag]: raw}))

const otherAttribute: fc.Arbitrary<AttributeValue> = fc.oneof(
  tagged('S', text),
  tagged('N', numberText),
  tagged('BOOL', fc.boolean()),
  fc.constant({NULL: true}),
  fc.constant({L: [{S: 'x'}, {N: '1'}]}),
  fc.constant({M: {'zip.code': {S: '1'}, other: {N: '2'}}}),
  fc.constant({SS: ['a', 'b']}),
  fc.constant({B: 'AAAA'}),
)

/** Mostly the tag that the column expects, sometimes any other, sometimes none. */
function attribute(expected: fc.Arbitrary<AttributeValue>): fc.Arbitrary<AttributeValue | undefined> {
  return fc.oneof(
    {weight: 8, arbitrary: expected},
    {weight: 1, arbitrary: otherAttribute},
    {weight: 1, arbitrary: fc.constant(undefined)},
  )
}

const dayText = fc.oneof(
  fc
    .date({min: new Date('1000-01-01'), max: new Date('2999-12-31'), noInvalidDate: true})
    .map((date) => date.toISOString().slice(0, 10)),
  fc.constantFrom('2023-02-29', '2024-2-1', '0000-01-01', 'today', '2024-01-01T00:00:00Z', ''),
)

const address = fc
  .record({'zip.code': attribute(tagged('S', text))}, {requiredKeys: []})
  .map((fields) => ({M: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))}))

/** Items of `everyTypeMapping`, with a readable key. */
export const item: fc.Arbitrary<DynamoItem> = fc
  .record({
    id: tagged('S', fc.string({minLength: 1, maxLength: 8})),
    'a.b "c" $x': attribute(tagged('S', text)),
    flag: attribute(tagged('BOOL', fc.boolean())),
    small: attribute(tagged('N', fc.oneof(fc.integer({min: -99999, max: 99999}).map(String), numberText))),
    large: attribute(tagged('N', numberText)),
    amount: attribute(tagged('N', numberText)),
    score: attribute(tagged('N', numberText)),
    createdAt: attribute(tagged('S', instantText)),
    seenMs: attribute(tagged('N', fc.oneof(fc.integer({min: -1e12, max: 4e12}).map(String), numberText))),
    seenS: attribute(tagged('N', fc.oneof(fc.integer({min: -1e9, max: 4e9}).map(String), numberText))),
    day: attribute(tagged('S', dayText)),
    address: attribute(address),
    needed: attribute(tagged('S', text)),
    unmapped: attribute(otherAttribute),
  })
  .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as DynamoItem)
