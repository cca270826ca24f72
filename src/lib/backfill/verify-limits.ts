import {counted, figure, type Check} from './verify-check.js'
import type {VerifiedRun, VerifyResult} from './verify-result.js'

/** What a verification leaves open, and why: without it a report would claim too much. */
export function unchecked({runs, checks}: VerifyResult): string[] {
  return [
    ...runs.flatMap((run) => unknownOf(`Run ${run.run}`, run.checks)),
    ...unknownOf('The table', checks),
    ...runs.flatMap(limitsOfRun),
    'Rows of the stream, and loads that are superseded, taken back or not admitted, are no part of this report.',
    'The digest of the rows is of the engine that made it; with another engine only counts, placement and samples can be compared.',
    'The files of an export are compared with its manifest. Whether DynamoDB exported what its table held cannot be seen in them.',
  ]
}

function unknownOf(what: string, checks: readonly Check[]): string[] {
  return checks.flatMap(({name, state, text}) => (state === 'unknown' ? [`${what}, ${name}: ${text}.`] : []))
}

function limitsOfRun(run: VerifiedRun): string[] {
  const {compared = 0, filtered = 0} = countsOf(run, 'samples')
  const {leftOut = 0, unreadable = 0} = countsOf(run, 'rows')
  const items = run.items ?? 0
  const limits: string[] = []
  if (compared < items)
    limits.push(
      `${figure(compared)} of ${counted(items, 'line')} compared field by field; for the others counts, placement and digest speak.`,
    )
  if (filtered > 0)
    limits.push(
      `${counted(filtered, 'sampled line')} without a row: that the condition of the load leaves them out was taken as given.`,
    )
  if (leftOut > 0)
    limits.push(`${counted(leftOut, 'line')} left out by conditions of the table or of the load: counted, not mapped.`)
  if (unreadable > 0) limits.push(`${counted(unreadable, 'line')} without an item or a key: set aside, and no rows.`)
  if (!run.isSummaryIntact)
    limits.push('The summary of the export was edited after the export, which was accepted for the load.')
  return limits.map((limit) => `Run ${run.run}: ${limit}`)
}

function countsOf({checks}: VerifiedRun, name: Check['name']): Check['counts'] {
  return checks.find((one) => one.name === name)?.counts ?? {}
}
