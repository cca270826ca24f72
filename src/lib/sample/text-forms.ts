const DAY_MS = 86_400_000
const POWERS_OF_TEN = [1, 10, 100, 1_000, 10_000] as const
const TWO_DIGITS = Array.from({length: 60}, (_, value) => String(value).padStart(2, '0'))
/** Two hexadecimal digits of every byte. */
const HEX_BYTES = Array.from({length: 256}, (_, value) => value.toString(16).padStart(2, '0'))
const THREE_DIGITS = Array.from({length: 1000}, (_, value) => String(value).padStart(3, '0'))

/**
 * Writes instants as `2026-01-14T10:18:50.622Z`. It remembers the text of each day: a sample has eight instants an item,
 * and `Date.toISOString` alone would take as long as everything else together.
 */
export class InstantText {
  private readonly days = new Map<number, string>()

  /** `ms` is milliseconds since 1970, not negative. */
  of(ms: number): string {
    const day = Math.floor(ms / DAY_MS)
    const rest = ms - day * DAY_MS
    const hour = Math.floor(rest / 3_600_000)
    const minute = Math.floor(rest / 60_000) % 60
    const second = Math.floor(rest / 1000) % 60
    const time = `${TWO_DIGITS[hour]}:${TWO_DIGITS[minute]}:${TWO_DIGITS[second]}.${THREE_DIGITS[rest % 1000]}`
    return `${this.dayText(day)}T${time}Z`
  }

  private dayText(day: number): string {
    const known = this.days.get(day)
    if (known !== undefined) return known
    const text = new Date(day * DAY_MS).toISOString().slice(0, 10)
    this.days.set(day, text)
    return text
  }
}

/** `units` of 10^-scale as DynamoDB stores a number: no trailing zeros, no bare point; `(12050, 2)` is `120.5`. */
export function decimalText(units: number, scale: 2 | 3 | 4): string {
  let digits = units
  let places: number = scale
  while (places > 0 && digits % 10 === 0) {
    digits /= 10
    places -= 1
  }
  if (places === 0) return String(digits)
  const power = POWERS_OF_TEN[places] ?? 1
  return `${Math.floor(digits / power)}.${String(digits % power).padStart(places, '0')}`
}

/** A whole number below 2^32 as eight lower-case hexadecimal digits. */
export function hexText(value: number): string {
  return `${HEX_BYTES[value >>> 24]}${HEX_BYTES[(value >>> 16) & 0xff]}${shortHexText(value & 0xffff)}`
}

/** A whole number below 65,536 as four lower-case hexadecimal digits. */
export function shortHexText(value: number): string {
  return `${HEX_BYTES[value >>> 8]}${HEX_BYTES[value & 0xff]}`
}
