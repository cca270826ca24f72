import {SluiceError} from '../errors.js'
import type {DynamoItem, ItemChange} from '../mapping/index.js'

/** One event of a DynamoDB stream, as a change of an item. */
export interface StreamChange extends ItemChange {
  /** Left-padded to 64 digits, so that it sorts as text. */
  readonly sequence: string
}

/** What a stream's record says where it came from; null where it does not. */
export interface StreamEvent {
  readonly change: StreamChange
  readonly tableName: string | null
}

const SEQUENCE = /^\d{1,64}$/
/** A time in seconds has 10 digits until the year 2286; with 13 it is in milliseconds, as Kinesis has it. */
const LATEST_SECONDS = 9_999_999_999

type Json = Readonly<Record<string, unknown>>

/**
 * Reads a record of a DynamoDB stream as functions get it. An item is gone only when the event says REMOVE: a stream of
 * keys or of old images tells nothing of the new state. Throws `STREAM_EVENT_INVALID`; `place` says where the event
 * stands.
 */
export function readStreamEvent(record: unknown, place: string): StreamEvent {
  const invalid = (what: string): SluiceError =>
    new SluiceError('STREAM_EVENT_INVALID', `The event in ${place} ${what}.`, {
      fix: 'Take the event out of the file, or get the events again.',
      details: {place},
    })
  if (!isRecord(record) || !isRecord(record['dynamodb'])) throw invalid('is no record of a DynamoDB stream')
  const {dynamodb, eventName, eventSourceARN} = record as {dynamodb: Json; eventName: unknown; eventSourceARN: unknown}
  const {ApproximateCreationDateTime: time, SequenceNumber: sequence, Keys: keys} = dynamodb
  if (typeof sequence !== 'string' || !SEQUENCE.test(sequence)) throw invalid('has no sequence number')
  if (!isRecord(keys)) throw invalid('has no keys')
  const seconds = secondsOf(time)
  if (seconds === null) throw invalid('has no time in seconds')
  const newImage = imageOf(dynamodb['NewImage'])
  const oldImage = imageOf(dynamodb['OldImage'])
  if (newImage === undefined || oldImage === undefined) throw invalid('has an image that is no item')
  if (eventName !== 'INSERT' && eventName !== 'MODIFY' && eventName !== 'REMOVE')
    throw invalid('is no INSERT, MODIFY or REMOVE')
  if ((eventName === 'REMOVE') !== (newImage === null))
    throw invalid(
      newImage === null
        ? 'has no new image: the stream must have the view NEW_IMAGE or NEW_AND_OLD_IMAGES'
        : 'is a REMOVE with a new image',
    )
  const change: StreamChange = {
    keys: keys as DynamoItem,
    newImage,
    oldImage,
    version: BigInt(seconds) * 1_000_000n,
    sequence: sequence.padStart(64, '0'),
  }
  return {change, tableName: tableOf(eventSourceARN)}
}

/** Whole seconds: the service rounds the time of a stream's events down. */
function secondsOf(time: unknown): number | null {
  const seconds = typeof time === 'string' ? Date.parse(time) / 1000 : time
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return null
  return seconds >= 0 && seconds <= LATEST_SECONDS ? Math.floor(seconds) : null
}

/** Null for no image; undefined for what is none. */
function imageOf(value: unknown): DynamoItem | null | undefined {
  if (value === undefined || value === null) return null
  return isRecord(value) ? (value as DynamoItem) : undefined
}

/** `arn:aws:dynamodb:eu-west-1:111122223333:table/Claims/stream/2026-01-14T10:18:50.622` */
function tableOf(arn: unknown): string | null {
  return typeof arn === 'string' ? (/:table\/([^/]+)\/stream\//.exec(arn)?.[1] ?? null) : null
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
