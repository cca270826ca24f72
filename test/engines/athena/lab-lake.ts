import {randomBytes} from 'node:crypto'
import {join} from 'node:path'
import {CreateDatabaseCommand, GlueClient} from '@aws-sdk/client-glue'
import {S3} from '@aws-sdk/client-s3'
import {AthenaStatements} from '../../../src/lib/aws/athena-statements.js'
import {clientConfiguration, type AwsSettings} from '../../../src/lib/aws/client-settings.js'
import {GlueCatalog} from '../../../src/lib/aws/glue-catalog.js'
import {S3ObjectStore} from '../../../src/lib/aws/s3-object-store.js'
import {AthenaQueryEngine, type StatementRunner} from '../../../src/lib/engines/athena/index.js'
import {quoteText} from '../../../src/lib/sql/index.js'
import type {QueryEngineUnderTest} from '../../contract/ports/query-engine.js'
import {PortableReader} from './portable-reader.js'

export interface LabLake extends QueryEngineUnderTest {
  readonly engine: AthenaQueryEngine
  readonly statements: StatementRunner
  readonly reader: PortableReader
  readonly store: S3ObjectStore
  readonly catalog: GlueCatalog
  readonly database: string
}

const BUCKET = 'athena-lab'
const WORKGROUP = 'primary'

/** A lake of its own in the running lab: a database in Glue and a prefix in S3, both with a random name. */
export async function openLabLake(settings: AwsSettings): Promise<LabLake> {
  const database = `athena_lab_${randomBytes(6).toString('hex')}`
  await makeBucket(settings)
  const glue = new GlueClient(clientConfiguration(settings, 'glue'))
  await glue.send(new CreateDatabaseCommand({DatabaseInput: {Name: database}}))
  glue.destroy()
  const uri = `s3://${BUCKET}/${database}/`
  const store = new S3ObjectStore({settings, uri: uri.slice(0, -1)})
  const locations = {
    uriOf: (prefix: string) => `${uri}${prefix}`,
    prefixOf: (address: string) => (address.startsWith(uri) ? address.slice(uri.length) : null),
  }
  const catalog = new GlueCatalog({settings, database, locations})
  const statements = new AthenaStatements({
    settings,
    workgroup: WORKGROUP,
    database,
    results: `s3://${BUCKET}/results/${database}/`,
  })
  const reader = await PortableReader.open()
  const engine = new AthenaQueryEngine({statements, reader, store, catalog, database})
  return {
    engine,
    statements,
    reader,
    store,
    catalog,
    database,
    writeParquet: async (key, sql) => {
      const file = join(reader.session.spoolFolder, 'written.parquet')
      await reader.session.execute([`COPY (${sql}) TO ${quoteText(file)} (FORMAT parquet)`])
      await store.write(key, {file})
    },
    writeText: async (key, text) => {
      await store.write(key, Buffer.from(text))
    },
    close: async () => {
      await engine.close()
      catalog.close()
    },
  }
}

async function makeBucket(settings: AwsSettings): Promise<void> {
  const s3 = new S3({...clientConfiguration(settings, 's3'), forcePathStyle: true})
  try {
    await s3.createBucket({Bucket: BUCKET, CreateBucketConfiguration: {LocationConstraint: 'eu-west-1'}})
  } catch (error) {
    if (!(error instanceof Error) || !/^BucketAlready/.test(error.name)) throw error
  } finally {
    s3.destroy()
  }
}
