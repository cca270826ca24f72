import {z} from 'zod'

const count = (description: string) => z.int().nonnegative().meta({description})

/** Schemas of this topic's `--json` answers, by command. */
export const resultSchemas = {
  'lake:sample': z.strictObject({
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
  }),
}
