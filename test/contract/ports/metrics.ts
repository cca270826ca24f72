import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {Metrics, MetricValue, SeriesRange} from '../../../src/lib/ports/metrics.js'
import {expectCode} from './expectations.js'

export interface MetricsSubject {
  readonly metrics: Metrics
  readonly now: Date
  /** Namespace that nobody else writes to. */
  readonly namespace: string
  close(): Promise<void>
}

const MINUTE_MS = 60_000
const NAME = 'OverrideRate'

/** What every implementation of Metrics does. */
export function metricsContract(title: string, open: () => Promise<MetricsSubject>): void {
  describe(`${title} as Metrics`, () => {
    let subject: MetricsSubject
    /** A whole minute, an hour ago. */
    let start: number
    beforeEach(async () => {
      subject = await open()
      start = Math.floor(subject.now.getTime() / MINUTE_MS - 60) * MINUTE_MS
    })
    afterEach(() => subject.close())

    const minute = (minutes: number): Date => new Date(start + minutes * MINUTE_MS)

    const valueOf = (minutes: number, value: number, more: Partial<MetricValue> = {}): MetricValue => ({
      namespace: subject.namespace,
      name: NAME,
      dimensions: {lake: 'icpa'},
      unit: 'Percent',
      at: minute(minutes),
      value,
      ...more,
    })

    const rangeOf = (minutes: number, periodSeconds = 60): SeriesRange => ({
      from: minute(0),
      to: minute(minutes),
      periodSeconds,
    })

    it('gives each statistic of what was published, oldest first', async () => {
      const {metrics, namespace} = subject
      await metrics.publish([valueOf(2, 0.5), valueOf(0, 4), valueOf(0, 1)])
      const statistics = ['Average', 'Minimum', 'Maximum', 'Sum', 'SampleCount'] as const
      const of = {namespace, name: NAME, dimensions: {lake: 'icpa'}}
      const found = await metrics.series(
        statistics.map((statistic) => ({...of, statistic})),
        rangeOf(5),
      )
      const points = (first: number, second: number) => [
        {at: minute(0), value: first},
        {at: minute(2), value: second},
      ]
      expect(found).toEqual([
        {isWhole: true, points: points(2.5, 0.5)},
        {isWhole: true, points: points(1, 0.5)},
        {isWhole: true, points: points(4, 0.5)},
        {isWhole: true, points: points(5, 0.5)},
        {isWhole: true, points: points(2, 1)},
      ])
    })

    it('tells metrics apart by name and by all of their dimensions', async () => {
      const {metrics, namespace} = subject
      const dimensions = {lake: 'icpa', view: 'cfo'}
      await metrics.publish([valueOf(0, 1), valueOf(0, 2, {dimensions}), valueOf(0, 3, {name: 'Other'})])
      const maximum = {namespace, name: NAME, statistic: 'Maximum'} as const
      const found = await metrics.series(
        [
          {...maximum, dimensions: {view: 'cfo', lake: 'icpa'}},
          {...maximum, dimensions: {lake: 'icpa'}},
          {...maximum, dimensions: {lake: 'other'}},
          {...maximum, dimensions: {}},
        ],
        rangeOf(1),
      )
      expect(found.map(({points}) => points.map(({value}) => value))).toEqual([[2], [1], [], []])
    })

    it('counts a range from its start, included, to its end, excluded, in periods', async () => {
      const {metrics, namespace} = subject
      await metrics.publish(Array.from({length: 20}, (_, at) => valueOf(at, at)))
      const request = {namespace, name: NAME, dimensions: {lake: 'icpa'}, statistic: 'SampleCount'} as const
      const [series] = await metrics.series([request], rangeOf(10, 60))
      expect(series!.points).toHaveLength(10)
      expect(await metrics.series([], rangeOf(1))).toEqual([])
    })

    it('takes many values of several namespaces at once', async () => {
      const {metrics, namespace} = subject
      const other = `${namespace}-other`
      const many = Array.from({length: 60}, (_, at) => valueOf(at % 2, at, {namespace: at < 30 ? namespace : other}))
      await metrics.publish(many)
      const request = {name: NAME, dimensions: {lake: 'icpa'}, statistic: 'Sum'} as const
      const found = await metrics.series(
        [
          {...request, namespace},
          {...request, namespace: other},
        ],
        rangeOf(2),
      )
      const sum = (from: number): number[] =>
        [0, 1].map((odd) =>
          many.slice(from, from + 30).reduce((all, {value}) => all + (value % 2 === odd ? value : 0), 0),
        )
      expect(found.map(({points}) => points.map(({value}) => value))).toEqual([sum(0), sum(30)])
    })

    it.each<[string, Partial<MetricValue>]>([
      ['not a number', {value: Number.NaN}],
      ['infinite', {value: Number.NEGATIVE_INFINITY}],
      ['beyond 2^360', {value: 2 ** 361}],
      ['of a namespace of AWS', {namespace: 'AWS/Glue'}],
      ['without a name', {name: ' '}],
      ['of a name outside ASCII', {name: 'Überschrift'}],
      ['of a dimension without a value', {dimensions: {lake: ''}}],
      ['of too many dimensions', {dimensions: Object.fromEntries(Array.from({length: 31}, (_, n) => [`d${n}`, 'x']))}],
      ['of last month', {at: new Date(0)}],
    ])('writes nothing when a value is %s', async (_what, fault) => {
      const {metrics, namespace} = subject
      await expectCode(metrics.publish([valueOf(0, 1), valueOf(0, 2, fault)]), 'METRIC_INVALID')
      const request = {namespace, name: NAME, dimensions: {lake: 'icpa'}, statistic: 'Sum'} as const
      expect(await metrics.series([request], rangeOf(5))).toEqual([{points: [], isWhole: true}])
    })
  })
}
