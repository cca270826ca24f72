import fc from 'fast-check'
import type {AttributeValue, DynamoItem, TableMapping} from '../../src/lib/mapping/index.js'
import {anyAttribute, attribute, hostileName, present, tagged} from './arbitrary-attributes.js'
import {base64Text, dayText, instantText, localText, numberText, text} from './arbitrary-values.js'

const source = {missing: 'null', inexact: 'quarantine', wrong_type: 'quarantine', class: 'internal'} as const

/** A table with every type and tag, every policy that does not stop a load, nested paths and every expression. */
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
    {...source, name: 'local_london', type: 'timestamp', from: 'localAt', format: 'iso_local', zone: 'Europe/London'},
    {...source, name: 'local_york', type: 'timestamp', from: 'localAt', format: 'iso_local', zone: 'America/New_York'},
    {
      ...source,
      name: 'local_rounded',
      type: 'timestamp',
      from: 'localAt',
      format: 'iso_local',
      zone: 'Australia/Lord_Howe',
      inexact: 'round',
    },
    {...source, name: 'local_apia', type: 'timestamp', from: 'localAt', format: 'iso_local', zone: 'Pacific/Apia'},
    {...source, name: 'photo', type: 'binary', from: 'photo'},
    {...source, name: 'photo_text', type: 'string', from: 'photo', tag: 'B', wrong_type: 'null'},
    {...source, name: 'amount_text', type: 'string', from: 'amount', tag: 'N'},
    {...source, name: 'labels', type: 'array<string>', from: 'labels'},
    {...source, name: 'labels_json', type: 'string', from: 'labels', tag: 'SS', wrong_type: 'null'},
    {...source, name: 'sizes', type: 'array<integer>', from: 'sizes'},
    {...source, name: 'sizes_exact', type: 'array<decimal(20,3)>', from: 'sizes', wrong_type: 'null'},
    {...source, name: 'sizes_rounded', type: 'array<bigint>', from: 'sizes', inexact: 'round'},
    {...source, name: 'sizes_double', type: 'array<double>', from: 'sizes', inexact: 'round'},
    {...source, name: 'sizes_text', type: 'array<string>', from: 'sizes', tag: 'NS'},
    {...source, name: 'sizes_json', type: 'string', from: 'sizes', tag: 'NS'},
    {...source, name: 'photos', type: 'array<binary>', from: 'photos'},
    {...source, name: 'photos_json', type: 'string', from: 'photos', tag: 'BS', wrong_type: 'null'},
    {...source, name: 'names', type: 'array<string>', from: 'names', tag: 'L'},
    {...source, name: 'scores', type: 'array<decimal(5,1)>', from: 'scores', tag: 'L'},
    {...source, name: 'keys', type: 'array<binary>', from: 'keys', tag: 'L', wrong_type: 'null'},
    {...source, name: 'list_json', type: 'string', from: 'list', tag: 'L'},
    {...source, name: 'map_json', type: 'string', from: 'map', tag: 'M', wrong_type: 'null'},
    {...source, name: 'deep_map', type: 'string', from: ['address', 'deep', 'inner'], tag: 'M'},
    {
      ...source,
      name: 'strict',
      type: 'integer',
      from: 'strict',
      inexact: 'error',
      wrong_type: 'null',
      missing: 'error',
    },
    {name: 'after', type: 'string', derive: {slice_after: ['$composite', '#']}, class: 'internal'},
    {name: 'lower_after', type: 'string', derive: {lower: ['after']}, class: 'internal'},
    {name: 'before', type: 'string', derive: {slice_before: ['$composite', '#!']}, class: 'internal'},
    {name: 'trimmed', type: 'string', derive: {trim: ['$a.b "c" $x']}, class: 'internal'},
    {name: 'title_lower', type: 'string', derive: {lower: ['title']}, class: 'internal'},
    {name: 'first', type: 'string', derive: {coalesce: ['after', 'zip', '$amount', 'fixed']}, class: 'internal'},
    {name: 'fixed', type: 'string', derive: {constant: ["it's\u0000"]}, class: 'internal'},
    {name: 'agrees', type: 'boolean', derive: {equal: ['$composite', 'title']}, class: 'internal'},
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
      {name: 'kind', derive: {slice_before: ['title', '/']}},
      {name: 'any', derive: {coalesce: ['zip', 'title']}},
    ],
    immutable: true,
    path: null,
    fallback: 'load_day',
  },
  when: [
    {from: 'id', starts_with: 'K'},
    {from: ['address', 'country'], one_of: ['GB', 'true', '-0', "it's"]},
  ],
  skip: [
    {from: 'deletedAt', absent: true},
    {from: ['address', 'deep', 'gone'], one_of: ['yes', '1']},
  ],
}

