import type {Path} from './mistakes.js'
import type {SoundColumn, SoundDerive, SoundPartition, SoundTable} from './sound.js'

/** A column after blueprint and file were merged, before it is known to be right. */
export interface DraftColumn {
  readonly name: string
  readonly values: SoundColumn
  /** The column's place in the file; for an untouched blueprint column the place that brought it in. */
  readonly at: Path
  /** Keys that the file itself writes; mistakes in others are blamed on `at`. */
  readonly written: ReadonlySet<string>
}

export interface DraftPartitionColumn {
  readonly name: string | undefined
  readonly derive: SoundDerive | undefined
  readonly at: Path
  readonly written: boolean
}

export interface DraftTable {
  readonly name: string
  readonly at: Path
  readonly written: ReadonlySet<string>
  readonly values: Omit<SoundTable, 'columns' | 'partition'>
  readonly columns: readonly DraftColumn[]
  /** Blueprint columns that the file takes out, with the place where it does. */
  readonly removed: ReadonlyMap<string, Path>
  /** False when a column has no readable name: then an unknown operand proves nothing. */
  readonly namesKnown: boolean
  readonly partition: (Omit<SoundPartition, 'by'> & {readonly by: readonly DraftPartitionColumn[]}) | null
}

/** Where a mistake in one key of a column is shown. */
export function placeOf(column: DraftColumn, key: string): Path {
  return column.written.has(key) ? [...column.at, key] : column.at
}

/** Where a mistake in one key of a table is shown. */
export function placeOfTable(table: DraftTable, key: string): Path {
  return table.written.has(key) ? ['tables', table.name, key] : table.at
}
