import {z} from 'zod'
import {comparisonEstimate, estimate, needs} from './plan-schemas.js'

const count = (description: string) => z.int().nonnegative().meta({description})
const instant = (description: string) => z.iso.datetime().meta({description})
const asOf = instant('Time of the answer.')

const exportShape = {
  uri: z.string().meta({description: 'The export as it was named.'}),
  exportId: z.string(),
  kind: z.enum(['full', 'incremental']),
  format: z.enum(['json', 'ion']),
  view: z.string().nullable().meta({description: 'Which images changes carry; null for a full export.'}),
  tableName: z.string().meta({description: 'The exported DynamoDB table.'}),
  exportFrom: instant('First instant of an incremental export.').nullable(),
  exportTime: instant('Instant of a full export’s content; end of an incremental one, excluded.'),
  sizeBytes: count('Data files as stored.'),
  isSummaryIntact: z.boolean().meta({description: 'False: the summary was edited and that was accepted.'}),
  rebasedFrom: z.string().nullable().meta({description: 'Where DynamoDB wrote the export, when it was copied.'}),
}

const range = z.strictObject({from: instant('Begin.'), to: instant('End, excluded.')})
const gaps = z.array(range).meta({description: 'Stretches of time whose changes no loaded export holds.'})
const filter = z
  .strictObject({
    from: instant('First time of the partition.').nullable(),
    to: instant('Last one, excluded.').nullable(),
    where: z.string().nullable().meta({description: 'Condition over the mapped columns.'}),
  })
  .nullable()
  .meta({description: 'The part of the export that was asked for; null for all of it.'})

