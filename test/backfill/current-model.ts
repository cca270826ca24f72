import type {QueryValue} from '../../src/lib/ports/query-engine.js'

/**
 * What `items_current` must hold, from raw export lines with plain maps and regular expressions: it knows the rules of
 * the definition in `lake-folder.ts` and shares no code with sluice.
 */
interface RawValue {
  readonly S?: string
  readonly N?: string
  readonly NULL?: boolean
}
type RawItem = Readonly<Record<string, RawValue | undefined>>

export type ModelRow = Record<string, QueryValue>

const isAbsent = (value: RawValue | undefined): boolean => value === undefined || value.NULL === true

/** Null for an item that must be quarantined. */
export function modelRow(raw: RawItem): ModelRow | null {
  const {n, amount, note, createdAt} = raw
  if (!isAbsent(n) && (n?.N === undefined || !/^-?\d{1,18}(\.0+)?$/.test(n.N))) return null
  if (!isAbsent(amount) && (amount?.N === undefined || !/^-?\d{1,16}(\.\d{1,2})?$/.test(amount.N))) return null
  if (!isAbsent(note) && note?.S === undefined) return null
  if (createdAt?.S === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(createdAt.S)) return null
  return {
    id: raw['id']!.S!,
    count: isAbsent(n) ? null : BigInt(n!.N!.split('.')[0]!),
    amount: isAbsent(amount) ? null : withTwoDecimals(amount!.N!),
    note: isAbsent(note) ? null : note!.S!,
    created_at: createdAt.S,
    year: createdAt.S.slice(0, 4),
    month: createdAt.S.slice(5, 7),
  }
}

function withTwoDecimals(text: string): string {
  const [whole = '0', fraction = ''] = text.split('.')
  const plain = `${whole}.${fraction.padEnd(2, '0')}`
  return /^-[0.]+$/.test(plain) ? plain.slice(1) : plain
}

export function rawItem(line: string): RawItem {
  return (JSON.parse(line) as {Item: RawItem}).Item
}

/** The current rows of one full export by id: good ones only. */
export function rowsOfExport(lines: readonly string[]): ModelRow[] {
  const byId = new Map<string, ModelRow | null>()
  for (const line of lines) byId.set(rawItem(line)['id']!.S!, modelRow(rawItem(line)))
  return [...byId.values()].filter((row) => row !== null).sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1))
}

/** Of several standing full exports the newest counts alone. */
export function currentOf(standing: readonly {readonly time: string; readonly lines: readonly string[]}[]): ModelRow[] {
  const newest = [...standing].sort((a, b) => (a.time < b.time ? 1 : -1))[0]
  return newest === undefined ? [] : rowsOfExport(newest.lines)
}

/** What a load that turned one state into the other must say of it. */
export function differenceOf(before: readonly ModelRow[], after: readonly ModelRow[]) {
  const text = (row: ModelRow): string =>
    JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
  const byId = (rows: readonly ModelRow[]) => new Map(rows.map((row) => [row['id'], text(row)]))
  const [old, now] = [byId(before), byId(after)]
  return {
    standing: old.size,
    added: [...now.keys()].filter((id) => !old.has(id)).length,
    changed: [...now].filter(([id, row]) => old.has(id) && old.get(id) !== row).length,
    vanished: [...old.keys()].filter((id) => !now.has(id)).length,
  }
}
