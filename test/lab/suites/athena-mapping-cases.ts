import fc from 'fast-check'
import type {Column, SourceColumn, TableMapping} from '../../../src/lib/mapping/index.js'
import {everyTypeMapping} from '../../mapping/arbitrary-items.js'

const source = {missing: 'null', inexact: 'quarantine', wrong_type: 'quarantine', class: 'internal'} as const

/** How one attribute can be read: every type, tag and format there is. */
const READINGS: readonly Partial<SourceColumn>[] = [
  {type: 'string'},
  {type: 'string', tag: 'N'},
  {type: 'string', tag: 'B'},
  {type: 'string', tag: 'SS'},
  {type: 'string', tag: 'NS'},
  {type: 'string', tag: 'BS'},
  {type: 'string', tag: 'L'},
  {type: 'string', tag: 'M'},
  {type: 'boolean'},
  {type: 'integer'},
  {type: 'bigint'},
  {type: 'double', inexact: 'round'},
  {type: 'decimal(38,0)'},
  {type: 'decimal(38,38)'},
  {type: 'decimal(38,10)'},
  {type: 'decimal(18,2)'},
  {type: 'decimal(3,3)'},
  {type: 'decimal(1,0)'},
  {type: 'binary'},
  {type: 'date', format: 'iso'},
  {type: 'timestamp', format: 'iso'},
  {type: 'timestamp', format: 'iso_local', zone: 'Europe/London'},
  {type: 'timestamp', format: 'iso_local', zone: 'America/New_York'},
  {type: 'timestamp', format: 'iso_local', zone: 'Australia/Lord_Howe'},
  {type: 'timestamp', format: 'iso_local', zone: 'UTC'},
  {type: 'timestamp', format: 'epoch_s'},
  {type: 'timestamp', format: 'epoch_ms'},
  {type: 'array<string>'},
  {type: 'array<string>', tag: 'NS'},
  {type: 'array<string>', tag: 'L'},
  {type: 'array<integer>'},
  {type: 'array<bigint>', tag: 'L'},
  {type: 'array<decimal(20,3)>'},
  {type: 'array<decimal(20,3)>', tag: 'L'},
  {type: 'array<double>', inexact: 'round'},
  {type: 'array<binary>'},
  {type: 'array<binary>', tag: 'L'},
]

/** Tables of which each reads the attribute `x` in one way only, exactly and rounded: what is wrong is told by name. */
export const oneReadingMappings: readonly TableMapping[] = READINGS.map((reading) => ({
  table: `${reading.type} ${reading.tag ?? reading.format ?? ''}`,
  key: ['id'],
  columns: [
    {...source, name: 'id', type: 'string', from: 'id'},
    {...source, name: 'rounded', type: 'string', from: 'x', inexact: 'round', wrong_type: 'null', ...reading},
    {...source, name: 'exact', type: 'string', from: 'x', missing: 'quarantine', ...reading},
  ],
  partition: null,
  when: [],
  skip: [],
}))

const NUMBERS =
  `0 -0 +0 0.0 -0.00 0E-130 0E+99 00 007 +7 7. .7 7e0 7E+2 7E-2 70E-1 1E-130 -1E-130 9.99E125 1E126 1E999 1E1000
  1.005 -1.005 0.005 0.5 -0.5 0.05 0.049999999999999999999999999999999999999 1.50 100 1E2 99999.5 1.0E1 12.340E1 120E-1
  999999999 2147483647 2147483648 -2147483648 -2147483649 999999999999999999 9223372036854775807 9223372036854775808
  -9223372036854775808 -9223372036854775809 9999999999999999.99 9999999999999999.994 9999999999999999.995
  12345678901234567890123456789012345678 99999999999999999999999999999999999999 99999999999999999999999999999999999999.5
  -99999999999999999999999999999999999999 123456789012345678901234567890123456789 0.99999999999999999999999999999999999999
  0.123456789012345678901234567890123456789 1234567890.12345678901234567890123456789 1.7976931348623157E308 5E-324 0.1
  253402300799 253402300800 253402300799.999 253402300799.9995 -62135596800 -62135596801 253402300799999 253402300800000
  -62135596800000 -62135596800001 1768385930.1234 NaN Infinity 0x10 1_000 ١ 1d 1f`.split(/\s+/)

