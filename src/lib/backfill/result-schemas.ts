import {z} from 'zod'

const count = (description: string) => z.int().nonnegative().meta({description})
const instant = (description: string) => z.iso.datetime().meta({description})
const asOf = instant('Time of the answer.')

const exportShape = {
  uri: z.string().meta({description: 'The export as it was named.'}),
  exportId: z.string(),
  tableName: z.string().meta({description: 'The exported DynamoDB table.'}),
  exportTime: instant('Instant of the export’s content.'),
  sizeBytes: count('Data files as stored.'),
  isSummaryIntact: z.boolean().meta({description: 'False: the summary was edited and that was accepted.'}),
  rebasedFrom: z.string().nullable().meta({description: 'Where DynamoDB wrote the export, when it was copied.'}),
}

const estimate = z.strictObject({
  bytesRead: count('Bytes that the operation reads.'),
  bytesWritten: count('Bytes that the operation writes.'),
  requests: count('Requests to the store and the catalog.'),
  costUsdMicros: z.string().meta({description: 'Millionths of a US dollar.'}),
  durationMs: count('Time the operation takes.'),
})

const plan = z.strictObject({
  operation: z.string().meta({description: 'Id that the operation will have.'}),
  lake: z.string(),
  environment: z.string(),
  asOf,
  table: z.string(),
  examplePath: z.string().meta({description: 'Where a partition’s objects go.'}),
  export: z.strictObject({
    ...exportShape,
    items: count('Items that the manifest states.'),
    files: count('Listed files.'),
  }),
  effect: z.strictObject({
    changes: z.boolean().meta({description: 'False: there is nothing to do.'}),
    loadedAs: z.string().nullable().meta({description: 'The run that holds this export already.'}),
    supersedes: z.array(z.string()).meta({description: 'Runs of this export under another mapping.'}),
    floor: instant('Rows older than this will not count.'),
    floorBefore: instant('The floor that stands now.').nullable(),
    isBehindFloor: z.boolean().meta({description: 'True: a newer floor hides every row of this export.'}),
  }),
  engine: z.literal('duckdb'),
  estimate,
})

const problem = z.strictObject({
  reason: z.enum([
    'missing',
    'inexact',
    'wrong_type',
    'no_key',
    'too_long',
    'not_json',
    'duplicate_name',
    'no_item',
    'not_typed',
  ]),
  column: z.string().nullable().meta({description: 'Null where the whole line is at fault.'}),
  rows: count('Items with this problem.'),
})

const comparison = z.strictObject({
  of: z.literal('keys'),
  standing: count('Keys that stood before.'),
  added: count('Keys that are new.'),
  changed: count('Keys with another row.'),
  vanished: count('Keys that do not stand any more.'),
  maxVanished: z.number().meta({description: 'Share of the standing keys that may vanish unasked.'}),
})

const load = z.strictObject({
  operation: z.string(),
  table: z.string(),
  exportId: z.string(),
  changed: z.boolean().meta({description: 'False: the export was already loaded under this mapping.'}),
  run: z.string().meta({description: 'Stands in the column _source of every row of the load.'}),
  items: count('Items of the export.'),
  rows: count('Rows that readers see.'),
  quarantined: count('Items that the mapping could not read exactly.'),
  leftOut: count('Items that a condition of the table leaves out.'),
  unreadable: count('Lines without an item or a key; with any the load sets no floor.'),
  problems: z.array(problem),
  objects: count('Objects written.'),
  sizeBytes: count('Their size.'),
  partitions: count('Partitions written to.'),
  floor: instant('Rows older than this do not count.').nullable(),
  comparison: comparison.nullable().meta({description: 'What it did to the keys that stood; null where none stood.'}),
  supersedes: z.array(z.string()),
  proof: z.string().nullable().meta({description: 'What was compared before the run was admitted.'}),
  stageMs: count('Time of reading and writing.'),
  proveMs: count('Time of the proof.'),
})

const run = z.strictObject({
  run: z.string(),
  operation: z.string(),
  export: z.string(),
  exportTime: instant('Instant of the export’s content.'),
  admittedAt: instant('When its rows became visible.'),
  state: z.enum(['admitted', 'superseded']),
  rows: count('Rows that readers see.'),
  quarantined: count('Quarantined items.'),
  objects: count('Objects of the run.'),
  sizeBytes: count('Their size.'),
})

const check = z.strictObject({name: z.string(), state: z.enum(['pass', 'fail', 'unknown']), text: z.string()})

/** Schemas of this topic's `--json` answers, by command. */
export const resultSchemas = {
  'backfill:inspect': z.strictObject({
    ...exportShape,
    tableArn: z.string(),
    tableId: z.string(),
    itemCount: count('Items that the manifest states.'),
    files: z.array(
      z.strictObject({key: z.string(), etag: z.string(), sizeBytes: count('Size.'), itemCount: count('Items.')}),
    ),
    asOf,
  }),
  'backfill:plan': plan,
  'backfill:run': z.union([load, plan]).meta({description: 'The load, or its plan under --dry-run.'}),
  'backfill:status': z.strictObject({
    lake: z.string(),
    environment: z.string(),
    asOf,
    tables: z.array(
      z.strictObject({
        table: z.string(),
        source: z.string().nullable(),
        floor: instant('The newest admitted floor.').nullable(),
        runs: z.array(run),
      }),
    ),
    unfinished: z.array(
      z.strictObject({operation: z.string(), state: z.string(), startedAt: instant('Start.').nullable()}),
    ),
  }),
  'backfill:verify': z.strictObject({
    table: z.string(),
    asOf,
    state: z.enum(['pass', 'fail', 'unknown']),
    runs: z.array(z.strictObject({run: z.string(), export: z.string(), checks: z.array(check)})),
  }),
}
