import {findTable, type LakeDefinition, type TableDefinition} from '../lake/index.js'

/** The tables that a command means: the named one, or all of the lake. Throws `TABLE_UNKNOWN`. */
export function chosenTables(definition: LakeDefinition, name: string | undefined): readonly TableDefinition[] {
  return name === undefined ? definition.tables : [findTable(definition, name)]
}
