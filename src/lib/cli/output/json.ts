import {escapeOf} from './text.js'

/** DEL, C1 and bidi marks: legal in JSON, but a terminal would act on them. C0 is escaped by JSON itself. */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** One JSON document as text: bigints as decimal strings, nothing that a terminal would act on, nothing lost. */
export function jsonText(value: unknown, indent = 2): string {
  return escaped(JSON.stringify(value, exact, indent))
}

/**
 * A value of a row as one line of JSON. A number that a reader would round or drop is a string: integers beyond 2^53,
 * NaN and infinity (decimals come as text).
 */
export function jsonLine(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  // Half of a large result's time went into calling a replacer for every plain value.
  const isPlain = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
  return escaped(isPlain ? JSON.stringify(value) : JSON.stringify(value, asRead))
}

function exact(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

function asRead(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

function escaped(json: string): string {
  return json.replace(UNSAFE, escapeOf)
}
