import {modelRow, type ModelRow} from './current-model.js'

/**
 * What `items_current` must hold, from raw export lines with plain maps: the newest floor hides what is older, the
 * newest version counts, a full export comes before changes of its version, a quarantined item hides its key, a delete
 * removes. Shares no code with sluice.
 */
export interface ModelSource {
  readonly lines: readonly string[]
  /** ISO 8601; the instant of a full export, the end of a window. */
  readonly exportTime: string
  readonly isFull: boolean
  /** The attribute that column `count` came from when this was loaded. */
  readonly countFrom: string
  /** Items with this note are skipped. */
  readonly skips: string | null
}

type Raw = Readonly<Record<string, {readonly S?: string; readonly N?: string; readonly NULL?: boolean} | undefined>>
interface RawLine {
  readonly Item?: Raw
  readonly Metadata?: {readonly WriteTimestampMicros: {readonly N: string}}
  readonly Keys?: Raw
  readonly NewImage?: Raw | null
  readonly OldImage?: Raw | null
}

/** A row of a change log. */
interface Entry {
  readonly key: string
  /** Null: every partition. */
  readonly place: string | null
  readonly order: readonly [version: bigint, rank: number, isGood: number, isNoDelete: number]
  readonly state: 'good' | 'quarantined' | 'deleted'
  readonly row: ModelRow | null
}

export interface ModelState {
  /** By id; a key that stands in two partitions has two. */
  readonly rows: readonly ModelRow[]
  /** Keys that are shown although something newer of them lies in another partition. */
  readonly doubled: number
  /** Keys whose newest version is quarantined; only where no key has more than one place. */
  readonly quarantined: number
}

/** The state of a table whose partitions are immutable or not, after loads in any order. */
export function stateOf(sources: readonly ModelSource[], isImmutable: boolean): ModelState {
  const floors = sources.filter(({isFull}) => isFull).map(versionOf)
  const floor = floors.reduce((highest, one) => (one > highest ? one : highest), 0n)
  const all = sources
    .flatMap((source) => source.lines.map((line) => entriesOf(JSON.parse(line) as RawLine, source)))
    // Where a key has one row wherever it lies, nothing but its own counts.
    .flatMap((entries) => (isImmutable ? entries : entries.slice(0, 1).map((own) => ({...own, place: ''}))))
    .filter(({order}) => order[0] >= floor)
  const newest = [...newestOf(all).values()]
  const good = newest.filter(({state}) => state === 'good')
  return {
    rows: good.map(({row}) => row!).sort(byText),
    doubled: new Set(good.filter((one) => all.some((other) => isShadowed(one, other))).map(({key}) => key)).size,
    quarantined: newest.filter(({state}) => state === 'quarantined').length,
  }
}

/** The newest row of each place of a key, without what a delete of all places removed. */
function newestOf(entries: readonly Entry[]): Map<string, Entry> {
  const everywhere = new Map<string, Entry>()
  const newest = new Map<string, Entry>()
  for (const entry of entries) {
    const [map, name] = entry.place === null ? [everywhere, entry.key] : [newest, `${entry.place} ${entry.key}`]
    const standing = map.get(name)
    if (standing === undefined || isNewer(entry, standing, 4)) map.set(name, entry)
  }
  for (const [name, entry] of newest) {
    const removed = everywhere.get(entry.key)
    if (removed !== undefined && isNewer(removed, entry, 3)) newest.delete(name)
  }
  return newest
}

/** Whether a row is shown although another place has something newer of its key. */
function isShadowed(one: Entry, other: Entry): boolean {
  return one.key === other.key && isNewer(other, one, 3)
}

function isNewer(a: Entry, b: Entry, places: number): boolean {
  for (let index = 0; index < places; index += 1) {
    if (a.order[index] !== b.order[index]) return a.order[index]! > b.order[index]!
  }
  return false
}

