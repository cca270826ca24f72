import {z} from 'zod'

const count = (description: string) => z.int().nonnegative().meta({description})
const instant = (description: string) => z.iso.datetime().meta({description})
const health = z.enum(['pass', 'warn', 'unknown']).meta({
  description: 'pass: exit 0; warn: something waits for a person, exit 3; unknown: a part could not be told, exit 4.',
})
const amount = (description: string) =>
  z.strictObject({objects: count('Objects.'), sizeBytes: count('Their size.')}).meta({description})

const table = z.strictObject({
  table: z.string(),
  kind: z.enum(['changelog', 'events', 'derived']),
  health,
  isLoaded: z.boolean().meta({description: 'False before the first load.'}),
  rows: count('Rows that readers see; null: not loaded, or not known.').nullable(),
  newest: instant('The newest version among them.').nullable(),
  quarantined: count('Quarantined items that wait.').nullable(),
  floor: instant('Rows of older versions do not count.').nullable(),
  runs: z
    .strictObject({
      admitted: count('Runs that stand.'),
      superseded: count('Runs that a newer load of the same export replaces.'),
      staged: count('Attempts that are staged and not admitted.'),
    })
    .nullable(),
  objects: z
    .strictObject({
      seen: amount('Of runs that readers see, and of streams.'),
      superseded: amount('Of superseded runs.'),
      staged: amount('Of operations that can be resumed.'),
      left: amount('Of operations that ended: what gc deletes.'),
      orphaned: amount('Of no operation that the lake knows.'),
    })
    .nullable(),
  partitions: z
    .strictObject({
      registered: count('Partitions in the catalog.'),
      empty: count('Registered ones without an object.'),
      unregisteredObjects: count('Seen objects in folders that are no registered partition.'),
    })
    .nullable(),
})

const operation = z.strictObject({
  operation: z.string(),
  kind: z.string(),
  state: z.enum(['unfinished', 'interrupted', 'failed', 'done', 'cancelled', 'undoing', 'undone']),
  tables: z.array(z.string()),
  startedAt: instant('First start.').nullable(),
  endedAt: instant('Last end.').nullable(),
})

const lock = z.strictObject({
  lock: z.string().meta({description: 'e.g. table:claims'}),
  operation: z.string(),
  kind: z.string(),
  holder: z.strictObject({
    host: z.string(),
    bootId: z.string(),
    pid: z.int(),
    startedAt: z.string(),
    user: z.string(),
  }),
  since: instant('When it was taken.'),
  fate: z.enum(['alive', 'unknown']).meta({description: 'unknown: the holder is on another host.'}),
})

/** Schemas of this topic's `--json` answers, by command. */
export const resultSchemas = {
  status: z.strictObject({
    lake: z.string(),
    environment: z.string(),
    root: z.string().meta({description: 'A folder, or s3://bucket/prefix.'}),
    isProtected: z.boolean(),
    asOf: instant('Time of the answer.'),
    health,
    tables: z.array(table),
    operations: z.strictObject({
      count: count('Operations that the lake knows.'),
      last: z.array(operation).meta({description: 'The last ones, newest first.'}),
      waiting: z.array(operation).meta({description: 'Those that nobody works on and that can go on.'}),
      running: z.array(lock).meta({description: 'Leases whose holder may be alive.'}),
    }),
    findings: z.array(
      z.strictObject({
        level: z.enum(['note', 'warn', 'unknown']).meta({description: 'note: harmless; it changes no exit status.'}),
        about: z.string().meta({description: 'table claims, operations, locks, spool'}),
        text: z.string(),
        next: z.strictObject({command: z.string(), purpose: z.string()}).nullable(),
      }),
    ),
  }),
}
