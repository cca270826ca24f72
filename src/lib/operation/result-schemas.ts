import {z} from 'zod'

const count = (description: string) => z.int().nonnegative().meta({description})
const instant = (description: string) => z.iso.datetime().meta({description})
const asOf = instant('Time of the answer.')
const state = z.enum(['unfinished', 'interrupted', 'failed', 'done', 'cancelled', 'undoing', 'undone'])

const holder = z.strictObject({
  host: z.string(),
  bootId: z.string(),
  pid: z.int(),
  startedAt: z.string(),
  user: z.string(),
})
const lock = z.strictObject({
  lock: z.string().meta({description: 'e.g. table:claims'}),
  operation: z.string(),
  kind: z.string(),
  holder,
  since: instant('When it was taken.'),
  fate: z.enum(['alive', 'gone', 'unknown']).meta({description: 'What is known of the holding process.'}),
})

const operation = {
  operation: z.string(),
  kind: z.string(),
  lake: z.string(),
  environment: z.string(),
  state,
  tables: z.array(z.string()),
  startedAt: instant('First start.').nullable(),
  endedAt: instant('Last end.').nullable(),
  attempts: count('Processes that worked on it.'),
  caller: z
    .strictObject({
      user: z.string(),
      host: z.string(),
      version: z.string(),
      command: z.string(),
      reason: z.string().nullable(),
    })
    .nullable(),
  error: z.strictObject({code: z.string(), message: z.string()}).nullable(),
  units: z.array(
    z.strictObject({
      unit: z.string(),
      state: z.enum(['planned', 'staged', 'proven', 'published', 'retracted', 'failed']),
      error: z
        .strictObject({code: z.string(), message: z.string()})
        .nullable()
        .meta({description: 'Why it was left as it was while the others went on.'}),
      proof: z
        .strictObject({
          level: z.enum(['structure', 'content', 'mapping']),
          text: z.string(),
          scannedBytes: count('What an engine bills for.').optional(),
        })
        .nullable(),
      comparison: z
        .strictObject({
          of: z.string().meta({description: 'What was counted, e.g. keys.'}),
          standing: count('How many stood before.'),
          added: count('New ones.'),
          changed: count('Others than before.'),
          vanished: count('Those that stand no more.'),
          maxVanished: z.number().meta({description: 'Share that may vanish unasked.'}),
        })
        .nullable(),
      stageMs: count('Time of staging.'),
      proveMs: count('Time of the proof.'),
    }),
  ),
  estimate: z.strictObject({
    bytesRead: count('Bytes read.'),
    bytesWritten: count('Bytes written.'),
    requests: count('Requests.'),
    costUsdMicros: z.string().meta({description: 'Millionths of a US dollar.'}),
    durationMs: count('Time.'),
  }),
  undo: z.enum(['until-gc', 'never']),
  collected: z.strictObject({objects: count('Objects deleted by gc.'), sizeBytes: count('Their size.')}).nullable(),
}
const changed = z.strictObject({...operation, changed: z.boolean()})

/** Schemas of this topic's `--json` answers, by command. */
export const resultSchemas = {
  'ops:list': z.strictObject({asOf, operations: z.array(z.strictObject(operation))}),
  'ops:show': z.strictObject({...operation, locks: z.array(lock), asOf}),
  'ops:resume': changed,
  'ops:undo': changed,
  'ops:cancel': changed,
  'ops:unlock': z.strictObject({lock: z.string(), changed: z.boolean(), held: lock.nullable()}),
  'ops:gc': z.strictObject({
    asOf,
    dryRun: z.boolean(),
    operations: z.array(
      z.strictObject({
        operation: z.string(),
        kind: z.string(),
        state,
        graceHours: z.number().meta({description: 'How long after its end it is left alone.'}),
        skipped: z.enum(['not_ended', 'in_grace']).nullable(),
        objects: count('Objects deleted.'),
        sizeBytes: count('Their size.'),
        kept: count('Objects that had changed and were kept.'),
      }),
    ),
  }),
}
