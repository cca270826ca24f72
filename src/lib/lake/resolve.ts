import {dirname, resolve} from 'node:path'
import type {Condition, Derivation, SourceColumn} from '../mapping/types.js'
import {resolveCrawlers, type DraftCrawler} from './crawler-rules.js'
import type {DraftColumn, DraftTable} from './drafts.js'
import {fillName} from './environment-rules.js'
import {mergeThresholds, type DraftKpi} from './kpi-rules.js'
import type {ThresholdsInput} from './schema.js'
import {resolvePanels, type DraftPanel} from './panel-rules.js'
import {resolveRollups, type DraftRollup} from './rollup-rules.js'
import type {SoundDefinition, SoundEnvironment} from './sound.js'
import type {
  Encryption,
  Environment,
  KpiDefinition,
  KpiThresholds,
  LakeDefinition,
  TableColumn,
  TableDefinition,
  TablePartitioning,
  ViewDefinition,
} from './types.js'

/** A definition without mistakes, merged and ready to be resolved for one of its environments. */
export interface CheckedDefinition {
  /** Absolute path of the file. */
  readonly file: string
  readonly source: SoundDefinition
  readonly tables: readonly DraftTable[]
  readonly crawlers: readonly DraftCrawler[]
  readonly kpis: readonly DraftKpi[]
  readonly panels: readonly DraftPanel[]
  readonly rollups: readonly DraftRollup[]
  /** Titles of views, those of the blueprint first. */
  readonly viewTitles: Readonly<Record<string, string>>
}

const DEFAULT_MAX_VANISHED = 0.05

/**
 * Fills in every default and the name of the environment, which must be one of the definition's. Pure; the rules have
 * seen to it that every key that is read here without a default is there.
 */
export function resolveDefinition(checked: CheckedDefinition, environment: string): LakeDefinition {
  const {file, source, tables, kpis} = checked
  const values = source.environments?.[environment] ?? {}
  const measured = {
    kpis: kpis.filter((kpi) => kpi.values.enabled !== false).map((kpi) => resolveKpi(kpi, values)),
    panels: resolvePanels(checked.panels),
  }
  return {
    format: 1,
    lake: source.lake ?? '',
    blueprint: source.blueprint ?? null,
    file,
    environment: resolveEnvironment(environment, values, dirname(file)),
    environments: Object.keys(source.environments ?? {}),
    tables: tables.map((table) => resolveTable(table, environment)),
    crawlers: resolveCrawlers(checked.crawlers, environment),
    ...measured,
    rollups: resolveRollups(checked.rollups),
    views: resolveViews([...measured.kpis, ...measured.panels], checked.viewTitles),
  }
}

/** Every view that something is in, in the order in which they are met. */
function resolveViews(
  shown: readonly {readonly views: readonly string[]}[],
  titles: Readonly<Record<string, string>>,
): ViewDefinition[] {
  const names = new Set(shown.flatMap(({views}) => views))
  return [...names].map((name) => ({name, title: titles[name] ?? `KPIs for ${name}`}))
}

function resolveEnvironment(name: string, values: SoundEnvironment, folder: string): Environment {
  const filled = (text: string | undefined): string | null => (text === undefined ? null : fillName(text, name))
  const protect = values.protect ?? false
  if (values.backend !== 'aws') {
    const root = resolve(folder, fillName(values.root ?? '.', name))
    return {name, backend: 'local', root, protect, versioned: values.versioned ?? false}
  }
  const locations = Object.entries(values.tables ?? {}).flatMap(([table, {location} = {}]) =>
    location === undefined ? [] : [[table, fillName(location, name)]],
  )
  return {
    name,
    backend: 'aws',
    region: filled(values.region) ?? '',
    account: filled(values.account) ?? '',
    role: filled(values.role),
    protect,
    state: filled(values.state),
    database: filled(values.database),
    workgroup: filled(values.workgroup),
    results: filled(values.results),
    encryption: (filled(values.encryption) ?? 'bucket-default') as Encryption,
    endpoints: values.endpoints ?? {},
    locations: Object.fromEntries(locations) as Record<string, string>,
  }
}

function resolveTable(table: DraftTable, environment: string): TableDefinition {
  const {values, columns, partition} = table
  const dynamodb = values.source?.dynamodb
  return {
    name: table.name,
    kind: values.kind ?? 'changelog',
    layer: values.layer ?? 'bronze',
    format: values.format ?? 'parquet',
    description: values.description ?? '',
    source: dynamodb === undefined ? null : {dynamodb: fillName(dynamodb, environment)},
    key: (values.key ?? []).filter((name) => name !== undefined),
    columns: columns.map(resolveColumn),
    partition: partition === null ? null : resolvePartition(partition),
    when: resolveConditions(values.when),
    skip: resolveConditions(values.skip),
    max_vanished: values.max_vanished ?? DEFAULT_MAX_VANISHED,
  }
}

function resolveColumn({name, values}: DraftColumn): TableColumn {
  const type = (values.type ?? 'string').replace(/\s/g, '')
  const dataClass = values.class ?? 'internal'
  if (values.derive !== undefined) return {name, type, derive: values.derive as Derivation, class: dataClass}
  if (values.from === undefined) return {name, type, class: dataClass}
  const column: SourceColumn = {
    name,
    type,
    from: values.from as SourceColumn['from'],
    // A bare null of YAML is the policy of that name.
    missing: values.missing ?? 'null',
    inexact: values.inexact ?? 'quarantine',
    wrong_type: values.wrong_type === undefined ? 'quarantine' : (values.wrong_type ?? 'null'),
    class: dataClass,
  }
  return {
    ...column,
    ...(values.tag === undefined ? {} : {tag: values.tag}),
    ...(values.format === undefined ? {} : {format: values.format}),
    ...(values.zone === undefined ? {} : {zone: values.zone}),
  }
}

function resolveConditions(conditions: DraftTable['values']['when'] = []): Condition[] {
  return conditions.filter((condition) => condition !== undefined) as Condition[]
}

function resolvePartition(partition: NonNullable<DraftTable['partition']>): TablePartitioning {
  return {
    by: partition.by.map(({name = '', derive}) =>
      derive === undefined ? {name} : {name, derive: derive as Derivation},
    ),
    immutable: partition.immutable ?? false,
    path: partition.path ?? null,
    fallback: partition.fallback === undefined ? 'load_day' : (partition.fallback ?? 'null'),
  }
}

function resolveKpi({name, values}: DraftKpi, environment: SoundEnvironment): KpiDefinition {
  const thresholds = mergeThresholds(values.thresholds, environment.kpis?.[name]?.thresholds)
  return {
    name,
    title: values.title ?? name.replaceAll('_', ' '),
    description: values.description ?? '',
    table: values.table ?? '',
    unit: values.unit ?? 'ratio',
    views: values.views ?? [],
    time: values.time ?? '',
    thresholds: thresholds === undefined ? null : resolveThresholds(thresholds),
    sql: values.sql ?? '',
  }
}

function resolveThresholds(thresholds: ThresholdsInput): KpiThresholds {
  const {better = 'higher', green, yellow, currency} = thresholds
  const complete = {better, green: String(green), yellow: String(yellow)}
  return currency === undefined ? complete : {...complete, currency}
}

/** Columns in the order of a person's interest: what is read, then what is computed. */
export function countColumns(table: TableDefinition): {read: number; computed: number} {
  const computed = table.columns.filter((column) => 'derive' in column).length
  return {read: table.columns.length - computed, computed}
}