const TIMES = `2026-01-14T10:18:50.622Z 2026-01-14T10:18:50Z 2026-01-14T10:18:50.6Z 2026-01-14T10:18:50.622000000Z
  2026-01-14T10:18:50.6225Z 2026-01-14T10:18:50.6224999Z 2026-01-14T23:59:59.9999Z 2026-01-14T10:18:50.1234567890Z
  2026-01-14T10:18:50.Z 2026-01-14T10:18:50+00:00 2026-01-14T10:18:50-00:00 2026-01-14T10:18:50+14:30
  2026-01-14T10:18:50-23:59 2026-01-14T10:18:50+24:00 2026-01-14T10:18:50+00:60 2026-01-14T10:18:50+0100
  2026-01-14t10:18:50z 2026-01-14T10:18Z 2026-1-14T10:18:50Z 02026-01-14T10:18:50Z -026-01-14T10:18:50Z 2024-02-29T00:00:00Z
  2025-02-29T00:00:00Z 1900-02-29T00:00:00Z 2000-02-29T00:00:00Z 2026-01-14T24:00:00Z 2026-12-31T23:59:60Z
  0001-01-01T00:00:00.000Z 0001-01-01T00:00:00+00:01 0000-12-31T23:59:00-00:01 0000-01-01T00:00:00.000Z
  9999-12-31T23:59:59.999Z 9999-12-31T23:59:59.9999Z 9999-12-31T23:59:59-00:01 1582-10-10T00:00:00Z 1969-12-31T23:59:59.9995Z
  1969-12-31T23:59:59.999Z 2026-01-14T10:18:50 2026-01-14T10:18:50.5 2026-03-29T01:30:00 2026-10-25T01:30:00
  2026-10-25T01:59:59.9999 2026-03-08T02:30:00 2026-11-01T01:30:00 2026-10-04T02:15:00 2026-04-05T01:45:00 1900-01-01T00:00:00
  1899-12-31T23:59:59 2099-12-31T23:59:59.9999 2100-01-01T00:00:00 1916-05-21T02:30:00 1968-02-18T02:30:00 1971-10-31T02:30:00
  2026-01-14 0001-01-01 9999-12-31 2025-02-29 0000-01-01 2026-1-1`.split(/\s+/)

const BINARIES = [
  '',
  'AAEC',
  'QQ==',
  'QUI=',
  'QR==',
  'QUJ=',
  'QQ=',
  'QQ',
  'A===',
  '=',
  'QQ-_',
  'Q Q=',
  'QQ==\n',
  'é===',
]
const TEXTS = [
  '',
  ' ',
  'null',
  '{}',
  '[]',
  "o'hara",
  '"',
  '\\',
  '\\\\',
  '\\uD83D',
  '\u0000',
  'a\u0000b',
  '\u0001\u001f\u007f',
  'x\ufeff',
  '\ufffd',
  '\ud7ff\ue000',
  'é',
  'e\u0301',
  '😀',
  '\\😀',
  '😀😀\\\\😀',
  '𝒜é\n\r\t\b\f',
  'true',
  'a'.repeat(5000),
]
const TEXTS_WITH_BLANKS = [...NUMBERS, ...TIMES].flatMap((text, index) =>
  index % 9 === 0 ? [` ${text}`, `${text} `, `${text}\n`] : [],
)

const values: object[] = [
  ...[...NUMBERS, ...TEXTS, ...TEXTS_WITH_BLANKS].map((text) => ({N: text})),
  ...[...TIMES, ...NUMBERS.slice(0, 5), ...BINARIES, ...TEXTS, ...TEXTS_WITH_BLANKS].map((text) => ({S: text})),
  ...BINARIES.map((text) => ({B: text})),
  {B: Buffer.alloc(300_000, 7).toString('base64')},
  {BOOL: true},
  {BOOL: false},
  {NULL: true},
  ...['SS', 'NS', 'BS', 'L'].map((tag) => ({[tag]: []})),
  {SS: TEXTS},
  {NS: ['1', '-7', '1E3']},
  {NS: NUMBERS},
  {NS: ['1', '1.5']},
  {NS: ['1.5', 'one']},
  {NS: ['1', 'one']},
  {BS: ['AAEC', '']},
  {BS: ['AAEC', 'AAE']},
  {L: TEXTS.map((text) => ({S: text}))},
  {L: [{N: '1'}, {N: '2.5'}]},
  {L: [{N: '1'}, {N: '2'}]},
  {L: [{B: 'AAEC'}]},
  {L: [{S: 'a'}, {N: '1'}, {NULL: true}]},
  {L: [{L: [{M: {'😀': {S: '😀'}, b: {N: '1.50'}, a: {NULL: true}}}]}]},
  {M: {}},
  {M: {b: {S: '\\😀'}, a: {M: {'"': {BS: ['QQ==']}}}, '': {S: ''}}},
]

