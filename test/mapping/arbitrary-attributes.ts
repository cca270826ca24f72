import fc from 'fast-check'
import type {AttributeValue} from '../../src/lib/mapping/index.js'
import {base64Text, numberText, text} from './arbitrary-values.js'

export const tagged = (tag: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<AttributeValue> =>
  value.map((raw) => ({[tag]: raw}))

/** Names that a reader could take for something else: paths, quotes, type tags, positions, twins. */
export const hostileName = fc.constantFrom(
  'a.b "c" $x',
  "it's",
  'a/b',
  'a~b',
  '~1',
  '$',
  '$.S',
  'S',
  'M',
  'NULL',
  'Item',
  '0',
  '1',
  '-',
  '__proto__',
  'constructor',
  'twin',
  'Twin',
  'a\u0000b',
  '[*]',
  'été',
  ' ',
)

const leaf: fc.Arbitrary<AttributeValue> = fc.oneof(
  tagged('S', text),
  tagged('N', numberText),
  tagged('B', base64Text),
  tagged('BOOL', fc.boolean()),
  fc.constant({NULL: true}),
  tagged('SS', fc.array(text, {maxLength: 3})),
  tagged('NS', fc.array(numberText, {maxLength: 3})),
  tagged('BS', fc.array(base64Text, {maxLength: 3})),
)

/** An attribute value of any tag, lists and maps nested in each other. */
export const anyAttribute = fc.letrec<{value: AttributeValue}>((tie) => ({
  value: fc.oneof(
    {maxDepth: 3, withCrossShrink: true},
    leaf,
    tagged('L', fc.array(tie('value'), {maxLength: 3})),
    tagged('M', fc.dictionary(hostileName, tie('value'), {maxKeys: 3})),
  ),
})).value

/** Mostly what the column expects, sometimes any other, sometimes none. */
export function attribute(expected: fc.Arbitrary<AttributeValue>): fc.Arbitrary<AttributeValue | undefined> {
  return fc.oneof(
    {weight: 8, arbitrary: expected},
    {weight: 1, arbitrary: anyAttribute},
    {weight: 1, arbitrary: fc.constant(undefined)},
  )
}

/** The attributes that are there. */
export function present<Value>(fields: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Record<string, Value>
}
