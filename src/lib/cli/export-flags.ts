import * as Flags from '@oclif/core/flags'
import {instantFlag} from './flags.js'

const exportFolder = {
  summary: 'Folder of the export: the one with manifest-summary.json.',
  helpValue: '<folder>',
  env: 'SLUICE_EXPORT',
} as const

const acceptEditedSummary = {
  'accept-edited-summary': Flags.boolean({
    summary: 'Pass over a summary whose MD5 differs (redacted copies); other checks stay on.',
    default: false,
  }),
}

const allowUnreadable = {
  'allow-unreadable': Flags.integer({
    summary: 'Set aside up to this many lines without an item or a key; the load then sets no floor.',
    helpValue: '<n>',
    default: 0,
    min: 0,
  }),
}

/** For commands that read one DynamoDB export. */
export const exportFlags = {export: Flags.string({...exportFolder, required: true}), ...acceptEditedSummary}

const rowFlags = {
  from: instantFlag({summary: "Only rows whose partition's time is this or later; sets no floor."}),
  to: instantFlag({summary: "Only rows whose partition's time is before this."}),
  where: Flags.string({
    summary: 'Only rows that this condition over the columns holds for; sets no floor.',
    helpValue: '<sql>',
  }),
}

const engine = {
  engine: Flags.option({
    summary: 'What maps the lines: this machine, Athena, or Athena where this machine has no room.',
    options: ['duckdb', 'athena', 'auto'] as const,
    default: 'auto' as const,
  })(),
}

/** For commands that load exports. */
export const loadFlags = {
  export: Flags.string({
    ...exportFolder,
    summary: 'Folder of an export; several times for a chain (Ion exports of changes: experimental).',
    multiple: true,
  }),
  chain: Flags.string({summary: 'Every finished export of the table under this prefix.', helpValue: '<prefix>'}),
  ...acceptEditedSummary,
  ...allowUnreadable,
  'allow-gap': Flags.boolean({
    summary: 'Load although changes between the exports are missing; the table is marked.',
    default: false,
  }),
  'from-quarantine': Flags.string({
    summary: 'Read again what this load set aside, after the definition was corrected.',
    helpValue: '<operation>',
    exclusive: ['export', 'chain', 'table', 'allow-unreadable', 'allow-gap', 'from', 'to', 'where'],
  }),
  ...rowFlags,
  ...engine,
}

/** A plan that was written before, in place of everything that makes one. */
export const planFileFlag = {
  plan: Flags.string({
    summary: 'Run exactly this plan.',
    helpValue: '<file>',
    exclusive: ['export', 'chain', 'from-quarantine', 'table', 'dry-run', 'allow-gap', 'from', 'to', 'where', 'engine'],
  }),
}

/** How much may be set aside by a load that is still called done. */
export const maxQuarantineFlag = {
  'max-quarantine': Flags.integer({
    summary: 'Items set aside that are still a success.',
    helpValue: '<n>',
    default: 0,
    min: 0,
  }),
}

/** The table to work on, where the definition has several. */
export const tableFlag = {
  table: Flags.string({summary: 'Table of the lake.', helpValue: '<name>'}),
}

interface LoadFlagValues {
  readonly 'from-quarantine'?: string | undefined
  readonly export?: readonly string[] | undefined
  readonly chain?: string | undefined
  readonly 'accept-edited-summary': boolean
  readonly 'allow-unreadable': number
  readonly 'allow-gap': boolean
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  readonly where?: string | undefined
  readonly engine: 'duckdb' | 'athena' | 'auto'
  readonly table?: string | undefined
}

/** The flags as the backfill topic asks for them. */
export function loadRequestOf(flags: LoadFlagValues) {
  return {
    fromQuarantine: flags['from-quarantine'],
    exports: flags.export ?? [],
    chain: flags.chain,
    acceptEditedSummary: flags['accept-edited-summary'],
    allowUnreadable: flags['allow-unreadable'],
    allowGap: flags['allow-gap'],
    from: flags.from,
    to: flags.to,
    where: flags.where,
    engine: flags.engine,
    table: flags.table ?? null,
  }
}