/** Items whose attribute `x` has every tag, and values at every edge. */
export const hardItems: readonly object[] = [{id: {S: 'k'}}, ...values.map((x) => ({id: {S: 'k'}, x}))]

/** Values that DynamoDB never writes. */
const WILD_VALUES: readonly unknown[] = [
  5,
  'text',
  true,
  null,
  [],
  [{S: 'x'}],
  {},
  {S: null},
  {S: 5},
  {S: {S: 'x'}},
  {S: ['x']},
  {N: 5},
  {N: true},
  {BOOL: 'true'},
  {BOOL: 1},
  {NULL: false},
  {NULL: null},
  {NULL: true, S: 'x', N: '1', M: {}},
  {M: []},
  {M: null},
  {M: 'x'},
  {M: [{S: 'x'}]},
  {M: {deep: []}},
  {M: {deep: {M: {inner: {M: 5}}}}},
  {SS: 'x'},
  {SS: [null]},
  {SS: [5, true]},
  {NS: [{N: '1'}]},
  {BS: ['?']},
  {L: {}},
  {L: [null]},
  {L: [5, 'x']},
  {L: [{S: null}]},
  {L: [{S: 'x', N: '1'}, {N: 2}]},
]

const TAGS = ['S', 'N', 'BOOL', 'NULL', 'M', 'L', 'SS', 'NS', 'BS', 'B']
const wildValue = fc.oneof(
  fc.constantFrom(...WILD_VALUES),
  fc.dictionary(
    fc.constantFrom(...TAGS),
    fc.constantFrom<unknown>(null, 'x', '1', 'QQ==', true, 7, [], ['1'], [null], {}, {S: 'x'}, [{S: 'x'}]),
    {maxKeys: 3},
  ),
)
const names = [
  ...new Set(everyTypeMapping.columns.flatMap((column) => ('from' in column ? [[column.from].flat()[0]!] : []))),
]

/** Any JSON in the place of an item. */
export const wildItem: fc.Arbitrary<unknown> = fc.oneof(
  {weight: 1, arbitrary: fc.constantFrom<unknown>(null, 5, 'text', [], [{id: {S: 'k'}}], {}, {id: {S: ''}})},
  {
    weight: 30,
    arbitrary: fc
      .tuple(fc.dictionary(fc.constantFrom(...names), wildValue), fc.constantFrom({S: 'k'}, {S: 'k'}, {M: []}))
      .map(([attributes, id]) => ({...attributes, id})),
  },
)

const policies = fc.record({
  missing: fc.constantFrom('null' as const, 'null' as const, 'quarantine' as const, 'error' as const),
  inexact: fc.constantFrom('quarantine' as const, 'error' as const, 'round' as const),
  wrong_type: fc.constantFrom('quarantine' as const, 'error' as const, 'null' as const),
})

/** `everyTypeMapping` with other policies, another order, and without some of its conditions and columns. */
export const anyMapping: fc.Arbitrary<TableMapping> = fc
  .tuple(
    fc.array(policies, {minLength: everyTypeMapping.columns.length, maxLength: everyTypeMapping.columns.length}),
    fc.shuffledSubarray([...everyTypeMapping.columns.keys()].slice(1), {minLength: 5}),
    fc.subarray([...everyTypeMapping.when]),
    fc.subarray([...everyTypeMapping.skip]),
    fc.constantFrom('load_day' as const, 'null' as const),
  )
  .map(([chosen, order, when, skip, fallback]) => {
    const needed = operandsKept(new Set([0, ...order]))
    const indexes = [0, ...order, ...[...needed].filter((index) => index !== 0 && !order.includes(index))]
    const columns = indexes.map((index): Column => {
      const column = everyTypeMapping.columns[index]!
      return 'derive' in column || index === 0 ? column : {...column, ...chosen[index]!}
    })
    return {...everyTypeMapping, columns, when, skip, partition: {...everyTypeMapping.partition!, fallback}}
  })

/** The columns, and those that computed ones and the partition are computed from. */
function operandsKept(kept: Set<number>): Set<number> {
  const {columns, partition} = everyTypeMapping
  for (const {derive} of partition!.by) addOperands(derive, kept)
  // Positions that are added on the way are visited too.
  for (const index of kept) {
    const column = columns[index]!
    if ('derive' in column) addOperands(column.derive, kept)
  }
  return kept
}

function addOperands(derive: object, kept: Set<number>): void {
  const operands = Object.values(derive).flat() as string[]
  everyTypeMapping.columns.forEach(({name}, index) => {
    if (operands.includes(name)) kept.add(index)
  })
}
