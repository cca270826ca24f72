import {readText} from '../ports/object-content.js'
import type {Clock, Ids} from '../ports/clock.js'
import {assertMetricValues} from '../ports/metric-values.js'
import type {
  MetricName,
  MetricPoint,
  Metrics,
  MetricSeries,
  MetricStatistic,
  MetricValue,
  SeriesRange,
  SeriesRequest,
} from '../ports/metrics.js'
import type {ObjectStore} from '../ports/object-store.js'

const FOLDER = '_sluice/metrics/'

/** Metrics of a lake in a folder: lines below `_sluice/metrics/`, one object a publication. */
export class MetricLog implements Metrics {
  constructor(private readonly ports: {readonly store: ObjectStore; readonly clock: Clock; readonly ids: Ids}) {}

  async publish(values: readonly MetricValue[]): Promise<void> {
    const {store, clock, ids} = this.ports
    assertMetricValues(values, clock.now())
    if (values.length === 0) return
    const lines = values.map((value) => `${JSON.stringify(value)}\n`)
    await store.write(`${FOLDER}${ids.next()}.ndjson`, Buffer.from(lines.join('')), {ifAbsent: true})
  }

  async series(requests: readonly SeriesRequest[], range: SeriesRange): Promise<readonly MetricSeries[]> {
    const found = requests.map(() => new Map<number, number[]>())
    const wanted = new Map<string, Map<number, number[]>[]>()
    for (const [index, request] of requests.entries())
      wanted.set(keyOf(request), [...(wanted.get(keyOf(request)) ?? []), found[index]!])
    for await (const value of this.#values()) {
      if (value.at < range.from || value.at >= range.to) continue
      for (const periods of wanted.get(keyOf(value)) ?? []) {
        const period = periodOf(value.at, range)
        periods.set(period, [...(periods.get(period) ?? []), value.value])
      }
    }
    return found.map((periods, index) => ({points: pointsOf(periods, requests[index]!.statistic), isWhole: true}))
  }

  async *#values(): AsyncGenerator<MetricValue> {
    const {store} = this.ports
    for await (const {key} of store.list(FOLDER)) {
      for (const line of (await readText(store, key)).trimEnd().split('\n')) {
        const value = JSON.parse(line) as MetricValue & {at: string}
        yield {...value, at: new Date(value.at)}
      }
    }
  }
}

function keyOf({namespace, name, dimensions}: MetricName): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort()])
}

function periodOf(at: Date, {periodSeconds}: SeriesRange): number {
  const periodMs = periodSeconds * 1000
  return Math.floor(at.getTime() / periodMs) * periodMs
}

function pointsOf(periods: ReadonlyMap<number, readonly number[]>, statistic: MetricStatistic): MetricPoint[] {
  const sorted = [...periods].sort(([left], [right]) => left - right)
  return sorted.map(([period, values]) => ({at: new Date(period), value: STATISTICS[statistic](values)}))
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

const STATISTICS: Readonly<Record<MetricStatistic, (values: readonly number[]) => number>> = {
  Average: (values) => sumOf(values) / values.length,
  Minimum: (values) => Math.min(...values),
  Maximum: (values) => Math.max(...values),
  Sum: sumOf,
  SampleCount: (values) => values.length,
}
