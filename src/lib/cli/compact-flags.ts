import * as Flags from '@oclif/core/flags'
import type {ParserOutput} from '@oclif/core/interfaces'
import {shellWord} from '../shell-word.js'
import {bytesFlag, durationFlag, positiveIntegerFlag, rangeFlags} from './flags.js'

/** Which partitions of which table are meant, and what is worth merging. */
export const compactFlags = {
  table: Flags.string({summary: 'Table to compact; default: every table of the lake.', helpValue: '<name>'}),
  partition: Flags.string({
    summary: 'Only partitions with this value; several times for several columns.',
    helpValue: '<column=value>',
    multiple: true,
  }),
  from: rangeFlags.from,
  to: rangeFlags.to,
  'target-size': bytesFlag({summary: 'How large merged files are to be; default: 256MiB.', env: 'SLUICE_TARGET_SIZE'}),
  'min-files': positiveIntegerFlag({summary: 'Fewer small files of a partition are left alone; default: 5.'}),
  'min-age': durationFlag({
    summary: 'Leave partitions alone whose newest file is younger; default: 0s for change logs, else 26h.',
  }),
  'max-partition-size': bytesFlag({summary: 'Larger partitions are not merged on this machine; default: 20GiB.'}),
  engine: Flags.option({
    summary: 'What merges: this machine, Athena, or Athena where a partition is too large for this machine.',
    options: ['duckdb', 'athena', 'auto'] as const,
    default: 'auto' as const,
  })(),
  'in-place': Flags.boolean({
    summary: 'Delete sources at once, for readers that list folders or compute partitions; no undo.',
    default: false,
  }),
  'reads-per-day': positiveIntegerFlag({summary: 'How often a table is read, for what is saved; default: 24.'}),
}

/** A plan that was written before, in place of everything that makes one. */
export const compactPlanFlag = {
  plan: Flags.string({
    summary: 'Run exactly this plan.',
    helpValue: '<file>',
    exclusive: [...Object.keys(compactFlags), 'dry-run'],
  }),
}

interface CompactFlagValues {
  readonly partition?: readonly string[] | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  readonly 'target-size'?: number | undefined
  readonly 'min-files'?: number | undefined
  readonly 'min-age'?: number | undefined
  readonly 'max-partition-size'?: number | undefined
  readonly 'in-place': boolean
  readonly 'reads-per-day'?: number | undefined
}

/** The flags as the topic asks for them; what was not given is left out. */
export function compactAsked(flags: CompactFlagValues) {
  const given = {
    targetBytes: flags['target-size'],
    minimumFiles: flags['min-files'],
    minimumAgeMs: flags['min-age'],
    maximumPartitionBytes: flags['max-partition-size'],
    readsPerDay: flags['reads-per-day'],
  }
  const policy = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    readonly [Name in keyof typeof given]?: number
  }
  const {partition = [], from = null, to = null} = flags
  return {partition, from, to, policy: {...policy, isInPlace: flags['in-place']}}
}

/** What runs what was planned: the plan as it was written, or the flags as they were typed, but for the table. */
export function compactRunCommand(raw: ParserOutput['raw'], planFile?: string): (table: string) => string {
  if (planFile !== undefined) return () => `sluice compact run --plan ${shellWord(planFile)}`
  const flags: Readonly<Record<string, {readonly type: 'boolean' | 'option'}>> = compactFlags
  const words = raw.map((token) => {
    const known = token.type === 'flag' && token.flag !== 'table' ? flags[token.flag] : undefined
    if (token.type !== 'flag' || known === undefined) return ''
    return known.type === 'boolean' ? ` --${token.flag}` : ` --${token.flag} ${shellWord(token.input)}`
  })
  return (table) => `sluice compact run --table ${table}${words.join('')}`
}
