import {z} from 'zod'

const count = (description: string) => z.int().nonnegative().meta({description})
const asOf = z.iso.datetime().meta({description: 'Time of the answer.'})
const values = z.array(z.string()).meta({description: 'One text a partition column, as the catalog keeps it.'})
const KINDS = ['unregistered', 'empty', 'mismatch', 'twin', 'misfit', 'nested', 'shared', 'unseen', 'outside'] as const
const about = {lake: z.string(), environment: z.string(), asOf}

const difference = z.strictObject({
  kind: z.enum(KINDS),
  partition: z.string().nullable().meta({description: 'Null for a folder that is none.'}),
  values: values.nullable(),
  location: z.string().nullable().meta({description: 'Where the catalog points.'}),
  folder: z.string().nullable().meta({description: 'Where objects lie.'}),
  files: count('Objects there.'),
  sizeBytes: count('Their size.'),
  text: z.string().meta({description: 'What is meant by it.'}),
})

const tableDiff = z.strictObject({
  table: z.string(),
  isInCatalog: z.boolean(),
  isProjected: z.boolean().meta({description: 'Engines compute its partitions and never look them up.'}),
  location: z.string(),
  template: z.string().meta({description: 'Of the paths of partitions, below the location.'}),
  registered: count('Partitions in the catalog.'),
  folders: count('Folders with objects that are, or could be, a partition.'),
  files: count('Objects.'),
  sizeBytes: count('Their size.'),
  inStep: count('Registered, with objects where the catalog points; projected: folders that are read.'),
  compacted: count('Of these: in what a compaction wrote elsewhere.'),
  moved: count('Of these: elsewhere than their values say.'),
  counts: z.strictObject({
    unregistered: count('Folders with objects that are no partition.'),
    empty: count('Partitions without an object.'),
    mismatch: count('Partitions that point elsewhere than their objects lie.'),
    twin: count('Folders that mean the same partition as another, or but for case.'),
    misfit: count('Folders that have not the form of the table.'),
    nested: count('Folders inside of partitions.'),
    shared: count('Partitions that share their place.'),
    unseen: count('Folders that no projected partition reads.'),
    outside: count('Partitions that cannot be looked at.'),
  }),
  differences: z.array(difference).meta({description: 'The first 1,000.'}),
  notListed: count('More differences than are listed.'),
})

const syncState = z.enum(['created', 'exists', 'dropped', 'kept', 'failed'])

/** Schemas of this topic's `--json` answers, by command. */
export const resultSchemas = {
  'partitions:list': z.strictObject({
    ...about,
    table: z.string(),
    registered: count('Partitions in the catalog.'),
    partitions: z.array(
      z.strictObject({
        partition: z.string(),
        values,
        location: z.string(),
        place: z.enum(['in place', 'moved', 'compacted', 'outside']),
        files: count('Objects; null where it cannot be looked at.').nullable(),
        sizeBytes: count('Their size.').nullable(),
      }),
    ),
    isTruncated: z.boolean(),
  }),
  'partitions:diff': z.strictObject({...about, tables: z.array(tableDiff)}),
  'partitions:sync': z.strictObject({
    ...about,
    dryRun: z.boolean(),
    changed: z.boolean(),
    tables: z.array(
      z.strictObject({
        table: z.string(),
        operation: z.string().nullable().meta({description: 'Null where there was nothing to do.'}),
        isTableCreated: z.boolean(),
        counts: z.strictObject({
          created: count('Registered.'),
          exists: count('Registered by somebody else meanwhile.'),
          dropped: count('Taken out of the catalog.'),
          kept: count('Not taken out: objects came, or they were changed.'),
          failed: count('Not done.'),
        }),
        failures: z.array(z.strictObject({unit: z.string(), code: z.string(), message: z.string()})),
        partitions: z
          .array(z.strictObject({values, location: z.string(), state: syncState}))
          .meta({description: 'The first 1,000, those that failed first.'}),
        notListed: count('More than are listed.'),
        planned: z.strictObject({creates: count('To register.'), drops: count('To take out.')}),
        estimate: z
          .strictObject({
            bytesRead: count('Bytes read.'),
            bytesWritten: count('Bytes written.'),
            requests: count('Requests.'),
            costUsdMicros: z.string().meta({description: 'Millionths of a US dollar.'}),
            durationMs: count('Time.'),
          })
          .nullable()
          .meta({description: 'Of the plan; null where there was nothing to do.'}),
        before: tableDiff.meta({description: 'How store and catalog stood before.'}),
      }),
    ),
  }),
}
