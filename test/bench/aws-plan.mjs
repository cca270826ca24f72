import {randomBytes} from 'node:crypto'
import {rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {markdownTable, megabytesText, secondsText} from './figures.mjs'
import {runNode} from './measure.mjs'

const FILES_PER_PARTITION = 200
const PUTS_AT_ONCE = 16
/** Partitions that one BatchCreatePartition takes. */
const BATCH = 100
const HIVE = 'org.apache.hadoop.hive.ql.io'
const COLUMNS = [{Name: 'id', Type: 'string'}]

/** What a plan over many small objects holds in memory: `compact plan` of a table of a tenth of them, and of all. */
export async function benchPlan(sluice, {account, folder, objects}) {
  const rows = []
  for (const count of [objects / 10, objects]) {
    const table = await makeTable(account, folder, count)
    const plan = join(folder, 'plan.ndjson')
    const args = ['compact', 'plan', '--env', 'aws', '--table', table, '--min-age', '0s', '--out', plan, '--json']
    const run = await runNode([sluice, ...args], {cwd: folder})
    const {sources} = JSON.parse(run.stdout).tables[0].figures
    if (sources !== count) throw new Error(`${sources} of ${count} files are in the plan`)
    await rm(plan)
    rows.push([count.toLocaleString('en-US'), megabytesText(run.maxRssBytes), secondsText(run.wallSeconds)])
  }
  return `compact plan of small objects on S3, ${FILES_PER_PARTITION} a partition\n\n${markdownTable(['objects', 'peak memory', 'wall'], rows)}`
}

/** A table that others write. A plan reads no content, so the files have none to speak of. */
async function makeTable(account, folder, count) {
  const [{S3}, {Glue}] = await Promise.all([import('@aws-sdk/client-s3'), import('@aws-sdk/client-glue')])
  const s3 = new S3({forcePathStyle: true})
  const glue = new Glue({})
  const name = `plan_${randomBytes(5).toString('hex')}`
  const bucket = name.replaceAll('_', '-')
  const region = process.env['AWS_REGION']
  await s3.createBucket({Bucket: bucket, CreateBucketConfiguration: {LocationConstraint: region}})
  await glue.createDatabase({DatabaseInput: {Name: name}})
  const definition = `sluice: 1
lake: plan
default: aws
environments:
  aws: {backend: aws, region: ${region}, account: "${account}", state: "s3://${bucket}/sluice", database: ${name},
    workgroup: primary, results: "s3://${bucket}/results", tables: {${name}: {location: "s3://${bucket}/${name}"}}}
tables:
  ${name}:
    kind: events
    columns: [{name: id, type: string}]
    partition: {by: [{name: part}]}
`
  await writeFile(join(folder, 'sluice.yaml'), definition)
  const partitions = Array.from({length: count / FILES_PER_PARTITION}, (_, at) => String(at).padStart(4, '0'))
  const location = `s3://${bucket}/${name}`
  const TableInput = {
    Name: name,
    TableType: 'EXTERNAL_TABLE',
    Parameters: {EXTERNAL: 'TRUE'},
    PartitionKeys: [{Name: 'part', Type: 'string'}],
    StorageDescriptor: storage(location),
  }
  await glue.createTable({DatabaseName: name, TableInput})
  for (let at = 0; at < partitions.length; at += BATCH) {
    const PartitionInputList = partitions
      .slice(at, at + BATCH)
      .map((value) => ({Values: [value], StorageDescriptor: storage(`${location}/part=${value}`)}))
    await glue.batchCreatePartition({DatabaseName: name, TableName: name, PartitionInputList})
  }
  let next = 0
  const worker = async () => {
    while (next < count) {
      const file = next++
      const part = partitions[Math.floor(file / FILES_PER_PARTITION)]
      await s3.putObject({Bucket: bucket, Key: `${name}/part=${part}/${file}.parquet`, Body: 'a small file'})
    }
  }
  await Promise.all(Array.from({length: PUTS_AT_ONCE}, worker))
  return name
}

function storage(location) {
  return {
    Columns: COLUMNS,
    Location: location,
    InputFormat: `${HIVE}.parquet.MapredParquetInputFormat`,
    OutputFormat: `${HIVE}.parquet.MapredParquetOutputFormat`,
    SerdeInfo: {SerializationLibrary: `${HIVE}.parquet.serde.ParquetHiveSerDe`},
  }
}
