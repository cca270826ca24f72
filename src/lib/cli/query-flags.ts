import * as Flags from '@oclif/core/flags'
import {dollarsFlag, positiveIntegerFlag, rowsFlags, timeoutFlag} from './flags.js'

/** What an ad hoc query can be asked. */
export const queryFlags = {
  file: Flags.string({summary: 'Read the statement from a file; - is the pipe.', helpValue: '<file>'}),
  param: Flags.string({
    summary: 'Value of $name: name=text, or name:type=value. May be repeated.',
    helpValue: '<name=value>',
    multiple: true,
    multipleNonGreedy: true,
  }),
  ...rowsFlags,
  'max-rows': positiveIntegerFlag({
    summary: 'Most rows; default: 10,000 with --json, 1,000 for a table on a terminal.',
  }),
  'max-cost': dollarsFlag({
    summary: 'Refuse when the estimate is above this many US dollars.',
    env: 'SLUICE_MAX_COST',
  }),
  ...timeoutFlag,
  'dry-run': Flags.boolean({summary: 'Show what would be read and what it would cost, run nothing.', default: false}),
  'require-partition': Flags.boolean({
    summary: 'Refuse to read every partition; always so on AWS.',
    default: false,
    exclusive: ['allow-full-scan'],
  }),
  'allow-full-scan': Flags.boolean({summary: 'Read every partition, where that is refused.', default: false}),
  'show-restricted': Flags.boolean({summary: 'Show the values of restricted columns.', default: false}),
  reason: Flags.string({
    summary: 'Why restricted columns are shown; required in a protected environment.',
    helpValue: '<text>',
    env: 'SLUICE_REASON',
  }),
  lint: Flags.boolean({summary: 'Warn of SQL that Athena would answer differently.', allowNo: true, default: true}),
  'csv-exact': Flags.boolean({
    summary: 'CSV: leave text that a spreadsheet would run as a formula as it is.',
    default: false,
  }),
}

interface QueryFlagValues {
  readonly param?: readonly string[] | undefined
  readonly 'require-partition': boolean
  readonly 'allow-full-scan': boolean
  readonly 'max-cost'?: string | undefined
  readonly 'show-restricted': boolean
  readonly reason?: string | undefined
  readonly lint: boolean
}

/** The flags as the query topic asks for them. */
export function planRequestOf(sql: string, flags: QueryFlagValues) {
  return {
    sql,
    parameters: flags.param ?? [],
    requirePartition: flags['require-partition'],
    allowFullScan: flags['allow-full-scan'],
    maxCostUsd: flags['max-cost'],
    showRestricted: flags['show-restricted'],
    reason: flags.reason,
    lint: flags.lint,
  }
}
