import {SluiceError} from '../errors.js'

// One set of rules for every store, so that a lake can be copied from one to another.

/** How the name of everything begins that a folder store keeps for itself; no segment of a key may begin so. */
export const RESERVED_NAME = '.sluice-store'

/** As in S3. */
export const LONGEST_KEY_BYTES = 1024
const LONGEST_SEGMENT_BYTES = 255

/** Throws `KEY_INVALID` for a key that could leave the store's root or that not every store can hold. */
export function assertKey(key: string): void {
  const fault = faultOfKey(key)
  if (fault !== null) throw keyInvalid(key, fault)
}

/** Throws `KEY_INVALID` for a list prefix whose folders no key can have. */
export function assertPrefix(prefix: string): void {
  const folder = prefix.slice(0, prefix.lastIndexOf('/'))
  const fault = faultOfCharacters(prefix) ?? (prefix.includes('/') ? faultOfKey(folder) : null)
  if (fault !== null) throw keyInvalid(prefix, fault)
}

/** The error for a key that the store refuses. */
export function keyInvalid(key: string, fault: string, cause?: unknown): SluiceError {
  return new SluiceError('KEY_INVALID', `The key ${shown(key)} is refused: ${fault}.`, {
    fix: 'Use a relative key of plain names separated by single slashes.',
    ...(cause === undefined ? {} : {cause}),
  })
}

/** Untrusted text for a message: quoted, without control characters, of bounded length. */
export function shown(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '?')
  return `"${plain.length > 300 ? `${plain.slice(0, 300)}…` : plain}"`
}

/** Orders texts as their UTF-8 bytes do; JavaScript's own order differs above U+D7FF. */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index += 1) {
    const leftUnit = left.charCodeAt(index)
    const rightUnit = right.charCodeAt(index)
    if (leftUnit !== rightUnit) return rankOfUnit(leftUnit) - rankOfUnit(rightUnit)
  }
  return left.length - right.length
}

// A surrogate stands for a code point above U+FFFF, so it ranks behind every other unit.
function rankOfUnit(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

/** Why no store may take the key, or null when every store must. */
export function faultOfKey(key: string): string | null {
  if (key === '') return 'it is empty'
  if (key.startsWith('/')) return 'it begins with a slash'
  if (Buffer.byteLength(key) > LONGEST_KEY_BYTES) return `it is longer than ${LONGEST_KEY_BYTES} bytes`
  return faultOfCharacters(key) ?? firstFaultOfSegments(key)
}

function faultOfCharacters(text: string): string | null {
  if (text.includes('\0')) return 'it holds a NUL character'
  if (/\p{Cs}/u.test(text)) return 'it is not well-formed Unicode'
  return null
}

/**
 * True for a key that a listing shows and every call refuses: a bucket may hold what other stores cannot, and Athena
 * reads it.
 */
export function isUnusable(key: string): boolean {
  return faultOfKey(key) !== null
}

/** True where a segment is `.` or `..`, or belongs to the store itself: readers pass over all that begins with a dot. */
export function hasReservedSegment(key: string): boolean {
  return key.split('/').some((segment) => isDots(segment) || segment.startsWith(RESERVED_NAME))
}

function isDots(segment: string): boolean {
  return segment === '.' || segment === '..'
}

function firstFaultOfSegments(key: string): string | null {
  for (const segment of key.split('/')) {
    if (segment === '') return 'it has an empty segment'
    if (isDots(segment)) return `it has a ${shown(segment)} segment`
    if (segment.startsWith(RESERVED_NAME)) return `names that begin with ${RESERVED_NAME} belong to the store itself`
    if (Buffer.byteLength(segment) > LONGEST_SEGMENT_BYTES)
      return `a segment is longer than ${LONGEST_SEGMENT_BYTES} bytes`
  }
  return null
}
