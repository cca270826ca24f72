import {modelRow, type ModelRow} from './current-model.js'

/**
 * What `items_current` must hold, from raw export lines and stream records with plain maps: the newest floor hides what
 * is older, the newest version counts, of one version a full export comes before changes and these before events, a
 * quarantined item hides its key, a delete removes. Shares no code with sluice.
 */
export interface ModelSource {
  readonly kind: 'full' | 'incremental' | 'stream'
  /** Of exports; of a stream one record each. */
  readonly lines: readonly string[]
  /** ISO 8601; the instant of a full export, the end of a window. An event of a stream has its own. */
  readonly exportTime: string
  /** The attribute that column `count` came from when this was loaded. */
  readonly countFrom: string
  /** Items with this note are skipped. */
  readonly skips: string | null
}

type Raw = Readonly<Record<string, {readonly S?: string; readonly N?: string; readonly NULL?: boolean} | undefined>>
interface RawChange {
  readonly Keys?: Raw
  readonly NewImage?: Raw | null
  readonly OldImage?: Raw | null
}
interface RawLine extends RawChange {
  readonly Item?: Raw
  readonly Metadata?: {readonly WriteTimestampMicros: {readonly N: string}}
  readonly dynamodb?: RawChange & {readonly ApproximateCreationDateTime: number; readonly SequenceNumber: string}
}

type Moment = readonly [version: bigint, rank: number, sequence: string]

/** What one line says of one key. */
interface Told {
  readonly key: string
  readonly moment: Moment
  /** Where the item goes if it does not say it itself. */
  readonly fallback: string
  readonly now: Raw | null
  readonly before: Raw | null
  readonly source: ModelSource
}

