import {
  BatchCreatePartitionCommand,
  BatchDeletePartitionCommand,
  CreateDatabaseCommand,
  DeleteDatabaseCommand,
  GetTableCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue'
import {invalid} from './athena-errors.mjs'
import {assignments, quotedAssignments} from './sql-text.mjs'

const TABLE_INPUT = [
  'Name',
  'Description',
  'Owner',
  'Retention',
  'StorageDescriptor',
  'PartitionKeys',
  'TableType',
  'Parameters',
]
const HIVE_FAILURE = 'FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask.'

export async function glueTable(glue, {database, table}) {
  return (await glue.send(new GetTableCommand({DatabaseName: database, Name: table}))).Table
}

/** `PARTITION (a='1') LOCATION '…' PARTITION (…)`; without a location it is the Hive path under the table's. */
export async function addPartitions(glue, name, clauses, mayExist) {
  const table = await glueTable(glue, name)
  const list = [...clauses.matchAll(/PARTITION\s*\(([^)]*)\)(?:\s*LOCATION\s+'([^']+)')?/gi)].map((clause) => {
    const Values = partitionValues(table, clause[1])
    return {Values, StorageDescriptor: {...table.StorageDescriptor, Location: clause[2] ?? hiveLocation(table, Values)}}
  })
  const request = {DatabaseName: name.database, TableName: name.table, PartitionInputList: list}
  const {Errors = []} = await glue.send(new BatchCreatePartitionCommand(request))
  const error = Errors.find(
    (one) => !(mayExist && one.ErrorDetail?.ErrorCode === 'AlreadyExistsException'),
  )?.ErrorDetail
  if (error !== undefined) throw new Error(`${HIVE_FAILURE} ${error.ErrorCode}: ${error.ErrorMessage}`)
  return []
}

export async function dropPartitions(glue, name, clauses, mayBeAbsent) {
  const table = await glueTable(glue, name)
  const list = [...clauses.matchAll(/PARTITION\s*\(([^)]*)\)/gi)].map((clause) => ({
    Values: partitionValues(table, clause[1]),
  }))
  const request = {DatabaseName: name.database, TableName: name.table, PartitionsToDelete: list}
  const {Errors = []} = await glue.send(new BatchDeletePartitionCommand(request))
  if (Errors.length > 0 && !mayBeAbsent)
    throw new Error(`FAILED: SemanticException ${Errors[0].ErrorDetail?.ErrorMessage}`)
  return []
}

export async function setProperties(glue, name, text) {
  const table = await glueTable(glue, name)
  const input = Object.fromEntries(
    TABLE_INPUT.filter((member) => table[member] !== undefined).map((member) => [member, table[member]]),
  )
  const Parameters = {...table.Parameters, ...Object.fromEntries(quotedAssignments(text))}
  await glue.send(new UpdateTableCommand({DatabaseName: name.database, TableInput: {...input, Parameters}}))
  return []
}

export async function createDatabase(glue, name, location, mayExist) {
  const input = {Name: name, ...(location === undefined ? {} : {LocationUri: location})}
  return unless('AlreadyExistsException', mayExist, glue.send(new CreateDatabaseCommand({DatabaseInput: input})))
}

export async function dropDatabase(glue, name, mayBeAbsent) {
  return unless('EntityNotFoundException', mayBeAbsent, glue.send(new DeleteDatabaseCommand({Name: name})))
}

async function unless(tolerated, tolerates, call) {
  await call.catch((error) => {
    if (!(tolerates && error.name === tolerated)) throw error
  })
  return []
}

function partitionValues(table, clause) {
  const values = Object.fromEntries(assignments(clause))
  return (table.PartitionKeys ?? []).map(({Name}) => values[Name] ?? invalid(`partition key ${Name} is missing`))
}

function hiveLocation(table, values) {
  const folders = table.PartitionKeys.map(({Name}, index) => `${Name}=${values[index]}`)
  return `${table.StorageDescriptor.Location.replace(/\/*$/, '/')}${folders.join('/')}/`
}
