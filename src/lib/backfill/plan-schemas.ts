import {z} from 'zod'

const count = (description: string) => z.int().nonnegative().meta({description})

/** What a load is taken to read, write and cost. */
export const estimate = z.strictObject({
  bytesRead: count('Bytes that the operation reads.'),
  bytesWritten: count('Bytes that the operation writes.'),
  requests: count('Requests to the store and the catalog.'),
  costUsdMicros: z.string().meta({description: 'Millionths of a US dollar.'}),
  durationMs: count('Time the operation takes.'),
})

/** The share of the comparison in it. */
export const comparisonEstimate = z.strictObject({
  bytesRead: count('Bytes that Athena reads.'),
  costUsdMicros: z.string().meta({description: 'Millionths of a US dollar.'}),
})

/** What a load takes of this machine. */
export const needs = z.strictObject({
  tempBytes: count('Staged files, spilled rows and copies at one time.'),
  lakeBytes: count('What the load adds to the lake.'),
  memoryBytes: count('Of the memory limit of the engine.'),
  threads: count('As many as the memory limit has room for.'),
  missing: z.array(
    z.strictObject({
      of: z.enum(['temporary-disk', 'temporary-limit', 'lake-disk', 'memory-limit', 'machine-memory']),
      neededBytes: count('Needed.'),
      availableBytes: count('There is, or is allowed.'),
      missingBytes: count('The difference.'),
      folder: z.string().nullable().meta({description: 'Where; null for a limit and for memory.'}),
    }),
  ),
})
