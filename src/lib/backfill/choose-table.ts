import {SluiceError} from '../errors.js'
import {findTable, type LakeDefinition, type TableDefinition} from '../lake/index.js'

/** The table that an export feeds. Throws `EXPORT_TABLE_MISMATCH`, `TABLE_UNKNOWN`, `USAGE` where it feeds several. */
export function chooseTable(
  {tableName}: {readonly tableName: string},
  asked: string | null,
  definition: LakeDefinition,
): TableDefinition {
  const fed = definition.tables.filter(({source}) => source?.dynamodb === tableName)
  const table = asked === null ? fed[0] : findTable(definition, asked)
  if (table === undefined || table.source?.dynamodb !== tableName) {
    const known = definition.tables.flatMap(({name, source}) =>
      source === null ? [] : [`${name} from ${source.dynamodb}`],
    )
    throw new SluiceError(
      'EXPORT_TABLE_MISMATCH',
      `The export is of table ${tableName}, which feeds no table of this lake${asked === null ? '' : ` called ${asked}`}.`,
      {
        fix: `The definition has ${known.join(', ') || 'no table with a source'}. Correct source.dynamodb, or choose another export.`,
        details: {exported: tableName, asked},
      },
    )
  }
  if (fed.length > 1 && asked === null) {
    throw new SluiceError('USAGE', `Table ${tableName} feeds ${fed.map(({name}) => name).join(' and ')}.`, {
      fix: 'Add --table NAME.',
    })
  }
  return table
}

/** The change log that a command means: the named one, or the only one. Throws `TABLE_UNKNOWN`, `USAGE`. */
export function changelogTable(definition: LakeDefinition, name: string | undefined): TableDefinition {
  if (name !== undefined) return named(definition, name)
  const tables = definition.tables.filter(({kind}) => kind === 'changelog')
  if (tables.length === 1) return tables[0]!
  throw new SluiceError(
    'USAGE',
    `The lake has ${tables.length} change logs: ${tables.map((table) => table.name).join(', ')}.`,
    {
      fix: 'Add --table NAME.',
    },
  )
}

function named(definition: LakeDefinition, name: string): TableDefinition {
  const table = findTable(definition, name)
  if (table.kind === 'changelog') return table
  throw new SluiceError('USAGE', `${name} holds ${table.kind}, which others write: it is no change log.`, {
    fix: `See what lies in it: sluice partitions diff --table ${name}`,
  })
}
