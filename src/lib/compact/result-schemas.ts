import {z} from 'zod'
import {resultSchemas as operationSchemas} from '../operation/result-schemas.js'

const count = (description: string) => z.int().nonnegative().meta({description})
const instant = (description: string) => z.iso.datetime().meta({description})
const asOf = instant('Time of the answer.')
const method = z
  .enum(['beside', 'swap', 'in-place', 'iceberg'])
  .meta({description: 'How outputs take the place of their sources.'})
const engine = z.enum(['duckdb', 'athena'])
const skipReason = z.enum([
  'single_file',
  'well_filled',
  'few_files',
  'compacted',
  'too_young',
  'too_large',
  'archived',
  'empty_file',
  'nested_folders',
  'unusable_key',
  'shared_location',
  'outside',
  'load_unfinished',
  'waits_for_gc',
])
const estimate = z.strictObject({
  bytesRead: count('Bytes read.'),
  bytesWritten: count('Bytes written.'),
  requests: count('Requests.'),
  costUsdMicros: z.string().meta({description: 'Millionths of a US dollar.'}),
  durationMs: count('Time.'),
})
const failures = z.array(z.strictObject({partition: z.string(), code: z.string(), message: z.string()}))

const plan = z.strictObject({
  lake: z.string(),
  environment: z.string(),
  asOf,
  targetBytes: count('How large outputs are to be.'),
  tables: z.array(
    z.strictObject({
      table: z.string(),
      method: method.nullable().meta({description: 'Null where the table is not compacted.'}),
      obstacle: z
        .strictObject({
          reason: z.enum([
            'not_loaded',
            'view',
            'open_table_format',
            'unsupported',
            'projection',
            'load_unfinished',
            'outside',
            'engine',
          ]),
          text: z.string(),
        })
        .nullable(),
      figures: z.strictObject({
        partitions: count('That hold files.'),
        files: count('In all of them.'),
        sizeBytes: count('Of all files.'),
        merges: count('Partitions to be merged.'),
        sources: count('Files to be merged.'),
        sourceBytes: count('Their size.'),
        outputs: count('Files that they are merged to.'),
        athenaMerges: count('Partitions that Athena merges.'),
        scannedBytes: count('What Athena scans for them.'),
        scanUsdMicros: count('What that costs, in millionths of a US dollar.'),
      }),
      skipped: z.array(z.strictObject({reason: skipReason, partitions: count('How many.'), example: z.string()})),
      engines: z
        .array(z.strictObject({engine, reason: z.string(), partitions: count('How many.')}))
        .meta({description: 'What merges the partitions, and why that.'}),
      estimate,
      savings: z.strictObject({
        readsPerDay: z.number().meta({description: 'How often the whole table is taken to be read.'}),
        files: count('Fewer files.'),
        requestsPerMonth: count('Fewer requests of readers.'),
        costUsdMicrosPerMonth: z.string(),
        secondsPerMonth: count('Less waiting of readers.'),
      }),
      partitions: z.array(
        z.strictObject({
          partition: z.string(),
          files: count('Files that may be merged.'),
          sizeBytes: count('Their size.'),
          outputs: z.int().nullable().meta({description: 'To how many; null where it is left as it is.'}),
          skipped: skipReason.nullable(),
          detail: z.string().nullable(),
          engine: engine.nullable().meta({description: 'Null where it is left as it is.'}),
          engineReason: z.string().nullable(),
        }),
      ),
      partitionsNotListed: count('More partitions than are listed.'),
    }),
  ),
})

const result = z.strictObject({
  changed: z.boolean().meta({description: 'False: nothing was worth merging.'}),
  tables: z.array(
    z.strictObject({
      operation: z.string(),
      table: z.string(),
      kind: z.string(),
      merged: count('Partitions.'),
      failed: failures.meta({description: 'Partitions that are as before, because something was wrong with them.'}),
      files: z.strictObject({before: count('Sources.'), after: count('Outputs.')}),
      sizeBytes: z.strictObject({before: count('Of sources.'), after: count('Of outputs.')}),
      rows: count('Rows or lines that were proven.'),
      dropped: z.record(z.string(), z.int()).meta({description: 'Rows left out, by run that no reader counts.'}),
      undo: z.enum(['until-gc', 'never']),
      athena: z
        .strictObject({merged: count('Partitions.'), scannedBytes: count('What Athena scanned, the proof included.')})
        .optional()
        .meta({description: 'Of partitions that Athena merged.'}),
      statements: z
        .strictObject({
          optimize: count('Runs of OPTIMIZE.'),
          vacuum: count('Runs of VACUUM.'),
          scannedBytes: count('What they scanned.'),
        })
        .optional()
        .meta({description: 'Of a table that keeps its own list of files: what its engine was asked.'}),
    }),
  ),
})

/** Schemas of this topic's `--json` answers, by command. */
export const resultSchemas = {
  'compact:plan': plan,
  'compact:run': z.union([result, plan]),
  'compact:rollback': operationSchemas['ops:undo'],
  'compact:gc': operationSchemas['ops:gc'],
  'compact:status': z.strictObject({
    asOf,
    compactions: z.array(
      z.strictObject({
        table: z.string(),
        operation: z.string(),
        method,
        state: z.enum(['doubled', 'swapped', 'settled']),
        operationState: z.enum(['unfinished', 'interrupted', 'failed', 'done', 'cancelled', 'undoing', 'undone']),
        partitions: count('In this state.'),
        files: z.strictObject({sources: count('Merged.'), outputs: count('Merged to.')}),
        sizeBytes: z.strictObject({sources: count('Of sources.'), outputs: count('Of outputs.')}),
        publishedAt: instant('Of the last partition.'),
        collectableAt: instant('When gc may delete the sources.').nullable(),
      }),
    ),
  }),
}
