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

/** For commands that read one DynamoDB export. */
export const exportFlags = {export: Flags.string({...exportFolder, required: true}), ...acceptEditedSummary}

/** As `exportFlags`, for a command that can take a plan instead. */
export const optionalExportFlags = {export: Flags.string(exportFolder), ...acceptEditedSummary}

/** The table to work on, where the definition has several. */
export const tableFlag = {
  table: Flags.string({summary: 'Table of the lake.', helpValue: '<name>'}),
}

interface ExportFlagValues {
  readonly export?: string | undefined
  readonly 'accept-edited-summary': boolean
  readonly table?: string | undefined
}

/** The flags as the backfill topic asks for them. */
export function loadRequestOf(flags: ExportFlagValues) {
  return {
    export: flags.export,
    acceptEditedSummary: flags['accept-edited-summary'],
    table: flags.table ?? null,
  }
}
