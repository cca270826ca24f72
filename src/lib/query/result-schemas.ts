import {z} from 'zod'

const share = (what: string) =>
  z.strictObject({
    read: z
      .int()
      .nonnegative()
      .meta({description: `${what} that are read, at most.`}),
    total: z
      .int()
      .nonnegative()
      .meta({description: `${what} that the table has.`}),
  })

const scan = z.strictObject({
  table: z.string().meta({description: 'With its database in front where that is not the lake’s.'}),
  view: z.string().nullable().meta({description: 'The view that the statement names.'}),
  isFiltered: z.boolean().meta({description: 'A condition restricts the partitions.'}),
  mayBeCut: z.literal(true).optional().meta({description: 'Lake Formation may hide rows or columns of it.'}),
  partitions: share('Partitions').nullable().meta({description: 'Null: the table has none, or nobody can tell.'}),
  newestPartition: z
    .array(
      z.strictObject({
        name: z.string(),
        type: z.string().meta({description: 'Athena’s type name.'}),
        value: z.string().nullable().meta({description: 'Null: no partition is known.'}),
      }),
    )
    .nullable()
    .meta({description: 'The last partition with files, for a condition; null where none could name it here.'}),
  files: share('Files').nullable().meta({description: 'Null: nobody can tell.'}),
  sizeBytes: share('Bytes of whole files').nullable().meta({description: 'Null: nobody can tell.'}),
  whole: z.enum(['unfiltered', 'mutable', 'unknown']).nullable().meta({
    description:
      'Why all of several partitions are read: no condition, or rows that move between them. unknown: its size is, and no condition is known to restrict it.',
  }),
})

const portability = z.strictObject({
  rule: z.string(),
  message: z.string().meta({description: 'What answers differently, or not at all, on the other engine.'}),
  portable: z.string().meta({description: 'What to write instead.'}),
  position: z
    .strictObject({line: z.int().positive(), column: z.int().positive(), text: z.string()})
    .nullable()
    .meta({description: 'Where, from 1; the text is the line.'}),
})

const answer = z.strictObject({
  columns: z.array(z.strictObject({name: z.string(), type: z.string().meta({description: 'Athena’s type name.'})})),
  rows: z.array(z.record(z.string(), z.unknown())).meta({
    description: 'Objects by column name. Decimals and integers beyond 2^53 are strings; see docs/output.md.',
  }),
  rowCount: z.int().nonnegative().meta({description: 'Rows in this document.'}),
  truncated: z.boolean().meta({description: 'There are more rows: --max-rows.'}),
  durationMs: z.number().nonnegative(),
  bytesScanned: z.number().nullable().meta({description: 'As the engine counted them; null where nothing is billed.'}),
  billedUsd: z.string().nullable().meta({description: 'Of what was scanned; null where nothing is billed.'}),
  executionId: z.string().nullable().meta({description: 'Name of the run in the history of Athena.'}),
})

/** Schemas of this topic's `--json` answers, by command. */
export const resultSchemas = {
  query: z.strictObject({
    asOf: z.iso.datetime().meta({description: 'Time of the answer.'}),
    lake: z.string(),
    environment: z.string(),
    engine: z.enum(['duckdb', 'athena']),
    scans: z.array(scan).meta({description: 'Every place where the statement reads a table.'}),
    maxBytesScanned: z
      .int()
      .nonnegative()
      .nullable()
      .meta({description: 'Upper bound: sizes of the files that may be read. Null: nobody can tell.'}),
    costUsd: z
      .string()
      .regex(/^\d+\.\d{6}$/)
      .nullable()
      .meta({description: 'Estimate from the upper bound; null where there is none.'}),
    portability: z.array(portability),
    answer: answer.nullable().meta({description: 'Null in a dry run.'}),
  }),
}
