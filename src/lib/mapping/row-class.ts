/**
 * What became of a source line; the engine counts them while rows stream by. A line gives one row of these, a line of
 * changes sometimes one more: the second one is `moved`, `broadcast` or `nothing`.
 */
export const ROW_CLASS = {
  upsert: 0,
  quarantined: 1,
  /** An item that is gone, or is no item of the table any more. */
  deleted: 2,
  /** A delete of the item where it lay before a change of its partition. */
  moved: 3,
  /** A delete of what the key may have in any partition, beside a row whose own partition cannot be told. */
  broadcast: 4,
  /** A `skip` condition holds. */
  skipped: 5,
  /** A `when` condition does not hold. */
  elsewhere: 6,
  /** The load asked for other rows. */
  filtered: 7,
  /** A second row that is not needed. */
  nothing: 8,
  /** A policy says `error`. */
  error: 9,
  noKey: 10,
  noItem: 11,
} as const

export type RowClass = keyof typeof ROW_CLASS

/** Classes whose rows are stored. */
export const STORED_CLASSES: readonly RowClass[] = ['upsert', 'quarantined', 'deleted', 'moved', 'broadcast']
/** Classes of second rows: they stand for no line of their own. */
export const SECOND_CLASSES: readonly RowClass[] = ['moved', 'broadcast', 'nothing']
/** Classes of lines that somebody has to look at. */
export const PROBLEM_CLASSES: readonly RowClass[] = ['quarantined', 'error', 'noKey', 'noItem']

/** What a load tells of its rows, out of how many lines or rows each class has. */
export function rowCounts(count: (name: RowClass) => number) {
  return {
    rows: STORED_CLASSES.reduce((sum, name) => sum + count(name), 0),
    quarantined: count('quarantined'),
    deleted: count('deleted'),
    added: count('moved') + count('broadcast'),
    filtered: count('filtered'),
    skipped: count('skipped'),
    elsewhere: count('elsewhere'),
    unreadable: count('noKey') + count('noItem'),
  }
}
