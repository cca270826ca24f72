import {z} from 'zod'

const count = (description: string) => z.int().nonnegative().meta({description})
const instant = (description: string) => z.iso.datetime().meta({description})
const asOf = instant('Time of the answer.')
const about = {
  crawler: z.string().meta({description: 'What commands call it by.'}),
  awsName: z.string().meta({description: 'What AWS calls it.'}),
}
const tables = z.array(z.string()).meta({description: 'Tables that it crawls, as the definition says.'})
const schedule = z.string().nullable().meta({description: 'When it starts by itself; null: never.'})
const status = z.enum(['succeeded', 'failed', 'cancelled'])
const micros = (description: string) => z.string().regex(/^\d+$/).meta({description})
const nextStartAt = instant('When the definition lets the next crawl start; null: at once.').nullable()
const counts = z.strictObject({added: count('Added.'), updated: count('Changed.'), deleted: count('Deleted.')})
const changes = z
  .strictObject({tables: counts, partitions: counts})
  .nullable()
  .meta({description: 'What it changed in the catalog; null where it does not tell.'})
const price = {
  costUsdMicros: micros('Millionths of a US dollar: an estimate, ten minutes at least.'),
  leastUsdMicros: micros('As if the ten minutes were in the DPU hours already.'),
}
const priceOrNull = {costUsdMicros: price.costUsdMicros.nullable(), leastUsdMicros: price.leastUsdMicros.nullable()}
const crawlFigures = {
  durationMs: count('How long it took.').nullable(),
  dpuHours: z.number().nonnegative().nullable().meta({description: 'Capacity times hours.'}),
  ...priceOrNull,
  changes,
  message: z.string().nullable(),
}

const start = z.strictObject({
  ...about,
  tables,
  changed: z.boolean().meta({description: 'A crawl was started.'}),
  joined: z.boolean().meta({description: 'One ran already.'}),
  state: z.enum(['running', 'succeeded', 'failed', 'cancelled']),
  startedAt: instant('Of the crawl that ended.').nullable(),
  ...crawlFigures,
  schedule,
  nextStartAt,
})

const startPlan = z.strictObject({
  ...about,
  tables,
  will: z.enum(['start', 'join', 'nothing']),
  schedule,
  lastStartedAt: instant('Of the last crawl that ended.').nullable(),
  lastStatus: status.nullable(),
  ...price,
})

/** Schemas of this topic's `--json` answers, by command. */
export const resultSchemas = {
  'crawler:list': z.strictObject({
    lake: z.string(),
    environment: z.string(),
    asOf,
    crawlers: z.array(
      z.strictObject({
        ...about,
        state: z.enum(['ready', 'running', 'stopping']).nullable().meta({description: 'Null: AWS has none.'}),
        tables,
        schedule,
        minIntervalHours: z.number().nonnegative(),
        lastStatus: status.nullable(),
        lastStartedAt: instant('Of the last crawl that ended.').nullable(),
        message: z.string().nullable(),
        nextStartAt,
      }),
    ),
  }),
  'crawler:start': z.union([start, startPlan]),
  'crawler:stop': z.strictObject({
    ...about,
    changed: z.boolean().meta({description: 'False: nothing ran.'}),
    state: z.enum(['stopping', 'ready']),
  }),
  'crawler:history': z.strictObject({
    ...about,
    asOf,
    crawls: z.array(
      z.strictObject({
        crawl: z.string(),
        state: z.enum(['running', 'completed', 'failed', 'stopped']),
        startedAt: instant('Begin.'),
        endedAt: instant('End.').nullable(),
        ...crawlFigures,
      }),
    ),
    isTruncated: z.boolean(),
  }),
}
