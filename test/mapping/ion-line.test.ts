import fc from 'fast-check'
import {beforeAll, describe, expect, it} from 'vitest'
import {readExportLine} from '../../src/lib/mapping/index.js'
import {openIonReader, type IonLine} from '../../src/lib/mapping/ion-line.js'
import {hostileName} from './arbitrary-attributes.js'
import {text} from './arbitrary-values.js'

let readBytes: (bytes: Buffer) => IonLine

beforeAll(async () => {
  readBytes = await openIonReader()
})

const read = (line: string): IonLine => readBytes(Buffer.from(line))
/** Of the attribute `a` with this Ion value. */
const attribute = (ion: string): unknown => {
  const line = read(`{Item:{a:${ion}}}`)
  return 'fault' in line ? line.fault : (JSON.parse(line.json) as {Item: {a: unknown}}).Item.a
}

const asResult = (value: unknown): unknown => (typeof value === 'object' ? 'object' : value)

/** A value in both notations; the Ion is put together here, by no library. */
interface Spelled {
  readonly ion: string
  readonly json: string
}

const KEYWORDS = ['null', 'true', 'false', 'nan']
const gap = fc.constantFrom('', '', '', ' ', '\t ', ' /* "\' */')
const hexadecimal = (code: number, length: number) => code.toString(16).padStart(length, '0')

type Escapes = 'short' | 'hex' | 'wide'

function escaped(value: string, escapes: Escapes): string {
  if (escapes === 'wide') {
    return [...value].map((character) => `\\U${hexadecimal(character.codePointAt(0)!, 8)}`).join('')
  }
  const units = Array.from({length: value.length}, (_, index) => value.charCodeAt(index))
  if (escapes === 'hex') {
    return units.map((code) => (code < 256 ? `\\x${hexadecimal(code, 2)}` : `\\u${hexadecimal(code, 4)}`)).join('')
  }
  return value.replace(/["'\\\u0000-\u001f]/g, (character) => {
    const short = {'\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0', '\u0007': '\\a', '\v': '\\v'}[character]
    const isPrinted = character >= ' '
    return short ?? (isPrinted ? `\\${character}` : `\\x${hexadecimal(character.charCodeAt(0), 2)}`)
  })
}

const escapes = fc.constantFrom<Escapes>('short', 'short', 'hex', 'wide')
const stringOf = (value: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom('"', "'", "'''", 'pieces'), escapes, gap, fc.nat({max: 12}))
    .map(([quote, style, between, position]) => {
      if (quote !== 'pieces') return `${quote}${escaped(value, style)}${quote}`
      const characters = [...value]
      const pieces = [characters.slice(0, position), characters.slice(position)].map((piece) => piece.join(''))
      return pieces.map((piece) => `'''${escaped(piece, style)}'''`).join(between)
    })

const nameOf = (name: string): fc.Arbitrary<string> => {
  const isIdentifier = /^[A-Za-z_$][\w$]*$/.test(name) && !/^\$\d+$/.test(name) && !KEYWORDS.includes(name)
  return isIdentifier ? fc.oneof(fc.constant(name), stringOf(name)) : stringOf(name)
}

/** `coefficient` times ten to the power of `exponent`, by whole numbers. */
function plain(coefficient: bigint, exponent: number): string {
  if (exponent >= 0) return String(coefficient * 10n ** BigInt(exponent))
  const digits = String(coefficient < 0n ? -coefficient : coefficient).padStart(1 - exponent, '0')
  const unsigned = `${digits.slice(0, exponent)}.${digits.slice(exponent)}`.replace(/\.?0+$/, '')
  return coefficient < 0n ? `-${unsigned}` : unsigned
}

const number: fc.Arbitrary<Spelled> = fc
  .record({
    coefficient: fc.oneof(fc.integer().map(BigInt), fc.bigInt({min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n})),
    exponent: fc.oneof(fc.integer({min: -40, max: 5}), fc.integer({min: -167, max: 125})),
    point: fc.nat({max: 40}),
    letter: fc.constantFrom('d', 'D', 'd+'),
  })
  .map(({coefficient, exponent, point, letter}) => {
    const json = `"${plain(coefficient, exponent)}"`
    if (exponent === 0 && point % 2 === 0) return {ion: String(coefficient), json}
    const sign = coefficient < 0n ? '-' : ''
    const digits = String(coefficient < 0n ? -coefficient : coefficient)
    const whole = digits.slice(0, Math.max(1, digits.length - point))
    const fraction = digits.slice(whole.length)
    const power = exponent + fraction.length
    if (power === 0) return {ion: `${sign}${whole}.${fraction}`, json}
    return {ion: `${sign}${whole}.${fraction}${power < 0 ? letter[0] : letter}${power}`, json}
  })

