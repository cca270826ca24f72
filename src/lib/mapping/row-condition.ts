import {attributePath, TESTED_TAGS} from './attributes.js'
import {attributeText, findAttribute, isNull, member, type JsonObject} from './row-attribute.js'
import type {Condition} from './types.js'

/** Compiles a condition to a test of an item. */
export function compileCondition(condition: Condition): (item: JsonObject) => boolean {
  const path = attributePath(condition)
  if ('absent' in condition) return (item) => isAbsent(item, path)
  const passes = textTest(condition)
  return (item) => {
    const text = attributeText(item, path, TESTED_TAGS)
    return text !== null && passes(text)
  }
}

function textTest(condition: Exclude<Condition, {absent: true}>): (text: string) => boolean {
  if ('starts_with' in condition) return (text) => text.startsWith(condition.starts_with)
  const wanted = new Set(condition.one_of)
  return (text) => wanted.has(text)
}

/** No attribute there: none of that name, a NULL, or no map on the way to it. */
function isAbsent(item: JsonObject, path: readonly string[]): boolean {
  const outer = path.length === 1 ? null : findAttribute(item, path.slice(0, -1))
  if (typeof outer === 'symbol') return true
  const attributes = outer === null ? item : member(outer, 'M')
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) return true
  const attribute = member(attributes as JsonObject, path.at(-1)!)
  if (attribute === undefined || attribute === null) return true
  return typeof attribute === 'object' && !Array.isArray(attribute) && isNull(attribute as JsonObject)
}
