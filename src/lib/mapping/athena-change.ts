import {JSON_MAP, AthenaItem, jsonOfLines} from './athena-item.js'
import {placeReads} from './change-inputs.js'
import {LATEST_VERSION} from './change-line.js'
import type {TableMapping} from './types.js'

const IMAGES = [
  ['Keys', '_keys'],
  ['NewImage', '_new'],
  ['OldImage', '_old'],
] as const
const MICROS = `json_extract_scalar(_json, '$.Metadata.WriteTimestampMicros.N')`

/**
 * The items in lines of changes: a relation of `_line`, `_file`, `_item`, `_role` and `_changed` (microseconds), with the
 * same roles as DuckDB's: two rows of a change that may have moved its item, one of every other line.
 */
export function changedItemsSql(mapping: TableMapping, lines: string): string {
  const [now, before] = [new AthenaItem('_new', '_n'), new AthenaItem('_old', '_o')]
  const moved = movedSql(mapping, now, before)
  const images = before.itemsSql(now.itemsSql(imagesSql(lines)))
  const updated = moved === null ? `ARRAY['new']` : `IF(${moved}, ARRAY['new', 'moved'], ARRAY['new'])`
  const roles = `CASE WHEN _keys IS NULL OR _changed IS NULL OR _isbad THEN ARRAY['bad']
    WHEN _new IS NULL THEN IF(_old IS NULL, ARRAY['keys'], ARRAY['deleted'])
    WHEN _old IS NULL THEN ARRAY['alone'] ELSE ${updated} END`
  const item = `CASE WHEN _role IN ('new', 'alone') THEN _new WHEN _role = 'keys' THEN _keys WHEN _role <> 'bad' THEN _old END`
  return `SELECT _line, _file, ${item} AS _item, _role, _changed FROM (SELECT *, ${roles} AS _roles FROM (${images})) CROSS JOIN UNNEST(_roles) AS _r(_role)`
}

/** The three images, NULL where there is none, the time, and whether something else than an image stands in the place of one. */
function imagesSql(lines: string): string {
  const extracted = IMAGES.map(([name, column]) => `json_extract(_json, '$.${name}') AS ${column}_json`)
  const images = IMAGES.map(([, column]) => `TRY_CAST(${column}_json AS ${JSON_MAP}) AS ${column}`)
  const bad = IMAGES.map(
    ([, column]) => `(${column} IS NULL AND coalesce(json_format(${column}_json), 'null') <> 'null')`,
  )
  const isTime = `regexp_like(_micros, '\\A[0-9]{1,18}\\z') AND TRY_CAST(_micros AS BIGINT) <= ${LATEST_VERSION}`
  const read = `SELECT _line, _file, ${[...extracted, `${MICROS} AS _micros`].join(', ')} FROM (${jsonOfLines(lines)})`
  const cast = `SELECT *, ${images.join(', ')} FROM (${read})`
  return `SELECT _line, _file, _keys, _new, _old, IF(${isTime}, TRY_CAST(_micros AS BIGINT)) AS _changed, ${bad.join(' OR ')} AS _isbad FROM (${cast})`
}

/** Whether what tells an item's place differs between the two images; null where a row's key finds it anywhere. */
function movedSql(mapping: TableMapping, now: AthenaItem, before: AthenaItem): string | null {
  const texts = placeReads(mapping).flatMap(({path, tags}) =>
    tags.map((tag) => `${now.text(path, tag)} IS DISTINCT FROM ${before.text(path, tag)}`),
  )
  return texts.length === 0 ? null : texts.join(' OR ')
}
