import fc from 'fast-check'
import type {Column, Condition, Partitioning, TableMapping} from '../../src/lib/mapping/index.js'

const source = {missing: 'null', inexact: 'quarantine', wrong_type: 'quarantine', class: 'internal'} as const

const COLUMNS: readonly Column[] = [
  {...source, name: 'id', type: 'string', from: 'id'},
  {...source, name: 'place', type: 'bigint', from: 'place'},
  {name: 'entity', type: 'string', derive: {slice_after: ['$id', '#']}, class: 'internal'},
  {...source, name: 'count', type: 'bigint', from: 'n'},
  {...source, name: 'amount', type: 'decimal(18,2)', from: 'amount'},
  {...source, name: 'needed', type: 'string', from: 'needed', missing: 'quarantine'},
  {...source, name: 'strict', type: 'integer', from: 'strict', inexact: 'error', wrong_type: 'error'},
  {...source, name: 'created_at', type: 'timestamp', from: 'createdAt', format: 'iso'},
  {...source, name: 'kind', type: 'string', from: 'kind', wrong_type: 'null'},
  {...source, name: 'zip', type: 'string', from: ['address', 'zip']},
  {name: 'region', type: 'string', derive: {slice_before: ['$composite', '#']}, class: 'internal'},
  {name: 'area', type: 'string', derive: {lower: ['region']}, class: 'internal'},
]
/** Makes a table's items unreadable by a STRUCT: nothing takes the names `twin` and `Twin` together. */
const TWINS: readonly Column[] = ['twin', 'Twin'].map((from, index) => ({
  ...source,
  name: `twin_${index}`,
  type: 'string',
  from,
}))
const REST: Column = {name: 'rest', type: 'string', derive: {rest: []}, class: 'internal'}

const path = null
const byDate = [
  {name: 'year', derive: {format_date: ['created_at', '%Y']}},
  {name: 'day', derive: {format_date: ['created_at', '%m-%d']}},
] as const
const PARTITIONS: readonly (Partitioning | null)[] = [
  null,
  {by: byDate, immutable: true, path, fallback: 'load_day'},
  {by: byDate, immutable: true, path, fallback: 'null'},
  {by: byDate, immutable: false, path, fallback: 'load_day'},
  {by: byDate, immutable: false, path, fallback: 'null'},
  {by: [{name: 'kind_part', derive: {lower: ['kind']}}], immutable: true, path, fallback: 'null'},
  {by: [{name: 'zip_part', derive: {trim: ['zip']}}], immutable: true, path, fallback: 'load_day'},
  {by: [{name: 'area_part', derive: {coalesce: ['area']}}], immutable: true, path, fallback: 'null'},
  {by: [{name: 'of_key', derive: {slice_before: ['id', '#']}}], immutable: true, path, fallback: 'null'},
  {by: [{name: 'of_key', derive: {slice_before: ['id', '#']}}], immutable: false, path, fallback: 'null'},
  {by: [{name: 'entity_part', derive: {coalesce: ['entity']}}], immutable: true, path, fallback: 'null'},
  {by: [{name: 'any', derive: {coalesce: ['zip', 'kind', 'id']}}], immutable: true, path, fallback: 'null'},
  {by: [{name: 'one', derive: {constant: ['all']}}], immutable: true, path, fallback: 'null'},
  {by: [byDate[0], {name: 'kind_part', derive: {lower: ['kind']}}], immutable: true, path, fallback: 'load_day'},
]
const KEYS: readonly (readonly string[])[] = [['id'], ['id', 'place'], ['entity'], ['place']]
const WHEN: readonly (readonly Condition[])[] = [
  [],
  [{from: 'id', starts_with: 'K'}],
  [{from: 'status', one_of: ['open', 'held', '1']}],
  [
    {from: 'id', starts_with: 'K'},
    {from: ['address', 'zip'], starts_with: 'N'},
  ],
]
const SKIP: readonly (readonly Condition[])[] = [
  [],
  [{from: 'deleted', one_of: ['true']}],
  [{from: 'id', one_of: ['K#1']}],
  [{from: 'status', absent: true}],
]

/** Tables of all kinds that matter to changes: how they are divided, keyed, and what they leave out. */
export const changeTable: fc.Arbitrary<TableMapping> = fc.record({
  table: fc.constant('changes'),
  key: fc.constantFrom(...KEYS),
  columns: fc.constantFrom(COLUMNS, COLUMNS, COLUMNS, [...COLUMNS, ...TWINS], [...COLUMNS, REST]),
  partition: fc.constantFrom(...PARTITIONS),
  when: fc.constantFrom(...WHEN),
  skip: fc.constantFrom(...SKIP),
})
