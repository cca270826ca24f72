import {isUtf8} from 'node:buffer'
import {faultOfItems, type LineFault} from './export-line.js'
import {textOf} from './row-attribute.js'
import type {DynamoItem} from './row-function.js'

/** One change of an item. It is gone if and only if there is no new image. */
export interface ItemChange {
  readonly keys: DynamoItem
  readonly newImage: DynamoItem | null
  readonly oldImage: DynamoItem | null
  /** Microseconds since 1970. */
  readonly version: bigint
}

export type ChangeLine = {readonly change: ItemChange} | {readonly fault: LineFault}

/** Last microsecond of the year 9999. */
export const LATEST_VERSION = 253_402_300_799_999_999n

/** A time of DynamoDB in microseconds has 16 digits; more than 18 would not fit the column. */
const MICROSECONDS = /^\d{1,18}$/

/** Reads a line of an incremental export; what is wrong inside of its images is for the mapping to say. */
export function readChange(bytes: Buffer): ChangeLine {
  if (!isUtf8(bytes)) return {fault: 'not_json'}
  try {
    return changeOf(JSON.parse(bytes.toString('utf8')))
  } catch {
    return {fault: 'not_json'}
  }
}

/** As `readChange`, and only a line as DynamoDB writes it. */
export function readChangeLine(bytes: Buffer): ChangeLine {
  const read = readChange(bytes)
  if ('fault' in read) return read
  const {keys, newImage, oldImage} = read.change
  const images = [keys, newImage, oldImage].filter((image) => image !== null)
  const fault = faultOfItems(bytes, images)
  return fault === null ? read : {fault}
}

function changeOf(line: unknown): ChangeLine {
  if (!isRecord(line)) return {fault: 'no_item'}
  const {Metadata: metadata, Keys: keys, NewImage: newImage = null, OldImage: oldImage = null} = line
  const micros =
    isRecord(metadata) && isRecord(metadata['WriteTimestampMicros'])
      ? textOf(metadata['WriteTimestampMicros']['N'])
      : null
  if (micros === null || !MICROSECONDS.test(micros) || BigInt(micros) > LATEST_VERSION) return {fault: 'no_item'}
  if (!isRecord(keys) || !isImage(newImage) || !isImage(oldImage)) return {fault: 'no_item'}
  return {change: {keys: keys as DynamoItem, newImage, oldImage, version: BigInt(micros)}}
}

function isImage(value: unknown): value is DynamoItem | null {
  return value === null || isRecord(value)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
