const IDENTIFIER = '(?:`[^`]+`|"[^"]+"|[\\w-]+)'

/** Pattern of a table's name with up to two qualifiers. */
export const NAME = `(${IDENTIFIER}(?:\\.${IDENTIFIER}){0,2})`

/** A whole statement as a pattern in which one space stands for any white space. */
export const statement = (pattern) => new RegExp(`^${pattern.replace(/ /g, '\\s+')}$`, 'is')

/** The statement without leading comments and closing semicolons. */
export const bareStatement = (sql) => sql.replace(/^(\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)+/, '').replace(/[;\s]+$/, '')

export const bareName = (text) => text.replace(/[`"]/g, '')
export const quoted = (name) => `"${name.replace(/"/g, '""')}"`
export const literal = (text) => `'${text.replace(/'/g, "''")}'`

/** Database and table of a name; a missing database is the query's. */
export function tableOf(name, database) {
  const parts = bareName(name).toLowerCase().split('.')
  const table = parts.pop()
  return {database: parts.pop() ?? database, table}
}

/** `a='1', b=2` as [name, text] pairs. */
export function assignments(text) {
  const found = text.matchAll(/[`"]?(\w+)[`"]?\s*=\s*(?:'((?:[^']|'')*)'|"([^"]*)"|([\w.-]+))/g)
  return [...found].map((one) => [one[1].toLowerCase(), (one[2] ?? one[3] ?? one[4]).replace(/''/g, "'")])
}

/** `'a'='1', 'b'='2'` as [name, text] pairs. */
export function quotedAssignments(text) {
  return [...text.matchAll(/'((?:[^']|'')*)'\s*=\s*'((?:[^']|'')*)'/g)].map((one) => [
    one[1],
    one[2].replace(/''/g, "'"),
  ])
}

/** The parts between the commas that are in no bracket and no string. */
export function splitAtCommas(text) {
  const parts = []
  let depth = 0
  let quote = ''
  let part = ''
  for (const character of text) {
    if (quote !== '') quote = character === quote ? '' : quote
    else if (character === "'" || character === '"') quote = character
    else if ('([<'.includes(character)) depth += 1
    else if (')]>'.includes(character)) depth -= 1
    if (character === ',' && depth === 0 && quote === '') {
      parts.push(part)
      part = ''
    } else part += character
  }
  return part.trim() === '' ? parts : [...parts, part]
}

/** Position of the bracket that closes the one at `open`, or -1. */
export function closingBracket(text, open) {
  let depth = 0
  let quote = ''
  for (let at = open; at < text.length; at++) {
    const character = text[at]
    if (quote !== '') quote = character === quote ? '' : quote
    else if (character === "'" || character === '"') quote = character
    else if (character === '(') depth += 1
    else if (character === ')' && --depth === 0) return at
  }
  return -1
}

/** `name = value, …` of a WITH clause; values stay SQL. */
export function properties(text) {
  return Object.fromEntries(
    splitAtCommas(text).map((part) => {
      const at = part.indexOf('=')
      return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()]
    }),
  )
}

export function withClause(values) {
  const parts = Object.entries(values).map(([name, value]) => `${name} = ${value}`)
  return parts.length === 0 ? '' : `WITH (${parts.join(', ')})`
}