const string: fc.Arbitrary<Spelled> = text.chain((value) =>
  stringOf(value).map((ion) => ({ion, json: JSON.stringify(value)})),
)
const blob: fc.Arbitrary<Spelled> = fc
  .tuple(fc.uint8Array({maxLength: 9}), fc.constantFrom('', ' '))
  .map(([bytes, space]) => {
    const base64 = Buffer.from(bytes).toString('base64')
    return {ion: `{{${[...base64].join(space)}${space}}}`, json: `"${base64}"`}
  })

const sequence = (elements: fc.Arbitrary<Spelled>, annotation: string): fc.Arbitrary<Spelled> =>
  fc.tuple(fc.array(elements, {maxLength: 3}), gap).map(([members, space]) => ({
    ion: `${annotation}[${members.map(({ion}) => ion).join(`${space},${space}`)}${space}]`,
    json: `[${members.map(({json}) => json).join(',')}]`,
  }))

const name = fc.oneof(hostileName, fc.constantFrom('$1e0', '$0x4', '$10', '$ion_symbol_table', 'null', 'Record'), text)
const fields = (values: fc.Arbitrary<Spelled>): fc.Arbitrary<Spelled> =>
  fc.uniqueArray(fc.tuple(name, values), {maxLength: 4, selector: ([key]) => key}).chain((entries) =>
    fc.tuple(fc.tuple(...entries.map(([key]) => nameOf(key))), gap).map(([names, space]) => ({
      ion: `{${entries.map(([, {ion}], index) => `${names[index]}${space}:${space}${ion}`).join(`${space},`)}${space}}`,
      json: `{${entries.map(([key, {json}]) => `${JSON.stringify(key)}:${json}`).join(',')}}`,
    })),
  )

const tagged = (tag: string, value: fc.Arbitrary<Spelled>): fc.Arbitrary<Spelled> =>
  value.map(({ion, json}) => ({ion, json: `{"${tag}":${json}}`}))

const value = fc.letrec<{any: Spelled}>((tie) => ({
  any: fc.oneof(
    {maxDepth: 3, withCrossShrink: true},
    tagged('S', string),
    tagged('N', number),
    tagged('B', blob),
    tagged(
      'BOOL',
      fc.boolean().map((flag) => ({ion: String(flag), json: String(flag)})),
    ),
    fc.constantFrom('null', 'null.string', 'null.struct').map((ion) => ({ion, json: '{"NULL":true}'})),
    tagged('SS', sequence(string, '$dynamodb_SS::')),
    tagged('NS', sequence(number, '$dynamodb_NS :: ')),
    tagged('BS', sequence(blob, '$dynamodb_BS::')),
    tagged('L', sequence(tie('any'), '')),
    tagged('M', fields(tie('any'))),
  ),
})).any
const item = fields(value)

describe('items in Ion', () => {
  it('are the items that DynamoDB JSON has', () => {
    fc.assert(
      fc.property(item, fc.constantFrom('', ' ', '$ion_1_0 ', ' $ion_1_0 '), ({ion, json}, head) => {
        expect(read(`${head}{Item:${ion}}`)).toEqual({json: `{"Item":${json}}`})
      }),
      {numRuns: 1000},
    )
  })

  it('are no items without their last characters', () => {
    fc.assert(
      fc.property(item, fc.nat(), ({ion}, cut) => {
        const line = `{Item:${ion}}`
        expect(read(line.slice(0, cut % line.length))).toHaveProperty('fault')
      }),
    )
  })

  it('give a fault or JSON that holds an item, whatever happened to the line', () => {
    const splinter = fc.constantFrom(
      "'",
      '"',
      "'''",
      '{{',
      '}}',
      '{',
      ']',
      '::',
      '\\',
      '/*',
      '//',
      '\\ud800',
      '$4',
      '-',
    )
    fc.assert(
      fc.property(item, fc.array(fc.tuple(fc.nat(), splinter), {minLength: 1, maxLength: 3}), ({ion}, places) => {
        let line = `{Item:${ion}}`
        for (const [place, put] of places)
          line = line.slice(0, place % line.length) + put + line.slice(place % line.length)
        const result = read(line)
        if ('json' in result) expect(readExportLine(Buffer.from(result.json))).toHaveProperty('item')
      }),
      {numRuns: 1000},
    )
  })

  it('reads the line of a real export', () => {
    expect(read(' $ion_1_0 {Item:{PK0:"a\\n\\"b\\"",\'x.y\':1.,n:1d1,type:$dynamodb_SS::["s"]}}')).toEqual({
      json: '{"Item":{"PK0":{"S":"a\\n\\"b\\""},"x.y":{"N":"1"},"n":{"N":"10"},"type":{"SS":["s"]}}}',
    })
  })
})

