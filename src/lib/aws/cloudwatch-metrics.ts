import type {CloudWatchClient, Dimension, GetMetricDataInput, MetricDataQuery} from '@aws-sdk/client-cloudwatch'
import type {Clock} from '../ports/clock.js'
import {assertMetricValues} from '../ports/metric-values.js'
import type {MetricPoint, Metrics, MetricSeries, MetricValue, SeriesRange, SeriesRequest} from '../ports/metrics.js'
import {awsError} from './aws-errors.js'
import {clientConfiguration, type AwsSettings} from './client-settings.js'

/** PutMetricData takes 1,000 and 1 MB; names of full length in all dimensions stay below that. */
const VALUES_A_CALL = 25
/** GetMetricData's limit. */
const SERIES_A_CALL = 500

/** Metrics of CloudWatch. */
export class CloudWatchMetrics implements Metrics {
  #client: Promise<CloudWatchClient> | null = null

  constructor(
    private readonly settings: AwsSettings,
    private readonly clock: Clock,
  ) {}

  async publish(values: readonly MetricValue[]): Promise<void> {
    assertMetricValues(values, this.clock.now())
    const {PutMetricDataCommand} = await import('@aws-sdk/client-cloudwatch')
    for (const namespace of new Set(values.map((value) => value.namespace))) {
      const own = values.filter((value) => value.namespace === namespace)
      for (let at = 0; at < own.length; at += VALUES_A_CALL) {
        const MetricData = own.slice(at, at + VALUES_A_CALL).map(({name, dimensions, unit, at: time, value}) => ({
          MetricName: name,
          Dimensions: dimensionsOf(dimensions),
          Unit: unit,
          Timestamp: time,
          Value: value,
        }))
        await this.#call('cloudwatch:PutMetricData', (client) =>
          client.send(new PutMetricDataCommand({Namespace: namespace, MetricData})),
        )
      }
    }
  }

  async series(requests: readonly SeriesRequest[], range: SeriesRange): Promise<readonly MetricSeries[]> {
    const found: MetricSeries[] = []
    for (let at = 0; at < requests.length; at += SERIES_A_CALL)
      found.push(...(await this.#seriesOf(requests.slice(at, at + SERIES_A_CALL), range)))
    return found
  }

  async #seriesOf(requests: readonly SeriesRequest[], {from, to, periodSeconds}: SeriesRange): Promise<MetricSeries[]> {
    const {GetMetricDataCommand} = await import('@aws-sdk/client-cloudwatch')
    const found = requests.map(() => ({points: [] as MetricPoint[], isWhole: true}))
    const input: GetMetricDataInput = {
      StartTime: from,
      EndTime: to,
      ScanBy: 'TimestampAscending',
      MetricDataQueries: requests.map((request, index) => queryOf(request, index, periodSeconds)),
    }
    let token: string | undefined
    do {
      const {MetricDataResults = [], NextToken} = await this.#call('cloudwatch:GetMetricData', (client) =>
        client.send(new GetMetricDataCommand({...input, ...(token === undefined ? {} : {NextToken: token})})),
      )
      for (const {Id = '', Timestamps = [], Values = [], StatusCode} of MetricDataResults) {
        const one = found[Number(Id.slice(1))]!
        one.points.push(...Timestamps.map((time, index) => ({at: time, value: Values[index]!})))
        // A series is partial on every page but its last.
        one.isWhole = StatusCode === 'Complete'
      }
      token = NextToken
    } while (token !== undefined)
    return found
  }

  async #call<Result>(action: string, run: (client: CloudWatchClient) => Promise<Result>): Promise<Result> {
    try {
      return await run(await this.#connected())
    } catch (error) {
      throw awsError(error, {service: 'CloudWatch', action})
    }
  }

  #connected(): Promise<CloudWatchClient> {
    this.#client ??= import('@aws-sdk/client-cloudwatch').then(
      (sdk) => new sdk.CloudWatchClient(clientConfiguration(this.settings, 'cloudwatch')),
    )
    return this.#client
  }
}

function queryOf(
  {namespace, name, dimensions, statistic}: SeriesRequest,
  index: number,
  period: number,
): MetricDataQuery {
  const metric = {Namespace: namespace, MetricName: name, Dimensions: dimensionsOf(dimensions)}
  return {Id: `m${index}`, MetricStat: {Metric: metric, Period: period, Stat: statistic}}
}

function dimensionsOf(dimensions: Readonly<Record<string, string>>): Dimension[] {
  return Object.entries(dimensions).map(([Name, Value]) => ({Name, Value}))
}
