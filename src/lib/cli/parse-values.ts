import {SluiceError} from '../errors.js'

const DAY = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/
const BYTES = /^(\d+(?:\.\d+)?)\s*([kmgtp]?i?b)?$/i
const DURATION = /^(\d+)(s|m|h|d)$/
const DURATION_UNITS: Readonly<Record<string, number>> = {s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000}
const DOLLARS = /^\$?(\d+(?:\.\d+)?)$/

const BYTE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  pb: 1e15,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
  pib: 2 ** 50,
}

/**
 * A UTC date (its first instant) or an instant with a zone, from a flag.
 * @throws SluiceError USAGE when it is neither, or names a day that does not exist
 */
export function parseInstant(text: string): Date {
  const instant = DAY.test(text) || INSTANT.test(text) ? new Date(text) : new Date(Number.NaN)
  if (Number.isNaN(instant.getTime()) || !dayExists(text)) {
    throw usage(`"${text}" is no date and no instant.`, 'Write 2026-01-04 (UTC) or 2026-01-04T03:10:00Z.')
  }
  return instant
}

/**
 * A size such as `2GB`, `512MiB` or `1048576`, in bytes.
 * @throws SluiceError USAGE when it is no size, or not a whole number of bytes
 */
export function parseBytes(text: string): number {
  const sizeBytes = sizeOf(text)
  if (sizeBytes === null) throw usage(`"${text}" is no size.`, 'Write a number with a unit, such as 2GB or 512MiB.')
  return sizeBytes
}

/**
 * As `parseBytes`, for a size that something must have; `example` says where it stands.
 * @throws SluiceError USAGE when it is no size, or none at all
 */
export function parseSize(text: string, example: string): number {
  const sizeBytes = sizeOf(text)
  if (sizeBytes === null || sizeBytes === 0) throw usage(`"${text}" is no size.`, `e.g. ${example}`)
  return sizeBytes
}

/**
 * A length of time such as `26h`, `30m`, `90s`, `2d` or `0`, in milliseconds.
 * @throws SluiceError USAGE when it is none
 */
export function parseDuration(text: string): number {
  if (text.trim() === '0') return 0
  const [, amount, unit = ''] = DURATION.exec(text.trim()) ?? []
  const durationMs = Number(amount) * (DURATION_UNITS[unit] ?? Number.NaN)
  if (Number.isSafeInteger(durationMs)) return durationMs
  throw usage(`"${text}" is no length of time.`, 'Write a whole number with a unit, such as 26h, 30m or 2d.')
}

/**
 * A whole number from 1 up.
 * @throws SluiceError USAGE when it is not
 */
export function parsePositiveInteger(text: string): number {
  const amount = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(amount) || amount < 1) {
    throw usage(`"${text}" is no whole number from 1 up.`)
  }
  return amount
}

/**
 * US dollars as decimal text, without the sign: `$0.50` gives `0.50`. Money never becomes a floating-point number.
 * @throws SluiceError USAGE when it is no amount
 */
export function parseDollars(text: string): string {
  const amount = DOLLARS.exec(text.trim())?.[1]
  if (amount === undefined) throw usage(`"${text}" is no amount in US dollars.`, 'Write it as 0.50 or $0.50.')
  return amount
}

/** In bytes; null when it is no size. */
function sizeOf(text: string): number | null {
  const [, amount, unit = 'b'] = BYTES.exec(text.trim()) ?? []
  const sizeBytes = Math.round(Number(amount) * (BYTE_UNITS[unit.toLowerCase()] ?? Number.NaN))
  return amount === undefined || !Number.isSafeInteger(sizeBytes) ? null : sizeBytes
}

/** False for 2026-02-30, which Date moves to March without a word. */
function dayExists(text: string): boolean {
  const day = text.slice(0, 10)
  const parsed = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(day)
}

function usage(message: string, fix?: string): SluiceError {
  return new SluiceError('USAGE', message, fix === undefined ? {} : {fix})
}