describe('values', () => {
  const nines = '9'.repeat(38)
  it.each([
    ['1.', '1'],
    ['1d1', '10'],
    ['6d2', '600'],
    ['6D+2', '600'],
    ['0', '0'],
    ['-0.', '0'],
    ['-0', '0'],
    ['0d99', '0'],
    ['0.000d-9', '0'],
    ['1.50', '1.5'],
    ['-0.50', '-0.5'],
    ['100.00', '100'],
    ['123d-2', '1.23'],
    ['1d-130', `0.${'0'.repeat(129)}1`],
    [nines, nines],
    [`-0.${nines}`, `-0.${nines}`],
    [`9.${'9'.repeat(37)}d125`, `${nines}${'0'.repeat(88)}`],
    ['1702062202420', '1702062202420'],
    ['0x1F', '31'],
    ['-0x10', '-16'],
  ])('writes %s as %s', (ion, json) => expect(attribute(ion)).toEqual({N: json}))

  it.each([
    ["'''a''''''bcd'''", 'abcd'],
    ["'''it's'''/*x*/ '''\"'''", 'it\'s"'],
    ["'''a\rb\r\nc\\\r\nd'''", 'a\nb\ncd'],
    ["''", ''],
    ['status', 'status'],
    ['$1e0', '$1e0'],
    ["'$10'", '$10'],
    ['"\\ud83d\\ude00\\U0001F600\\xe9\\/\\?"', '😀😀é/?'],
    ['"$ion_symbol_table::{}, \'a\'::1, // and $4"', "$ion_symbol_table::{}, 'a'::1, // and $4"],
    ['"\\0"', '\0'],
    ['"\\\\ud83d"', '\\ud83d'],
  ])('reads the text %s', (ion, expected) => expect(attribute(ion)).toEqual({S: expected}))

  it('gives nulls of all types one tag', () => {
    for (const type of ['', '.null', '.int', '.string', '.list', '.struct', '.blob', '.timestamp']) {
      expect(attribute(`null${type}`)).toEqual({NULL: true})
    }
  })

  it.each([
    '1e0',
    'nan',
    '+inf',
    '01',
    '1_000',
    '1d999999',
    '1d99999999999999',
    '2024-01-01',
    '2024T',
    '{{"clob"}}',
    '(a b)',
    'x::1',
    "'$dynamodb_SS'::x::[]",
    '$dynamodb_SS::["a",null]',
    '$dynamodb_SS::[1]',
    '$dynamodb_NS::["1"]',
    '$dynamodb_NS::[1e0]',
    '$dynamodb_BS::["QQ=="]',
    '$dynamodb_SS::{a:1}',
    '$dynamodb_SS::null.list',
    '$dynamodb_SS::[x::"a"]',
    '$dynamodb_SS::$dynamodb_SS::["a"]',
    '$dynamodb_XS::["a"]',
    'x::null',
    '{b:1,b:2}',
    "{b:1,'b':2}",
    '$ion_symbol_table::{symbols:["x"]}',
    "'$ion_symbol_table'::{}",
    "'\\x24ion_symbol_table' /* :: */ ::{}",
    '"\\ud800"',
    '"\\ude00\\ud83d"',
    '"\\q"',
    '"\\xZZ"',
    '"\\UFFFFFFFF"',
    '"a" "b"',
    "'''a",
    '{{QQ=}}',
    '{{Q*==}}',
    '[1,,2]',
    '[1',
    '{é:1}',
    '\u00a01',
    "'''a'''\u00a0'''b'''",
  ])('takes %s for no Ion of DynamoDB', (ion) => expect(attribute(ion)).toBe('not_ion'))

  it('takes the number of a symbol for no Ion of DynamoDB', () => {
    for (const ion of ['$4', '$0', '$10', '{$4:1}', '$4::1']) expect(attribute(ion)).toBe('not_ion')
  })

  it('nests as deep as DynamoDB and not without bounds', () => {
    const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(attribute(lists(64))).toHaveProperty('L')
    expect(attribute(lists(65))).toBe('not_ion')
    expect(attribute('['.repeat(1_000_000))).toBe('not_ion')
    expect(read(`{Other:${'{a:'.repeat(100_000)}`)).toEqual({fault: 'not_ion'})
  })

  it('reads long hostile lines in a time that grows with their length only', () => {
    for (const part of ["'", '"', '\\"', "'''", '{{', '/*', '0', "'::", '$4', "'''a''' ", "x' ::", "'/* ", '$1a,']) {
      const long = part.repeat(500_000 / part.length)
      expect(['not_ion', 'object']).toContain(asResult(attribute(long)))
      expect(['not_ion', 'object']).toContain(asResult(attribute(`"${long}`)))
      expect(['not_ion', 'object']).toContain(asResult(attribute(`[$1a,${long}]`)))
    }
  }, 20_000)
})

