import {z} from 'zod'

/** The shape of what a lake measures: KPIs, panels, views. As in `schema.ts`, nothing has a default here. */

const text = (description: string, extra: Record<string, unknown> = {}) => z.string().meta({description, ...extra})
const flag = (description: string, byDefault: boolean) => z.boolean().meta({description, default: byDefault})

const decimalText = (description: string) =>
  z
    .union([z.string(), z.number()], {error: 'Expected a decimal number, like 0.90.'})
    .meta({description, examples: ['0.90']})

export const thresholdsSchema = z
  .strictObject({
    better: z.enum(['higher', 'lower']).meta({description: 'Which way is better.'}).optional(),
    green: decimalText('Higher is better: green at or above. Lower is better: green below.').optional(),
    yellow: decimalText(
      'Higher is better: yellow at or above. Lower is better: yellow at or below. Else red.',
    ).optional(),
    currency: text('Money only: the thresholds hold for this currency.', {pattern: '^[A-Z]{3}$'}).optional(),
  })
  .meta({description: 'When a KPI is green, yellow or red.'})

const views = (description: string) => z.array(z.string()).meta({description, default: []}).optional()

const PARAMETERS = 'parameters $from, $to, $from_day, $to_day'

export const kpiSchema = z
  .strictObject({
    enabled: flag('False leaves the KPI out.', true).optional(),
    title: text('Name for people.').optional(),
    description: text('What it says, in one line.').optional(),
    table: text('Table that it is computed from.').optional(),
    unit: z.enum(['ratio', 'milliseconds', 'money', 'score']).meta({description: 'What the value is.'}).optional(),
    views: views('Views that show it.'),
    time: text('Timestamp column that the period filters.').optional(),
    thresholds: thresholdsSchema.optional(),
    sql: text(
      `Portable SQL that answers numerator and denominator, from <table>_period, from a rollup or with the ${PARAMETERS}.`,
    ).optional(),
  })
  .meta({description: 'A KPI, or an override of a blueprint KPI of the same name.'})

const panelColumnSchema = z
  .strictObject({
    name: text('Name of the column; one that the SQL answers, unless `of` says what it is computed from.'),
    title: text('Name for people; default: the name with blanks.').optional(),
    unit: z
      .enum(['text', 'count', 'ratio', 'milliseconds', 'money', 'score', 'instant'])
      .meta({description: 'What the values are; money takes its currency from the column currency.'})
      .optional(),
    of: z
      .tuple([z.string(), z.string()])
      .meta({description: 'Two columns of the SQL: the value is the first divided by the second, exactly.'})
      .optional(),
  })
  .meta({description: 'One column of a panel.'})

export const panelSchema = z
  .strictObject({
    enabled: flag('False leaves the panel out.', true).optional(),
    title: text('Name for people.').optional(),
    description: text('What it says, in one line.').optional(),
    kind: z
      .enum(['trend', 'breakdown', 'list'])
      .meta({description: 'trend: a point a step; breakdown: a row a group; list: single items, at most 20.'})
      .optional(),
    step: z
      .enum(['day', 'week', 'month'])
      .meta({
        description: 'Trends: the first column is the first day of each step, as YYYY-MM-DD; weeks begin on Monday.',
      })
      .optional(),
    views: views('Views that show it.'),
    table: text('Table that it is computed from.').optional(),
    time: text('Timestamp column that the period filters.').optional(),
    columns: z
      .array(panelColumnSchema)
      .min(1)
      .meta({description: 'Columns, in the order that they are shown.'})
      .optional(),
    sql: text(
      `Portable SQL that answers the columns, from <table>_period, from a rollup or with the ${PARAMETERS}, $week_from, $week_from_day, $as_of.`,
    ).optional(),
  })
  .meta({description: 'A table or trend of a view, or an override of a blueprint panel of the same name.'})

export const rollupSchema = z
  .strictObject({
    description: text('What it counts, in one line.').optional(),
    table: text('Table that it is computed from.').optional(),
    time: text('Timestamp column that the period filters.').optional(),
    sql: text('Portable SQL from <table>_period, grouped by bucket and what else is asked for.').optional(),
  })
  .meta({
    description: 'Counts that several KPIs and panels start from: a relation of this name, computed once an answer.',
  })

export const viewSchema = z
  .strictObject({
    title: text('Name for people.').optional(),
  })
  .meta({description: 'How a view is called; what it shows is said by its KPIs and panels.'})

export type KpiInput = z.input<typeof kpiSchema>
export type PanelInput = z.input<typeof panelSchema>
export type PanelColumnInput = z.input<typeof panelColumnSchema>
export type RollupInput = z.input<typeof rollupSchema>
export type ThresholdsInput = z.input<typeof thresholdsSchema>
export type ViewInput = z.input<typeof viewSchema>
