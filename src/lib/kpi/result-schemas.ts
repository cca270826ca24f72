import {z} from 'zod'

const instant = (description: string) => z.iso.datetime().meta({description})
const decimal = (description: string) =>
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .meta({description})
const optionalDecimal = (description: string) => decimal(description).nullable()

const thresholds = z
  .strictObject({
    better: z.enum(['higher', 'lower']).meta({description: 'Which way is better.'}),
    green: decimal('Higher is better: green at or above. Lower is better: green below.'),
    yellow: decimal('Higher is better: yellow at or above. Lower is better: yellow at or below. Else red.'),
    currency: z.string().optional().meta({description: 'Money only: the thresholds judge this currency.'}),
  })
  .nullable()
  .meta({description: 'Null: nothing says what is good.'})

const kpiShape = {
  name: z.string(),
  title: z.string().meta({description: 'Name for people.'}),
  description: z.string().meta({description: 'What it says.'}),
  table: z.string().meta({description: 'The table that it is computed from.'}),
  unit: z.enum(['ratio', 'milliseconds', 'money']),
  views: z.array(z.string()).meta({description: 'Views that show it.'}),
  thresholds,
}

const value = z.strictObject({
  currency: z.string().nullable().meta({description: 'Money: one value a currency.'}),
  value: optionalDecimal('Whole milliseconds, else 6 decimals, rounded half up; null without data.'),
  state: z
    .enum(['green', 'yellow', 'red', 'no_data', 'none'])
    .meta({description: 'Judged before rounding. no_data: the denominator is 0. none: no threshold judges it.'}),
  numerator: optionalDecimal('Exact.'),
  denominator: optionalDecimal('Exact.'),
  n: z.int().nonnegative().nullable().meta({description: 'Sample size: the denominator, where it is a count.'}),
  interval: z
    .strictObject({low: decimal('Lower bound, 6 decimals.'), high: decimal('Upper bound, 6 decimals.')})
    .nullable()
    .meta({description: 'Wilson’s 95% interval of a ratio.'}),
  p50: optionalDecimal('Median, in the unit of the value.'),
  p95: optionalDecimal('95th percentile, in the unit of the value.'),
  excluded: z.record(z.string(), z.int().nonnegative()).meta({description: 'Rows that do not count, by reason.'}),
})

const lakeShape = {lake: z.string(), environment: z.string(), asOf: instant('Time of the answer.')}

/** Schemas of this topic's `--json` answers, by command. */
export const resultSchemas = {
  'kpi:list': z.strictObject({...lakeShape, kpis: z.array(z.strictObject(kpiShape))}),
  'kpi:show': z.strictObject({
    ...lakeShape,
    period: z.strictObject({from: instant('First instant, included.'), to: instant('End, excluded.')}),
    view: z.string().nullable().meta({description: 'The view that was asked for.'}),
    kpis: z.array(z.strictObject({...kpiShape, values: z.array(value).meta({description: 'One, or one a currency.'})})),
  }),
}
