import {currentViewName, pinState, type PinnedState, type PinPorts} from '../changelog/index.js'
import {findTable, mappingOf, sqlNames} from '../lake/index.js'
import type {LakeDefinition, PanelStep, RollupDefinition, TableDefinition} from '../lake/index.js'
import type {SharedRelation} from '../ports/query-engine.js'
import {quoteIdentifier} from '../sql/index.js'
import {partitionCondition} from './partition-days.js'
import {sqlTimestamp, type Period} from './period.js'
import {stepSql} from './steps.js'

/** A KPI or a panel, as far as its relations go. */
export interface Measured {
  readonly table: string
  readonly time: string
  readonly sql: string
}

/** Name of the relation that holds the rows of the period. */
export function periodRelationName(table: string): string {
  return `${table}_period`
}

/** Which part of the rows that were read a statement sees, and how they are called by `bucket`. */
export type Slice =
  | {readonly kind: 'compared'}
  | {readonly kind: 'period'}
  | {readonly kind: 'series'; readonly step: PanelStep}
  | {readonly kind: 'within'; readonly period: Period}

/** Values of `_part`. */
const PART = {now: 0, before: 1, quarantined: 2} as const

/** What `bucket` says of a row of the period and of the period before. */
export const BUCKET = {now: 'now', before: 'before'} as const

/**
 * The relations of the statements of one answer. The rows of a table's period are read once, with the columns that
 * these statements name, and every statement gets its slice of them; all see the same state of the table.
 */
export class Relations {
  private readonly states = new Map<string, Promise<PinnedState | null>>()
  /** The statements of the answer, and the rollups that they name. */
  private readonly measured: readonly Measured[]

  constructor(
    private readonly definition: LakeDefinition,
    statements: readonly Measured[],
    private readonly period: Period,
    private readonly before: Period | null,
    private readonly ports: PinPorts,
  ) {
    const named = new Set(statements.flatMap(({sql}) => [...sqlNames(sql).names]))
    this.measured = [...statements, ...definition.rollups.filter(({name}) => named.has(name))]
  }

  /** What a statement needs beside the catalog: `<table>_period`, rollups, and `<table>_current` as it stands. */
  async of(measured: Measured, slice: Slice): Promise<SharedRelation[]> {
    const table = findTable(this.definition, measured.table)
    const {names} = sqlNames(measured.sql)
    const rollups = this.definition.rollups.filter(({name}) => names.has(name))
    const current = names.has(currentViewName(table.name)) && table.kind === 'changelog'
    return [
      ...(names.has(periodRelationName(table.name)) ? await this.periodOf(measured, slice) : []),
      ...(await Promise.all(rollups.map((rollup) => this.rollupOf(rollup, slice)))).flat(),
      ...(current ? [await this.currentOf(table, [measured])] : []),
    ]
  }

  /** Whether the statement answers a row a bucket, so that one run of it gives all. */
  hasBuckets({sql, table}: Measured): boolean {
    const {names} = sqlNames(sql)
    const isSliced = names.has(periodRelationName(table)) || this.definition.rollups.some(({name}) => names.has(name))
    return isSliced && names.has('bucket')
  }

  private async periodOf({table: name, time}: Measured, slice: Slice): Promise<SharedRelation[]> {
    const table = findTable(this.definition, name)
    return [await this.rowsOf(table, time), slicedSql(table, time, slice)]
  }

  /** Panels and KPIs see the same computed counts, each its own part of them. */
  private async rollupOf(rollup: RollupDefinition, slice: Slice): Promise<SharedRelation[]> {
    const isPart = slice.kind === 'period' && this.before !== null
    const period = await this.periodOf(rollup, isPart ? {kind: 'compared'} : slice)
    const whole = {name: `${rollup.name}__all`, sql: rollup.sql}
    const where = isPart ? ` WHERE bucket = '${BUCKET.now}'` : ''
    return [...period, whole, {name: rollup.name, sql: `SELECT * FROM ${whole.name}${where}`, inline: true}]
  }

  /** A statement that counts the keys of the period's partitions whose newest version is quarantined. */
  async quarantined(table: TableDefinition, time: string): Promise<{sql: string; shared: SharedRelation[]}> {
    const isRead = this.measured.some(
      (other) => other.table === table.name && other.time === time && namesPeriod(other),
    )
    const state = (await this.stateOf(table))!
    if (state.isRanked && isRead) {
      const rows = await this.rowsOf(table, time)
      return {sql: `SELECT COUNT(*) FROM ${rows.name} WHERE _part = ${PART.quarantined}`, shared: [rows]}
    }
    const where = conditions(`_rank = 1 AND _op = 'quarantined'`, partitionCondition(table, time, this.period))
    return {sql: `SELECT COUNT(*) FROM (${state.rankedRowsSql}) AS ranked WHERE ${where}`, shared: []}
  }