/** A row of a change log. */
interface Entry {
  readonly key: string
  /** Null: every partition. */
  readonly place: string | null
  readonly order: readonly [...Moment, isGood: number, isNoDelete: number]
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

const SEQUENCE_DIGITS = 64

/** The state of a table whose partitions are immutable or not, after loads and events in any order. */
export function stateOf(sources: readonly ModelSource[], isImmutable: boolean): ModelState {
  const floor = floorOf(sources)
  const all = sources
    .flatMap(toldBy)
    .map(entriesOf)
    // Where a key has one row wherever it lies, nothing but its own counts.
    .flatMap((entries) => (isImmutable ? entries : entries.slice(0, 1).map((own) => ({...own, place: ''}))))
    .filter(({order}) => order[0] >= floor)
  const newest = [...newestOf(all).values()]
  const good = newest.filter(({state}) => state === 'good')
  return {
    rows: good.map(({row}) => row!).sort(byText),
    doubled: new Set(
      good.filter((one) => isDoubled(one, good) || all.some((other) => isShadowed(one, other))).map(({key}) => key),
    ).size,
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
    if (standing === undefined || isNewer(entry.order, standing.order)) map.set(name, entry)
  }
  for (const [name, entry] of newest) {
    const removed = everywhere.get(entry.key)
    if (removed !== undefined && isOvertaken(entry, removed)) newest.delete(name)
  }
  return newest
}

function isDoubled(one: Entry, good: readonly Entry[]): boolean {
  return good.some((other) => other !== one && other.key === one.key)
}

/** Whether a row is shown although another place has something newer of its key. */
function isShadowed(one: Entry, other: Entry): boolean {
  return one.key === other.key && isOvertaken(one, other)
}

/** Of one event the row counts before a delete, wherever they are. */
function isOvertaken(one: Entry, other: Entry): boolean {
  return isNewer(other.order.slice(0, -1), one.order.slice(0, -1))
}

type Sortable = bigint | number | string

function isNewer(a: readonly Sortable[], b: readonly Sortable[]): boolean {
  const differing = a.findIndex((value, index) => value !== b[index])
  return differing !== -1 && a[differing]! > b[differing]!
}

function toldBy(source: ModelSource): Told[] {
  return source.lines.map((text) => toldByLine(JSON.parse(text) as RawLine, source))
}

function toldByLine({Item: item, Metadata: metadata, dynamodb, ...line}: RawLine, source: ModelSource): Told {
  const day = (time: string): Pick<Told, 'fallback' | 'source'> => ({fallback: monthOf(time), source})
  if (item !== undefined) {
    const moment: Moment = [secondsOf(source.exportTime), 0, '']
    return {key: item['id']!.S!, moment, now: item, before: null, ...day(source.exportTime)}
  }
  const {Keys: keys, NewImage: now = null, OldImage: before = null} = dynamodb ?? line
  const change = {key: keys!['id']!.S!, now, before}
  if (dynamodb === undefined)
    return {
      ...change,
      moment: [micros(metadata!), 1, ''],
      ...day(new Date(Number(micros(metadata!) / 1000n)).toISOString()),
    }
  const {ApproximateCreationDateTime: seconds, SequenceNumber: sequence} = dynamodb
  const moment: Moment = [BigInt(seconds) * 1_000_000n, 2, sequence.padStart(SEQUENCE_DIGITS, '0')]
  return {...change, moment, ...day(new Date(seconds * 1000).toISOString())}
}

function micros({WriteTimestampMicros: {N: text}}: NonNullable<RawLine['Metadata']>): bigint {
  return BigInt(text)
}

/** Whether a source says anything of the table at all. */
export function saysAnything(source: ModelSource): boolean {
  return toldBy(source).some((told) => entriesOf(told).length > 0)
}

/** A line's own row, and what else it says of other places. An item that is skipped is none of the table. */
function entriesOf(told: Told): Entry[] {
  const {key, moment, now, before, source} = told
  if (source.kind === 'full') return isOfTable(now, source) ? [entryOf(told, now!)] : []
  const gone = (place: string | null, state: Entry['state'] = 'deleted'): Entry => ({
    key,
    place,
    order: [...moment, state === 'quarantined' ? 0 : 1, 0],
    state,
    row: null,
  })
  const oldPlace = before === null ? null : placeOf(before)
  if (now === null) return [gone(oldPlace)]
  const moved = before !== null && oldPlace !== placeOf(now) ? [gone(oldPlace)] : []
  if (!isOfTable(now, source)) return [gone(null), ...moved]
  const own = entryOf(told, now)
  const homeless = placeOf(now) === null ? [gone(null, own.state === 'quarantined' ? own.state : 'deleted')] : []
  return [own, ...homeless, ...moved]
}

function entryOf(told: Told, item: Raw): Entry {
  const row = rowOf(item, told)
  const place = placeOf(item) ?? told.fallback
  const order: Entry['order'] = [...told.moment, row === null ? 0 : 1, 1]
  return {key: told.key, place, order, state: row === null ? 'quarantined' : 'good', row}
}

function isOfTable(image: Raw | null, {skips}: ModelSource): boolean {
  return image !== null && (skips === null || image['note']?.S !== skips)
}

/** A missing time is no fault: the row then goes where the day of the export, the change or the event would. */
function rowOf(item: Raw, {fallback, source}: Told): ModelRow | null {
  const raw = {...item, n: item[source.countFrom]}
  if (item['createdAt'] !== undefined) return modelRow(raw)
  const row = modelRow({...raw, createdAt: {S: '2026-01-01T00:00:00.000Z'}})
  const [year, month] = fallback.split('/')
  return row === null ? null : {...row, created_at: null, year: year!, month: month!}
}

/** Null when nothing in the item tells it. */
function placeOf(item: Raw): string | null {
  const text = item['createdAt']?.S
  return text === undefined ? null : monthOf(text)
}

function monthOf(time: string): string {
  return time.slice(0, 7).replace('-', '/')
}

/** Microseconds, rounded down to the second. */
function secondsOf(time: string): bigint {
  return BigInt(Math.floor(Date.parse(time) / 1000)) * 1_000_000n
}

export function floorOf(sources: readonly ModelSource[]): bigint {
  const floors = sources.filter(({kind}) => kind === 'full').map(({exportTime}) => secondsOf(exportTime))
  return floors.reduce((highest, one) => (one > highest ? one : highest), 0n)
}

export interface ModelCounts {
  readonly rows: number
  /** Of items that are gone, or none of the table any more. */
  readonly deleted: number
  readonly quarantined: number
}

/** What a load or an ingest must count of its lines. */
export function countsOf(source: ModelSource): ModelCounts {
  const told = toldBy(source)
  const ofTable = told.filter(({now}) => isOfTable(now, source))
  const quarantined = ofTable.filter((one) => rowOf(one.now!, one) === null).length
  const deleted = source.kind === 'full' ? 0 : told.length - ofTable.length
  return {rows: ofTable.length - quarantined, deleted, quarantined}
}

/** Lines of events that are older than the floor of other sources. */
export function behindFloor(source: ModelSource, others: readonly ModelSource[]): number {
  const floor = floorOf(others)
  return toldBy(source).filter(({moment: [version]}) => version < floor).length
}

/** The newest that any line tells of each key, wherever it lies. */
function newestTold(sources: readonly ModelSource[]): Told[] {
  const floor = floorOf(sources)
  const newest = new Map<string, Told>()
  for (const told of sources.flatMap(toldBy)) {
    const standing = newest.get(told.key)
    if (told.moment[0] < floor || (standing !== undefined && !isNewer(told.moment, standing.moment))) continue
    newest.set(told.key, told)
  }
  return [...newest.values()]
}

/** The newest state that any line tells of each key, wherever it lies: what the table itself had. */
export function newestRows(sources: readonly ModelSource[]): readonly ModelRow[] {
  return newestTold(sources)
    .flatMap((told) => (isOfTable(told.now, told.source) ? [rowOf(told.now!, told)] : []))
    .filter((row) => row !== null)
    .sort(byText)
}

/** The same as it stands in the lines, by id. */
export function newestImages(sources: readonly ModelSource[]): Map<string, unknown> {
  return new Map(newestTold(sources).flatMap(({key, now}) => (now === null ? [] : [[key, now] as const])))
}

export function byText(a: ModelRow, b: ModelRow): number {
  const text = (row: ModelRow): string =>
    JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
  return text(a) < text(b) ? -1 : 1
}
