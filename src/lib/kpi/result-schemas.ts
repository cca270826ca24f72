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
  unit: z.enum(['ratio', 'milliseconds', 'money', 'score']),
  views: z.array(z.string()).meta({description: 'Views that show it.'}),
  thresholds,
}

const measurementShape = {
  currency: z.string().nullable().meta({description: 'One value a currency, where amounts are counted.'}),
  value: optionalDecimal('Whole milliseconds, else 6 decimals, rounded half up; null without data.'),
  state: z.enum(['green', 'yellow', 'red', 'low_n', 'no_data', 'none']).meta({
    description:
      'Judged before rounding. low_n: n is below minN. no_data: the denominator is 0. none: no threshold judges it.',
  }),
  numerator: optionalDecimal('Exact.'),
  denominator: optionalDecimal('Exact.'),
  n: z
    .int()
    .nonnegative()
    .nullable()
    .meta({description: 'Sample size: what the SQL says, else the denominator, where it is a count.'}),
  interval: z
    .strictObject({low: decimal('Lower bound, 6 decimals.'), high: decimal('Upper bound, 6 decimals.')})
    .nullable()
    .meta({description: 'Wilson’s 95% interval of a share of counts.'}),
  p50: optionalDecimal('Median, in the unit of the value.'),
  p95: optionalDecimal('95th percentile, in the unit of the value.'),
  excluded: z.record(z.string(), z.int().nonnegative()).meta({description: 'Rows that do not count, by reason.'}),
}
const measurement = z.strictObject(measurementShape)

const value = z.strictObject({
  ...measurementShape,
  before: measurement.nullable().meta({description: 'The same over the period before; null: not compared.'}),
  change: z
    .strictObject({
      kind: z
        .enum(['difference', 'relative'])
        .meta({description: 'difference: of ratios and scores. relative: of the rest, as a share of the one before.'}),
      value: decimal('Of the unrounded values, 6 decimals.'),
    })
    .nullable()
    .meta({description: 'Null where one of the two has no data, and relative to 0.'}),
})

const step = z.enum(['day', 'week', 'month'])
const periodShape = {from: instant('First instant, included.'), to: instant('End, excluded.')}

const point = z.strictObject({
  step: z.iso.date().meta({description: 'First day of the whole step; weeks begin on Monday.'}),
  ...periodShape,
  values: z.array(measurement).meta({description: 'One, or one a currency.'}),
})

const panelShape = {
  name: z.string(),
  title: z.string().meta({description: 'Name for people.'}),
  description: z.string().meta({description: 'What it says.'}),
  table: z.string().meta({description: 'The table that it is computed from.'}),
  kind: z.enum(['trend', 'breakdown', 'list']),
  views: z.array(z.string()).meta({description: 'Views that show it.'}),
}

const panel = z.strictObject({
  ...panelShape,
  step: step.nullable().meta({description: 'Trends: what a point stands for.'}),
  columns: z.array(
    z.strictObject({
      name: z.string(),
      title: z.string().meta({description: 'Name for people.'}),
      unit: z.enum(['text', 'count', 'ratio', 'milliseconds', 'money', 'score', 'instant']),
      of: z
        .tuple([z.string(), z.string()])
        .nullable()
        .meta({description: 'Numerator and denominator, which stand in the rows too; null: the SQL answers it.'}),
    }),
  ),
  rows: z.array(
    z.strictObject({
      values: z.record(z.string(), z.string().nullable()).meta({
        description: 'By column: text, exact decimals, ISO 8601. Null: NULL, nothing to divide, or a gap of a trend.',
      }),
      excluded: z.record(z.string(), z.int().nonnegative()).meta({description: 'What does not count in this row.'}),
    }),
  ),
  excluded: z.record(z.string(), z.int().nonnegative()).meta({description: 'Over all rows.'}),
  rowsTotal: z.int().nonnegative().nullable().meta({description: 'Lists: rows before the limit.'}),
})

const view = z.strictObject({name: z.string(), title: z.string().meta({description: 'Name for people.'})})

const quarantined = z.strictObject({
  table: z.string(),
  rows: z
    .int()
    .nonnegative()
    .meta({description: 'Keys whose newest version is quarantined; nothing here counts them.'}),
  within: z
    .enum(['days', 'table'])
    .meta({description: 'days: partitions of the period. table: all, where partitions say nothing of the time.'}),
})

const lakeShape = {lake: z.string(), environment: z.string(), asOf: instant('Time of the answer.')}

/** Schemas of this topic's `--json` answers, by command. */
export const resultSchemas = {
  'kpi:list': z.strictObject({
    ...lakeShape,
    kpis: z.array(z.strictObject(kpiShape)),
    panels: z.array(z.strictObject(panelShape)),
    views: z.array(view),
  }),
  'kpi:show': z.strictObject({
    ...lakeShape,
    period: z.strictObject(periodShape),
    before: z.strictObject(periodShape).nullable().meta({description: 'The period before; null: not compared.'}),
    by: step.nullable().meta({description: 'Steps of the series that were asked for.'}),
    minN: z.int().positive().meta({description: 'Smaller samples are not judged.'}),
    view: view.nullable().meta({description: 'The view that was asked for.'}),
    kpis: z.array(
      z.strictObject({
        ...kpiShape,
        values: z.array(value).meta({description: 'One, or one a currency.'}),
        series: z.array(point).nullable().meta({description: 'Every step of the period, also those without data.'}),
      }),
    ),
    panels: z.array(panel),
    quarantined: z.array(quarantined),
    mayBeCut: z
      .array(z.string())
      .meta({description: 'Tables of which Lake Formation may hide rows or columns: not surely the whole.'}),
    bytesScanned: z
      .number()
      .nullable()
      .meta({description: 'By all statements, as the engine counted them; null where nothing is billed.'}),
    billedUsd: z
      .string()
      .nullable()
      .meta({description: 'At list price, each statement with its minimum; null where nothing is billed.'}),
  }),
}
