import {randomBytes} from 'node:crypto'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {markdownTable, median} from './figures.mjs'

const OBJECTS = 32
const SIZE_BYTES = 4 * 1024 * 1024
const AT_ONCE = 8

/** 32 objects of 4 MiB written and read, eight at a time: the S3 adapter beside the SDK's bare loop. */
export async function benchS3(bucket, rounds) {
  const {S3ObjectStore} = await import('../../dist/lib/aws/s3-object-store.js')
  const {S3} = await import('@aws-sdk/client-s3')
  const settings = {
    region: process.env['AWS_REGION'],
    profile: null,
    roleArn: null,
    encryption: 'bucket-default',
    endpoints: {},
    version: 'bench',
  }
  const store = new S3ObjectStore({settings, uri: `s3://${bucket}/adapter`})
  const s3 = new S3({forcePathStyle: true})
  const body = randomBytes(SIZE_BYTES)
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-store-'))
  const contenders = {
    'SDK, put': (n) => s3.putObject({Bucket: bucket, Key: `bare/${n}`, Body: body}),
    'adapter, write': (n) => store.write(`${n}`, body),
    'adapter, write of a file': (n) => writeOfFile(store, folder, n, body),
    'SDK, get': async (n) => (await s3.getObject({Bucket: bucket, Key: `bare/${n}`})).Body.transformToByteArray(),
    'adapter, read': async (n) => {
      let sizeBytes = 0
      for await (const chunk of store.read(`${n}`)) sizeBytes += chunk.length
      if (sizeBytes !== SIZE_BYTES) throw new Error(`${n} has ${sizeBytes} bytes`)
    },
  }
  const figures = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [name, act] of Object.entries(contenders)) figures[name].push(await mebibytesPerSecond(act))
    }
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
  const rows = Object.entries(figures).map(([name, found]) => [name, `${median(found).toFixed(0)} MiB/s`])
  return `S3 adapter: ${OBJECTS} objects of 4 MiB, ${AT_ONCE} at a time, median of ${rounds} rounds\n\n${markdownTable(['', 'throughput'], rows)}`
}

async function writeOfFile(store, folder, n, body) {
  const file = join(folder, `${n}`)
  await writeFile(file, body)
  await store.write(`file-${n}`, {file})
}

async function mebibytesPerSecond(act) {
  const started = performance.now()
  let next = 0
  const worker = async () => {
    while (next < OBJECTS) await act(next++)
  }
  await Promise.all(Array.from({length: AT_ONCE}, worker))
  return (OBJECTS * SIZE_BYTES) / 1024 ** 2 / ((performance.now() - started) / 1000)
}
