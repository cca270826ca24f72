import {randomBytes} from 'node:crypto'
import {cp, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
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

/** Requests of loads that differ in items only, and of one with more partitions, by the gateway's wire log. */
async function benchRequests(sluice, lake) {
  const loads = [
    ['1,000 items, 16 files, 5 days', '1000', '5'],
    ['10,000 items, 16 files, 5 days', '10000', '5'],
    ['10,000 items, 16 files, 20 days', '10000', '20'],
  ]
  const rows = []
  for (const [name, items, days] of loads) rows.push([name, ...(await requestsOf(sluice, lake, items, days))])
  return `requests of one backfill run\n\n${markdownTable(['load', 's3', 'glue', 'athena', 'in all'], rows)}`
}

async function requestsOf(sluice, {folder}, items, days) {
  const own = await mkdtemp(join(folder, 'load-'))
  const lake = await makeLake(sluice, own)
  await runNode([sluice, 'lake', 'sample', '--items', items, '--days', days, '--out', 'made'], {cwd: own})
  const [id] = await readdir(join(own, 'made/AWSDynamoDB'))
  await cp(join(own, 'made/AWSDynamoDB', id), join(own, 'export'), {recursive: true})
  const {sequence} = await latestRequest()
  await runNode([sluice, 'backfill', 'run', '--export', 'export', '--env', 'aws', '--yes'], {cwd: own})
  const entries = (await wire(`since=${sequence}`)).filter(({userAgent}) => userAgent?.includes('sluice/'))
  const of = (service) => entries.filter((entry) => entry.service === service).length
  await rm(lake.folder, {recursive: true, force: true})
  return [of('s3'), of('glue'), of('athena'), entries.length].map(String)
}

async function latestRequest() {
  return (await wire('since=0')).at(-1) ?? {sequence: 0}
}

async function wire(query) {
  const response = await fetch(`${process.env['SLUICE_LAB_URL']}/__wire?${query}`)
  return response.json()
}
