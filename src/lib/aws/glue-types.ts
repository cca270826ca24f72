/** A type as Hive writes it: `decimal(18,2)`, `array<string>`, `struct<a:int>`. */
interface HiveType {
  readonly name: string
  /** Of `decimal`, `char` and `varchar`: what stands in parentheses. */
  readonly size: string | null
  readonly parts: readonly {readonly field: string | null; readonly type: HiveType}[]
}

/** Glue's name of an Athena type: `integer` is `int` there, `varbinary` is `binary`. An unknown type stays as it is. */
export function glueType(athena: string): string {
  return rewritten(athena, ({name, size}) => {
    if (name === 'varchar' && size === null) return 'string'
    return {integer: 'int', varbinary: 'binary', real: 'float'}[name] ?? name
  })
}

/** Athena's name of a type of Glue; `athenaType(glueType(type))` is `type` for every type that a mapping can have. */
export function athenaType(glue: string): string {
  return rewritten(glue, ({name}) => (name === 'int' ? 'integer' : name))
}

/** Trino's name of an Athena type, as a stored view names its columns. */
export function trinoType(athena: string): string {
  const type = parseType(athena)
  return type === null ? athena.trim().toLowerCase() : trinoText(type)
}

/** The Athena type of a column that Trino described. */
export function athenaTypeOfTrino(trino: string): string {
  const text = trino.trim().toLowerCase()
  const array = /^array\((.*)\)$/.exec(text)
  if (array !== null) return `array<${athenaTypeOfTrino(array[1]!)}>`
  if (text === 'varchar') return 'string'
  if (text === 'varbinary') return 'binary'
  return /^timestamp(\(\d+\))?$/.test(text) ? 'timestamp' : text
}

const TRINO_NAMES: Readonly<Record<string, string>> = {
  string: 'varchar',
  int: 'integer',
  binary: 'varbinary',
  float: 'real',
  // what Athena and Trino read of Parquet; an Iceberg table has timestamp(6)
  timestamp: 'timestamp(3)',
}

function trinoText({name, size, parts}: HiveType): string {
  const inner = parts.map(({field, type}) => (field === null ? '' : `${quoted(field)} `) + trinoText(type)).join(', ')
  if (name === 'struct') return `row(${inner})`
  if (parts.length > 0) return `${name}(${inner})`
  return (TRINO_NAMES[name] ?? name) + (size === null ? '' : `(${size})`)
}

function quoted(field: string): string {
  return `"${field.replaceAll('"', '""')}"`
}

function rewritten(text: string, nameOf: (type: HiveType) => string): string {
  const type = parseType(text)
  return type === null ? text : hiveText(type, nameOf)
}

function hiveText(type: HiveType, nameOf: (type: HiveType) => string): string {
  const inner = type.parts.map((part) => (part.field === null ? '' : `${part.field}:`) + hiveText(part.type, nameOf))
  const size = type.size === null ? '' : `(${type.size})`
  return nameOf(type) + size + (inner.length === 0 ? '' : `<${inner.join(',')}>`)
}

const NESTED = new Set(['array', 'map', 'struct'])

/** Null for a text that is no type of Hive. */
function parseType(text: string): HiveType | null {
  const match = /^\s*([a-z_]+)\s*(?:\(\s*(\d+(?:\s*,\s*\d+)?)\s*\)|<(.*)>)?\s*$/is.exec(text)
  if (match === null) return null
  const name = match[1]!.toLowerCase()
  const size = match[2]?.replace(/\s+/g, '') ?? null
  const inner = match[3]
  if ((inner !== undefined) !== NESTED.has(name)) return null
  const parts: {field: string | null; type: HiveType}[] = []
  for (const part of inner === undefined ? [] : splitAtCommas(inner)) {
    const colon = name === 'struct' ? part.indexOf(':') : -1
    if (name === 'struct' && colon === -1) return null
    const type = parseType(part.slice(colon + 1))
    if (type === null) return null
    parts.push({field: colon === -1 ? null : part.slice(0, colon).trim(), type})
  }
  return {name, size, parts}
}

function splitAtCommas(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (const [index, sign] of text.split('').entries()) {
    if (sign === '<' || sign === '(') depth += 1
    if (sign === '>' || sign === ')') depth -= 1
    if (sign !== ',' || depth !== 0) continue
    parts.push(text.slice(start, index))
    start = index + 1
  }
  return [...parts, text.slice(start)]
}
