/** A type of a result as Trino writes it, taken apart. */
export type ResultType =
  | {readonly kind: 'array'; readonly item: ResultType}
  | {readonly kind: 'map'; readonly key: ResultType; readonly value: ResultType}
  | {readonly kind: 'row'; readonly fields: readonly RowField[]}
  | {readonly kind: 'plain'; readonly name: string; readonly text: string}

export interface RowField {
  /** Empty for a field without a name. */
  readonly name: string
  readonly type: ResultType
}

/** Reads a type's text, e.g. `row("a" bigint, "b" array(varchar))`. */
export function parseType(text: string): ResultType {
  const trimmed = text.trim()
  const [, head = '', inside] = /^(array|map|row)\s*\((.*)\)$/is.exec(trimmed) ?? []
  if (inside !== undefined) {
    const parts = topLevelParts(inside)
    if (head.toLowerCase() === 'array' && parts.length === 1) return {kind: 'array', item: parseType(parts[0]!)}
    if (head.toLowerCase() === 'map' && parts.length === 2) {
      return {kind: 'map', key: parseType(parts[0]!), value: parseType(parts[1]!)}
    }
    if (head.toLowerCase() === 'row') return {kind: 'row', fields: parts.map(parseField)}
  }
  const lower = trimmed.toLowerCase()
  return {kind: 'plain', name: lower.replace(/\([^)]*\)/, '').trim(), text: lower}
}

/** Types whose names have several words. */
const LONG_NAME = /^(with time zone|without time zone|day to second|year to month|precision)\b/i

function parseField(text: string): RowField {
  const quoted = /^"((?:[^"]|"")*)"\s+(.*)$/s.exec(text)
  if (quoted !== null) return {name: quoted[1]!.replaceAll('""', '"'), type: parseType(quoted[2]!)}
  const [, word, rest = ''] = /^([A-Za-z_]\w*)\s+(.*)$/s.exec(text) ?? []
  if (word === undefined || LONG_NAME.test(rest)) return {name: '', type: parseType(text)}
  return {name: word, type: parseType(rest)}
}

function topLevelParts(text: string): string[] {
  const parts: string[] = []
  let [depth, start, isQuoted] = [0, 0, false]
  for (const [index, character] of [...text].entries()) {
    if (character === '"') isQuoted = !isQuoted
    if (isQuoted) continue
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (character !== ',' || depth > 0) continue
    parts.push([...text].slice(start, index).join(''))
    start = index + 1
  }
  parts.push([...text].slice(start).join(''))
  return parts.map((part) => part.trim())
}

/** Athena's name of a result type, as the port has it. */
export function athenaTypeName(type: ResultType): string {
  if (type.kind === 'array') return `array<${athenaTypeName(type.item)}>`
  if (type.kind === 'map') return `map<${athenaTypeName(type.key)},${athenaTypeName(type.value)}>`
  if (type.kind === 'row') {
    const fields = type.fields.map(
      (field) => `${field.name === '' ? '' : `${field.name}:`}${athenaTypeName(field.type)}`,
    )
    return `struct<${fields.join(',')}>`
  }
  return /^(decimal|char)$/.test(type.name) ? type.text.replace(/\s/g, '') : type.name.replace(/\s+/g, ' ')
}

/** The name that a row's field has in JSON: its place where names would be lost, as fields of one name are. */
export function fieldKey(fields: readonly RowField[], index: number): string {
  return losesFields(fields) ? `f${index}` : fields[index]!.name
}

export function losesFields(fields: readonly RowField[]): boolean {
  const names = fields.map(({name}) => name)
  return names.some((name) => name === '' || name === '__proto__') || new Set(names).size < names.length
}
