import {isUtf8} from 'node:buffer'
import type {DynamoItem} from './row-function.js'

/** DynamoDB items have at most 400 KB; their JSON can be larger by escapes and tags. */
export const MAXIMUM_LINE_BYTES = 16 * 1024 * 1024

/** Why a line of an export gives no item. */
export type LineFault =
  | 'too_long'
  /** No JSON, or no UTF-8. */
  | 'not_json'
  /** No Ion, or not as DynamoDB writes it. */
  | 'not_ion'
  /** A name stands twice in one object. */
  | 'duplicate_name'
  /** JSON without an object `Item`, or without the parts of a change: `Keys`, images, the time of the write. */
  | 'no_item'
  /** A value without exactly one type tag, or of another shape than its tag says. */
  | 'not_typed'

export type ExportLine = {readonly item: DynamoItem} | {readonly fault: LineFault}

/** Reads a line as DynamoDB writes it, and nothing else. */
export function readExportLine(bytes: Buffer): ExportLine {
  const read = readItem(bytes)
  if ('fault' in read) return read
  const fault = faultOfItems(bytes, [read.item])
  return fault === null ? read : {fault}
}

/** What keeps a line of JSON with these items from being one that DynamoDB writes; null for nothing. */
export function faultOfItems(bytes: Buffer, items: readonly DynamoItem[]): LineFault | null {
  // Half a surrogate pair is no text: JavaScript takes its escape, strict readers of JSON do not.
  if (!items.every(isWellFormed)) return 'not_json'
  if (hasDuplicateNames(bytes.toString('utf8'))) return 'duplicate_name'
  return items.every((item) => Object.values(item).every(isTyped)) ? null : 'not_typed'
}

/** As `readExportLine`, but takes any object for an item: what is wrong inside is for the mapping to say. */
export function readItem(bytes: Buffer): ExportLine {
  if (!isUtf8(bytes)) return {fault: 'not_json'}
  try {
    const {Item: item} = (JSON.parse(bytes.toString('utf8')) ?? {}) as {Item?: unknown}
    return isRecord(item) ? {item: item as DynamoItem} : {fault: 'no_item'}
  } catch {
    return {fault: 'not_json'}
  }
}

/**
 * `JSON.parse` keeps the last of two equal names and says nothing. In text that it took, every string before a colon
 * is a name, so their number tells.
 */
function hasDuplicateNames(text: string): boolean {
  let names = 0
  for (const [, colon] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"\s*(:)?/g)) if (colon !== undefined) names += 1
  return names !== countNames(JSON.parse(text))
}

function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const children = Object.values(value)
  const own = Array.isArray(value) ? 0 : children.length
  return children.reduce<number>((sum, child) => sum + countNames(child), own)
}

/** With `u` whole pairs are one character, so this matches halves only. */
const HALF_PAIR = /\p{Surrogate}/u

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return !HALF_PAIR.test(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, child]) => !HALF_PAIR.test(name) && isWellFormed(child))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const isText = (value: unknown): boolean => typeof value === 'string'
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)
const SHAPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  S: isText,
  N: isText,
  B: isText,
  BOOL: (value) => typeof value === 'boolean',
  NULL: (value) => value === true,
  SS: areTexts,
  NS: areTexts,
  BS: areTexts,
  L: (value) => Array.isArray(value) && value.every(isTyped),
  M: (value) => isRecord(value) && Object.values(value).every(isTyped),
}

function isTyped(value: unknown): boolean {
  if (!isRecord(value)) return false
  const [tag, ...others] = Object.keys(value)
  const hasShape = tag === undefined || !Object.hasOwn(SHAPES, tag) ? undefined : SHAPES[tag]
  return others.length === 0 && hasShape !== undefined && hasShape(value[tag!])
}
