import {hasCode} from '../../errors.js'
import {nearestName} from '../../near-name.js'
import type {Catalog, CatalogTable} from '../../ports/catalog.js'
import type {QueryRequest, SharedRelation} from '../../ports/query-engine.js'
import {foldedName, type TableScan} from '../../sql/analysis.js'
import {quoteIdentifier} from '../../sql/index.js'
import {ComposedText, type Edit} from './edited-text.js'
import {invalid} from './invalid.js'
import {maskedTableSql} from './masked-table.js'
import {parameterEdits, refuseMissing} from './parameters.js'
import type {ReadStatement, StatementReader} from './ports.js'
import {isWord, lex, nameOf, positionOf, type Lexed} from './tokens.js'

export interface LakePorts {
  readonly catalog: Catalog
  readonly reader: StatementReader
  readonly database: string
}

/** One statement as Athena gets it: with all that it names and that is no plain table of the catalog in front. */
export interface ComposedStatement {
  readonly text: ComposedText
  readonly lexed: Lexed
  readonly read: ReadStatement
  /** Tables and views of the catalog that it reads, each once. */
  readonly tables: readonly CatalogTable[]
}

/** What the texts in a composed statement are called. */
export const STATEMENT = 'statement'
export const VIEW = 'view '
export const SHARED = 'relation '

type Request = Pick<QueryRequest, 'sql' | 'parameters' | 'parameterTypes' | 'shared' | 'masked'>

const CHECK_NAMES = 'Check the names against the definition: sluice lake show'

/**
 * Puts a statement together for Athena. Shared relations, views and tables with masked columns become relations of a
 * WITH under names of our own, and every place that the parser found to name one of them names its relation instead:
 * no scope of names has to be guessed, and what is masked is masked below views too.
 */
export async function composeStatement(request: Request, ports: LakePorts): Promise<ComposedStatement> {
  return new Composer(request, ports).compose()
}

class Composer {
  private readonly relations = new Map<string, {readonly name: string; readonly text: ComposedText}>()
  private readonly tables = new Map<string, CatalogTable>()

  constructor(
    private readonly request: Request,
    private readonly ports: LakePorts,
  ) {}

  async compose(): Promise<ComposedStatement> {
    const {sql, shared = []} = this.request
    const lexed = lex(sql)
    const read = await this.ports.reader.parse(lexed.sql)
    const edits = [
      ...(await this.references(lexed, read, shared, [], STATEMENT)),
      ...parameterEdits(lexed, this.request),
    ]
    return {text: this.whole(lexed, edits), lexed, read, tables: [...this.tables.values()]}
  }

  /** The statement, its own WITH made one with ours. */
  private whole(lexed: Lexed, edits: readonly Edit[]): ComposedText {
    const text = new ComposedText()
    const [first, second] = lexed.tokens
    const isRecursive = isWord(first, 'WITH') && isWord(second, 'RECURSIVE')
    const from = isRecursive ? second!.end : isWord(first, 'WITH') ? first!.end : 0
    const relations = [...this.relations.values()]
    if (relations.length === 0) return text.copy(STATEMENT, lexed.sql, edits, 0, endOf(lexed))
    text.write(isRecursive ? 'WITH RECURSIVE ' : 'WITH ')
    for (const [index, relation] of relations.entries()) {
      text
        .write(`${index === 0 ? '' : ',\n'}${relation.name} AS (\n`)
        .append(relation.text)
        .write('\n)')
    }
    text.write(from === 0 ? '\n' : ',')
    return text.copy(STATEMENT, lexed.sql, edits, from, endOf(lexed))
  }

  private async references(
    lexed: Lexed,
    {reads}: ReadStatement,
    shared: readonly SharedRelation[],
    inside: readonly string[],
    source: string,
  ): Promise<Edit[]> {
    const edits: Edit[] = []
    for (const scan of reads.scans) {
      const place = placeOf(scan, lexed)
      const relation = await this.relationOf(scan, shared, inside, source === STATEMENT ? place.start : null, lexed)
      if (relation === null) continue
      if (isWord(lexed.tokens[place.index - 1], 'TABLE')) {
        throw invalid('TABLE x is no portable query.', positionOf(lexed.sql, place.start), 'Write SELECT * FROM x.')
      }
      const alias = isAliased(scan, lexed, place.index) ? '' : ` AS ${quoteIdentifier(scan.name)}`
      edits.push({start: place.start, end: place.end, text: `${relation}${alias}`})
    }
    return edits
  }

  /** The relation that stands for a name; null for a table of the catalog that is shown as it is. */
  private async relationOf(
    {name, writtenName}: TableScan,
    shared: readonly SharedRelation[],
    inside: readonly string[],
    offset: number | null,
    lexed: Lexed,
  ): Promise<string | null> {
    const index = shared.findLastIndex((relation) => foldedName(relation.name) === name)
    if (index !== -1) return this.sharedRelation(shared[index]!, shared.slice(0, index))
    const table = this.tables.get(name) ?? (await this.findTable(name))
    if (table === null) throw await this.unknown(writtenName, offset === null ? null : positionOf(lexed.sql, offset))
    this.tables.set(name, table)
    if (table.kind === 'view' || table.viewSql !== null) return this.viewRelation(table, inside)
    const masked = this.request.masked?.[table.name] ?? []
    if (masked.length === 0) return null
    return this.relation(`table ${name}`, () => {
      const sql = maskedTableSql(table, masked, this.ports.database)
      return Promise.resolve(new ComposedText().write(sql))
    })
  }

