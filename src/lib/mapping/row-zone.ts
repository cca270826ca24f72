const MS_PER_DAY = 86_400_000
const MS_PER_SECOND = 1000

/**
 * A function from the wall clock of a zone (milliseconds as if it were UTC) to the instant. Near a change of clocks a
 * time can come twice or be left out: then null, or under `round` the instant by the offset before the change.
 */
export function localInstantReader(zone: string, round: boolean): (wallClock: number) => number | null {
  const offsetAt = offsetReader(zone)
  return (wallClock) => {
    const former = offsetAt(wallClock - MS_PER_DAY)
    const later = offsetAt(wallClock + MS_PER_DAY)
    if (former === later) return wallClock - former
    const fits = [former, later].filter((offset) => offsetAt(wallClock - offset) === offset)
    return fits.length === 1 ? wallClock - fits[0]! : round ? wallClock - former : null
  }
}

/** Milliseconds that the zone's clock is ahead of UTC at an instant. */
function offsetReader(zone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (instant) => {
    const whole = Math.floor(instant / MS_PER_SECOND) * MS_PER_SECOND
    const [month, day, year, hour, minute, second] = format.format(whole).match(/\d+/g)!.map(Number)
    return Date.UTC(year!, month! - 1, day, hour, minute, second) - whole
  }
}
