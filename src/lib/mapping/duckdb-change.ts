import {quoteText} from '../sql/index.js'
import {movingAttributes} from './change-inputs.js'
import type {ItemForm} from './duckdb-item.js'
import type {TableMapping} from './types.js'

/**
 * What an image is, in `_role`: `new` beside an old image, `alone` without one; `deleted` the old image of an item that
 * is gone, `keys` where only its key was written; `moved` the old image of a change that may have moved the item; `bad`
 * a line that is no change.
 */
export const CHANGE_ROLES = ['new', 'alone', 'deleted', 'keys', 'moved', 'bad'] as const

/** Digits only: a cast takes spaces, signs, exponents and hexadecimals too, and rounds. TRY: DuckDB may cast first. */
const CHANGED = `CASE WHEN regexp_full_match(Metadata.WriteTimestampMicros.N, '[0-9]{1,18}') THEN TRY_CAST(Metadata.WriteTimestampMicros.N AS BIGINT) END`

const IMAGES = ['Keys', 'NewImage', 'OldImage'] as const

/** Columns to read lines of changes with, by name. */
export function changeColumns(itemType: string): string {
  const images = IMAGES.map((name) => `${name}: ${quoteText(itemType)}`)
  return `{${images.join(', ')}, Metadata: 'STRUCT(WriteTimestampMicros STRUCT(N VARCHAR))'}`
}

/**
 * The items in lines of changes: a relation of `Item`, `file_index`, `_role` and `_changed` (microseconds). A change
 * that may have moved its item gives two rows, every other line one. An item is gone if and only if there is no new
 * image.
 */
export function changedItemsSql(mapping: TableMapping, lines: string, form: ItemForm): string {
  const shape = form === 'struct' ? structShape() : jsonShape()
  const changes = `SELECT ${shape.images}, file_index, ${CHANGED} AS _changed FROM ${lines}`
  const moved = movingAttributes(mapping).map((name) => shape.differs(name))
  const updated =
    moved.length === 0 ? `['new']` : `CASE WHEN ${moved.join(' OR ')} THEN ['new', 'moved'] ELSE ['new'] END`
  const roles = `CASE WHEN Keys IS NULL OR _changed IS NULL OR _isBad THEN ['bad']
    WHEN NewImage IS NULL THEN CASE WHEN OldImage IS NULL THEN ['keys'] ELSE ['deleted'] END
    WHEN OldImage IS NULL THEN ['alone'] ELSE ${updated} END`
  const unnested = `SELECT *, unnest(${roles}) AS _role FROM (${changes})`
  return `(SELECT CASE WHEN _role IN ('new', 'alone') THEN NewImage WHEN _role = 'keys' THEN Keys WHEN _role <> 'bad' THEN OldImage END AS Item, file_index, _role, _changed FROM (${unnested}))`
}

interface ImageShape {
  /** The three images, NULL where there is none, and `_isBad`. */
  readonly images: string
  /** Whether an attribute of the two images differs. */
  differs(attribute: string): string
}

function structShape(): ImageShape {
  return {
    images: `${IMAGES.join(', ')}, false AS _isBad`,
    differs: (name) =>
      `struct_extract(NewImage, ${quoteText(name)}) IS DISTINCT FROM struct_extract(OldImage, ${quoteText(name)})`,
  }
}

function jsonShape(): ImageShape {
  const objects = IMAGES.map((name) => `CASE WHEN starts_with(${name}, '{') THEN ${name} END AS ${name}`)
  // Whatever is neither an image nor null must not be taken for a delete.
  const bad = IMAGES.map((name) => `coalesce(${name} <> 'null' AND NOT starts_with(${name}, '{'), false)`)
  const at = (image: string, name: string): string =>
    `json_extract(${image}, ${quoteText(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)})`
  return {
    images: `${objects.join(', ')}, (${bad.join(' OR ')}) AS _isBad`,
    differs: (name) => `${at('NewImage', name)} IS DISTINCT FROM ${at('OldImage', name)}`,
  }
}
