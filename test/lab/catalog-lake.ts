import {CreateCrawlerCommand} from '@aws-sdk/client-glue'
import {PutObjectCommand} from '@aws-sdk/client-s3'
import {eventsDefinition} from '../partitions/partition-lake.js'
import {makeAwsLake, type AwsLake} from './aws-lake.js'
import {glue, ownName, s3} from './checks/lab-clients.js'

/** A lake in the lab with one table of events, which the catalog does not know, and a crawler of its own. */
export interface CatalogLake {
  readonly lake: AwsLake
  readonly crawler: string
}

export async function makeCatalogLake(): Promise<CatalogLake> {
  const crawler = await makeCrawler()
  const definition = eventsDefinition()
    .replace('default: local', 'default: aws')
    .replace(
      'environments: {local: {backend: local, root: ./lake}}',
      `environments:\n  local: {backend: local, root: ./lake}`,
    )
  const text = `${definition}crawlers: {logs: {name: ${crawler}, tables: [logs]}}\n`
  return {lake: await makeAwsLake(text, 'logs'), crawler}
}

export async function makeCrawler(): Promise<string> {
  const Name = ownName('crawler')
  const Role = 'arn:aws:iam::123456789012:role/crawler'
  const Targets = {S3Targets: [{Path: 's3://nowhere/'}]}
  await glue.send(new CreateCrawlerCommand({Name, Role, DatabaseName: 'default', Targets}))
  return Name
}

/** An object of one event below the table. */
export async function putEvent({tableBucket}: AwsLake, key: string): Promise<void> {
  await s3.send(new PutObjectCommand({Bucket: tableBucket, Key: `logs/${key}`, Body: '{"id":"1"}\n'}))
}
