import {z} from 'zod'

const count = (description: string) => z.int().nonnegative().meta({description})

/** Schemas of this topic's `--json` answers, by command. */
export const resultSchemas = {
  'ingest:stream': z.strictObject({
    table: z.string(),
    file: z.string().meta({description: 'The file of events, as it was named.'}),
    changed: z.boolean().meta({description: 'False: every event stands already, or it was a dry run.'}),
    dryRun: z.boolean(),
    events: count('Events of the file.'),
    rows: count('Events that leave an item.'),
    deleted: count('Events after which an item is gone, or none of the table any more.'),
    quarantined: count('Items that the mapping could not read exactly.'),
    leftOut: count('Items that a condition of the table leaves out.'),
    behindFloor: count('Events older than the floor: they change nothing that readers see.'),
    from: z.iso.datetime().nullable().meta({description: 'Time of the oldest event.'}),
    to: z.iso.datetime().nullable().meta({description: 'Time of the newest event.'}),
    objects: count('Objects written.'),
    sizeBytes: count('Their size.'),
  }),
}
