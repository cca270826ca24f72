const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const GAP = ' '
/** What a line without ups and downs looks like. */
const LEVEL = '▄'

/** A line of bars, the lowest value the lowest bar; a missing point is a gap, never a bar. */
export function sparkline(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null)
  const [low, high] = [Math.min(...known), Math.max(...known)]
  return values
    .map((value) => (value === null ? GAP : low === high ? LEVEL : barOf((value - low) / (high - low))))
    .join('')
}

function barOf(share: number): string {
  return BARS[Math.min(BARS.length - 1, Math.floor(share * BARS.length))] ?? LEVEL
}