const mostly = (expected: fc.Arbitrary<AttributeValue>): fc.Arbitrary<AttributeValue> =>
  fc.oneof({weight: 20, arbitrary: expected}, {weight: 1, arbitrary: anyAttribute})

const composite = fc.oneof(fc.constantFrom('USER#7', 'TASK#É#!9', '#', '#!', 'none', '😀#😀#!'), text)

const inner = attribute(tagged('M', fc.dictionary(hostileName, anyAttribute, {maxKeys: 3})))
const deep = fc
  .record({inner, gone: attribute(tagged('S', fc.constantFrom('yes', 'no')))})
  .map((fields) => ({M: present(fields)}))
const address = fc
  .record({
    'zip.code': attribute(tagged('S', text)),
    country: fc.oneof(
      {weight: 8, arbitrary: fc.constantFrom({S: 'GB'}, {BOOL: true}, {N: '-0'}, {S: "it's"})},
      {weight: 1, arbitrary: anyAttribute},
    ),
    deep: attribute(deep),
  })
  .map((fields) => ({M: present(fields)}))

/** Items of `everyTypeMapping`, most of them with a readable key. */
export const item: fc.Arbitrary<DynamoItem> = fc
  .record({
    id: fc.oneof(
      {
        weight: 20,
        arbitrary: tagged(
          'S',
          fc.string({maxLength: 8}).map((rest) => `K${rest}`),
        ),
      },
      {weight: 1, arbitrary: anyAttribute},
    ),
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
    localAt: attribute(tagged('S', localText)),
    photo: attribute(tagged('B', base64Text)),
    labels: attribute(tagged('SS', fc.array(text, {maxLength: 4}))),
    sizes: attribute(tagged('NS', fc.array(fc.oneof(fc.integer().map(String), numberText), {maxLength: 3}))),
    photos: attribute(tagged('BS', fc.array(base64Text, {maxLength: 3}))),
    names: attribute(tagged('L', fc.array(mostly(tagged('S', text)), {maxLength: 3}))),
    scores: attribute(tagged('L', fc.array(mostly(tagged('N', numberText)), {maxLength: 3}))),
    keys: attribute(tagged('L', fc.array(mostly(tagged('B', base64Text)), {maxLength: 3}))),
    list: attribute(tagged('L', fc.array(anyAttribute, {maxLength: 3}))),
    map: attribute(tagged('M', fc.dictionary(hostileName, anyAttribute, {maxKeys: 3}))),
    strict: attribute(tagged('N', fc.oneof(fc.integer().map(String), numberText))),
    composite: attribute(fc.oneof(tagged('S', composite), tagged('N', numberText))),
    deletedAt: mostly(tagged('S', text)),
    unmapped: attribute(anyAttribute),
  })
  .map(present)

const plain = {missing: 'null', inexact: 'quarantine', wrong_type: 'null', class: 'internal'} as const

/** A table whose attributes have names that no STRUCT takes together, and that keeps what is left over. */
export const hostileNamesMapping: TableMapping = {
  table: 'hostile_names',
  key: ['id'],
  columns: [
    {...plain, name: 'id', type: 'string', from: 'id'},
    ...['twin', 'Twin', 'a/b', 'a~b', '~1', '$', 'S', 'M', 'Item', '0', '-', '__proto__', 'a\u0000b', "it's"].map(
      (from, index) => ({...plain, name: `column_${index}`, type: 'string', from}),
    ),
    {...plain, name: 'nested_twin', type: 'string', from: ['map', 'twin']},
    {...plain, name: 'nested_other', type: 'string', from: ['map', 'Twin'], wrong_type: 'quarantine'},
    {...plain, name: 'nested_zero', type: 'string', from: ['map', '0'], missing: 'quarantine'},
    {...plain, name: 'nested_tag', type: 'string', from: ['map', 'M', 'NULL']},
    {...plain, name: 'map', type: 'string', from: 'map', tag: 'M'},
    {name: 'operand', type: 'string', derive: {coalesce: ['$constructor', '$$', '$[*]']}, class: 'internal'},
    {name: 'rest', type: 'string', derive: {rest: []}, class: 'internal'},
  ],
  partition: null,
  when: [],
  skip: [{from: ['map', '1'], one_of: ['x']}],
}

/** Items of `hostileNamesMapping`. */
export const hostileItem: fc.Arbitrary<DynamoItem> = fc
  .tuple(
    fc.dictionary(hostileName, anyAttribute, {maxKeys: 8}),
    attribute(tagged('M', fc.dictionary(hostileName, anyAttribute, {maxKeys: 5}))),
  )
  .map(([others, map]) => present({...Object.fromEntries(Object.entries(others)), id: {S: 'k'}, map}))