/** A line's own row, and what else it says of other places. An item that is skipped is none of the table. */
function entriesOf(line: RawLine, source: ModelSource): Entry[] {
  const {Item: item, Keys: keys, NewImage: newImage, OldImage: oldImage} = line
  if (item !== undefined) return isSkipped(item, source) ? [] : [entryOf(item, versionOf(source), source)]
  const version = BigInt(line.Metadata!.WriteTimestampMicros.N)
  const key = keys!['id']!.S!
  const gone = (place: string | null, state: Entry['state'] = 'deleted'): Entry => ({
    key,
    place,
    order: [version, 1, state === 'quarantined' ? 0 : 1, 0],
    state,
    row: null,
  })
  const oldPlace = oldImage ? placeOf(oldImage) : null
  if (!newImage) return [gone(oldPlace)]
  const moved = oldImage && oldPlace !== placeOf(newImage) ? [gone(oldPlace)] : []
  if (isSkipped(newImage, source)) return [gone(null), ...moved]
  const own = entryOf(newImage, version, source)
  const homeless = placeOf(newImage) === null ? [gone(null, own.state === 'quarantined' ? own.state : 'deleted')] : []
  return [own, ...homeless, ...moved]
}

function entryOf(item: Raw, version: bigint, source: ModelSource): Entry {
  const row = rowOf(item, source)
  const state = row === null ? 'quarantined' : 'good'
  const place = placeOf(item) ?? placeOfDay(source)
  return {key: item['id']!.S!, place, order: [version, source.isFull ? 0 : 1, row === null ? 0 : 1, 1], state, row}
}

function isSkipped(item: Raw, {skips}: ModelSource): boolean {
  return skips !== null && item['note']?.S === skips
}

/** A missing time is no fault: the row then goes where the day of the load would. */
function rowOf(item: Raw, source: ModelSource): ModelRow | null {
  const raw = {...item, n: item[source.countFrom]}
  if (item['createdAt'] !== undefined) return modelRow(raw)
  const row = modelRow({...raw, createdAt: {S: '2026-01-01T00:00:00.000Z'}})
  const [year, month] = placeOfDay(source).split('/')
  return row === null ? null : {...row, created_at: null, year: year!, month: month!}
}

/** Null when nothing in the item tells it. */
function placeOf(item: Raw): string | null {
  const text = item['createdAt']?.S
  return text === undefined ? null : `${text.slice(0, 4)}/${text.slice(5, 7)}`
}

function placeOfDay({exportTime}: ModelSource): string {
  return exportTime.slice(0, 7).replace('-', '/')
}

/** Of a full export's rows: its time, rounded down to the second, in microseconds. */
function versionOf({exportTime}: ModelSource): bigint {
  return floorOf(exportTime)
}

/** Lines that a load must count: of items that are gone, or quarantined. */
export function countsOf(source: ModelSource): {deleted: number; quarantined: number} {
  const lines = source.lines.map((text) => JSON.parse(text) as RawLine)
  const isOfTable = (image: Raw | null | undefined): boolean => Boolean(image && !isSkipped(image, source))
  const quarantined = lines.filter(({Item: item, NewImage: image}) => {
    const now = item ?? image
    return now && isOfTable(now) && rowOf(now, source) === null
  })
  const deleted = lines.filter(({Item: item, NewImage: now}) => item === undefined && !isOfTable(now))
  return {deleted: deleted.length, quarantined: quarantined.length}
}

/** The newest state that any line tells of each key, wherever it lies: what the exported table itself had. */
export function newestRows(sources: readonly ModelSource[]): readonly ModelRow[] {
  const floors = sources.filter(({isFull}) => isFull).map(({exportTime}) => exportTime)
  const base = floors.sort().at(-1)
  const newest = new Map<string, {readonly version: bigint; readonly row: ModelRow | null}>()
  // Full exports first: changes of their version are newer.
  for (const source of sources.toSorted((a, b) => Number(b.isFull) - Number(a.isFull))) {
    if (source.isFull && source.exportTime !== base) continue
    for (const line of source.lines.map((text) => JSON.parse(text) as RawLine)) {
      const item = line.Item ?? line.NewImage
      const version = line.Metadata ? BigInt(line.Metadata.WriteTimestampMicros.N) : versionOf(source)
      const key = (line.Item ?? line.Keys!)['id']!.S!
      const isOlder = (newest.get(key)?.version ?? floorOf(base)) > version
      if (!isOlder) newest.set(key, {version, row: item && !isSkipped(item, source) ? rowOf(item, source) : null})
    }
  }
  return [...newest.values()].flatMap(({row}) => (row === null ? [] : [row])).sort(byText)
}

function floorOf(base: string | undefined): bigint {
  return base === undefined ? 0n : BigInt(Math.floor(Date.parse(base) / 1000)) * 1_000_000n
}

export function byText(a: ModelRow, b: ModelRow): number {
  const text = (row: ModelRow): string =>
    JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
  return text(a) < text(b) ? -1 : 1
}
