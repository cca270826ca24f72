import {readFile, readdir, writeFile} from 'node:fs/promises'
import {basename, join, relative, sep} from 'node:path'
import {CreateDatabaseCommand} from '@aws-sdk/client-glue'
import {CreateBucketCommand, PutObjectCommand} from '@aws-sdk/client-s3'
import {makeLake, type LakeFolder} from '../backfill/lake-folder.js'
import {glue, ownName, s3} from './checks/lab-clients.js'

/** The account that the lab's servers answer with. */
export const ACCOUNT = '123456789012'

/** A definition with two environments of the same tables: `local`, a folder, and `aws`, in the lab. */
export interface AwsLake extends LakeFolder {
  readonly name: string
  /** Bucket of everything but the tables' own objects. */
  readonly stateBucket: string
  readonly tableBucket: string
  readonly database: string
}

/** Gives a definition an environment in the lab, with buckets and a database of its own. */
export async function makeAwsLake(definition: string, tables: string | readonly string[], more = ''): Promise<AwsLake> {
  const name = ownName('lake')
  const [stateBucket, tableBucket, database] = [`state-${name}`, `tables-${name}`, name.replaceAll('-', '_')]
  for (const Bucket of [stateBucket, tableBucket]) {
    const CreateBucketConfiguration = {LocationConstraint: 'eu-west-1'} as const
    await s3.send(new CreateBucketCommand({Bucket, CreateBucketConfiguration}))
  }
  await glue.send(new CreateDatabaseCommand({DatabaseInput: {Name: database}}))
  const places = [tables].flat().map((table) => `${table}: {location: "s3://${tableBucket}/${table}"}`)
  const environment = `environments:
  aws:
    backend: aws
    region: eu-west-1
    account: "${ACCOUNT}"
    state: s3://${stateBucket}/sluice
    database: ${database}
    workgroup: primary
    results: s3://${stateBucket}/results
    tables: {${places.join(', ')}}
${more}`
  const lake = await makeLake()
  await writeFile(join(lake.folder, 'sluice.yaml'), definition.replace(/^environments:\n/m, environment))
  return {...lake, name, stateBucket, tableBucket, database}
}

/** Copies an export's folder into the state bucket; incremental exports share the data folder beside theirs. */
export async function uploadExport(lake: AwsLake, folder: string, shared?: string): Promise<string> {
  await uploadFolder(lake, folder, `exports/AWSDynamoDB/${basename(folder)}`)
  if (shared !== undefined) await uploadFolder(lake, shared, 'exports/AWSDynamoDB/data')
  return `s3://${lake.stateBucket}/exports/AWSDynamoDB/${basename(folder)}`
}

async function uploadFolder(lake: AwsLake, folder: string, prefix: string): Promise<void> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true})
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = join(entry.parentPath, entry.name)
    const Key = `${prefix}/${relative(folder, file).split(sep).join('/')}`
    await s3.send(new PutObjectCommand({Bucket: lake.stateBucket, Key, Body: await readFile(file)}))
  }
}
