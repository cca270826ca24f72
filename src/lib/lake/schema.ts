import {z} from 'zod'
import {crawlerSchema} from './crawler-schema.js'
import {kpiSchema, panelSchema, rollupSchema, thresholdsSchema, viewSchema} from './kpi-schema.js'

/**
 * The shape of `sluice.yaml`. Only shape: what names, types and expressions may say is checked by the rules, with
 * better words. Nothing has a default here, because a default of an override would overwrite the blueprint's value.
 */

const NAME_PATTERN = '^[a-z][a-z0-9_]*$'

const text = (description: string, extra: Record<string, unknown> = {}) => z.string().meta({description, ...extra})
const flag = (description: string, byDefault: boolean) => z.boolean().meta({description, default: byDefault})

const operand = z.string().meta({description: "A column of this table, or $name for an attribute's text."})
const oneOperand = (description: string) => z.tuple([operand]).meta({description}).optional()
const twoOperands = (description: string) => z.tuple([operand, operand]).meta({description}).optional()

const operandAndSeparator = (description: string) =>
  z
    .tuple([operand, z.string().meta({description: 'The text that divides, like #.'})])
    .meta({description})
    .optional()

export const deriveSchema = z
  .strictObject({
    equal: twoOperands('True when both are equal; NULL when one is NULL. Result: boolean.'),
    not_equal: twoOperands('True when both differ; NULL when one is NULL. Result: boolean.'),
    add: twoOperands('First plus second. Result: bigint or decimal(p,s).'),
    subtract: twoOperands('First minus second. Result: bigint or decimal(p,s).'),
    millis_between: twoOperands('Milliseconds from the first to the second timestamp. Result: bigint.'),
    format_date: z
      .tuple([operand, z.string().meta({description: 'Pattern of %Y, %m, %d, %H and separators, in UTC.'})])
      .meta({description: 'A timestamp as UTC text. Result: string.'})
      .optional(),
    slice_after: operandAndSeparator('The text after the first separator; NULL where there is none. Result: string.'),
    slice_before: operandAndSeparator('The text before the first separator; NULL where there is none. Result: string.'),
    lower: oneOperand('In small letters. Result: string.'),
    trim: oneOperand('Without white space at both ends. Result: string.'),
    coalesce: z
      .array(operand)
      .min(1)
      .meta({description: 'The first that is not NULL. Result: the type of the operands.'})
      .optional(),
    constant: z
      .tuple([z.string()])
      .meta({description: 'The same text in every row; never NULL. Result: string.'})
      .optional(),
    rest: z
      .array(z.string())
      .max(0)
      .meta({description: 'Every attribute that nothing else names, as DynamoDB JSON. Result: string.'})
      .optional(),
  })
  .meta({description: 'How the column is computed: exactly one expression. Most are NULL when an input is NULL.'})

/** YAML reads a bare `null` as no value; both spellings mean the policy. */
const policy = <const Names extends readonly [string, ...string[]]>(
  names: Names,
  description: string,
  byDefault: string,
) =>
  z
    .enum(names)
    .nullable()
    .meta({description, default: byDefault, enum: [...names, null], type: ['string', 'null'], anyOf: undefined})
    .optional()

const attribute = z
  .union([z.string(), z.array(z.string()).min(1)], {
    error: 'Expected an attribute name, or a path like [incident, zip].',
  })
  .meta({description: 'The source attribute, exact in case and dots; a list is a path into nested maps.'})

