import {
  compileChangeFunction,
  compileRowFunction,
  dayOfVersion,
  readChangeLine,
  readExportLine,
  type ChangeRow,
  type TableMapping,
} from '../mapping/index.js'
import {openIonReader} from '../mapping/ion-line.js'
import type {SourceWork} from './load-work.js'
import type {SampledLine} from './sample-items.js'

/** What a line should have become, by the row function. */
export type Expected =
  | {readonly state: 'rows'; readonly rows: readonly ChangeRow[]; readonly version: bigint}
  /** `unreadable`: no item, or one without a key; `refused`: a policy stops a load at it. */
  | {readonly state: 'left-out' | 'unreadable' | 'refused'}

type JudgeLine = (bytes: Buffer) => Expected

const UNREADABLE = {state: 'unreadable'} as const
const LEFT_OUT = {state: 'left-out'} as const

/** Compiles what tells the rows of a source's lines. */
export async function expectedRows(
  mapping: TableMapping,
  source: SourceWork,
): Promise<(line: SampledLine) => Expected> {
  const judge = source.shape === 'items' ? judgeOfItems(mapping, source) : judgeOfChanges(mapping, source)
  const readIon = source.files.some(({format}) => format === 'ion') ? await openIonReader() : null
  return ({bytes, format}) => {
    if (bytes === null) return UNREADABLE
    if (format !== 'ion' || readIon === null) return judge(bytes)
    const read = readIon(bytes)
    return 'json' in read ? judge(Buffer.from(read.json)) : UNREADABLE
  }
}

function judgeOfItems(mapping: TableMapping, {broadcasts, version}: SourceWork): JudgeLine {
  const map = compileRowFunction(mapping, dayOfVersion(BigInt(version)))
  return (bytes) => {
    const read = readExportLine(bytes)
    if ('fault' in read) return UNREADABLE
    const row = map(read.item)
    if (row.state !== 'row') return row.state === 'no_key' ? UNREADABLE : LEFT_OUT
    if (row.problem?.policy === 'error') return {state: 'refused'}
    const op = row.problem === null ? 'upsert' : 'quarantined'
    const own: ChangeRow = {op, values: row.values, partition: row.partition}
    const isSpread = broadcasts === 'all' || (broadcasts === 'homeless' && row.isHomeless)
    return {state: 'rows', rows: isSpread ? [own, everywhere(own)] : [own], version: BigInt(version)}
  }
}

function judgeOfChanges(mapping: TableMapping, {broadcasts}: SourceWork): JudgeLine {
  const map = compileChangeFunction(mapping)
  return (bytes) => {
    const read = readChangeLine(bytes)
    if ('fault' in read) return UNREADABLE
    const {outcome, rows} = map(read.change)
    if (outcome === 'no_key') return UNREADABLE
    if (outcome === 'error') return {state: 'refused'}
    if (rows.length === 0) return LEFT_OUT
    const own = rows.find(({op}) => op !== 'delete')
    const lacksSpread = broadcasts === 'all' && own !== undefined && rows.every(({partition}) => partition !== null)
    return {state: 'rows', rows: lacksSpread ? [...rows, everywhere(own)] : rows, version: read.change.version}
  }
}

/** What hides older rows of the key in every partition. */
function everywhere({op, values}: ChangeRow): ChangeRow {
  return {op: op === 'quarantined' ? op : 'delete', values, partition: null}
}
