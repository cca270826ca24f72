/** Text of partition values that tells a stretch of time: year, month, day and hour, each as far as they go. */
const TIME = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[-T](\d{2}))?)?)?$/

export interface TimeStretch {
  readonly fromMs: number
  readonly toMs: number
}

/** The UTC time that a partition stands for, when its values spell one, as in `2026`, `01`, `14` or `2026-01-14`. */
export function timeOfPartition(values: readonly string[]): TimeStretch | null {
  const [, year, month, day, hour] = TIME.exec(values.join('-')) ?? []
  if (year === undefined) return null
  const parts = [
    Number(year),
    month === undefined ? 0 : Number(month) - 1,
    Number(day ?? '1'),
    Number(hour ?? '0'),
  ] as const
  const fromMs = Date.UTC(...parts)
  if (hour !== undefined) return {fromMs, toMs: fromMs + 3_600_000}
  if (day !== undefined) return {fromMs, toMs: Date.UTC(parts[0], parts[1], parts[2] + 1)}
  return {fromMs, toMs: month === undefined ? Date.UTC(parts[0] + 1, 0) : Date.UTC(parts[0], parts[1] + 1)}
}
