import {columnType, elementTag, isContainer, sourceTag, type ArrayType, type ScalarType} from './column-type.js'
import {isJsonObject, isThere, jsonText, member, textOf, WRONG_TYPE} from './row-attribute.js'
import {decimalReader, INEXACT, integerReader, readDouble, type ReadValue, type TextReader} from './row-number.js'
import {readDate, timestampReader} from './row-time.js'
import type {SourceColumn} from './types.js'

/** Base64 without spare bits, so that the bytes have no other text. */
const BASE64 = /^[A-Za-z0-9+/]*(?:[AEIMQUYcgkosw048]=|[AQgw]==)?$/

/** Compiles a column to a function from what stands behind its tag to its value, exact or not at all. */
export function valueReader(column: SourceColumn): (raw: unknown) => ReadValue {
  const type = columnType(column.type)
  if (type.kind === 'array') return arrayReader(column, type)
  if (isContainer(sourceTag(column))) return sourceTag(column) === 'M' ? readObject : readList
  const read = textReader(column, type)
  return (raw) => {
    const text = textOf(raw)
    return text === null ? WRONG_TYPE : read(text)
  }
}

function readObject(raw: unknown): ReadValue {
  return isJsonObject(raw) ? (jsonText(raw) ?? WRONG_TYPE) : WRONG_TYPE
}

function readList(raw: unknown): ReadValue {
  return Array.isArray(raw) ? (jsonText(raw) ?? WRONG_TYPE) : WRONG_TYPE
}

function textReader(column: SourceColumn, type: ScalarType): TextReader {
  const round = column.inexact === 'round'
  switch (type.kind) {
    case 'string':
      return column.tag === 'B' ? readBase64 : (text) => text
    case 'binary':
      return readBase64
    case 'boolean':
      return (text) => (text === 'true' ? true : text === 'false' ? false : WRONG_TYPE)
    case 'double':
      return readDouble
    case 'integer':
    case 'bigint':
      return integerReader(type.kind, round)
    case 'decimal':
      return decimalReader(type, round)
    case 'timestamp':
      return timestampReader(column)
    case 'date':
      return readDate
  }
}

function readBase64(text: string): ReadValue {
  return text.length % 4 === 0 && BASE64.test(text) ? text : WRONG_TYPE
}

/** All elements or none; one of another type is a worse fault than an inexact one. */
function arrayReader(column: SourceColumn, type: ArrayType): (raw: unknown) => ReadValue {
  const read = textReader(column, type.element)
  const tag = elementTag(type.element)
  const elementText = sourceTag(column) === 'L' ? (element: unknown) => taggedText(element, tag) : textOf
  return (raw) => {
    if (!Array.isArray(raw)) return WRONG_TYPE
    const values: Exclude<ReadValue, symbol>[] = []
    let isExact = true
    for (const element of raw) {
      const text = elementText(element)
      const value = text === null ? WRONG_TYPE : read(text)
      if (value === WRONG_TYPE) return WRONG_TYPE
      if (value === INEXACT) isExact = false
      else values.push(value)
    }
    return isExact ? values : INEXACT
  }
}

function taggedText(element: unknown, tag: string): string | null {
  const value = isJsonObject(element) ? member(element, tag) : null
  return isThere(value) ? textOf(value) : null
}
