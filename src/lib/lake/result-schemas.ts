import {z} from 'zod'

const text = (description: string) => z.string().meta({description})
const hash = (description: string) =>
  z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({description})
const count = (description: string) => z.int().nonnegative().meta({description})
const flag = (description: string) => z.boolean().meta({description})
const place = (description: string) => z.string().nullable().meta({description})

const derivation = z
  .record(z.string(), z.array(z.string()))
  .meta({description: 'The one expression, by its name, with its operands.'})
const dataClass = z.enum(['public', 'internal', 'personal', 'restricted']).meta({description: 'Data class.'})

const sourceColumn = z.strictObject({
  name: text('Column name.'),
  type: text("Athena's type name."),
  from: z.union([z.string(), z.array(z.string())]).meta({description: 'Source attribute, or path into nested maps.'}),
  missing: z.enum(['null', 'error', 'quarantine']).meta({description: 'What an absent attribute leads to.'}),
  inexact: z.enum(['quarantine', 'error', 'round']).meta({description: 'What an inexact value leads to.'}),
  wrong_type: z.enum(['quarantine', 'error', 'null']).meta({description: 'What a value of another type leads to.'}),
  class: dataClass,
  tag: z
    .enum(['S', 'N', 'BOOL', 'B', 'SS', 'NS', 'BS', 'L', 'M'])
    .optional()
    .meta({description: "The attribute's type tag, where it is not the usual one."}),
  format: z.enum(['iso', 'iso_local', 'epoch_s', 'epoch_ms']).optional().meta({description: 'How a time is written.'}),
  zone: z.string().optional().meta({description: 'Time zone of a local time.'}),
})
const storedColumn = z.strictObject({
  name: text('Column name.'),
  type: text("Athena's type name."),
  class: dataClass,
})
const derivedColumn = z.strictObject({
  name: text('Column name.'),
  type: text("Athena's type name."),
  derive: derivation,
  class: dataClass,
})

const attribute = z.union([z.string(), z.array(z.string())]).meta({description: 'Source attribute, or path.'})
const condition = z.union([
  z.strictObject({from: attribute, starts_with: text('Its text begins with this.')}),
  z.strictObject({from: attribute, one_of: z.array(z.string()).meta({description: 'Its text is one of these.'})}),
  z.strictObject({from: attribute, absent: z.literal(true).meta({description: 'It is not there, or NULL.'})}),
])

const partition = z.strictObject({
  by: z
    .array(z.strictObject({name: text('Partition column.'), derive: derivation.optional()}))
    .meta({description: 'Partition columns, in path order.'}),
  immutable: flag('A key never changes its partition.'),
  path: place("Path below the table's location; null for name=value/."),
  fallback: z.enum(['load_day', 'null']).meta({description: 'Where a row without partition source goes.'}),
})

const table = z
  .strictObject({
    name: text('Table name.'),
    kind: z.enum(['changelog', 'events', 'derived']).meta({description: 'Kind of table.'}),
    layer: z.enum(['bronze', 'silver', 'gold']).meta({description: 'Layer.'}),
    format: z.enum(['parquet', 'json']).meta({description: 'How its objects are written.'}),
    description: text('For people.'),
    source: z
      .strictObject({dynamodb: text('DynamoDB table.')})
      .nullable()
      .meta({description: 'Where its history comes from.'}),
    key: z.array(z.string()).meta({description: 'Columns that identify an item.'}),
    columns: z.array(z.union([sourceColumn, derivedColumn, storedColumn])).meta({description: 'Columns, in order.'}),
    partition: partition.nullable().meta({description: 'How it is divided; null for a table in one piece.'}),
    when: z.array(condition).meta({description: 'An item belongs to the table when all hold.'}),
    skip: z.array(condition).meta({description: 'An item is left out when one holds.'}),
    max_vanished: z.number().meta({description: 'Share of keys that a load may remove.'}),
  })
  .meta({description: 'A resolved table.'})

const crawler = z.strictObject({
  name: text('What commands call it by.'),
  awsName: text('What AWS calls it.'),
  description: text('For people.'),
  tables: z.array(z.string()).meta({description: 'Tables that it crawls.'}),
  schedule: place('When it starts by itself, as the definition says; null when it does not.'),
  minIntervalHours: z.number().nonnegative().meta({description: 'Hours between the starts of two crawls.'}),
})

const kpi = z.strictObject({
  name: text('KPI name.'),
  title: text('Name for people.'),
  description: text('What it says.'),
  table: text('Table that it is computed from.'),
  unit: z.enum(['ratio', 'milliseconds', 'money', 'score']).meta({description: 'What the value is.'}),
  views: z.array(z.string()).meta({description: 'Views that show it.'}),
  time: text('Column that the period filters.'),
  thresholds: z
    .strictObject({
      better: z.enum(['higher', 'lower']).meta({description: 'Which way is better.'}),
      green: text('Decimal text.'),
      yellow: text('Decimal text.'),
      currency: z.string().optional().meta({description: 'Currency that they hold for.'}),
    })
    .nullable()
    .meta({description: 'When it is green, yellow or red; null when never.'}),
  sql: text('Portable SQL.'),
})