describe('lines', () => {
  const image = '{pk:"a",n:1d1}'
  const json = '{"pk":{"S":"a"},"n":{"N":"10"}}'
  const metadata = '{"Metadata":{"WriteTimestampMicros":{"N":"1768386096366933"}},'

  it.each([
    '1768386096366933',
    '1768386096366933.',
    '{N:1768386096366933}',
    '{"N":"1768386096366933"}',
    '1768386096366933d0',
  ])('takes the time %s of an incremental export, wrapped or not', (micros) => {
    const fields = `"Metadata":{"WriteTimestampMicros":${micros}},Keys:{pk:"a"},NewImage:${image},OldImage:${image}`
    const expected = {json: `${metadata}"Keys":{"pk":{"S":"a"}},"NewImage":${json},"OldImage":${json}}`}
    expect(read(`$ion_1_0 {${fields}}`)).toEqual(expected)
    expect(read(`{Record:{${fields}}}`)).toEqual(expected)
  })

  it('leaves out an image that is absent or null', () => {
    const head = 'Metadata:{WriteTimestampMicros:1768386096366933},Keys:{pk:"a"}'
    const deleted = {json: `${metadata}"Keys":{"pk":{"S":"a"}}}`}
    expect(read(`{${head}}`)).toEqual(deleted)
    expect(read(`{${head},NewImage:null,OldImage:null.struct}`)).toEqual(deleted)
    expect(read(`{${head},NewImage:"a"}`)).toEqual({fault: 'no_item'})
  })

  it.each([
    '',
    ' $ion_1_0 ',
    '1',
    '[{Item:{}}]',
    'null',
    '{}',
    '{item:{}}',
    '{Item:null}',
    '{Item:"a"}',
    '{Item:[]}',
    '{Item:{},Keys:{}}',
    '{Keys:{}}',
    '{Keys:{},Metadata:null}',
    '{Keys:{},Metadata:{WriteTimestampMicros:1.5}}',
    '{Keys:{},Metadata:{WriteTimestampMicros:-1}}',
    '{Keys:{},Metadata:{WriteTimestampMicros:{S:"1"}}}',
    '{Keys:{},Metadata:{WriteTimestampMicros:{N:{N:1}}}}',
    '{Keys:{},Metadata:{WriteTimestampMicros:{N:"x"}}}',
    '{Keys:{},Metadata:{WriteTimestampMicros:12345678901234567890}}',
    '{Metadata:{WriteTimestampMicros:1},NewImage:{}}',
    '{Record:{Item:{}},Item:{}}',
    '{Record:{Record:{Item:{}}}}',
  ])('finds no item in %s', (line) => expect(read(line)).toEqual({fault: 'no_item'}))

  it.each([
    '{Item:{}} {Item:{}}',
    '{Item:{}} x',
    '{Item:{},Item:{}}',
    'x::{Item:{}}',
    '{Item:x::{}}',
    '$ion_2_0 {Item:{}}',
    '{"Item":{"a":{"N":"1"}}',
    '{Item:',
    '{Item:{a:',
    '{Item:{a:1}',
    '{Item:{a:/*}}',
    '\ufeff{Item:{}}',
    '\0',
  ])('takes %s for no Ion', (line) => expect(read(line)).toEqual({fault: 'not_ion'}))

  it('takes binary Ion and broken UTF-8 for no Ion', () => {
    expect(readBytes(Buffer.from([0xe0, 0x01, 0x00, 0xea, 0xd0]))).toEqual({fault: 'not_ion'})
    expect(readBytes(Buffer.from('{Item:{a:"\xff"}}', 'latin1'))).toEqual({fault: 'not_ion'})
  })
})