  /** The rows of both periods, with `_part`. Ranked ones hold the quarantined too: ranking is done once. */
  private async rowsOf(table: TableDefinition, time: string): Promise<SharedRelation> {
    const whole: Period = {from: this.before?.from ?? this.period.from, to: this.period.to}
    const state = await this.stateOf(table)
    const at = quoteIdentifier(time)
    const inTime = `${at} >= ${timestamp(whole.from)} AND ${at} < ${timestamp(whole.to)}`
    const isNow = `CASE WHEN ${at} >= ${timestamp(this.period.from)} THEN ${PART.now} ELSE ${PART.before} END`
    const select = this.selectOf(table, time)
    const days = partitionCondition(table, time, whole)
    const name = rowsName(table.name, time)
    const from = state === null ? quoteIdentifier(table.name) : `(${state.rankedRowsSql}) AS ranked`
    if (state === null || !state.isRanked) {
      const newest = state === null ? null : `_rank = 1 AND _op = 'upsert'`
      // Each statement reads only the columns that it names.
      return {
        name,
        sql: `SELECT ${select}, ${isNow} AS _part FROM ${from} WHERE ${conditions(newest, inTime, days)}`,
        inline: true,
      }
    }
    const aside = conditions(`_op = 'quarantined'`, partitionCondition(table, time, this.period))
    const part = `CASE WHEN _op = 'quarantined' THEN ${PART.quarantined} ELSE ${isNow} END AS _part`
    const where = conditions('_rank = 1', `(_op = 'upsert' AND ${inTime} OR ${aside})`, days)
    return {name, sql: `SELECT ${select}, ${part} FROM ${from} WHERE ${where}`}
  }

  private selectOf(table: TableDefinition, time: string): string {
    const users = this.measured.filter(
      (other) => other.table === table.name && other.time === time && namesPeriod(other),
    )
    return [...new Set([time, ...columnsOf(table, users)])].map(quoteIdentifier).join(', ')
  }

  private async currentOf(table: TableDefinition, users: readonly Measured[]): Promise<SharedRelation> {
    const state = await this.stateOf(table)
    const partition = table.partition?.by.map(({name}) => name) ?? []
    const columns = [...new Set([...columnsOf(table, users), ...partition])].map(quoteIdentifier).join(', ')
    const sql = `SELECT ${columns} FROM (${state!.rankedRowsSql}) AS ranked WHERE _rank = 1 AND _op = 'upsert'`
    return {name: currentViewName(table.name), sql, inline: true}
  }

  /** Null for a table that has no versions. */
  private stateOf(table: TableDefinition): Promise<PinnedState | null> {
    const known = this.states.get(table.name)
    const state = known ?? (table.kind === 'changelog' ? pinState(mappingOf(table), this.ports) : Promise.resolve(null))
    this.states.set(table.name, state)
    return state
  }
}

function rowsName(table: string, time: string): string {
  return `${table}__by_${time}`
}

function slicedSql(table: TableDefinition, time: string, slice: Slice): SharedRelation {
  const {bucket, where} = sliceSql(quoteIdentifier(time), slice)
  const sql = `SELECT *, ${bucket} AS bucket FROM ${quoteIdentifier(rowsName(table.name, time))} WHERE ${where}`
  return {name: periodRelationName(table.name), sql, inline: true}
}

function sliceSql(time: string, slice: Slice): {bucket: string; where: string} {
  const now = `_part = ${PART.now}`
  switch (slice.kind) {
    case 'compared': {
      const bucket = `CASE WHEN ${now} THEN '${BUCKET.now}' ELSE '${BUCKET.before}' END`
      return {bucket, where: `_part <= ${PART.before}`}
    }
    case 'period':
      return {bucket: `'${BUCKET.now}'`, where: now}
    case 'series':
      return {bucket: stepSql(time, slice.step), where: now}
    case 'within': {
      const {from, to} = slice.period
      const where = `_part <= ${PART.before} AND ${time} >= ${timestamp(from)} AND ${time} < ${timestamp(to)}`
      return {bucket: `'${BUCKET.now}'`, where}
    }
  }
}

function namesPeriod({sql, table}: Measured): boolean {
  return sqlNames(sql).names.has(periodRelationName(table))
}

/** The table's columns that the statements name, or all where one of them reads all. */
function columnsOf(table: TableDefinition, users: readonly Measured[]): string[] {
  const all = [...table.columns, ...(table.partition?.by ?? [])].map(({name}) => name)
  const named = users.map(({sql}) => sqlNames(sql))
  return all.filter((column) => named.some(({names, readsAll}) => readsAll || names.has(column)))
}

function timestamp(instant: Date): string {
  return `TIMESTAMP '${sqlTimestamp(instant)}'`
}

function conditions(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join(' AND ')
}