  private sharedRelation(relation: SharedRelation, before: readonly SharedRelation[]): Promise<string> {
    return this.relation(`${SHARED}${before.length}`, async () => {
      const lexed = lex(relation.sql)
      const read = await this.ports.reader.parse(lexed.sql)
      const source = `${SHARED}${relation.name}`
      refuseMissing(lexed, relation)
      const edits = [...(await this.references(lexed, read, before, [], source)), ...parameterEdits(lexed, relation)]
      return new ComposedText().copy(source, lexed.sql, edits, 0, endOf(lexed))
    })
  }

  /** Null leaves a view to Athena, whose text is not for the portable dialect's parser. */
  private async viewRelation(view: CatalogTable, inside: readonly string[]): Promise<string | null> {
    if (inside.includes(view.name)) throw unreadable(view.name, new Error('It reads itself.'))
    const [lexed, read] = await this.parseView(view)
    if (read === null) return null
    return this.relation(`${VIEW}${view.name}`, async () => {
      const source = `${VIEW}${view.name}`
      const edits = await this.references(lexed, read, [], [...inside, view.name], source).catch((error: unknown) => {
        throw hasCode(error, 'QUERY_INVALID') ? unreadable(view.name, error) : error
      })
      return new ComposedText().copy(source, lexed.sql, edits, 0, endOf(lexed))
    })
  }

  private async parseView({name, viewSql}: CatalogTable): Promise<[Lexed, ReadStatement] | [null, null]> {
    try {
      const lexed = lex(viewSql ?? '')
      return [lexed, await this.ports.reader.parse(lexed.sql)]
    } catch (error) {
      if (!hasCode(error, 'QUERY_INVALID')) throw error
      if (Object.values(this.request.masked ?? {}).every((columns) => columns.length === 0)) return [null, null]
      throw invalid(
        `The view ${name} cannot be read while columns are restricted: its text cannot be followed to its tables.`,
        null,
        'Read its tables, or write the view in the portable dialect.',
        {details: {view: name}, cause: error},
      )
    }
  }

  /** Relations stand in the order in which the first that needs them is complete. */
  private async relation(id: string, make: () => Promise<ComposedText>): Promise<string> {
    const standing = this.relations.get(id)
    if (standing !== undefined) return standing.name
    const text = await make()
    const name = `sluice_shared_${this.relations.size + 1}`
    this.relations.set(id, {name, text})
    return name
  }

  private async findTable(name: string): Promise<CatalogTable | null> {
    try {
      return await this.ports.catalog.getTable(name)
    } catch (error) {
      // a name that no catalog can have is the name of no table
      if (hasCode(error, 'KEY_INVALID')) return null
      throw error
    }
  }

  private async unknown(name: string, position: ReturnType<typeof positionOf> | null): Promise<Error> {
    const known = (await this.ports.catalog.listTables()).map((table) => table.name)
    const near = nearestName(name, known)
    return invalid(
      `There is no table ${JSON.stringify(name)} in the lake.`,
      position,
      near === null ? CHECK_NAMES : `Did you mean ${near}?`,
      {details: {table: name, tables: known.sort()}},
    )
  }
}

export function unreadable(view: string, cause: unknown): Error {
  return invalid(`The view ${view} cannot be read.`, null, 'Compare it with its table: sluice lake show', {
    details: {view},
    cause,
  })
}

/** Without the semicolons at its end. */
function endOf({tokens}: Lexed): number {
  const last = tokens.findLast(({text}) => text !== ';')
  return last?.end ?? 0
}

interface Place {
  readonly index: number
  readonly start: number
  readonly end: number
}

/** The token that names a scan. */
function placeOf({location, writtenName}: TableScan, lexed: Lexed): Place {
  const start = Buffer.from(lexed.sql)
    .subarray(0, location ?? 0)
    .toString().length
  const index = lexed.tokens.findIndex((token) => token.start === start)
  const token = lexed.tokens[index]
  if (token === undefined || foldedName(nameOf(token)) !== foldedName(writtenName)) {
    throw invalid(`${JSON.stringify(writtenName)} cannot be found in the statement.`, null, 'Name it plainly in FROM.')
  }
  return {index, start: token.start, end: token.end}
}

/** Whether an alias is written after the name. */
function isAliased({alias, name}: TableScan, {tokens}: Lexed, index: number): boolean {
  const next = tokens[index + 1]
  return (
    alias !== name ||
    isWord(next, 'AS') ||
    (next?.kind === 'quoted' && foldedName(nameOf(next)) === alias) ||
    (next?.kind === 'word' && foldedName(next.text) === alias)
  )
}
