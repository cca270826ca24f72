import {GetPartitionsCommand} from '@aws-sdk/client-glue'
import {ListObjectsV2Command, PutObjectCommand} from '@aws-sdk/client-s3'
import {glueTable} from './glue-changes.mjs'

/** What Iceberg writes beside its data. */
const BOOKKEEPING = /\/metadata\/[^/]+\.(stats|avro|metadata\.json)$/

/**
 * URIs of the objects that a write made, finished or not: Trino puts its query id into every name, so that
 * writes running side by side are told apart.
 */
export async function writtenObjects({s3, glue}, target, trinoIds) {
  if (trinoIds.length === 0) return []
  const found = new Set()
  for (const location of await locationsOf(glue, target)) {
    for await (const uri of objectsUnder(s3, location)) {
      if (!BOOKKEEPING.test(uri) && trinoIds.some((id) => uri.slice(uri.lastIndexOf('/') + 1).includes(id)))
        found.add(uri)
    }
  }
  return [...found].sort()
}

/** The table's place and those of its partitions that lie elsewhere. */
async function locationsOf(glue, {location, table}) {
  if (location !== undefined) return [location]
  const root = (await glueTable(glue, table)).StorageDescriptor.Location
  const elsewhere = []
  let NextToken
  do {
    const page = await glue.send(
      new GetPartitionsCommand({
        DatabaseName: table.database,
        TableName: table.table,
        ExcludeColumnSchema: true,
        NextToken,
      }),
    )
    for (const {StorageDescriptor} of page.Partitions ?? []) {
      if (!StorageDescriptor.Location.startsWith(root)) elsewhere.push(StorageDescriptor.Location)
    }
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  return [root, ...elsewhere]
}

async function* objectsUnder(s3, location) {
  const {Bucket, Key} = placeOf(location)
  let ContinuationToken
  do {
    const page = await s3.send(new ListObjectsV2Command({Bucket, Prefix: Key, ContinuationToken}))
    for (const object of page.Contents ?? []) yield `s3://${Bucket}/${object.Key}`
    ContinuationToken = page.NextContinuationToken
  } while (ContinuationToken !== undefined)
}

export function placeOf(uri) {
  const found = /^s3a?:\/\/([^/]+)\/?(.*)$/.exec(uri)
  if (found === null) throw new Error(`${uri} is no S3 location`)
  return {Bucket: found[1], Key: found[2]}
}

export async function putText(s3, uri, text) {
  await s3.send(new PutObjectCommand({...placeOf(uri), Body: Buffer.from(text)}))
}
