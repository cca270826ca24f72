import {sparkline} from '../cli/output/sparkline.js'
import {widthOf} from '../cli/output/width.js'

/** One drawn line: its points in the order of time. */
export interface TrendLine {
  readonly label: string
  readonly points: readonly TrendPoint[]
}

export interface TrendPoint {
  readonly day: string
  /** Null: a gap. */
  readonly value: string | null
  /** The value for people. */
  readonly text: string
}

const INDENT = '  '
const GAP = 3
/** More numbers than this are a table, which `--output csv` gives. */
const MOST_NUMBERS = 14

/** Each line as bars with its numbers beside; its ends where there is no room for all. */
export function renderTrendLines(lines: readonly TrendLine[], widthColumns?: number): string[] {
  const labelWidth = Math.max(0, ...lines.map(({label}) => widthOf(label)))
  const room = widthColumns ?? Number.POSITIVE_INFINITY
  return lines.flatMap(({label, points}) => {
    const bars = sparkline(drawn(points))
    const start = `${INDENT}${label}${' '.repeat(labelWidth - widthOf(label) + GAP)}`
    const beside = `${start}${bars}${' '.repeat(GAP)}`
    const all = beside + points.map(({text}) => text).join('  ')
    if (points.length <= MOST_NUMBERS && widthOf(all) <= room) return [all]
    const ends = endsText(points)
    return widthOf(beside + ends) <= room ? [beside + ends] : [start + ends, `${INDENT}${bars}`.trimEnd()]
  })
}

/** What reads the same is drawn the same: bars must not make hills of what the numbers beside them hide. */
function drawn(points: readonly TrendPoint[]): (number | null)[] {
  const texts = new Set(points.filter(({value}) => value !== null).map(({text}) => text))
  return points.map(({value}) => (value === null ? null : texts.size === 1 ? 0 : Number(value)))
}

/** First, last, lowest and highest. */
function endsText(points: readonly TrendPoint[]): string {
  const known = points.filter(({value}) => value !== null)
  const [first, last] = [known[0], known.at(-1)]
  if (first === undefined || last === undefined) return 'no data'
  const sorted = [...known].sort((left, right) => Number(left.value) - Number(right.value))
  return `${first.text} .. ${last.text}, lowest ${sorted[0]!.text}, highest ${sorted.at(-1)!.text}`
}
