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
  return {name, arn: Table.TableArn, id: Table.TableId, pitrSince, clock}
}