export const columnSchema = z
  .strictObject({
    name: text('Column name: a-z, 0-9 and _, beginning with a letter.', {pattern: NAME_PATTERN}),
    type: text('string, boolean, integer, bigint, double, timestamp, date, decimal(p,s), binary or array<type>.', {
      examples: ['string', 'bigint', 'decimal(18,2)', 'timestamp', 'array<string>'],
    }).optional(),
    from: attribute.optional(),
    tag: z
      .enum(['S', 'N', 'BOOL', 'B', 'SS', 'NS', 'BS', 'L', 'M'])
      .meta({description: "The attribute's type tag, where it is not the usual one of the type."})
      .optional(),
    derive: deriveSchema.optional(),
    missing: policy(['null', 'error', 'quarantine'], 'What an absent or NULL attribute leads to.', 'null'),
    inexact: z
      .enum(['quarantine', 'error', 'round'])
      .meta({
        description: 'What a value leads to that the type cannot hold exactly; double needs round.',
        default: 'quarantine',
      })
      .optional(),
    wrong_type: policy(['quarantine', 'error', 'null'], 'What a value of another type leads to.', 'quarantine'),
    format: z
      .enum(['iso', 'iso_local', 'epoch_s', 'epoch_ms'])
      .meta({description: 'How the source writes the time; required for timestamp and date.'})
      .optional(),
    zone: text('Time zone of an iso_local time.', {examples: ['Europe/London']}).optional(),
    class: z
      .enum(['public', 'internal', 'personal', 'restricted'])
      .meta({
        description: 'Data class: personal is in the scope of erasure, restricted is never printed.',
        default: 'internal',
      })
      .optional(),
    remove: z.literal(true).meta({description: "Removes the blueprint's column of this name."}).optional(),
  })
  .meta({
    description:
      'One column: read from the source item (from) or computed from other columns (derive); in events that others write neither.',
  })

export const partitionSchema = z
  .strictObject({
    by: z
      .array(
        z.strictObject({
          name: text('Partition column; always text.', {pattern: NAME_PATTERN}),
          derive: deriveSchema.optional(),
        }),
      )
      .min(1)
      .meta({description: 'Partition columns, in path order; derive may be left out of events that others write.'})
      .optional(),
    immutable: flag(
      'True when a key never changes its partition; queries of the current state then prune.',
      false,
    ).optional(),
    path: z
      .string()
      .nullable()
      .meta({
        description: "Path below the table's location, like {year}/{month}/; without it name=value/.",
        default: null,
      })
      .optional(),
    fallback: policy(
      ['load_day', 'null'],
      "Where a row without partition source goes: the load's UTC day, or the NULL partition.",
      'load_day',
    ),
  })
  .meta({description: 'How the table is divided; also how its paths look.'})

const conditionSchema = z
  .strictObject({
    from: attribute.optional(),
    starts_with: text("The attribute's text begins with this.").optional(),
    one_of: z.array(z.string()).min(1).meta({description: "The attribute's text is one of these."}).optional(),
    absent: z.literal(true).meta({description: 'The attribute is not there, or NULL.'}).optional(),
  })
  .meta({description: 'A test of one attribute: from, and one of starts_with, one_of and absent.'})

export const tableSchema = z
  .strictObject({
    kind: z
      .enum(['changelog', 'events', 'derived'])
      .meta({description: 'changelog: versions of keyed items; events: append only; derived: reserved.'})
      .optional(),
    layer: z
      .enum(['bronze', 'silver', 'gold'])
      .meta({description: 'bronze as received, silver conformed, gold served.', default: 'bronze'})
      .optional(),
    format: z
      .enum(['parquet', 'json'])
      .meta({description: 'How the objects of events are written; json: one document a line.', default: 'parquet'})
      .optional(),
    description: text('One line for people.').optional(),
    source: z
      .strictObject({dynamodb: text('DynamoDB table whose exports and stream feed this table; may contain {env}.')})
      .nullable()
      .meta({description: "Where the table's history comes from."})
      .optional(),
    key: z.array(z.string()).min(1).meta({description: 'Columns that identify an item, in order.'}).optional(),
    columns: z
      .array(columnSchema)
      .min(1)
      .meta({description: "Columns; merged by name with the blueprint's."})
      .optional(),
    when: z
      .array(conditionSchema)
      .meta({description: 'An item belongs to the table when all of these hold.', default: []})
      .optional(),
    skip: z
      .array(conditionSchema)
      .meta({description: 'An item of the table is left out, and counted, when one of these holds.', default: []})
      .optional(),
    partition: partitionSchema
      .nullable()
      .meta({description: 'How the table is divided, and how its paths look; null for a table in one piece.'})
      .optional(),
    max_vanished: z
      .number()
      .min(0)
      .max(1)
      .meta({
        description: 'A load that removes more than this share of the standing keys is refused; 0.05 is 5%.',
        default: 0.05,
      })
      .optional(),
  })
  .meta({description: 'A table of the lake, or an override of a blueprint table of the same name.'})

