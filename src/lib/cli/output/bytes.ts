const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** A size in bytes for people: binary units by their names, three significant digits (`1.2 GiB`). */
export function bytesText(sizeBytes: number | bigint): string {
  let value = Number(sizeBytes)
  let unit = 0
  // 999.5 and not 1024: a fourth digit would appear before the next unit begins
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${value.toLocaleString('en-US', {maximumSignificantDigits: 3})} ${UNITS[unit]}`
}
