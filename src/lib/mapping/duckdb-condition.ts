import {quoteText} from '../sql/index.js'
import {attributePath, TESTED_TAGS} from './attributes.js'
import type {ItemReader} from './duckdb-item.js'
import type {Condition} from './types.js'

/** True or false, never NULL: whether the item passes the condition. */
export function conditionSql(condition: Condition, reader: Pick<ItemReader, 'text' | 'isAbsent'>): string {
  const path = attributePath(condition)
  if ('absent' in condition) return reader.isAbsent(path)
  const text = `coalesce(${TESTED_TAGS.map((tag) => reader.text(path, tag)).join(', ')})`
  const test =
    'starts_with' in condition
      ? `starts_with(${text}, ${quoteText(condition.starts_with)})`
      : `${text} IN (${condition.one_of.map(quoteText).join(', ')})`
  return `coalesce(${test}, false)`
}