const environmentKpis = z
  .record(z.string(), z.strictObject({thresholds: thresholdsSchema.optional()}))
  .meta({description: 'Thresholds of this environment.'})
  .optional()
const protect = flag('Every change asks for the name of the lake.', false).optional()

export const localEnvironmentSchema = z
  .strictObject({
    backend: z.literal('local').meta({description: 'The lake is a folder.'}),
    root: text('Folder, relative to this file; may contain {env}.', {examples: ['./lake']}),
    versioned: flag('Keep old object versions, as a versioned bucket does.', false).optional(),
    protect,
    kpis: environmentKpis,
  })
  .meta({description: 'The lake in a local folder.'})

export const awsEnvironmentSchema = z
  .strictObject({
    backend: z.literal('aws').meta({description: 'The lake is in an AWS account.'}),
    region: text('AWS Region.', {examples: ['eu-west-1']}),
    account: text('AWS account, 12 digits in quotes; checked before the first call.', {pattern: '^[0-9]{12}$'}),
    role: text('ARN of the role to work as; default: the caller.', {
      examples: ['arn:aws:iam::111122223333:role/sluice'],
    }).optional(),
    protect,
    state: text('s3://bucket/prefix of operations, locks and run records; outside every table.').optional(),
    database: text('Glue database.').optional(),
    workgroup: text('Athena workgroup.').optional(),
    results: text('s3://bucket/prefix of query results.').optional(),
    encryption: text('Of everything written: bucket-default, sse-s3, or kms: and the ARN of a key.', {
      default: 'bucket-default',
      examples: ['sse-s3', 'kms:arn:aws:kms:eu-west-1:111122223333:key/my-key'],
    }).optional(),
    endpoints: z
      .record(z.string(), z.string())
      .meta({description: 'Service URLs by service name; http only on this machine.'})
      .optional(),
    tables: z
      .record(z.string(), z.strictObject({location: text('s3://bucket/prefix of the table.').optional()}))
      .meta({description: 'Where each table lies. An environment never changes columns or mappings.'})
      .optional(),
    kpis: environmentKpis,
  })
  .meta({description: 'The lake in an AWS account and Region.'})

export const environmentSchema = z.discriminatedUnion('backend', [localEnvironmentSchema, awsEnvironmentSchema])

export const definitionSchema = z
  .strictObject({
    sluice: z.literal(1).meta({description: 'Format of this file.'}),
    lake: text('Name of the lake: a-z, 0-9, - and _.', {pattern: '^[a-z][a-z0-9_-]{0,62}$'}),
    blueprint: text('A ready definition that this one builds on.').optional(),
    default: text('Environment that is used when none is named.'),
    environments: z.record(z.string(), environmentSchema).meta({description: 'Where the lake runs, by name.'}),
    tables: z.record(z.string(), tableSchema).meta({description: 'Tables by name.'}).optional(),
    crawlers: z.record(z.string(), crawlerSchema).meta({description: 'Glue crawlers by name.'}).optional(),
    kpis: z.record(z.string(), kpiSchema).meta({description: 'KPIs by name.'}).optional(),
    panels: z.record(z.string(), panelSchema).meta({description: 'Panels of the views by name.'}).optional(),
    rollups: z
      .record(z.string(), rollupSchema)
      .meta({description: 'What several KPIs count from, by name.'})
      .optional(),
    views: z.record(z.string(), viewSchema).meta({description: 'Titles of the views by name.'}).optional(),
  })
  .meta({title: 'sluice lake definition', description: 'The tables, KPIs, panels and environments of one data lake.'})

export type DefinitionInput = z.input<typeof definitionSchema>
export type TableInput = z.input<typeof tableSchema>
export type ColumnInput = z.input<typeof columnSchema>
export type DeriveInput = z.input<typeof deriveSchema>
export type {CrawlerInput} from './crawler-schema.js'
export type {KpiInput, PanelColumnInput, PanelInput, RollupInput, ThresholdsInput, ViewInput} from './kpi-schema.js'