const plan = z.strictObject({
  operation: z.string().meta({description: 'Id that the operation will have.'}),
  lake: z.string(),
  environment: z.string(),
  asOf,
  table: z.string(),
  examplePath: z.string().meta({description: 'Where a partition’s objects go.'}),
  exports: z
    .array(
      z.strictObject({
        ...exportShape,
        items: count('Items that the manifest states.'),
        files: count('Listed files.'),
        loadedAs: z.string().nullable().meta({description: 'The run that holds this export already.'}),
        supersedes: z.array(z.string()).meta({description: 'Runs of this export that it replaces.'}),
        isBehindFloor: z.boolean().meta({description: 'True: a newer floor hides every row of this export.'}),
      }),
    )
    .meta({description: 'Full first, then by time.'}),
  unfinished: z
    .array(z.string())
    .meta({description: 'Folders under the prefix that hold no finished export: left out.'}),
  chain: z.strictObject({gaps, overlaps: z.array(range).meta({description: 'Stretches that two exports hold.'})}),
  effect: z.strictObject({
    changes: z.boolean().meta({description: 'False: there is nothing to do.'}),
    floor: instant('Rows older than this will not count.').nullable(),
    floorBefore: instant('The floor that stands now.').nullable(),
    hasBase: z
      .boolean()
      .meta({description: 'False: no full export stands, so items that did not change are not known.'}),
    filter,
    reloads: z.string().nullable().meta({description: 'The operation whose quarantined lines are read again.'}),
  }),
  engine: z.enum(['duckdb', 'athena']),
  engineReason: z.string().meta({description: 'Why this engine, as the end of a sentence.'}),
  estimate,
  comparison: comparisonEstimate.nullable().meta({
    description: 'Part of the estimate: what Athena reads to compare the load with what stands; null for nothing.',
  }),
  warnings: z.array(z.string()).meta({description: 'What the load may meet although nothing refuses it.'}),
  needs: needs.nullable().meta({description: 'What it takes of this machine; null where there is nothing to do.'}),
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
    'not_ion',
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

const sourceCounts = {
  items: count('Items of the exports.'),
  rows: count('Rows that readers may see.'),
  deleted: count('Items that are gone, or are none of the table any more.'),
  quarantined: count('Items that the mapping could not read exactly.'),
  leftOut: count('Items that a condition of the table or of the load leaves out.'),
  unreadable: count('Lines without an item or a key; with any the load sets no floor.'),
}

const kind = z.enum(['full', 'incremental', 'quarantine'])

const load = z.strictObject({
  operation: z.string(),
  table: z.string(),
  changed: z.boolean().meta({description: 'False: all of it was already loaded under this mapping.'}),
  ...sourceCounts,
  sources: z.array(
    z.strictObject({
      run: z.string().meta({description: 'Stands in the column _source of every row of this source.'}),
      kind,
      exportId: z.string(),
      ...sourceCounts,
    }),
  ),
  problems: z.array(problem),
  objects: count('Objects written.'),
  sizeBytes: count('Their size.'),
  partitions: count('Partitions written to.'),
  floor: instant('Rows older than this do not count.').nullable(),
  gaps,
  filter,
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
  kind,
  exportFrom: instant('First instant of an incremental export.').nullable(),
  exportTime: instant('Instant of a full export’s content; end of an incremental one.'),
  admittedAt: instant('When its rows became visible.'),
  state: z.enum(['admitted', 'superseded']),
  rows: count('Rows that readers may see.'),
  deletes: count('Rows that only delete.'),
  quarantined: count('Quarantined items.'),
  objects: count('Objects of the run.'),
  sizeBytes: count('Their size.'),
})

const check = z.strictObject({
  name: z.enum(['record', 'objects', 'rows', 'export', 'samples', 'keys', 'chain']),
  state: z.enum(['pass', 'fail', 'unknown']).meta({description: 'unknown: what would be compared cannot be reached.'}),
  text: z.string().meta({description: 'One sentence.'}),
  counts: z.record(z.string(), count('A figure of the check.')),
  details: z.array(z.string()).meta({description: 'What differs, one by one.'}),
})

const verifiedRun = z.strictObject({
  run: z.string(),
  operation: z.string(),
  kind,
  export: z.string(),
  uri: z.string().nullable().meta({description: 'Where the export was read from.'}),
  exportArn: z.string().nullable().meta({description: 'Null where the manifests cannot be read any more.'}),
  tableArn: z.string().nullable(),
  exportFrom: instant('First instant of an incremental export.').nullable(),
  exportTime: instant('Instant of a full export’s content; end of an incremental one.'),
  admittedAt: instant('When its rows became visible.'),
  isPart: z.boolean().meta({description: 'True: loaded with --from, --to or --where.'}),
  items: count('Items that the manifest stated.').nullable(),
  files: count('Files that were loaded.').nullable(),
  objects: count('Objects of rows.'),
  sizeBytes: count('Their size.'),
  objectsSha256: z.string().meta({description: 'Over key and etag of every object.'}),
  mapping: z.string().meta({description: 'SHA-256 of the mapping.'}),
  isSummaryIntact: z.boolean(),
  sampled: z
    .array(z.strictObject({file: z.string(), lines: z.array(count('Number of a line, from 1.'))}))
    .meta({description: 'Which lines were compared field by field.'}),
  checks: z.array(check),
})

/** Schemas of this topic's `--json` answers, by command. */
const exportCost = {
  costUsdMicros: z.string().meta({description: 'Millionths of a US dollar.'}),
  isLeastCost: z.boolean().meta({description: 'True where the price depends on changes that nobody has counted.'}),
}

const madeExport = z.strictObject({
  table: z.string(),
  dynamodb: z.string().meta({description: 'The exported DynamoDB table.'}),
  exportArn: z.string(),
  state: z.enum(['running', 'done']),
  uri: z.string().nullable().meta({description: 'Folder of the export; null before it is done.'}),
  items: count('Items in it.').nullable(),
  billedBytes: count('What AWS bills for.').nullable(),
  ...exportCost,
})

const exportPlan = z.strictObject({
  table: z.string(),
  dynamodb: z.string().meta({description: 'The DynamoDB table to export.'}),
  source: z.strictObject({
    arn: z.string(),
    sizeBytes: count('As DynamoDB last counted.'),
    itemCount: count('As DynamoDB last counted.'),
    recoverable: z.strictObject({from: instant('First instant.'), to: instant('Last instant.')}).nullable(),
  }),
  request: z.strictObject({
    tableArn: z.string(),
    bucket: z.string(),
    prefix: z.string(),
    format: z.enum(['json', 'ion']),
    at: instant('Of a full export; null: now.').nullable(),
    window: z
      .strictObject({from: instant('Begin.'), to: instant('End, excluded.'), view: z.string()})
      .nullable()
      .meta({description: 'Null for a full export.'}),
    token: z.string().meta({description: 'The same request again gives the same export.'}),
  }),
  ...exportCost,
})

export const resultSchemas = {
  'backfill:inspect': z.strictObject({
    ...exportShape,
    tableArn: z.string(),
    tableId: z.string(),
    itemCount: count('Items that the manifest states.'),
    files: z.array(
      z.strictObject({
        key: z.string(),
        etag: z.string(),
        sizeBytes: count('Size.'),
        itemCount: count('Items.'),
        format: z.enum(['json', 'ion']),
      }),
    ),
    asOf,
  }),
  'backfill:export': z
    .union([madeExport, exportPlan])
    .meta({description: 'The export that was started, or its plan under --dry-run.'}),
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
        gaps,
      }),
    ),
    unfinished: z.array(
      z.strictObject({operation: z.string(), state: z.string(), startedAt: instant('Start.').nullable()}),
    ),
  }),
  'backfill:verify': z.strictObject({
    lake: z.string(),
    environment: z.string(),
    table: z.string(),
    asOf,
    checkedAt: instant('When it was checked, by the clock.'),
    checkedBy: z.strictObject({user: z.string(), host: z.string(), version: z.string()}),
    state: z.enum(['pass', 'fail', 'unknown']),
    runs: z.array(verifiedRun),
    checks: z.array(check).meta({description: 'Of the table as a whole.'}),
  }),
}
