import {SluiceError} from '../errors.js'
import type {CatalogTable} from '../ports/catalog.js'
import {timeOfPartition} from './partition-time.js'

/** Which partitions of a table are meant. */
export interface PartitionsAsked {
  /** `column=value`, all of which hold. */
  readonly partition: readonly string[]
  /** Partitions whose time lies in it; `to` excluded. */
  readonly from: Date | null
  readonly to: Date | null
}

export const ALL_PARTITIONS: PartitionsAsked = {partition: [], from: null, to: null}

/** Whether a partition is meant. Throws `USAGE` for a column that the table is not divided by. */
export function chosenPartitions(
  {partition, from, to}: PartitionsAsked,
  table: Pick<CatalogTable, 'name' | 'partitionColumns'>,
): (values: readonly string[]) => boolean {
  const wanted = wantedPartitions(
    partition,
    table.partitionColumns.map(({name}) => name),
    table.name,
  )
  return (values) => {
    if (wanted.some(([index, value]) => values[index] !== value)) return false
    if (from === null && to === null) return true
    const time = timeOfPartition(values)
    if (time === null) return false
    return (from === null || time.toMs > from.getTime()) && (to === null || time.fromMs < to.getTime())
  }
}

/** Each as the place of its column and its value. Throws `USAGE` for a column that is none of these. */
export function wantedPartitions(
  partition: readonly string[],
  names: readonly string[],
  table: string,
): (readonly [number, string])[] {
  return partition.map((text) => wantedValue(text, names, table))
}

function wantedValue(text: string, names: readonly string[], table: string): readonly [number, string] {
  const cut = text.indexOf('=')
  const name = text.slice(0, Math.max(cut, 0))
  const index = names.indexOf(name)
  if (index !== -1) return [index, text.slice(cut + 1)]
  const columns = names.length === 0 ? 'it has no partitions' : `its partition columns are ${names.join(', ')}`
  throw new SluiceError('USAGE', `"${text}" names no partition of ${table}: ${columns}.`, {
    fix: names.length === 0 ? 'Leave --partition out.' : `Write --partition ${names[0]}=VALUE.`,
  })
}
