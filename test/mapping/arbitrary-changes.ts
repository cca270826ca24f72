import fc from 'fast-check'
import type {AttributeValue, DynamoItem} from '../../src/lib/mapping/index.js'
import {anyAttribute, present, tagged} from './arbitrary-attributes.js'

/** A line of an incremental export as it is written, before it is text. */
export type ChangeDocument = Readonly<Record<string, unknown>>

const texts = (...values: string[]) => tagged('S', fc.constantFrom(...values))
/** Mostly what the column expects, sometimes NULL, another tag or nothing. */
function mostly(expected: fc.Arbitrary<AttributeValue>): fc.Arbitrary<AttributeValue | undefined> {
  return fc.oneof(
    {weight: 12, arbitrary: expected},
    {
      weight: 1,
      arbitrary: fc.constantFrom<AttributeValue>({NULL: true}, {N: '7'}, {S: '7'}, {L: [{S: 'N1'}]}, {M: {}}),
    },
    {weight: 1, arbitrary: anyAttribute},
    {weight: 1, arbitrary: fc.constant(undefined)},
  )
}
const rarely = (value: fc.Arbitrary<AttributeValue>) =>
  fc.oneof({weight: 40, arbitrary: fc.constant({N: '1'} as AttributeValue)}, {weight: 1, arbitrary: value})

const KEYS = ['id', 'place'] as const
const attributes = {
  n: mostly(tagged('N', fc.constantFrom('1', '-5', '1.5', '1e3', '9223372036854775808'))),
  amount: mostly(tagged('N', fc.constantFrom('1.25', '0.005', '12', '-0'))),
  needed: fc.oneof({weight: 9, arbitrary: texts('yes')}, {weight: 1, arbitrary: fc.constant(undefined)}),
  strict: rarely(fc.constantFrom<AttributeValue>({S: '1'}, {N: '1.5'})),
  createdAt: mostly(
    texts('2025-12-31T23:59:59.999Z', '2026-01-01T00:30:00+01:00', '2026-02-28T12:00:00.000Z', 'never'),
  ),
  kind: mostly(texts('A', 'a', 'b/c', '', 'É')),
  address: mostly(
    fc.oneof(texts('N1'), texts('N2 '), texts('W')).map((zip) => ({M: {zip, street: {S: 'x'}}}) as AttributeValue),
  ),
  composite: mostly(texts('EU#1', 'eu#2', 'US#1', 'none', '#')),
  status: mostly(texts('open', 'held', 'closed')),
  deleted: fc.oneof(fc.constant(undefined), tagged('BOOL', fc.boolean()), fc.constant({NULL: true})),
  twin: mostly(texts('t')),
  Twin: mostly(texts('T')),
  unmapped: fc.oneof(fc.constant(undefined), anyAttribute),
}
const keys = fc.record({
  id: fc.oneof(
    {weight: 15, arbitrary: texts('K#1', 'K#2', 'K#', 'K', 'L#1', 'l')},
    {weight: 1, arbitrary: fc.constantFrom<AttributeValue | undefined>({N: '1'}, {NULL: true}, undefined)},
  ),
  place: fc.oneof(
    {weight: 15, arbitrary: tagged('N', fc.constantFrom('1', '2'))},
    {weight: 1, arbitrary: fc.constantFrom<AttributeValue | undefined>({S: '1'}, {N: '1.5'}, undefined)},
  ),
})

const image = keys.chain((key) => fc.record(attributes).map((rest) => present({...key, ...rest})))
/** The same item with a few attributes changed, added or removed, and another order of those that a map holds. */
const imagePair = fc
  .tuple(
    image,
    fc.record(attributes),
    fc.subarray(Object.keys(attributes) as (keyof typeof attributes)[], {maxLength: 4}),
  )
  .map(([before, others, changed]) => {
    const after = {...before, ...Object.fromEntries(changed.map((name) => [name, others[name]]))}
    return [before, present(reordered(after))] as const
  })

function reordered(item: Readonly<Record<string, AttributeValue | undefined>>): typeof item {
  const address = item['address']?.['M']
  if (typeof address !== 'object' || address === null || item['kind']?.['S'] !== 'A') return item
  return {...item, address: {M: Object.fromEntries(Object.entries(address).reverse())}}
}

const keysOf = (item: DynamoItem): DynamoItem => present(Object.fromEntries(KEYS.map((name) => [name, item[name]])))

const images = fc.oneof(
  image.map((NewImage) => ({Keys: keysOf(NewImage), NewImage})),
  imagePair.map(([OldImage, NewImage]) => ({Keys: keysOf(NewImage), NewImage, OldImage})),
  imagePair.map(([OldImage, NewImage]) => ({Keys: keysOf(NewImage), NewImage, OldImage})),
  image.map((OldImage) => ({Keys: keysOf(OldImage), OldImage})),
  image.map((gone) => ({Keys: keysOf(gone)})),
)
const version = fc.oneof(
  fc.integer({min: 0, max: 1e6}).map((micros) => String(1_768_386_096_000_000 + micros)),
  fc.constantFrom('0', '1', '999999999999999999'),
)

/** Some writers say null where there is no image. */
function withNulls(document: Readonly<Record<string, unknown>>): ChangeDocument {
  return {NewImage: null, OldImage: null, ...document}
}

/** Changes as DynamoDB writes them, of items that are not always what their table expects. */
export const change: fc.Arbitrary<ChangeDocument> = fc
  .tuple(version, images, fc.boolean())
  .map(([N, document, nulls]) => ({
    Metadata: {WriteTimestampMicros: {N}},
    ...(nulls ? withNulls(document) : document),
  }))

/** Lines that are mostly no change, though JSON: without a key, without a time that is one, or with something else for an image. */
export const noChange: fc.Arbitrary<ChangeDocument> = fc
  .tuple(
    change,
    fc.constantFrom<ChangeDocument>(
      {Keys: null},
      {Keys: undefined},
      {Metadata: undefined},
      {Metadata: null},
      {Metadata: {}},
      {Metadata: {WriteTimestampMicros: null}},
      {Metadata: {WriteTimestampMicros: {}}},
      {Metadata: {WriteTimestampMicros: {N: 5}}},
      {Metadata: {WriteTimestampMicros: {N: 1.5}}},
      {Item: {id: {S: 'K#1'}}, Keys: undefined},
      ...[
        '',
        '-1',
        '1.5',
        '1e3',
        ' 1',
        '1 ',
        '+1',
        '0x1',
        '1_000',
        '9223372036854775808',
        'x',
        '1234567890123456789',
      ].map((N) => ({Metadata: {WriteTimestampMicros: {N}}})),
    ),
  )
  .map(([document, broken]) => ({...document, ...broken}))

/** As `noChange`, in ways that only the general form of the SQL can read. */
export const noImage: fc.Arbitrary<ChangeDocument> = fc
  .tuple(
    change,
    fc.constantFrom('Keys', 'NewImage', 'OldImage'),
    fc.constantFrom<unknown>([], 'null', '', 1, true, '{}'),
  )
  .map(([document, name, value]) => ({...document, [name]: value}))
