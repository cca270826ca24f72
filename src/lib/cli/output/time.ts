const STEPS = [
  {unit: 'year', lengthMs: 365 * 86_400_000},
  {unit: 'month', lengthMs: 30 * 86_400_000},
  {unit: 'day', lengthMs: 86_400_000},
  {unit: 'hour', lengthMs: 3_600_000},
  {unit: 'minute', lengthMs: 60_000},
  {unit: 'second', lengthMs: 1000},
] as const

const RELATIVE = new Intl.RelativeTimeFormat('en', {numeric: 'always'})

/** An instant for people, UTC: `2026-01-04 03:10Z`, with seconds or milliseconds only where they are not zero. */
export function instantText(instant: Date): string {
  const iso = instant.toISOString()
  const withoutMilliseconds = iso.endsWith('.000Z') ? `${iso.slice(0, -5)}Z` : iso
  return withoutMilliseconds.replace(/:00Z$/, 'Z').replace('T', ' ')
}

/** How far `instant` is from `now`: `3 hours ago`, `in 2 days`, `now`. */
export function relativeText(instant: Date, now: Date): string {
  const distanceMs = instant.getTime() - now.getTime()
  const step = STEPS.find(({lengthMs}) => Math.abs(distanceMs) >= lengthMs)
  return step === undefined ? 'now' : RELATIVE.format(Math.trunc(distanceMs / step.lengthMs), step.unit)
}

/** Both: `2026-01-04 03:10Z (3 hours ago)`. */
export function instantWithAge(instant: Date, now: Date): string {
  return `${instantText(instant)} (${relativeText(instant, now)})`
}

/** The UTC day: `2026-01-04`. */
export function dayText(instant: Date): string {
  return instant.toISOString().slice(0, 10)
}