const panel = z.strictObject({
  name: text('Panel name.'),
  title: text('Name for people.'),
  description: text('What it says.'),
  kind: z.enum(['trend', 'breakdown', 'list']).meta({description: 'How it is shown.'}),
  step: z.enum(['day', 'week', 'month']).nullable().meta({description: 'Trends: what a point stands for.'}),
  views: z.array(z.string()).meta({description: 'Views that show it.'}),
  table: text('Table that it is computed from.'),
  time: text('Column that the period filters.'),
  columns: z
    .array(
      z.strictObject({
        name: text('Column name.'),
        title: text('Name for people.'),
        unit: text('What the values are.'),
        of: z.tuple([z.string(), z.string()]).nullable().meta({description: 'Columns whose quotient it is.'}),
      }),
    )
    .meta({description: 'Columns, in order.'}),
  sql: text('Portable SQL.'),
})

const rollup = z.strictObject({
  name: text('Name of the relation.'),
  description: text('What it counts.'),
  table: text('Table that it is computed from.'),
  time: text('Column that the period filters.'),
  sql: text('Portable SQL.'),
})

const view = z.strictObject({name: text('Name of the view.'), title: text('Name for people.')})

const environment = z.discriminatedUnion('backend', [
  z.strictObject({
    name: text('Environment name.'),
    backend: z.literal('local').meta({description: 'A folder.'}),
    root: text('Absolute folder.'),
    protect: flag("Changes ask for the lake's name."),
    versioned: flag('Old object versions are kept.'),
  }),
  z.strictObject({
    name: text('Environment name.'),
    backend: z.literal('aws').meta({description: 'An AWS account.'}),
    region: text('AWS Region.'),
    account: text('AWS account.'),
    role: place('Role to work as; null works as the caller.'),
    protect: flag("Changes ask for the lake's name."),
    state: place('Place of operations, locks and run records.'),
    database: place('Glue database.'),
    workgroup: place('Athena workgroup.'),
    results: place('Place of query results.'),
    encryption: text('Of what is written: bucket-default, sse-s3 or kms: and a key.'),
    endpoints: z.record(z.string(), z.string()).meta({description: 'Service URLs.'}),
    locations: z.record(z.string(), z.string()).meta({description: 'Place of each table.'}),
  }),
])

const definition = z.strictObject({
  format: z.literal(1).meta({description: 'Format of the definition.'}),
  lake: text('Name of the lake.'),
  blueprint: place('Blueprint that it builds on.'),
  file: text('Absolute path of the file.'),
  environment: environment.meta({description: 'The environment that was resolved.'}),
  environments: z.array(z.string()).meta({description: 'All environments.'}),
  tables: z.array(table).meta({description: 'Tables.'}),
  crawlers: z.array(crawler).meta({description: 'Glue crawlers.'}),
  kpis: z.array(kpi).meta({description: 'KPIs.'}),
  panels: z.array(panel).meta({description: 'Panels of the views.'}),
  rollups: z.array(rollup).meta({description: 'What several KPIs and panels count from.'}),
  views: z.array(view).meta({description: 'Views, by what names them.'}),
})

/** Schemas of this topic's `--json` answers, by command. For tests and the generated files; no command loads this. */
export const resultSchemas = {
  init: z.strictObject({
    changed: z.literal(true).meta({description: 'Files were written.'}),
    lake: text('Name of the lake.'),
    blueprint: text('Blueprint that it builds on.'),
    file: text('The definition, absolute.'),
    schema: text('Its JSON Schema for editors, absolute.'),
  }),
  'lake:show': z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('lake').meta({description: 'The whole lake.'}),
      definition: definition.meta({description: 'The resolved definition.'}),
      definitionHash: hash('SHA-256 of all tables.'),
    }),
    z.strictObject({
      kind: z.literal('table').meta({description: 'One table.'}),
      lake: text('Name of the lake.'),
      environment: text('Environment that was resolved.'),
      table,
      mappingHash: hash('SHA-256 of name, key, columns, partition and conditions.'),
    }),
  ]),
  'lake:check': z.strictObject({
    asOf: z.iso.datetime().meta({description: 'When it was checked.'}),
    file: text('The definition, absolute.'),
    lake: text('Name of the lake.'),
    blueprint: place('Blueprint that it builds on.'),
    environment: text('Environment that a command would use now.'),
    environments: z
      .array(
        z.strictObject({
          name: text('Environment name.'),
          backend: z.enum(['local', 'aws']).meta({description: 'Where it runs.'}),
          protect: flag("Changes ask for the lake's name."),
        }),
      )
      .meta({description: 'All environments.'}),
    tables: z
      .array(
        z.strictObject({
          name: text('Table name.'),
          kind: text('Kind of table.'),
          columns: count('Columns, derived ones included.'),
          derived: count('Derived columns.'),
          partition: z.array(z.string()).meta({description: 'Partition columns.'}),
        }),
      )
      .meta({description: 'All tables.'}),
    crawlers: z.array(z.string()).meta({description: 'Glue crawlers.'}),
    kpis: z.array(z.string()).meta({description: 'KPIs that are enabled.'}),
    mistakes: z.array(z.never()).meta({description: 'Always empty: mistakes are the error DEFINITION_INVALID.'}),
    warnings: z
      .array(z.strictObject({path: text('Part of the definition.'), message: text('What is probably not meant.')}))
      .meta({description: 'Allowed, and probably not meant.'}),
  }),
}
