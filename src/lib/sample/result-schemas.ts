import {z} from 'zod'

const count = (description: string) => z.int().nonnegative().meta({description})

const sample = z.strictObject({
  changed: z.boolean().meta({description: 'False: a dry run; sizes are estimates.'}),
  exportId: z
    .string()
    .regex(/^0\d+-[0-9a-f]{8}$/)
    .meta({description: 'Name of the export, as DynamoDB forms it.'}),
  folder: z.string().meta({description: 'Folder of the export, below the --out that was given.'}),
  uri: z.string().meta({description: 'Folder of the export in full.'}),
  exportTime: z.iso.datetime().meta({description: 'Instant at which the export claims to be taken.'}),
  items: count('Items in the export.'),
  defects: count('Items with a defect that a load must quarantine; null in a dry run.').nullable(),
  defectKinds: z
    .strictObject({
      inexact_amount: count('Amounts with more places than money has.'),
      text_number: count('Numbers stored as text.'),
      wrong_tag: count('Texts stored as a number.'),
      epoch_time: count('Times as milliseconds since 1970.'),
      missing_time: count('Items without the time of their creation: loaded, with NULL.'),
    })
    .nullable(),
  files: count('Data files that the export lists, empty ones included.'),
  sizeBytes: count('Data files as stored.'),
  uncompressedBytes: count('Lines of the data files before compression.'),
  seed: count('The same request with this seed makes the same items.'),
  durationMs: count('Estimate of a dry run.').nullable(),
  next: z.string().meta({description: 'The command that loads the export.'}),
})

const fill = z.strictObject({
  changed: z.boolean().meta({description: 'False: a dry run, or everything stands already.'}),
  dryRun: z.boolean(),
  table: z.string(),
  items: count('Claims, each of which has an INSERT.'),
  days: count('UTC days over which the claims are made.'),
  filesPerDay: count('Parts of a day, each with one file unless it has no claim.'),
  seed: count('The same request with this seed on the same day makes the same events.'),
  events: count('Events of all files.'),
  modified: count('Claims that were changed once more: a MODIFY.'),
  removed: count('Claims that were deleted: a REMOVE.'),
  batches: count('Files of the sample.'),
  files: count('Files that were written, others standing already; in a dry run all of them.'),
  sizeBytes: count('Their size; in a dry run an estimate.'),
  durationMs: count('Estimate of a dry run.').nullable(),
  next: z.string().meta({description: 'The command that shows what is worth merging.'}),
})

/** Schemas of this topic's `--json` answers, by command. */
export const resultSchemas = {
  'lake:sample': z.union([sample, fill]).meta({description: 'The export, or with --small-files what fills the table.'}),
}
