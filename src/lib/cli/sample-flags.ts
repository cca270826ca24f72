import * as Flags from '@oclif/core/flags'
import {tableFlag} from './export-flags.js'
import {mutationFlags, positiveIntegerFlag} from './flags.js'

const share = Flags.custom<number>({
  helpValue: '<share>',
  parse: (text) => Promise.resolve(Number(text.trim() === '' ? Number.NaN : text)),
})

/** What a sample is, and where it goes: an export in a folder, or small files in a change log of the lake. */
export const sampleFlags = {
  items: positiveIntegerFlag({summary: 'Items of the sample.', default: 100_000}),
  days: positiveIntegerFlag({summary: 'UTC days over which the claims are made.', default: 90}),
  files: positiveIntegerFlag({summary: 'Data files, one in eight of them empty.', default: 16}),
  seed: positiveIntegerFlag({summary: 'Another seed makes other items.', default: 1}),
  'error-rate': share({summary: 'Share of items with a defect of five kinds, 0 to 1.', default: 0}),
  skew: share({summary: 'Share of items that are all made on one day, 0 to 1.', default: 0}),
  out: Flags.string({summary: 'Empty or new folder to write to.', helpValue: '<folder>', default: './sample-export'}),
  'small-files': positiveIntegerFlag({
    summary: 'No export: fill a change log of the lake with about so many small files of stream events.',
    exclusive: ['out', 'files', 'error-rate'],
  }),
  table: {...tableFlag.table, dependsOn: ['small-files']},
  'dry-run': mutationFlags['dry-run'],
  yes: mutationFlags.yes,
  confirm: mutationFlags.confirm,
  reason: mutationFlags.reason,
}

interface SampleFlagValues {
  readonly items: number
  readonly days: number
  readonly files: number
  readonly seed: number
  readonly 'error-rate': number
  readonly skew: number
  readonly now?: Date | undefined
}

/** The flags as the topic asks for them. A sample is of midnight UTC. */
export function sampleAsked({now, items, days, files, seed, skew, ...flags}: SampleFlagValues) {
  const exportTime = new Date((now ?? new Date()).toISOString().slice(0, 10))
  return {items, days, files, seed, skew, errorRate: flags['error-rate'], exportTime}
}
