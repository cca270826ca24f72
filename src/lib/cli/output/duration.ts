const MINUTE_S = 60
const HOUR_S = 3600
const DAY_S = 86_400

/** A duration for people: `340 ms`, `1.4 s`, `2 min 05 s`, `3 h 12 min`, `2 d 04 h`. */
export function durationText(durationMs: number): string {
  const milliseconds = Math.round(durationMs)
  if (milliseconds < 1000) return `${milliseconds} ms`
  // rounded before the unit is chosen, so that 59.96 s is a minute and never `60.0 s`
  const tenths = Math.round(milliseconds / 100)
  if (tenths < MINUTE_S * 10) return `${(tenths / 10).toFixed(1)} s`
  return longDurationText(Math.round(milliseconds / 1000))
}

/** Time left, without false precision: `about 10 s`, `about 3 min`, `about 2 h 10 min`. */
export function aboutText(durationMs: number): string {
  const seconds = Math.max(1, Math.round(durationMs / 1000))
  if (seconds < 90) return `about ${seconds} s`
  const minutes = Math.round(seconds / MINUTE_S)
  return minutes < 60 ? `about ${minutes} min` : `about ${longDurationText(minutes * MINUTE_S)}`
}

function longDurationText(seconds: number): string {
  if (seconds < HOUR_S) return pair(seconds, MINUTE_S, 'min', 1, 's')
  const minutes = Math.round(seconds / MINUTE_S) * MINUTE_S
  if (minutes < DAY_S) return pair(minutes, HOUR_S, 'h', MINUTE_S, 'min')
  return pair(Math.round(seconds / HOUR_S) * HOUR_S, DAY_S, 'd', HOUR_S, 'h')
}

function pair(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % large) / small)
  return `${Math.floor(seconds / large)} ${largeName} ${String(rest).padStart(2, '0')} ${smallName}`
}
