import {randomBytes} from 'node:crypto'
import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {basename, join, relative, resolve, sep} from 'node:path'
import {fileURLToPath} from 'node:url'
import {markdownTable, median, secondsText} from './figures.mjs'
import {measureCommand, measureNode, runNode} from './measure.mjs'
import {pythonEnvironment} from './python-environment.mjs'
import {benchPlan} from './aws-plan.mjs'
import {benchS3} from './aws-store.mjs'

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
const SELECT = fileURLToPath(new URL('peers/athena_select.sh', import.meta.url))
const ACCOUNT = '123456789012'
const LOADS = [
  {items: 1000, files: 16, days: 5},
  {items: 10_000, files: 16, days: 5},
  {items: 10_000, files: 16, days: 20},
  {items: 1000, files: 16, days: 5, isInS3: true},
  {items: 1000, files: 64, days: 5, isInS3: true},
]

/** Figures of the AWS adapters in the running lab: what waits for the network there waits for other servers than AWS's. */
export async function benchAws({rounds = '5', objects = '200000', bin}) {
  if (process.env['SLUICE_LAB_URL'] === undefined)
    return 'aws: skipped: no lab (npm run lab:up, and set what it prints)'
  const sluice = resolve(bin ?? join(PROJECT, 'bin/run.js'))
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-aws-'))
  try {
    const lake = await makeLake(sluice, folder)
    const parts = [
      await benchFirstAnswer(sluice, lake, Number(rounds)),
      await benchRequests(sluice, lake),
      await benchS3(lake.bucket, Number(rounds)),
      await benchPlan(sluice, {
        account: ACCOUNT,
        folder: await mkdtemp(join(folder, 'plan-')),
        objects: Number(objects),
      }),
    ]
    return parts.join('\n\n')
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

async function makeLake(sluice, folder) {
  const [{S3}, {Glue}] = await Promise.all([import('@aws-sdk/client-s3'), import('@aws-sdk/client-glue')])
  const name = `bench-${randomBytes(5).toString('hex')}`
  const [bucket, database] = [name, name.replaceAll('-', '_')]
  const CreateBucketConfiguration = {LocationConstraint: process.env['AWS_REGION']}
  await new S3({}).createBucket({Bucket: bucket, CreateBucketConfiguration})
  await new Glue({}).createDatabase({DatabaseInput: {Name: database}})
  await runNode([sluice, 'init', '--blueprint', 'claims'], {cwd: folder})
  const file = join(folder, 'sluice.yaml')
  const environment = `environments:
  aws: {backend: aws, region: ${process.env['AWS_REGION']}, account: "${ACCOUNT}", state: "s3://${bucket}/sluice",
    database: ${database}, workgroup: primary, results: "s3://${bucket}/results",
    tables: {claims: {location: "s3://${bucket}/claims"}}}
`
  await writeFile(file, (await readFile(file, 'utf8')).replace(/^environments:\n/m, environment))
  return {folder, bucket}
}

/** `query 'SELECT 1'` from the shell to the answer, beside the AWS CLI doing the same by start, poll and read. */
async function benchFirstAnswer(sluice, {folder, bucket}, rounds) {
  const contenders = [
    ['sluice --version', () => measureNode([sluice, '--version'], {cwd: folder})],
    ['sluice kpi list', () => measureNode([sluice, 'kpi', 'list'], {cwd: folder})],
    ["sluice query 'SELECT 1'", () => measureNode([sluice, 'query', 'SELECT 1', '--env', 'aws'], {cwd: folder})],
  ]
  const {python, missing} = await pythonEnvironment('awscli-requirements.txt')
  if (python !== undefined) {
    const args = [SELECT, python, 'SELECT 1', 'primary', `s3://${bucket}/results/`]
    contenders.push([
      'AWS CLI v1, the same',
      () => measureCommand('/bin/sh', args, {cwd: folder, env: {AWS_DEFAULT_REGION: process.env['AWS_REGION']}}),
    ])
  }
  const runs = contenders.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, [name, run]] of contenders.entries()) {
      const result = await run()
      if (result.exit !== 0) throw new Error(`${name} left with ${result.exit}: ${result.stderr}`)
      runs[index].push(result)
    }
  }
  const rows = contenders.map(([name], index) => {
    const wall = runs[index].map((run) => run.wallSeconds)
    return [
      name,
      secondsText(median(wall)),
      secondsText(Math.min(...wall)),
      secondsText(median(runs[index].map((run) => run.cpuSeconds))),
    ]
  })
  if (missing !== undefined) rows.push(['AWS CLI v1', `skipped: ${missing}`, '', ''])
  return `first answer: ${rounds} alternating rounds\n\n${markdownTable(['command', 'wall, median', 'min', 'CPU'], rows)}`
}

/** Requests of loads that differ in items, partitions, files, and where their export lies, by the gateway's wire log. */
export async function benchRequests(sluice, lake, loads = LOADS) {
  const rows = []
  for (const load of loads) rows.push([nameOf(load), ...(await requestsOf(sluice, lake, load))])
  return `requests of one backfill run\n\n${markdownTable(['load', 's3', 'glue', 'athena', 'in all'], rows)}`
}

function nameOf({items, files, days, isInS3 = false}) {
  const place = isInS3 ? 'in S3' : 'in a folder'
  return `${items.toLocaleString('en-US')} items, ${files} files ${place}, ${days} days`
}

async function requestsOf(sluice, {folder}, {items, files, days, isInS3 = false}) {
  const own = await mkdtemp(join(folder, 'load-'))
  const lake = await makeLake(sluice, own)
  const flags = Object.entries({items, files, days, out: 'made'}).flatMap(([name, value]) => [`--${name}`, `${value}`])
  await runNode([sluice, 'lake', 'sample', ...flags], {cwd: own})
  const [id] = await readdir(join(own, 'made/AWSDynamoDB'))
  const made = join(own, 'made/AWSDynamoDB', id)
  const uri = isInS3 ? await uploadExport(made, lake.bucket) : made
  const {sequence} = await latestRequest()
  await runNode([sluice, 'backfill', 'run', '--export', uri, '--env', 'aws', '--yes'], {cwd: own})
  const entries = (await wire(`since=${sequence}`)).filter(({userAgent}) => userAgent?.includes('sluice/'))
  const of = (service) => entries.filter((entry) => entry.service === service).length
  await rm(lake.folder, {recursive: true, force: true})
  return [of('s3'), of('glue'), of('athena'), entries.length].map(String)
}

/** Copies an export's folder into a bucket, below the place that DynamoDB gives it. */
async function uploadExport(folder, bucket) {
  const {S3} = await import('@aws-sdk/client-s3')
  const s3 = new S3({forcePathStyle: true})
  const place = `exports/AWSDynamoDB/${basename(folder)}`
  const entries = await readdir(folder, {recursive: true, withFileTypes: true})
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = join(entry.parentPath, entry.name)
    const Key = `${place}/${relative(folder, file).split(sep).join('/')}`
    await s3.putObject({Bucket: bucket, Key, Body: await readFile(file)})
  }
  return `s3://${bucket}/${place}`
}

async function latestRequest() {
  return (await wire('since=0')).at(-1) ?? {sequence: 0}
}

async function wire(query) {
  const response = await fetch(`${process.env['SLUICE_LAB_URL']}/__wire?${query}`)
  return response.json()
}
