import * as Flags from '@oclif/core/flags'

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

const optionalExportFlags = {export: Flags.string(exportFolder), ...acceptEditedSummary}

/** For commands that plan a load. */
export const loadFlags = {...exportFlags, ...allowUnreadable}

/** As `loadFlags`, for a command that can take a plan instead. */
export const optionalLoadFlags = {...optionalExportFlags, ...allowUnreadable}

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

interface ExportFlagValues {
  readonly export?: string | undefined
  readonly 'accept-edited-summary': boolean
  readonly 'allow-unreadable': number
  readonly table?: string | undefined
}

/** The flags as the backfill topic asks for them. */
export function loadRequestOf(flags: ExportFlagValues) {
  return {
    export: flags.export,
    acceptEditedSummary: flags['accept-edited-summary'],
    allowUnreadable: flags['allow-unreadable'],
    table: flags.table ?? null,
  }
}
