import type {IonType, Reader} from 'ion-js'
import {canonicalNumber} from './ion-number.js'

/** DynamoDB nests 32 levels; the reading recurses. */
const MAXIMUM_DEPTH = 64
/** With `u` whole pairs are one character, so this matches halves only. */
const HALF_PAIR = /\p{Surrogate}/u
const SET_TAGS: ReadonlyMap<string, SetTag> = new Map([
  ['$dynamodb_SS', 'SS'],
  ['$dynamodb_NS', 'NS'],
  ['$dynamodb_BS', 'BS'],
])

type SetTag = 'SS' | 'NS' | 'BS'

/** Ion that no export has. */
export class UnfitIon extends Error {}

/** A reader of ion-js with the text that it reads. */
export interface IonCursor {
  readonly reader: Reader
  readonly text: string
}

/** Steps through the struct where the reader stands. */
export function readFields({reader}: IonCursor, read: (name: string, type: IonType) => void): void {
  const names = new Set<string>()
  reader.stepIn()
  for (let type = reader.next(); type !== null; type = reader.next()) {
    const name = reader.fieldName()
    if (name === null || names.has(name)) throw new UnfitIon('a name twice in one struct')
    names.add(name)
    read(name, type)
  }
  reader.stepOut()
}

/** JSON text of the struct's fields as typed values: an item, an image, the inside of `M`. */
export function structText(cursor: IonCursor, depth = 0): string {
  const fields: string[] = []
  readFields(cursor, (name, type) => fields.push(`${quoted(name)}:${valueText(cursor, type, depth)}`))
  return `{${fields.join(',')}}`
}

/** JSON text of the value where the reader stands, with DynamoDB's type tag. */
export function valueText(cursor: IonCursor, type: IonType, depth = 0): string {
  const {reader} = cursor
  const annotations = reader.annotations()
  if (annotations.length > 0) return setText(cursor, type, annotations)
  if (reader.isNull()) return '{"NULL":true}'
  if (depth >= MAXIMUM_DEPTH && type.isContainer) throw new UnfitIon('too deep')
  switch (type.name) {
    case 'bool':
      return `{"BOOL":${reader.booleanValue()}}`
    case 'int':
    case 'decimal':
      return `{"N":"${numberText(cursor)}"}`
    case 'string':
    case 'symbol':
      return `{"S":${stringText(cursor)}}`
    case 'blob':
      return `{"B":${blobText(cursor)}}`
    case 'list':
      return `{"L":${listText(cursor, (element) => valueText(cursor, element, depth + 1))}}`
    case 'struct':
      return `{"M":${structText(cursor, depth + 1)}}`
    default:
      throw new UnfitIon(`a ${type.name}`)
  }
}

function setText(cursor: IonCursor, type: IonType, [annotation, ...others]: readonly string[]): string {
  const tag = SET_TAGS.get(annotation!)
  if (tag === undefined || others.length > 0 || type.name !== 'list' || cursor.reader.isNull()) {
    throw new UnfitIon('an annotation of no set')
  }
  return `{"${tag}":${listText(cursor, (element) => memberText(cursor, tag, element))}}`
}

function memberText(cursor: IonCursor, tag: SetTag, {name}: IonType): string {
  const {reader} = cursor
  if (reader.isNull() || reader.annotations().length > 0) throw new UnfitIon('no member of a set')
  if (tag === 'SS' && (name === 'string' || name === 'symbol')) return stringText(cursor)
  if (tag === 'NS' && (name === 'int' || name === 'decimal')) return `"${numberText(cursor)}"`
  if (tag === 'BS' && name === 'blob') return blobText(cursor)
  throw new UnfitIon(`a ${name} in ${tag}`)
}

function listText({reader}: IonCursor, elementText: (type: IonType) => string): string {
  const elements: string[] = []
  reader.stepIn()
  for (let type = reader.next(); type !== null; type = reader.next()) elements.push(elementText(type))
  reader.stepOut()
  return `[${elements.join(',')}]`
}

/**
 * The digits as they stand in the line. The reader is past a number's last character when it says what stands there;
 * its own values take a second for a million digits.
 */
export function numberText({reader, text}: IonCursor): string {
  const end = reader.position()
  let start = end
  while (start > 0 && isOfNumber(text.charCodeAt(start - 1))) start -= 1
  const number = canonicalNumber(text.slice(start, end))
  if (number === null) throw new UnfitIon('no number of DynamoDB')
  return number
}

/** Digits, ASCII letters and `+ - .`; a number stands behind none of them. */
function isOfNumber(code: number): boolean {
  const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a
  return isLetter || (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e
}

function stringText({reader}: IonCursor): string {
  return quoted(reader.stringValue()!)
}

function quoted(text: string): string {
  const json = JSON.stringify(text)
  // It escapes halves, so the slow search is for the few texts that have `\ud` now.
  if (json.includes('\\ud') && HALF_PAIR.test(text)) throw new UnfitIon('half a surrogate pair')
  return json
}

function blobText({reader}: IonCursor): string {
  return `"${Buffer.from(reader.uInt8ArrayValue()!).toString('base64')}"`
}
