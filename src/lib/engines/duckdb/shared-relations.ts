import type {QueryRequest, SharedRelation} from '../../ports/query-engine.js'
import {foldedName, parameterNames} from '../../sql/analysis.js'
import type {LakeReader} from './lake-reader.js'
import {boundParameters} from './parameter-values.js'
import type {Statement} from './statement.js'

/** What decides the rows of a shared relation, beside its own text. */
type Sharing = Pick<QueryRequest, 'masked' | 'signal' | 'snapshot'>

/** The relations that statements of one engine share: those that are computed are tables of its database. */
export class SharedRelations {
  /** Names of the tables, by what they were computed from. */
  private readonly tables = new Map<string, Promise<string>>()

  /** `openReader` opens a connection that sees what the request may see. */
  constructor(private readonly openReader: (request: Sharing) => Promise<LakeReader>) {}

  /** Makes the relations known to the reader that a statement names, and those that these name. */
  async give(
    reader: LakeReader,
    {reads}: Statement,
    shared: readonly SharedRelation[],
    sharing: Sharing,
  ): Promise<void> {
    const named = new Set(reads.scans.map(({name}) => name))
    for (const [index, relation] of shared.entries()) {
      if (!named.has(foldedName(relation.name))) continue
      const before = shared.slice(0, index)
      if (relation.inline === true) {
        await this.give(reader, await reader.parse(relation.sql), before, sharing)
        await reader.giveView(relation.name, relation.sql)
      } else {
        await reader.give(relation.name, `memory.main.${await this.tableOf(relation, before, sharing)}`)
      }
    }
  }

  /** Forgets all; their tables go with the database. */
  clear(): void {
    this.tables.clear()
  }

  private tableOf(relation: SharedRelation, before: readonly SharedRelation[], sharing: Sharing): Promise<string> {
    const from = [...before, relation].map(({name, sql, parameters = {}}) => [name, sql, parameters])
    const id = JSON.stringify([from, sharing.masked ?? {}, sharing.snapshot ?? null], exactText)
    const known = this.tables.get(id)
    if (known !== undefined) return known
    const table = this.compute(relation, before, `sluice_shared_${this.tables.size + 1}`, sharing)
    this.tables.set(id, table)
    // One that could not be computed is tried again by the next statement.
    table.catch(() => this.tables.delete(id))
    return table
  }

  private async compute(
    relation: SharedRelation,
    before: readonly SharedRelation[],
    table: string,
    sharing: Sharing,
  ): Promise<string> {
    const reader = await this.openReader(sharing)
    const {session} = reader
    try {
      const statement = await reader.parse(relation.sql)
      await this.give(reader, statement, before, sharing)
      await reader.define(statement)
      const {values, types} = boundParameters(relation, parameterNames(statement.tree))
      const create = `CREATE TABLE memory.main.${table} AS ${relation.sql}`
      await session.guarded(() => session.connection.run(create, values, types), sharing.signal)
      return table
    } finally {
      await session.close()
    }
  }
}

function exactText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}
