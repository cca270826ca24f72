/** An object of JSON; arrays are none. */
export type JsonObject = Readonly<Record<string, unknown>>

export const MISSING = Symbol('missing')
export const WRONG_TYPE = Symbol('wrong_type')

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A member; undefined where there is none, whatever objects have by themselves. */
export function member(container: JsonObject, name: string): unknown {
  return Object.hasOwn(container, name) ? container[name] : undefined
}

/** Whether an attribute value is `{"NULL": true}`. */
export function isNull(attribute: JsonObject): boolean {
  return isThere(member(attribute, 'NULL'))
}

export function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** The attribute value at a path into nested maps. Items are untrusted: any JSON may stand anywhere. */
export function findAttribute(
  item: JsonObject,
  path: readonly string[],
): JsonObject | typeof MISSING | typeof WRONG_TYPE {
  let attributes = item
  let attribute: unknown
  for (let index = 0; index < path.length; index += 1) {
    if (index > 0) {
      const outer = attribute as JsonObject
      const map = member(outer, 'M')
      if (!isJsonObject(map)) return isNull(outer) ? MISSING : WRONG_TYPE
      attributes = map
    }
    attribute = member(attributes, path[index]!)
    if (!isThere(attribute)) return MISSING
    if (!isJsonObject(attribute)) return WRONG_TYPE
  }
  return attribute as JsonObject
}

/** The text of a value: that of a string, the JSON of anything else; null where there is nothing. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  return isThere(value) ? jsonText(value) : null
}

/** A value as JSON; null where it is nested too deep to write, by thousands of levels where DynamoDB has 32. */
export function jsonText(value: unknown): string | null {
  try {
    // Engines write the escapes of control characters in capitals; an escaped backslash before a u begins none.
    return JSON.stringify(value)?.replace(/\\\\|\\u[0-9a-f]{4}/g, (escape) =>
      escape.startsWith('\\u') ? `\\u${escape.slice(2).toUpperCase()}` : escape,
    )
  } catch {
    return null
  }
}

/** The text behind the first of some tags that the attribute at a path has. */
export function attributeText(item: JsonObject, path: readonly string[], tags: readonly string[]): string | null {
  const attribute = findAttribute(item, path)
  if (typeof attribute === 'symbol') return null
  for (const tag of tags) {
    const text = textOf(member(attribute, tag))
    if (text !== null) return text
  }
  return null
}
