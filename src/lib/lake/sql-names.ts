export interface SqlNames {
  /** Every word of the statement in lower case: columns, functions, keywords, quoted names. */
  readonly names: ReadonlySet<string>
  /** Names of the `$parameters`. */
  readonly parameters: ReadonlySet<string>
  /** A `*` that is no factor and no `COUNT(*)`: which columns are read cannot be told from the names. */
  readonly readsAll: boolean
}

const HIDDEN = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\/|("(?:[^"]|"")*")/g
const TOKEN = /"(?<quoted>(?:[^"]|"")*)"|\$(?<parameter>\w+)|(?<word>[A-Za-z_]\w*)|(?<star>\*)/g

/**
 * The names in a statement, without its text literals and comments. It is no parser: it finds every column that the
 * statement reads and perhaps more, which is what choosing columns and refusing some of them need.
 */
export function sqlNames(sql: string): SqlNames {
  const bare = sql.replace(HIDDEN, (_, quoted: string | undefined) => quoted ?? ' ')
  const names = new Set<string>()
  const parameters = new Set<string>()
  let readsAll = false
  for (const {groups, index} of bare.matchAll(TOKEN)) {
    const name = groups?.['quoted']?.replaceAll('""', '"') ?? groups?.['word']
    if (name !== undefined) names.add(name.toLowerCase())
    if (groups?.['parameter'] !== undefined) parameters.add(groups['parameter'])
    if (groups?.['star'] !== undefined && isSelectStar(bare.slice(0, index))) readsAll = true
  }
  return {names, parameters, readsAll}
}

/** No factor, which stands after an operand, and no argument of COUNT. */
function isSelectStar(before: string): boolean {
  return /\b(select|distinct|all)\s*$/i.test(before) || !/[\w)"(]\s*$/.test(before)
}
