import {z} from 'zod'

const text = (description: string, extra: Record<string, unknown> = {}) => z.string().meta({description, ...extra})

export const crawlerSchema = z
  .strictObject({
    name: text("The crawler's name in AWS, where it is another; may contain {env}.", {
      examples: ['icpa-claims-{env}'],
    }).optional(),
    description: text('One line for people.').optional(),
    tables: z.array(z.string()).min(1).meta({description: 'Tables that it crawls.'}).optional(),
    schedule: text('When it starts by itself; said to people, never set.', {
      examples: ['every 6 h', 'cron(0 0/6 * * ? *)'],
    }).optional(),
    min_interval_hours: z
      .number()
      .min(0)
      .max(8784)
      .meta({description: 'Hours between the starts of two crawls; one that comes sooner is refused.', default: 1})
      .optional(),
  })
  .meta({description: 'A Glue crawler of the lake; local lakes have `partitions sync` in its place.'})

export type CrawlerInput = z.input<typeof crawlerSchema>
