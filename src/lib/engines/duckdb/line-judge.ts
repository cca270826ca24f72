import {
  compileChangeFunction,
  compileRowFunction,
  dayOfVersion,
  readChange,
  readChangeLine,
  readExportLine,
  readItem,
  type DynamoItem,
  type LineFault,
  type RowProblem,
  type TableMapping,
} from '../../mapping/index.js'
import type {LineShape, LoadRequest} from '../../ports/parquet-engine.js'
import type {QueryValue} from '../../ports/query-engine.js'

/** What the row function says of a line. */
export interface JudgedLine {
  readonly state: 'row' | 'no_key' | 'no_item' | 'skipped' | 'elsewhere' | 'deleted'
  /** Null where the line can be read. */
  readonly fault: LineFault | null
  /** What is wrong with the row, and what it has. */
  readonly problem: RowProblem | null
  readonly item: DynamoItem
  readonly values: Readonly<Record<string, QueryValue>>
}

type Judging = Pick<LoadRequest, 'mapping' | 'origin' | 'shape'>

const NOTHING = {fault: null, problem: null, item: {}, values: {}} as const

/** The second, independent reading of lines: DuckDB only tells how many have a problem. */
export function lineJudge({mapping, origin, shape}: Judging): (line: Buffer) => JudgedLine {
  return shape === 'items' ? judgeOfItems(mapping, dayOfVersion(origin.version)) : judgeOfChanges(mapping)
}

/** Why a line cannot be read by a strict reader of JSON; null for a line as DynamoDB writes it. */
export function lineFault(line: Buffer, shape: LineShape): LineFault | null {
  const read = shape === 'items' ? readExportLine(line) : readChangeLine(line)
  return 'fault' in read ? read.fault : null
}

function judgeOfItems(mapping: TableMapping, loadDay: string): (line: Buffer) => JudgedLine {
  const map = compileRowFunction(mapping, loadDay)
  return (line) => {
    const read = readItem(line)
    if ('fault' in read) return {...NOTHING, state: 'no_item', fault: read.fault}
    const row = map(read.item)
    return row.state === 'row' ? {...NOTHING, ...row, item: read.item} : {...NOTHING, state: row.state}
  }
}

function judgeOfChanges(mapping: TableMapping): (line: Buffer) => JudgedLine {
  const map = compileChangeFunction(mapping)
  return (line) => {
    const read = readChange(line)
    if ('fault' in read) return {...NOTHING, state: 'no_item', fault: read.fault}
    const {outcome, problem, rows} = map(read.change)
    const state = outcome === 'upsert' || outcome === 'quarantined' || outcome === 'error' ? 'row' : outcome
    return {state, fault: null, problem, item: read.change.newImage ?? {}, values: rows[0]?.values ?? {}}
  }
}
