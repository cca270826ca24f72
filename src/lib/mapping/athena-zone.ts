/** Wall clocks of a zone as steps: `offsets[n]` holds from `bounds[n - 1]` up to `bounds[n]`. Whole seconds. */
export interface ZoneSteps {
  /** Wall clock in seconds since 1970, as if it were UTC. */
  readonly bounds: readonly number[]
  /** Seconds that the clock is ahead of UTC; null where a time comes twice or is left out. */
  readonly offsets: readonly (number | null)[]
}

const DAY_SECONDS = 86_400
/** Local times are read from 1900 to 2099. */
const FIRST = Date.UTC(1899, 11, 25) / 1000
const LAST = Date.UTC(2100, 0, 8) / 1000

interface ClockChange {
  readonly at: number
  readonly before: number
  readonly after: number
}

interface Clock {
  readonly first: number
  readonly changes: readonly ClockChange[]
}

/**
 * The wall clocks of a zone from this process's own zone data, so that a load by Athena reads a local time as all
 * other loads do, whatever zone data Athena has. With `round`, a time that comes twice or is left out has the offset
 * before the change.
 */
export function zoneSteps(zone: string, round: boolean): ZoneSteps {
  const {first, changes} = clockOf(zone)
  const bounds: number[] = []
  const offsets: (number | null)[] = [first]
  for (const {at, before, after} of changes) {
    if (!round) {
      bounds.push(at + Math.min(before, after))
      offsets.push(null)
    }
    bounds.push(at + Math.max(before, after))
    offsets.push(after)
  }
  return {bounds, offsets}
}

/** Asking every day of two centuries takes a quarter of a second. */
const CLOCKS = new Map<string, Clock>()

function clockOf(zone: string): Clock {
  const clock = CLOCKS.get(zone) ?? readClock(offsetReader(zone))
  CLOCKS.set(zone, clock)
  return clock
}

function readClock(offsetAt: (second: number) => number): Clock {
  const changes: ClockChange[] = []
  const first = offsetAt(FIRST)
  let before = first
  for (let day = FIRST; day < LAST; day += DAY_SECONDS) {
    const after = offsetAt(day + DAY_SECONDS)
    if (after !== before) changes.push({at: firstSecondOf(after, day, day + DAY_SECONDS, offsetAt), before, after})
    before = after
  }
  return {first, changes}
}

function firstSecondOf(offset: number, from: number, to: number, offsetAt: (second: number) => number): number {
  let last = from
  let first = to
  while (first - last > 1) {
    const middle = Math.floor((last + first) / 2)
    if (offsetAt(middle) === offset) first = middle
    else last = middle
  }
  return first
}

function offsetReader(zone: string): (second: number) => number {
  const format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (second) => {
    const [month, day, year, hour, minute, rest] = format
      .format(second * 1000)
      .split(/\D+/)
      .map(Number)
    return Date.UTC(year!, month! - 1, day, hour, minute, rest) / 1000 - second
  }
}
