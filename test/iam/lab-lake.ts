import {readFile, readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {DeleteTableCommand, GetTablesCommand} from '@aws-sdk/client-glue'
import {DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand} from '@aws-sdk/client-s3'
import {sluice} from '../backfill/lake-folder.js'
import {makeAwsLake, uploadExport, type AwsLake} from '../lab/aws-lake.js'
import {glue, s3} from '../lab/checks/lab-clients.js'

const CLAIMS = `sluice: 1
lake: icpa
blueprint: claims
default: aws
environments:
  local: {backend: local, root: ./lake}
`

/** A lease of a process on another host. */
export const FOREIGN_LOCK = {
  format: 1,
  operation: '01KAP3Z8V5N6Q4S2T7W9X1Y0AB',
  kind: 'backfill.load',
  holder: {host: 'elsewhere', user: 'x', pid: 1, started: '1', boot: '1'},
  since: '2026-01-01T00:00:00Z',
  renewal: 0,
}

/** Everything that a lake's commands write, as it stood once; tables of the catalog by whether there are any. */
export interface World {
  readonly objects: ReadonlyMap<string, {readonly etag: string; readonly bytes: Buffer}>
  readonly hasTables: boolean
}

export async function makeClaimsLake(): Promise<AwsLake> {
  return makeAwsLake(CLAIMS, 'claims')
}

/** Twenty claims of one day, uploaded: the export's address. */
export async function uploadSample(lake: AwsLake, seed: number, now: string): Promise<string> {
  const out = `made-${seed}`
  const flags = ['--items', '20', '--days', '1', '--files', '2', '--seed', String(seed), '--now', now]
  await succeed(lake, 'lake', 'sample', ...flags, '--out', out)
  const [id = ''] = await readdir(join(lake.folder, out, 'AWSDynamoDB'))
  return uploadExport(lake, join(lake.folder, out, 'AWSDynamoDB', id))
}

/** Runs a command with all rights; its answer. */
export async function succeed(lake: AwsLake, ...argv: string[]): Promise<string> {
  const {stdout, stderr, exit} = await sluice(lake, ...argv)
  if (exit !== 0) throw new Error(`${argv.join(' ')}: exit ${exit}\n${stderr}`)
  return stdout
}

/** Writes an operation's plan as a kill right after it leaves it: nothing else was done. */
export async function leavePlan(lake: AwsLake, uri: string): Promise<string> {
  const plan = await succeed(lake, 'backfill', 'plan', '--export', uri, '--out', 'plan.ndjson', '--json')
  if (plan === '') throw new Error('no plan')
  const bytes = await readFile(join(lake.folder, 'plan.ndjson'))
  const {operation} = JSON.parse(bytes.toString().split('\n')[0]!) as {operation: string}
  await putText(lake.stateBucket, `sluice/_sluice/operations/${operation}/plan.ndjson`, bytes)
  return operation
}

export async function putText(Bucket: string, Key: string, Body: Buffer | string): Promise<void> {
  await s3.send(new PutObjectCommand({Bucket, Key, Body}))
}

/** Newest first. */
export async function operations(lake: AwsLake): Promise<{operation: string; state: string}[]> {
  const answer = await succeed(lake, 'ops', 'list', '--json')
  const {operations: all} = JSON.parse(answer) as {operations: {operation: string; state: string}[]}
  return all.toSorted((a, b) => (a.operation < b.operation ? 1 : -1))
}

export async function snapshot(lake: AwsLake): Promise<World> {
  const objects = new Map<string, {etag: string; bytes: Buffer}>()
  for (const {bucket, key, etag} of await listed(lake)) {
    const {Body} = await s3.send(new GetObjectCommand({Bucket: bucket, Key: key}))
    objects.set(`${bucket}/${key}`, {etag, bytes: Buffer.from((await Body?.transformToByteArray()) ?? [])})
  }
  return {objects, hasTables: (await tableNames(lake)).length > 0}
}

/** Puts back what was changed since; tables only go. */
export async function restore(lake: AwsLake, world: World): Promise<void> {
  const standing = new Map((await listed(lake)).map((one) => [`${one.bucket}/${one.key}`, one]))
  for (const [name, {bucket, key}] of standing) {
    if (!world.objects.has(name)) await s3.send(new DeleteObjectCommand({Bucket: bucket, Key: key}))
  }
  for (const [name, {etag, bytes}] of world.objects) {
    if (standing.get(name)?.etag === etag) continue
    const cut = name.indexOf('/')
    await putText(name.slice(0, cut), name.slice(cut + 1), bytes)
  }
  if (world.hasTables) return
  for (const Name of await tableNames(lake)) {
    await glue.send(new DeleteTableCommand({DatabaseName: lake.database, Name}))
  }
}

async function tableNames({database}: AwsLake): Promise<string[]> {
  const {TableList = []} = await glue.send(new GetTablesCommand({DatabaseName: database}))
  return TableList.map(({Name = ''}) => Name)
}

async function listed(lake: AwsLake): Promise<{bucket: string; key: string; etag: string}[]> {
  const pages = await Promise.all(
    [
      {Bucket: lake.stateBucket, Prefix: 'sluice/'},
      {Bucket: lake.tableBucket, Prefix: ''},
    ].map(async (place) => ({place, page: await s3.send(new ListObjectsV2Command(place))})),
  )
  return pages.flatMap(({place, page}) =>
    (page.Contents ?? []).map(({Key: key = '', ETag: etag = ''}) => ({bucket: place.Bucket, key, etag})),
  )
}
