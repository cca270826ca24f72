import fc from 'fast-check'

/** A DynamoDB item as it stands in JSON. */
export type RawItem = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** The history of a table: every state that a key came to have, in the order of time. */
export interface Write {
  readonly key: string
  /** Microseconds since 1970; no two writes share one. */
  readonly at: bigint
  /** Null: the item was deleted. */
  readonly image: RawItem | null
}

/** A record as a table's stream gives it. */
export interface StreamRecord {
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE'
  readonly dynamodb: {
    /** Whole seconds: the service rounds down. */
    readonly ApproximateCreationDateTime: number
    readonly SequenceNumber: string
    readonly Keys: RawItem
    readonly NewImage?: RawItem
    readonly OldImage?: RawItem
  }
}

/** Over the end of a month: what goes by the day of an export or of an event goes to two partitions. */
export const HISTORY_START_MS = Date.parse('2026-01-31T23:58:00.000Z')
export const HISTORY_SECONDS = 240
/** Its powers are of ever more digits, and as text each comes before the one before. */
const SEQUENCE_BASE = 9n
const KEYS = ['a', 'b', 'c', 'd', 'é', 'x y', '%', '0', "o'hara", '😀', 'key-11', 'key-12', 'key-13', 'key-14']

const BUSY_KEYS = 3
/** Most of what can go wrong takes several writes to an item within one second, and the month's end is one of them. */
export const BUSY_SECONDS = [30, 119, 120, 180]

/**
 * How the attribute that divides the table behaves: it stays as it was, is of the wrong type at times (the item is then
 * quarantined, and nothing tells where it lies), or changes and goes missing too.
 */
export type Moves = 'never' | 'unreadable' | 'moves'

const DAYS = ['2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00.000Z', '2026-02-28T12:00:00.000Z']
const UNREADABLE = {N: '1'}

const integer = fc.oneof(
  {weight: 9, arbitrary: fc.integer({min: -99, max: 99}).map((n) => ({N: String(n)}))},
  {weight: 1, arbitrary: fc.constantFrom({S: '1'}, {N: '1.5'}, {NULL: true})},
)
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, {nil: undefined, freq: 5})
const attributes = {
  n: maybe(integer),
  m: maybe(integer),
  amount: maybe(fc.constantFrom({N: '1.25'}, {N: '-7'}, {N: '12.5'}, {N: '0.005'}, {NULL: true})),
  note: maybe(fc.constantFrom('', "it's", '😀', 'null', 'a\u0000b').map((S) => ({S}))),
}

function createdAtOf(moves: Moves) {
  const day = fc.nat({max: DAYS.length - 1})
  const other = {never: [], unreadable: [UNREADABLE], moves: [UNREADABLE, undefined]}[moves]
  return fc.record({day, other: fc.constantFrom(...Array.from({length: 8}, () => null), ...other)})
}

/** Writes of some minutes, often several to an item within one second. */
export function historyOf(moves: Moves): fc.Arbitrary<readonly Write[]> {
  const write = fc.record({
    key: fc.oneof(fc.constantFrom(...KEYS.slice(0, BUSY_KEYS)), fc.constantFrom(...KEYS)),
    second: fc.oneof(fc.constantFrom(...BUSY_SECONDS), fc.nat({max: HISTORY_SECONDS - 1})),
    micros: fc.nat({max: 999}).map((part) => part * 1000),
    isDelete: fc.nat({max: 3}).map((n) => n === 0),
    /** Whether attributes that the write does not name stay. */
    isUpdate: fc.boolean(),
    values: fc.record(attributes),
    createdAt: createdAtOf(moves),
  })
  return fc.array(write, {minLength: 8, maxLength: 60, size: 'max'}).map((writes) => {
    const images = new Map<string, RawItem>()
    return writes
      .map((one, index) => ({...one, at: microsOf(one.second) + BigInt(one.micros + index)}))
      .sort((a, b) => (a.at < b.at ? -1 : 1))
      .map(({key, at, isDelete, isUpdate, values, createdAt}): Write => {
        if (isDelete) images.delete(key)
        else {
          const day = moves === 'moves' ? createdAt.day : KEYS.indexOf(key) % DAYS.length
          const time = createdAt.other === null ? {S: DAYS[day]!} : createdAt.other
          const base = isUpdate ? images.get(key) : undefined
          images.set(key, present({...base, id: {S: key}, ...values, createdAt: time}))
        }
        return {key, at, image: images.get(key) ?? null}
      })
  })
}

export function microsOf(second: number): bigint {
  return BigInt(HISTORY_START_MS + Math.round(second * 1000)) * 1000n
}

function present(fields: Readonly<Record<string, RawItem[string] | undefined>>): RawItem {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as RawItem
}

/** The table just before an instant. */
export function stateBefore(history: readonly Write[], at: bigint): Map<string, RawItem> {
  const state = new Map<string, RawItem>()
  for (const write of history) {
    if (write.at >= at) break
    if (write.image === null) state.delete(write.key)
    else state.set(write.key, write.image)
  }
  return state
}

/** What the table's stream gives: every write that changed something, in order. */
export function streamRecordsOf(history: readonly Write[]): StreamRecord[] {
  const state = new Map<string, RawItem>()
  return history.flatMap(({key, at, image}, index): StreamRecord[] => {
    const old = state.get(key)
    if (image === null) state.delete(key)
    else state.set(key, image)
    if (image === null && old === undefined) return []
    return [
      {
        eventName: image === null ? 'REMOVE' : old === undefined ? 'INSERT' : 'MODIFY',
        dynamodb: {
          ApproximateCreationDateTime: Number(at / 1_000_000n),
          SequenceNumber: String(SEQUENCE_BASE ** BigInt(index + 1)),
          Keys: {id: {S: key}},
          ...(image === null ? {} : {NewImage: image}),
          ...(old === undefined ? {} : {OldImage: old}),
        },
      },
    ]
  })
}
