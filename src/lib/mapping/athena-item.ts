import {quoteText} from '../sql/index.js'
import type {AttributePath} from './duckdb-item.js'
import type {AttributeTag} from './types.js'

export const JSON_MAP = 'MAP(VARCHAR, JSON)'

/**
 * Trino writes what is above U+FFFF as two escapes in its JSON, where all others write the character: an escape that is
 * none of these, or such a pair.
 */
const PAIR = String.raw`'(\\[^u])|\\u(D[89AB][0-9A-F]{2})\\u(D[C-F][0-9A-F]{2})'`
/** One of the two alone stands for no text. */
const HALF_PAIR = String.raw`'(?:\A|[^\\])(?:\\\\)*\\uD[89A-F]'`
/** What PAIR may find, and what costs nothing to look for. */
const ESCAPE = String.raw`'\uD'`

interface Field {
  readonly column: string
  readonly expression: string
  /** Fields are computed by SELECTs around each other: this is the first one that can. */
  readonly stage: number
}

/**
 * How Trino reaches into an item. Maps are taken apart by `element_at`, not by JSON paths: a path's name is also the
 * position in a list, and its quoting has rules of its own. What is read stands in a column, so that nothing is parsed
 * twice. Expressions that are handed out name these columns: they hold only above `itemsSql`.
 */
export class AthenaItem {
  private readonly fields = new Map<string, Field>()

  /** `root`: the column of the item; `prefix`: begins the names of what is read of it. */
  constructor(
    private readonly root = '_item',
    private readonly prefix = '_f',
  ) {}

  /** A relation of items, with what was read of them so far. */
  itemsSql(items: string): string {
    const stages = Math.max(0, ...[...this.fields.values()].map(({stage}) => stage))
    let sql = items
    for (let stage = 1; stage <= stages; stage += 1) {
      const columns = [...this.fields.values()].filter((field) => field.stage === stage)
      sql = `SELECT ${['*', ...columns.map(({expression, column}) => `${expression} AS ${column}`)].join(', ')} FROM (${sql})`
    }
    return sql
  }

  /** Text of a value with that tag, of whatever JSON shape; NULL when there is none. */
  text(path: AttributePath, tag: AttributeTag): string {
    const node = this.node(path)
    return this.at(textAt(node.column, `$.${tag}`), node.stage + 1).column
  }

  /** JSON text of an object (`M`) or an array; NULL for anything else. */
  containerText(path: AttributePath, tag: AttributeTag): string {
    const node = this.node(path)
    const json = this.at(`json_format(json_extract(${node.column}, '$.${tag}'))`, node.stage + 1).column
    return `IF(starts_with(${json}, '${tag === 'M' ? '{' : '['}'), ${plainJson(json)})`
  }

  /** Texts of an array's elements, or of those with a tag; NULL for what has none, and where there is no array. */
  elementTexts(path: AttributePath, tag: AttributeTag, elementTag: AttributeTag | null): string {
    const node = this.node(path)
    const list = `TRY_CAST(json_extract(${node.column}, '$.${tag}') AS ARRAY(JSON))`
    const text = textAt('_e', elementTag === null ? '$' : `$.${elementTag}`)
    return this.at(`transform(${list}, _e -> ${text})`, node.stage + 1).column
  }

  /** True for an attribute that is there and not NULL; never NULL itself. */
  isPresent(path: AttributePath): string {
    const {column} = this.node(path)
    return `(${isThere(column)} AND NOT ${isThere(`json_extract(${column}, '$.NULL')`)})`
  }

  /** True for an attribute that is not there, or NULL. */
  isAbsent(path: AttributePath): string {
    return `NOT ${this.isPresent(path)}`
  }

  /** True for an attribute without a map in it. */
  hasNoMap(path: AttributePath): string {
    return `${this.map(path).column} IS NULL`
  }

  private node(path: AttributePath): Field {
    const map = this.map(path.slice(0, -1))
    return this.at(`element_at(${map.column}, ${quoteText(path.at(-1)!)})`, map.stage + 1)
  }

  /** The attributes inside of an attribute, or of the item. */
  private map(path: AttributePath): Field {
    if (path.length === 0) return {column: this.root, expression: '', stage: 0}
    const node = this.node(path)
    return this.at(`TRY_CAST(json_extract(${node.column}, '$.M') AS ${JSON_MAP})`, node.stage + 1)
  }

  private at(expression: string, stage: number): Field {
    const field = this.fields.get(expression) ?? {column: `${this.prefix}${this.fields.size}`, expression, stage}
    this.fields.set(expression, field)
    return field
  }
}

/** A relation of `_item` (NULL when the line holds no item), `_file` and `_line`. */
export function itemsOfLines(lines: string): string {
  return `SELECT _line, _file, TRY_CAST(json_extract(_json, '$.Item') AS ${JSON_MAP}) AS _item FROM (${jsonOfLines(lines)})`
}

/**
 * A relation of `_json`, NULL when the line is none, `_file` and `_line`. Trino reads bytes that are no UTF-8 as another
 * character, where a line with them is no line of an export.
 */
export function jsonOfLines(lines: string): string {
  const parsed = `SELECT line AS _line, "$path" AS _file, IF(from_utf8(to_utf8(line)) = line, TRY(json_parse(line))) AS _parsed FROM ${lines}`
  const json = 'json_format(_parsed)'
  const rest = `regexp_replace(${json}, ${PAIR}, _x -> coalesce(_x[1], '-'))`
  const isText = `strpos(${json}, ${ESCAPE}) = 0 OR NOT regexp_like(${rest}, ${HALF_PAIR})`
  return `SELECT _line, _file, IF(${isText}, _parsed) AS _json FROM (${parsed})`
}

/** JSON of Trino as other engines write it. */
export function plainJson(json: string): string {
  const code = `65536 + (from_base(_x[2], 16) - 55296) * 1024 + from_base(_x[3], 16) - 56320`
  return `IF(strpos(${json}, ${ESCAPE}) = 0, ${json}, regexp_replace(${json}, ${PAIR}, _x -> coalesce(_x[1], chr(${code}))))`
}

/** The text of a value: that of a string, the JSON of anything else. */
function textAt(json: string, path: string): string {
  return `coalesce(json_extract_scalar(${json}, '${path}'), nullif(json_format(json_extract(${json}, '${path}')), 'null'))`
}

function isThere(json: string): string {
  return `coalesce(json_format(${json}), 'null') <> 'null'`
}
