import {AthenaRefusal} from './athena-errors.mjs'

export class PreparedStatements {
  #statements = new Map()

  /** Texts by name, as Trino wants them with each query. */
  textsOf = (workGroup) =>
    Object.fromEntries([...this.#group(workGroup)].map(([name, {QueryStatement}]) => [name, QueryStatement]))

  operations = {
    CreatePreparedStatement: ({WorkGroup, StatementName, QueryStatement, Description}) => {
      const LastModifiedTime = Date.now() / 1000
      this.#group(WorkGroup).set(StatementName, {
        StatementName,
        QueryStatement,
        WorkGroupName: WorkGroup,
        Description,
        LastModifiedTime,
      })
      return {}
    },
    GetPreparedStatement: ({WorkGroup, StatementName}) => ({PreparedStatement: this.#find(WorkGroup, StatementName)}),
    ListPreparedStatements: ({WorkGroup}) => ({
      PreparedStatements: [...this.#group(WorkGroup).values()].map(({StatementName, LastModifiedTime}) => ({
        StatementName,
        LastModifiedTime,
      })),
    }),
    DeletePreparedStatement: ({WorkGroup, StatementName}) => {
      this.#find(WorkGroup, StatementName)
      this.#group(WorkGroup).delete(StatementName)
      return {}
    },
  }

  #group(workGroup) {
    const standing = this.#statements.get(workGroup)
    if (standing !== undefined) return standing
    const group = new Map()
    this.#statements.set(workGroup, group)
    return group
  }

  #find(workGroup, name) {
    const found = this.#group(workGroup).get(name)
    if (found === undefined)
      throw new AthenaRefusal('ResourceNotFoundException', `PreparedStatement ${name} was not found`)
    return found
  }
}
