import {SluiceError} from '../errors.js'
import type {MetricName, MetricValue} from './metrics.js'

// The limits of PutMetricData, for every implementation alike.
const MOST_DIMENSIONS = 30
const LONGEST_NAME = 255
const LONGEST_DIMENSION_VALUE = 1024
const GREATEST_VALUE = 2 ** 360
const OLDEST_MS = 14 * 24 * 60 * 60 * 1000
const NEWEST_MS = 2 * 60 * 60 * 1000

/** Throws `METRIC_INVALID` for a value that CloudWatch would not take: of many, none is to be written then. */
export function assertMetricValues(values: readonly MetricValue[], now: Date): void {
  for (const value of values) {
    const fault = faultOfName(value) ?? faultOfValue(value, now)
    if (fault === null) continue
    throw new SluiceError('METRIC_INVALID', `The metric ${value.namespace} ${value.name} is refused: ${fault}.`, {
      fix: 'Correct it; nothing was written.',
      details: {namespace: value.namespace, name: value.name},
    })
  }
}

function faultOfName({namespace, name, dimensions}: MetricName): string | null {
  const pairs = Object.entries(dimensions)
  if (!isName(namespace, LONGEST_NAME)) return 'its namespace is empty, too long or not ASCII'
  if (namespace.startsWith('AWS/')) return 'namespaces that begin with AWS/ are those of AWS'
  if (!isName(name, LONGEST_NAME)) return 'its name is empty, too long or not ASCII'
  if (pairs.length > MOST_DIMENSIONS) return `it has more than ${MOST_DIMENSIONS} dimensions`
  const isUnfit = ([key, value]: [string, string]): boolean =>
    !isName(key, LONGEST_NAME) || key.startsWith(':') || !isName(value, LONGEST_DIMENSION_VALUE)
  return pairs.some(isUnfit) ? 'a dimension is empty, too long or not ASCII' : null
}

function isName(text: string, longest: number): boolean {
  return text.length <= longest && /^[\u0020-\u007e]*[\u0021-\u007e][\u0020-\u007e]*$/.test(text)
}

function faultOfValue({value, at}: MetricValue, now: Date): string | null {
  if (!Number.isFinite(value) || Math.abs(value) > GREATEST_VALUE) return `${value} is no value of a metric`
  const ageMs = now.getTime() - at.getTime()
  return ageMs > OLDEST_MS || -ageMs > NEWEST_MS
    ? 'its time is not within two weeks before and two hours after now'
    : null
}
