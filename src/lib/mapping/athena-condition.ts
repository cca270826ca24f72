import {quoteText} from '../sql/index.js'
import type {AthenaItem} from './athena-item.js'
import {attributePath, TESTED_TAGS} from './attributes.js'
import type {Condition} from './types.js'

/** True or false, never NULL: whether the item passes the condition. */
export function athenaConditionSql(condition: Condition, item: AthenaItem): string {
  const path = attributePath(condition)
  if ('absent' in condition) return item.isAbsent(path)
  const text = `coalesce(${TESTED_TAGS.map((tag) => item.text(path, tag)).join(', ')})`
  const test =
    'starts_with' in condition
      ? `starts_with(${text}, ${quoteText(condition.starts_with)})`
      : `${text} IN (${condition.one_of.map(quoteText).join(', ')})`
  return `coalesce(${test}, false)`
}
