import {isUtf8} from 'node:buffer'
import type {IonType} from 'ion-js'
import {canonicalNumber} from './ion-number.js'
import {unmistakable} from './ion-source.js'
import {numberText, readFields, structText, UnfitIon, valueText, type IonCursor} from './ion-value.js'

/** Why a line of an export in Ion gives no item. */
export type IonLineFault =
  /** No text Ion, no UTF-8, more than one value, or a value that DynamoDB does not write. */
  | 'not_ion'
  /** Ion without a struct `Item`, and without the `Keys` and time of an incremental export. */
  | 'no_item'

/** `json` is the line in DynamoDB JSON, without its line feed. */
export type IonLine = {readonly json: string} | {readonly fault: IonLineFault}

/** 19 digits hold the microseconds of 290 thousand years. */
const MICROSECONDS = /^\d{1,19}$/
const STRUCTS = ['Item', 'Keys', 'NewImage', 'OldImage'] as const

interface Envelope {
  /** JSON text of those that are there; NULL for one that is no struct. */
  readonly structs: Map<(typeof STRUCTS)[number], string | null>
  micros: string | null
}

/** Loads ion-js, which nothing but Ion should wait for, and gives a function that reads one line and never throws. */
export async function openIonReader(): Promise<(bytes: Buffer) => IonLine> {
  const {makeReader} = await import('ion-js')
  return (bytes) => {
    if (!isUtf8(bytes)) return {fault: 'not_ion'}
    try {
      const text = unmistakable(bytes.toString('utf8'))
      return readLine({reader: makeReader(text), text})
    } catch {
      // ion-js throws plain errors at whatever is no Ion; hostile text can exhaust its patterns too.
      return {fault: 'not_ion'}
    }
  }
}

function readLine(cursor: IonCursor): IonLine {
  const {reader} = cursor
  const type = reader.next()
  if (type === null) return {fault: 'no_item'}
  const envelope = readEnvelope(cursor, type)
  // ion-js tells a struct without an end only to those who ask for what follows.
  if (reader.next() !== null) throw new UnfitIon('a second value')
  const json = envelope === null ? null : envelopeText(envelope)
  return json === null ? {fault: 'no_item'} : {json}
}

function readEnvelope(cursor: IonCursor, type: IonType): Envelope | null {
  if (!isStruct(cursor, type)) {
    valueText(cursor, type)
    return null
  }
  const envelope: Envelope = {structs: new Map(), micros: null}
  let record: Envelope | null = null
  let fields = 0
  readFields(cursor, (name, fieldType) => {
    fields += 1
    if (name === 'Record' && isStruct(cursor, fieldType)) record = readRecord(cursor)
    else readField(cursor, envelope, name, fieldType)
  })
  if (record === null) return envelope
  return fields === 1 ? record : null
}

/** The fields inside of the wrapper that the guide shows around an incremental line. */
function readRecord(cursor: IonCursor): Envelope {
  const envelope: Envelope = {structs: new Map(), micros: null}
  readFields(cursor, (name, type) => readField(cursor, envelope, name, type))
  return envelope
}

function readField(cursor: IonCursor, envelope: Envelope, name: string, type: IonType): void {
  const known = STRUCTS.find((struct) => struct === name)
  if (name === 'Metadata' && isStruct(cursor, type)) envelope.micros = readMicros(cursor)
  else if (known === undefined) valueText(cursor, type)
  else if (isStruct(cursor, type)) envelope.structs.set(known, structText(cursor))
  else if (valueText(cursor, type) !== '{"NULL":true}') envelope.structs.set(known, null)
}

/** Emitters disagree: an int, a decimal, or either of them or a string under `N`. */
function readMicros(cursor: IonCursor): string | null {
  let micros: string | null = null
  readFields(cursor, (name, type) => {
    if (name !== 'WriteTimestampMicros') valueText(cursor, type)
    else if (!isStruct(cursor, type)) micros = scalarMicros(cursor, type)
    else {
      readFields(cursor, (tag, inner) => {
        const read = scalarMicros(cursor, inner)
        micros = tag === 'N' ? read : micros
      })
    }
  })
  return micros
}

function scalarMicros(cursor: IonCursor, type: IonType): string | null {
  const {reader} = cursor
  const tagged = valueText(cursor, type)
  if (reader.isNull() || type.isContainer) return null
  const isNumber = type.name === 'int' || type.name === 'decimal'
  const isText = type.name === 'string' && tagged.length < 100
  const text = isNumber ? numberText(cursor) : isText ? canonicalNumber(reader.stringValue()!) : null
  return text !== null && MICROSECONDS.test(text) ? text : null
}

function envelopeText({structs, micros}: Envelope): string | null {
  const [item, keys, ...images] = STRUCTS.map((name) => structs.get(name))
  if (item !== undefined) return item === null || structs.size > 1 ? null : `{"Item":${item}}`
  // An image that is no struct must not pass for none: that would be a delete.
  if (typeof keys !== 'string' || micros === null || images.includes(null)) return null
  const fields = STRUCTS.filter((name) => structs.has(name)).map((name) => `"${name}":${structs.get(name)}`)
  return `{"Metadata":{"WriteTimestampMicros":{"N":"${micros}"}},${fields.join(',')}}`
}

function isStruct({reader}: IonCursor, {name}: IonType): boolean {
  return name === 'struct' && !reader.isNull() && reader.annotations().length === 0
}
