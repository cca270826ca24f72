export type MetricUnit = 'Count' | 'Percent' | 'Seconds' | 'Bytes' | 'None'
export type MetricStatistic = 'Average' | 'Minimum' | 'Maximum' | 'Sum' | 'SampleCount'

/** A metric is its namespace, its name and all of its dimensions. */
export interface MetricName {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Readonly<Record<string, string>>
}

/** One value of a metric. */
export interface MetricValue extends MetricName {
  readonly unit: MetricUnit
  readonly at: Date
  readonly value: number
}

export interface SeriesRequest extends MetricName {
  readonly statistic: MetricStatistic
}

/** From included, to excluded; periods are counted from the epoch, so `from` is best a whole number of them. */
export interface SeriesRange {
  readonly from: Date
  readonly to: Date
  /** A multiple of 60. */
  readonly periodSeconds: number
}

/** The periods that hold values, oldest first: a period without one is not zero. */
export interface MetricSeries {
  readonly points: readonly MetricPoint[]
  /** False: the service did not tell all. */
  readonly isWhole: boolean
}

export interface MetricPoint {
  /** Beginning of the period. */
  readonly at: Date
  readonly value: number
}

/**
 * Figures over time, beside the lake.
 *
 * Errors: `METRIC_INVALID` before anything is written, and those of AWS and of the store.
 */
export interface Metrics {
  /**
   * Writes values. After an answer that was lost a value may stand twice: Average, Minimum and Maximum are as without it,
   * Sum and SampleCount are not.
   */
  publish(values: readonly MetricValue[]): Promise<void>
  /** One series a request, in their order. */
  series(requests: readonly SeriesRequest[], range: SeriesRange): Promise<readonly MetricSeries[]>
}
