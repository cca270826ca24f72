import {quoteText} from '../sql/index.js'
import {placeReads} from './change-inputs.js'
import {imageReader} from './duckdb-image.js'
import {LATEST_VERSION} from './change-line.js'
import type {ItemForm} from './duckdb-item.js'
import type {TableMapping} from './types.js'

/** Digits only: a cast takes spaces, signs, exponents and hexadecimals too, and rounds. TRY: DuckDB may cast first. */
const MICROS = 'Metadata.WriteTimestampMicros.N'
const CHANGED = `CASE WHEN regexp_full_match(${MICROS}, '[0-9]{1,18}') AND TRY_CAST(${MICROS} AS BIGINT) <= ${LATEST_VERSION} THEN TRY_CAST(${MICROS} AS BIGINT) END`

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
 *
 * `_role` says what an image is: `new` beside an old image, `alone` without one; `deleted` the old image of an item that
 * is gone, `keys` where only its key was written; `moved` the old image of a change that may have moved the item; `bad`
 * a line that is no change.
 */
export function changedItemsSql(mapping: TableMapping, lines: string, form: ItemForm): string {
  const changes = `SELECT ${form === 'struct' ? structImages() : jsonImages()}, file_index, ${CHANGED} AS _changed FROM ${lines}`
  const moved = movedSql(mapping, form)
  const updated = moved === null ? `['new']` : `CASE WHEN ${moved} THEN ['new', 'moved'] ELSE ['new'] END`
  const roles = `CASE WHEN Keys IS NULL OR _changed IS NULL OR _isBad THEN ['bad']
    WHEN NewImage IS NULL THEN CASE WHEN OldImage IS NULL THEN ['keys'] ELSE ['deleted'] END
    WHEN OldImage IS NULL THEN ['alone'] ELSE ${updated} END`
  const unnested = `SELECT *, unnest(${roles}) AS _role FROM (${changes})`
  return `(SELECT CASE WHEN _role IN ('new', 'alone') THEN NewImage WHEN _role = 'keys' THEN Keys WHEN _role <> 'bad' THEN OldImage END AS Item, file_index, _role, _changed FROM (${unnested}))`
}

/** Whether what tells an item's place differs between the two images; null where a row's key finds it anywhere. */
function movedSql(mapping: TableMapping, form: ItemForm): string | null {
  const [now, before] = [imageReader('NewImage', form), imageReader('OldImage', form)]
  const texts = placeReads(mapping).flatMap(({path, tags}) =>
    tags.map((tag) => `${now.text(path, tag)} IS DISTINCT FROM ${before.text(path, tag)}`),
  )
  return texts.length === 0 ? null : texts.join(' OR ')
}

/** The three images, NULL where there is none, and `_isBad`. */
function structImages(): string {
  return `${IMAGES.join(', ')}, false AS _isBad`
}

function jsonImages(): string {
  const objects = IMAGES.map((name) => `CASE WHEN starts_with(${name}, '{') THEN ${name} END AS ${name}`)
  // Whatever is neither an image nor null must not be taken for a delete.
  const bad = IMAGES.map((name) => `coalesce(${name} <> 'null' AND NOT starts_with(${name}, '{'), false)`)
  return `${objects.join(', ')}, (${bad.join(' OR ')}) AS _isBad`
}
