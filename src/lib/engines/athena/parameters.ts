import type {QueryRequest} from '../../ports/query-engine.js'
import {invalid} from './invalid.js'
import {literalOf} from './literals.js'
import {isWord, positionOf, type Lexed} from './tokens.js'
import type {Edit} from './edited-text.js'

type Given = Pick<QueryRequest, 'parameters' | 'parameterTypes'>

/** Names of the parameters of a statement, each once, in the order of the text. */
export function namesIn({tokens}: Lexed): string[] {
  return [...new Set(tokens.filter(({kind}) => kind === 'parameter').map(({text}) => text.slice(1)))]
}

/** Throws `QUERY_INVALID` for parameters that are missing, too many or without a name. */
export function refuseOtherParameters(lexed: Lexed, given: Given): void {
  refuseMissing(lexed, given)
  const wanted = namesIn(lexed)
  const unused = Object.keys(given.parameters ?? {}).filter((name) => !wanted.includes(name))
  if (unused.length === 0) return
  throw invalid(`The statement names no $${unused.join(', no $')}.`, null, 'Leave the parameter out, or name it.')
}

export function refuseMissing(lexed: Lexed, {parameters = {}}: Given): void {
  const nameless = lexed.tokens.find(({text}) => text === '?' || /^\$\d/.test(text))
  if (nameless !== undefined) {
    const position = positionOf(lexed.sql, nameless.start)
    throw invalid('Parameters without a name cannot be given values.', position, 'Write $name in place of ? and $1.')
  }
  const missing = namesIn(lexed).filter((name) => !Object.hasOwn(parameters, name))
  if (missing.length === 0) return
  const message = `The statement names ${missing.map((name) => `$${name}`).join(', ')}, which got no value.`
  throw invalid(message, null, `Give it: --param ${missing[0]}=value`)
}

/** Writes the value of every parameter in its place. A value that is not there yet is NULL: for a plan alone. */
export function parameterEdits({tokens}: Lexed, {parameters = {}, parameterTypes = {}}: Given): Edit[] {
  return tokens.flatMap(({kind, text, start, end}, index) => {
    if (kind !== 'parameter') return []
    const name = text.slice(1)
    const value = Object.hasOwn(parameters, name) ? parameters[name]! : null
    // Athena takes no typed literal there.
    const isCount = isWord(tokens[index - 1], 'LIMIT', 'OFFSET', 'FIRST', 'NEXT') && /^\d+$/.test(String(value))
    const type = Object.hasOwn(parameterTypes, name) ? parameterTypes[name] : undefined
    return [{start, end, text: isCount ? String(value) : literalOf(value, type).sql}]
  })
}
