import {parseType, type ResultType} from './types.js'

export interface PlannedColumns {
  readonly types: readonly ResultType[]
  /** Null where the plan's text of them can be read in two ways. */
  readonly names: readonly string[] | null
}

interface OutputNode {
  readonly name?: string
  readonly descriptor?: {readonly columnNames?: string}
  readonly outputs?: readonly {readonly type?: string}[]
}

export const EXPLAIN_COLUMNS = 'EXPLAIN (TYPE LOGICAL, FORMAT JSON)\n'

/** The columns of a statement, from its plan; null for a plan in another form. */
export function plannedColumns(plan: unknown): PlannedColumns | null {
  const root = outputNode(plan) ?? outputNode((plan as Readonly<Record<string, unknown>> | null)?.['0'])
  const types = root?.outputs?.map(({type}) => type)
  if (types === undefined || !types.every((type) => type !== undefined)) return null
  const text = root?.descriptor?.columnNames ?? ''
  const names = /^\[.*\]$/s.test(text) ? text.slice(1, -1).split(', ') : []
  return {types: types.map(parseType), names: names.length === types.length ? names : null}
}

function outputNode(value: unknown): OutputNode | null {
  const node = value as OutputNode | null | undefined
  return typeof node === 'object' && node?.name === 'Output' ? node : null
}

/** The JSON of an EXPLAIN, which may come in one row or in one row a line; null where there is none. */
export async function explainedJson(rows: AsyncIterable<readonly (string | null)[]>): Promise<unknown> {
  const lines: string[] = []
  for await (const [line] of rows) lines.push(line ?? '')
  const text = lines.join('\n')
  try {
    return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) as unknown
  } catch {
    return null
  }
}
