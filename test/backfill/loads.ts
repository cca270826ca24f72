import {
  backfillStatus,
  nothingToLoad,
  planLoad,
  runLoad,
  type LoadRequest,
  type LoadResultDocument,
} from '../../src/lib/backfill/index.js'
import type {Context} from '../../src/lib/context.js'
import {undoOperation, type ApplyOptions} from '../../src/lib/operation/index.js'
import type {QueryValue} from '../../src/lib/ports/query-engine.js'
import type {ExportFolder} from './export-folder.js'

export const APPLY: ApplyOptions = {
  caller: {user: 'tester', host: 'here', version: '0', command: 'test', reason: null},
  signal: new AbortController().signal,
}

export interface LoadSettings extends Partial<Omit<LoadRequest, 'exports'>> {
  /** Default: as many as there are, for tests that are not about it. */
  readonly allowVanished?: number
}

/** Loads exports as the command does it. */
export async function load(
  context: Context,
  source: ExportFolder | readonly ExportFolder[],
  {allowUnreadable = 0, allowVanished = Number.MAX_SAFE_INTEGER, ...more}: LoadSettings = {},
): Promise<LoadResultDocument> {
  const {definition, ports} = context
  const sources: readonly ExportFolder[] = 'uri' in source ? [source] : source
  const exports = sources.map(({uri}) => uri)
  const request = {exports, chain: undefined, acceptEditedSummary: false, table: null, allowUnreadable, ...more}
  const planned = await planLoad(request, definition, ports)
  return planned.plan.units.length > 0
    ? runLoad(planned.plan, {...APPLY, allowVanished}, ports)
    : nothingToLoad(planned)
}

export async function undo(context: Context, {operation}: Pick<LoadResultDocument, 'operation'>): Promise<boolean> {
  const {changed} = await undoOperation(operation, await context.kind('backfill.load'), APPLY, context.ports)
  return changed
}

/** Every row of a statement, as objects. */
export async function select(context: Context, sql: string): Promise<Record<string, QueryValue>[]> {
  const {columns, rows} = await context.query.run({sql})
  const found: Record<string, QueryValue>[] = []
  for await (const row of rows) found.push(Object.fromEntries(columns.map(({name}, index) => [name, row[index]!])))
  return found
}

export function current(context: Context, table = 'items'): Promise<Record<string, QueryValue>[]> {
  return select(context, `SELECT * FROM ${table}_current ORDER BY id`)
}

export async function statesOf(context: Context): Promise<Record<string, string>> {
  const {tables} = await backfillStatus(context.definition, context.asOf, context.ports)
  return Object.fromEntries(tables.flatMap(({runs}) => runs.map(({run, state}) => [run, state])))
}

/** The run of a load of one source. */
export function runOf({sources}: LoadResultDocument): string {
  return sources[0]!.run
}
