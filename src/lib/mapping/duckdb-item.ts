import {quoteText} from '../sql/index.js'
import {itemStructType} from './attribute-tree.js'
import {isContainer} from './column-type.js'
import type {AttributeTag, TableMapping} from './types.js'

export type ItemForm = 'struct' | 'json'

export type AttributePath = readonly string[]

/** How SQL reaches into an item; the two forms answer alike for every item that both can read. */
export interface ItemReader {
  /** Type of the `Item` column to read lines with. */
  readonly itemType: string
  /** A relation of `_item` (NULL when the line holds no item), `_file_index`, what the reads below name, and `others`. */
  itemsSql(lines: string, others?: readonly string[]): string
  /** Columns of that relation, to hand on to the next SELECT. */
  columns(): readonly string[]
  /** Text of a value with that tag; NULL when there is none. A container's text is its JSON. */
  text(path: AttributePath, tag: AttributeTag): string
  /** True for an attribute that is there and not NULL. */
  isPresent(path: AttributePath): string
  /** True for an attribute without a map in it. */
  hasNoMap(path: AttributePath): string
  /** True for an attribute that is not there, or NULL. */
  isAbsent(path: AttributePath): string
}

export function itemReader(mapping: TableMapping, form: ItemForm): ItemReader {
  return form === 'struct' ? structReader(itemStructType(mapping)) : jsonReader()
}

function extract(container: string, field: string): string {
  return `struct_extract(${container}, ${quoteText(field)})`
}

/**
 * The fast form: DuckDB parses only the mapped attributes. A line that does not fit the type fails the statement. What
 * is read of an item is taken out first, by a SELECT of its own: a branch of a CASE that got the item itself would copy
 * the whole struct for the rows it looks at (6% of a load).
 */
function structReader(itemType: string): ItemReader {
  const fields = new FieldList()
  const node = (path: AttributePath): string =>
    path.reduce((container, name, index) => extract(index === 0 ? container : extract(container, 'M'), name), 'Item')
  const isPresent = (path: AttributePath): string =>
    fields.at(`${node(path)} IS NOT NULL AND ${extract(node(path), 'NULL')} IS NULL`)
  return {
    itemType,
    itemsSql: (lines, others = []) =>
      `SELECT ${['Item AS _item', 'file_index AS _file_index', ...others, ...fields.sql()].join(', ')} FROM ${lines}`,
    columns: () => ['_item', '_file_index', ...fields.names()],
    text: (path, tag) => {
      const value = fields.at(extract(node(path), tag))
      if (!isContainer(tag)) return value
      return `CASE WHEN starts_with(CAST(${value} AS VARCHAR), '${tag === 'M' ? '{' : '['}') THEN CAST(${value} AS VARCHAR) END`
    },
    isPresent,
    hasNoMap: (path) => `${fields.at(extract(node(path), 'M'))} IS NULL`,
    isAbsent: (path) => `NOT ${isPresent(path)}`,
  }
}

/** Expressions over an item, each once, and the column that holds what it gives. */
class FieldList {
  private readonly columns = new Map<string, string>()

  at(expression: string): string {
    const column = this.columns.get(expression) ?? `_field_${this.columns.size}`
    this.columns.set(expression, column)
    return column
  }

  names(): string[] {
    return [...this.columns.values()]
  }

  sql(): string[] {
    return [...this.columns].map(([expression, column]) => `(${expression}) AS ${column}`)
  }
}

/**
 * The general form: any JSON, any names. All values of an item are taken out by one call, which parses it once; a call
 * for each value is three times slower.
 */
function jsonReader(): ItemReader {
  const texts = new PointerList('_texts')
  const kinds = new PointerList('_kinds')
  const kind = (path: AttributePath, ...fields: string[]): string => kinds.at(pointer(path, ...fields))
  /** A pointer's number is also an array's position, so maps on the way must be maps. */
  const guards = (path: AttributePath): string[] =>
    path.flatMap((name, index) =>
      index > 0 && /^\d+$|^-$/.test(name) ? [`${kind(path.slice(0, index), 'M')} = 'OBJECT'`] : [],
    )
  const guarded = (path: AttributePath, conditions: readonly string[], value: string): string => {
    const all = [...guards(path), ...conditions]
    return all.length === 0 ? value : `CASE WHEN ${all.join(' AND ')} THEN ${value} END`
  }
  const nodeKind = (path: AttributePath): string => guarded(path, [], kind(path))
  // Rarely asked, and then of few items: a call of its own is cheaper than one more pointer for all of them.
  const isNull = (path: AttributePath): string =>
    `coalesce(json_type(_item, ${quoteText(pointer(path, 'NULL'))}), 'NULL') <> 'NULL'`
  const isThere = (path: AttributePath): string => `coalesce(${nodeKind(path)}, 'NULL') <> 'NULL'`
  return {
    itemType: 'JSON',
    itemsSql: (lines, others = []) => {
      // A line's JSON is written out again without white space.
      const items = `SELECT CASE WHEN starts_with(Item, '{') THEN Item END AS _item, ${['file_index AS _file_index', ...others].join(', ')} FROM ${lines}`
      const lists = [texts.sql('json_extract_string'), kinds.sql('json_type')].flatMap((sql) =>
        sql === null ? [] : [sql],
      )
      return `SELECT ${['_item', '_file_index', ...others, ...lists].join(', ')} FROM (${items})`
    },
    columns: () => ['_item', '_file_index', ...[texts, kinds].filter((list) => !list.isEmpty).map(({name}) => name)],
    text: (path, tag) => {
      const shape = isContainer(tag) ? [`${kind(path, tag)} = '${tag === 'M' ? 'OBJECT' : 'ARRAY'}'`] : []
      return guarded(path, shape, texts.at(pointer(path, tag)))
    },
    isPresent: (path) => `CASE WHEN ${isThere(path)} THEN NOT ${isNull(path)} ELSE false END`,
    hasNoMap: (path) => `${guarded(path, [], kind(path, 'M'))} IS DISTINCT FROM 'OBJECT'`,
    isAbsent: (path) => `CASE WHEN ${isThere(path)} THEN ${isNull(path)} ELSE true END`,
  }
}

/** Pointers that were asked for, each once, and the column that holds what they lead to. */
class PointerList {
  private readonly positions = new Map<string, number>()

  constructor(readonly name: string) {}

  get isEmpty(): boolean {
    return this.positions.size === 0
  }

  at(place: string): string {
    const position = this.positions.get(place) ?? this.positions.size + 1
    this.positions.set(place, position)
    return `${this.name}[${position}]`
  }

  sql(extraction: string): string | null {
    if (this.isEmpty) return null
    return `${extraction}(_item, [${[...this.positions.keys()].map(quoteText).join(', ')}]) AS ${this.name}`
  }
}

/** RFC 6901: the attribute at a path, or a field of it. */
export function pointer(path: AttributePath, ...fields: readonly string[]): string {
  const steps = path.flatMap((name, index) => (index === 0 ? [name] : ['M', name]))
  return [...steps, ...fields].map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
