import * as Flags from '@oclif/core/flags'
import {parseBytes, parseDollars, parseDuration, parseInstant, parsePositiveInteger} from './parse-values.js'
import {ROW_FORMATS} from './output/rows.js'

/** `2026-01-04` (UTC) or `2026-01-04T03:10:00Z`, parsed to a Date. */
export const instantFlag = Flags.custom<Date>({
  helpValue: '<date or instant>',
  parse: (text) => Promise.resolve(parseInstant(text)),
})

/** `2GB`, `512MiB`, parsed to bytes. */
export const bytesFlag = Flags.custom<number>({
  helpValue: '<size>',
  parse: (text) => Promise.resolve(parseBytes(text)),
})

/** `26h`, `30m`, parsed to milliseconds. */
export const durationFlag = Flags.custom<number>({
  helpValue: '<duration>',
  parse: (text) => Promise.resolve(parseDuration(text)),
})

/** A whole number from 1 up. */
export const positiveIntegerFlag = Flags.custom<number>({
  helpValue: '<n>',
  parse: (text) => Promise.resolve(parsePositiveInteger(text)),
})

/** US dollars, parsed to decimal text. */
export const dollarsFlag = Flags.custom<string>({
  helpValue: '<usd>',
  parse: (text) => Promise.resolve(parseDollars(text)),
})

/** Every command has these; `--json` comes from oclif. No command may redefine one. */
export const globalFlags = {
  lake: Flags.string({
    summary: 'Lake definition to use; default: sluice.yaml here or in a folder above.',
    helpGroup: 'GLOBAL',
    helpValue: '<file>',
    env: 'SLUICE_LAKE',
  }),
  env: Flags.string({
    summary: "Environment of the lake; default: the definition's.",
    helpGroup: 'GLOBAL',
    helpValue: '<name>',
    env: 'SLUICE_ENV',
  }),
  profile: Flags.string({
    summary: 'AWS profile to sign in with; default: AWS_PROFILE.',
    helpGroup: 'GLOBAL',
    helpValue: '<name>',
  }),
  now: instantFlag({
    summary: 'Report and plan as of this instant (never moves leases, ids or audit times).',
    helpGroup: 'GLOBAL',
  }),
  quiet: Flags.boolean({
    summary: 'No progress on stderr; errors still are.',
    helpGroup: 'GLOBAL',
    default: false,
  }),
  color: Flags.boolean({
    summary: 'Colour where the terminal has it; NO_COLOR turns it off too.',
    helpGroup: 'GLOBAL',
    allowNo: true,
  }),
}

/** What {@link globalFlags} give. */
export interface GlobalFlagValues {
  readonly lake?: string | undefined
  readonly env?: string | undefined
  readonly profile?: string | undefined
  readonly now?: Date | undefined
  readonly quiet?: boolean | undefined
}

/** For every command that changes the lake. */
export const mutationFlags = {
  yes: Flags.boolean({char: 'y', summary: 'Do not ask; a protected environment also needs --confirm.', default: false}),
  'dry-run': Flags.boolean({summary: 'Show the plan and its price, change nothing.', default: false}),
  confirm: Flags.string({summary: "The lake's name, to go on in a protected environment.", helpValue: '<lake>'}),
  reason: Flags.string({
    summary: 'Why, for the audit log; required in a protected environment.',
    helpValue: '<text>',
    env: 'SLUICE_REASON',
  }),
  'max-cost': dollarsFlag({
    summary: 'Refuse when the estimate is above this many US dollars.',
    env: 'SLUICE_MAX_COST',
  }),
}

/** For commands that publish what was compared with what stands. */
export const allowVanishedFlag = {
  'allow-vanished': Flags.integer({
    summary: 'As many keys may vanish from the current state, whatever their share.',
    helpValue: '<n>',
    min: 0,
  }),
}

/** What {@link mutationFlags} give. */
export interface MutationFlagValues {
  readonly yes: boolean
  readonly 'dry-run': boolean
  readonly confirm?: string | undefined
  readonly reason?: string | undefined
  readonly 'max-cost'?: string | undefined
}

/** A half-open range of time. */
export const rangeFlags = {
  from: instantFlag({summary: 'First UTC day or instant, included.'}),
  to: instantFlag({summary: 'End of the range, excluded: 2026-02-01 ends with January.'}),
}

/** For commands whose answer is rows; `--json` and `--output` together are refused. */
export const rowsFlags = {
  output: Flags.option({
    summary: 'How to print the rows.',
    options: ROW_FORMATS,
    default: 'table',
    exclusive: ['json'],
  })(),
}

/** For questions that somebody waits for; a load has no limit. */
export const timeoutFlag = {
  timeout: durationFlag({summary: 'Stop it, with an error, when there is no whole answer after so long.'}),
}

export const concurrencyFlag = {
  concurrency: positiveIntegerFlag({summary: 'Most units of work at a time.', env: 'SLUICE_CONCURRENCY'}),
}
