import {createHash} from 'node:crypto'
import {DescribeTableCommand} from '@aws-sdk/client-dynamodb'
import {refuse} from './export-refusals.mjs'

/** Name, ARN, id and since when recovery is on (null: off) of the table that an ARN names. */
export async function tableFacts({dynamodb, awsUrl, region}, arn) {
  const name = arn.split('/')[1]
  const {Table} = await dynamodb.send(new DescribeTableCommand({TableName: name})).catch((error) => {
    if (error.name === 'ResourceNotFoundException') return refuse('TableNotFoundException', `Table not found: ${arn}`)
    throw error
  })
  const query = new URLSearchParams({region, table: name})
  const {pitrSince, clock} = await (await fetch(`${awsUrl}/__recovery?${query}`)).json()
  return {name, arn: Table.TableArn, id: idOf(Table), pitrSince, clock}
}

/** moto gives tables none: another one for a table that was made anew under its name. */
function idOf({TableId, TableArn, CreationDateTime}) {
  if (TableId !== undefined) return TableId
  const digest = createHash('sha256').update(`${TableArn} ${CreationDateTime?.toISOString()}`).digest('hex')
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}
