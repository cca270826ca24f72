import {randomUUID} from 'node:crypto'
import {mkdtemp, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {S3} from '@aws-sdk/client-s3'
import {afterAll, afterEach, beforeEach, describe, expect, it} from 'vitest'
import {clientConfiguration, type Encryption} from '../../../src/lib/aws/client-settings.js'
import type {S3ObjectStoreOptions} from '../../../src/lib/aws/s3-object-store.js'
import {S3ObjectStore} from '../../../src/lib/aws/s3-object-store.js'
import type {SluiceError} from '../../../src/lib/errors.js'
import {hasCode} from '../../../src/lib/errors.js'
import {readBytes, readText} from '../../../src/lib/ports/object-content.js'
import {collect, expectCode} from '../../contract/ports/expectations.js'
import {labSettings} from '../lab-settings.js'

const settings = labSettings()
const s3 = new S3({...clientConfiguration(settings, 's3'), forcePathStyle: true})
const gateway = process.env['SLUICE_LAB_URL'] ?? settings.endpoints['all']!
const text = (value: string): Buffer => Buffer.from(value)
const MEBIBYTE = 1024 * 1024

interface Fault {
  readonly operation: string
  readonly fault: string
  readonly [property: string]: unknown
}

interface WireEntry {
  readonly operation: string
  readonly range: string | null
  readonly conditions: Readonly<Record<string, string>>
  readonly attempt: number
  readonly path: string
}

let Bucket: string
let scratch: string
let armed: number[]

beforeEach(async () => {
  Bucket = `faults-${randomUUID()}`
  armed = []
  scratch = await mkdtemp(join(tmpdir(), 'sluice-s3-'))
  await s3.createBucket({Bucket, CreateBucketConfiguration: {LocationConstraint: 'eu-west-1'}})
})

afterEach(async () => {
  for (const id of armed) await fetch(`${gateway}/__faults?id=${id}`, {method: 'DELETE'})
  await rm(scratch, {recursive: true, force: true})
})

afterAll(() => s3.destroy())

function open(options: Partial<S3ObjectStoreOptions> = {}): S3ObjectStore {
  // settings of its own: a client of its own, and so an allowance of retries of its own
  return new S3ObjectStore({settings: {...settings}, uri: `s3://${Bucket}/lake`, ...options})
}

/** Breaks calls that go to this case's bucket. */
async function arm({operation, nth, times, ...fault}: Fault): Promise<void> {
  const match = {service: 's3', operation, path: Bucket, ...(nth === undefined ? {} : {nth})}
  const body = JSON.stringify([{match, ...(times === undefined ? {} : {times}), ...fault}])
  const answer = await fetch(`${gateway}/__faults`, {method: 'POST', body})
  const added = (await answer.json()) as {readonly id: number}[]
  expect(answer.status).toBe(200)
  armed.push(...added.map(({id}) => id))
}

async function wire(operation: string): Promise<WireEntry[]> {
  const answer = await fetch(`${gateway}/__wire?service=s3&operation=${operation}&contains=${Bucket}`)
  return (await answer.json()) as WireEntry[]
}

async function uploadsLeft(): Promise<number> {
  return (await s3.listMultipartUploads({Bucket})).Uploads?.length ?? 0
}

async function largeFile(bytes: Uint8Array): Promise<string> {
  const file = join(scratch, 'body')
  await writeFile(file, bytes)
  return file
}

/** One call of each kind, made one after the other. */
function calls(store: S3ObjectStore): (() => Promise<unknown>)[] {
  return [
    () => store.head('a'),
    () => collect(store.list('')),
    () => readText(store, 'a'),
    () => store.write('a', text('x')),
    () => store.delete('a'),
    () => collect(store.versions('')),
  ]
}

function patterned(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let index = 0; index + 4 <= length; index += 4) bytes.writeUInt32LE(Math.imul(index, 2654435761) >>> 0, index)
  return bytes
}

describe('a write whose answer is lost', () => {
  it('is a success when it creates', async () => {
    await arm({operation: 'PutObject', fault: 'dropAfter'})
    const head = await open().write('a', text('mine'), {ifAbsent: true})
    expect(await wire('PutObject')).toHaveLength(2)
    expect(head).toEqual(await open().head('a'))
    expect(await readText(open(), 'a')).toBe('mine')
  })

  it('is a success when it replaces', async () => {
    const store = open()
    const {etag} = await store.write('a', text('one'))
    await arm({operation: 'PutObject', fault: 'dropAfter'})
    const head = await store.write('a', text('two'), {ifMatch: etag})
    expect(await store.head('a')).toEqual(head)
    expect((await wire('PutObject')).map(({conditions}) => conditions['if-match'])).toEqual([
      undefined,
      `"${etag}"`,
      `"${etag}"`,
    ])
    await expectCode(store.write('a', text('three'), {ifMatch: etag}), 'PRECONDITION_FAILED')
  })

  it('is a success when no answer ever comes', async () => {
    await arm({operation: 'PutObject', fault: 'dropAfter', times: 0})
    await open().write('a', text('mine'), {ifAbsent: true})
    expect(await readText(open(), 'a')).toBe('mine')
  })

  it('is no success when another had written before', async () => {
    const store = open()
    await store.write('a', text('theirs'))
    await arm({operation: 'PutObject', fault: 'dropAfter'})
    await expectCode(store.write('a', text('mine'), {ifAbsent: true}), 'PRECONDITION_FAILED')
    expect(await readText(store, 'a')).toBe('theirs')
  })

  it('is a delete that was done', async () => {
    const store = open()
    const {etag} = await store.write('a', text('one'))
    await arm({operation: 'DeleteObject', fault: 'dropAfter'})
    expect(await store.delete('a', {ifMatch: etag})).toBe('deleted')
    expect(await store.head('a')).toBeNull()
  })

  it('is told as unknown when S3 cannot be reached afterwards', async () => {
    await arm({operation: 'PutObject', fault: 'dropBefore', times: 0})
    const error = await expectCode(open().write('a', text('x'), {ifAbsent: true}), 'STORE_UNAVAILABLE')
    expect(error.message).toMatch(/^S3 in eu-west-1 gave no answer to s3:PutObject of "a" in "s3:\/\/.*": /)
    expect(error.fix).toMatch(/Check the network/)
    expect(await open().head('a')).toBeNull()
  })
})

describe('a conflict of conditional writes', () => {
  it('is tried again while the condition holds', async () => {
    await arm({operation: 'PutObject', fault: 'status', status: 409, times: 3})
    await open().write('a', text('mine'), {ifAbsent: true})
    expect(await wire('PutObject')).toHaveLength(4)
  })

  it('ends when the condition no longer holds', async () => {
    const store = open()
    const {etag} = await store.write('a', text('one'))
    await store.write('a', text('two'))
    await arm({operation: 'PutObject', fault: 'status', status: 409, times: 0})
    await expectCode(store.write('a', text('mine'), {ifAbsent: true}), 'PRECONDITION_FAILED')
    await expectCode(store.write('a', text('mine'), {ifMatch: etag}), 'PRECONDITION_FAILED')
  })

  it('is no loss to the write itself, where its first round is done after all', async () => {
    await arm({operation: 'PutObject', fault: 'status', status: 409, after: true})
    // S3 had not finished it when it was looked for.
    await arm({operation: 'HeadObject', fault: 'status', status: 404})
    const head = await open().write('a', text('mine'), {ifAbsent: true})
    expect(head).toEqual(await open().head('a'))
    expect((await wire('PutObject')).map(({attempt}) => attempt)).toEqual([1, 1])
    expect(await readText(open(), 'a')).toBe('mine')
  })

  it('does not go on for ever', async () => {
    await arm({operation: 'PutObject', fault: 'status', status: 409, times: 0})
    await expectCode(open().write('a', text('mine'), {ifAbsent: true}), 'STORE_UNAVAILABLE')
  })

  it('lets one of 32 creators win, with lost answers and conflicts among them', async () => {
    await arm({operation: 'PutObject', fault: 'dropAfter', nth: 1, times: 4})
    await arm({operation: 'PutObject', fault: 'status', status: 409, nth: 6, times: 6})
    const store = open()
    const attempts = Array.from({length: 32}, (_, index) =>
      store.write('race', text(`writer ${index}`), {ifAbsent: true}).then(
        () => index,
        (error: unknown) => (hasCode(error, 'PRECONDITION_FAILED') ? null : Promise.reject(error)),
      ),
    )
    const winners = (await Promise.all(attempts)).filter((index) => index !== null)
    expect(winners).toHaveLength(1)
    expect(await readText(store, 'race')).toBe(`writer ${winners[0]}`)
  })
})

describe('a service that is slow or away', () => {
  it('outlasts a short storm of 503', async () => {
    await arm({operation: 'PutObject', fault: 'throttle', times: 3})
    await open().write('a', text('x'))
    expect(await wire('PutObject')).toHaveLength(4)
  })

  it('says after a long one what was refused', async () => {
    await arm({operation: 'PutObject', fault: 'throttle', times: 0})
    const error = await expectCode(open().write('a', text('x')), 'STORE_UNAVAILABLE')
    expect(error.message).toMatch(/^S3 asks for fewer calls a second: s3:PutObject of "a" in/)
    expect(error.fix).toBe('Wait a minute, then run the same command again.')
  })

  it('gives a silent connection up', async () => {
    const store = open({patienceMs: 400})
    await store.write('a', text('x'))
    await arm({operation: 'HeadObject', fault: 'hang', times: 1})
    expect((await store.head('a'))?.sizeBytes).toBe(1)
    await arm({operation: 'HeadObject', fault: 'hang', times: 0})
    const error = await expectCode(store.head('a'), 'STORE_UNAVAILABLE')
    expect(error.message).toMatch(/gave no answer to s3:GetObject of "a"/)
  })

  it('finds a write whose answer hangs', async () => {
    const store = open({patienceMs: 400})
    await arm({operation: 'PutObject', fault: 'hang', after: true})
    await store.write('a', text('mine'), {ifAbsent: true})
    expect(await readText(store, 'a')).toBe('mine')
  })

  it('cannot be reached at all', async () => {
    const nowhere = {...settings, endpoints: {all: 'http://127.0.0.1:1'}}
    const store = new S3ObjectStore({settings: nowhere, uri: 's3://bucket/lake'})
    for (const call of calls(store)) {
      expect((await expectCode(call(), 'STORE_UNAVAILABLE')).message).toMatch(/ECONNREFUSED/)
    }
  })
})

describe('a body that breaks off', () => {
  const bytes = patterned(3 * MEBIBYTE)

  it('goes on where it ended, with the same object', async () => {
    const store = open()
    const {etag} = await store.write('a', bytes)
    await arm({operation: 'GetObject', fault: 'truncate', bytes: 1_000_000, times: 2})
    expect((await readBytes(store, 'a')).equals(bytes)).toBe(true)
    const gets = await wire('GetObject')
    expect(gets).toHaveLength(3)
    expect(gets.slice(1).map(({conditions}) => conditions['if-match'])).toEqual([`"${etag}"`, `"${etag}"`])
    expect(gets.slice(1).every(({range}) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true)
  })

  it('goes on within a range', async () => {
    const store = open()
    await store.write('a', bytes)
    await arm({operation: 'GetObject', fault: 'truncate', bytes: 10_000, times: 1})
    const part = await readBytes(store, 'a', {range: {start: 1_000_000, end: 2_000_000}})
    expect(part.equals(bytes.subarray(1_000_000, 2_000_000))).toBe(true)
    expect(await wire('GetObject')).toHaveLength(2)
  })

  it('never goes on with another object', async () => {
    const store = open()
    await store.write('a', bytes)
    await arm({operation: 'GetObject', fault: 'truncate', bytes: 1_000_000, times: 1})
    const reading = (async () => {
      let isReplaced = false
      for await (const _chunk of store.read('a')) {
        if (!isReplaced) await store.write('a', text('other'))
        isReplaced = true
      }
    })()
    expect((await expectCode(reading, 'STORE_UNAVAILABLE')).message).toMatch(/it was replaced while it was read/)
  })

  it('is given up when nothing more comes', async () => {
    const store = open()
    await store.write('a', bytes)
    await arm({operation: 'GetObject', fault: 'truncate', bytes: 0, times: 0})
    const error = await expectCode(readBytes(store, 'a'), 'STORE_UNAVAILABLE')
    expect(error.message).toMatch(/its body broke off at byte 0 again and again/)
  })

  it('is not taken for whole when a byte of it is wrong', async () => {
    const store = open()
    await store.write('a', bytes)
    await arm({operation: 'GetObject', fault: 'corrupt'})
    const error = await expectCode(readBytes(store, 'a'), 'STORE_UNAVAILABLE')
    expect(error.message).toMatch(/its bytes did not arrive as S3 keeps them/)
  })

  it('may be read slower than the connection waits', async () => {
    const store = open({patienceMs: 300})
    await store.write('a', bytes)
    const parts: Uint8Array[] = []
    for await (const part of store.read('a')) {
      parts.push(part)
      if (parts.length === 2) await new Promise((resolve) => setTimeout(resolve, 1000))
    }
    expect(Buffer.concat(parts).equals(bytes)).toBe(true)
  })
})

describe('a large file', () => {
  const bytes = patterned(20 * MEBIBYTE + 5)

  it('goes in parts and is whole', async () => {
    const store = open()
    const file = await largeFile(bytes)
    const head = await store.write('large', {file}, {ifAbsent: true})
    expect(head).toEqual(await store.head('large'))
    expect(head.sizeBytes).toBe(bytes.length)
    expect(await readdir(scratch)).toEqual([])
    expect((await readBytes(store, 'large')).equals(bytes)).toBe(true)
    expect(await wire('UploadPart')).toHaveLength(3)
    expect(await wire('PutObject')).toEqual([])
    const [complete] = await wire('CompleteMultipartUpload')
    expect(complete?.conditions).toEqual({'if-none-match': '*'})
  })

  it('keeps to its condition, and leaves the file and no parts', async () => {
    const store = open()
    const {etag} = await store.write('large', text('standing'))
    const file = await largeFile(bytes)
    await expectCode(store.write('large', {file}, {ifAbsent: true}), 'PRECONDITION_FAILED')
    await expectCode(store.write('large', {file}, {ifMatch: 'another'}), 'PRECONDITION_FAILED')
    await expectCode(store.write('none', {file}, {ifMatch: etag}), 'PRECONDITION_FAILED')
    expect(await readdir(scratch)).toEqual(['body'])
    expect(await uploadsLeft()).toBe(0)
    await store.write('large', {file}, {ifMatch: etag})
    expect((await store.head('large'))?.sizeBytes).toBe(bytes.length)
  })

  it('has one winner of two that go at the same time', async () => {
    const store = open()
    const files = [join(scratch, '1'), join(scratch, '2')]
    for (const file of files) await writeFile(file, bytes)
    const attempts = files.map((file) =>
      store.write('large', {file}, {ifAbsent: true}).then(
        () => 'won',
        (error: unknown) => (hasCode(error, 'PRECONDITION_FAILED') ? 'lost' : Promise.reject(error)),
      ),
    )
    expect((await Promise.all(attempts)).sort()).toEqual(['lost', 'won'])
    expect(await readdir(scratch)).toHaveLength(1)
    expect(await uploadsLeft()).toBe(0)
  })

  it.each([{times: 1}, {times: 0}])('is there when the answer to Complete is lost (%o)', async ({times}) => {
    const store = open()
    await arm({operation: 'CompleteMultipartUpload', fault: 'dropAfter', times})
    const file = await largeFile(bytes)
    const head = await store.write('large', {file}, {ifAbsent: true})
    expect(head).toEqual(await store.head('large'))
    expect(await readdir(scratch)).toEqual([])
  })

  it('is sent again when Complete meets a conflict', async () => {
    await arm({operation: 'CompleteMultipartUpload', fault: 'status', status: 409, times: 1})
    await open().write('large', {file: await largeFile(bytes)}, {ifAbsent: true})
    expect(await wire('CreateMultipartUpload')).toHaveLength(2)
    expect(await uploadsLeft()).toBe(0)
  })

  it('is not sent again where the round that met a conflict is done after all', async () => {
    await arm({operation: 'CompleteMultipartUpload', fault: 'status', status: 409, after: true})
    // The second look, after the conflict: S3 had not finished it yet.
    await arm({operation: 'HeadObject', fault: 'status', status: 404, nth: 2})
    const head = await open().write('large', {file: await largeFile(bytes)}, {ifAbsent: true})
    expect(head).toEqual(await open().head('large'))
    expect(await wire('CreateMultipartUpload')).toHaveLength(1)
    expect(await readdir(scratch)).toEqual([])
  })

  it('leaves nothing behind when a part fails', async () => {
    await arm({operation: 'UploadPart', fault: 'status', status: 403, code: 'AccessDenied', nth: 2, times: 1})
    const error = await expectCode(open().write('large', {file: await largeFile(bytes)}), 'AWS_ACCESS_DENIED')
    expect(error.message).toMatch(/^S3 refuses s3:PutObject of "large"/)
    expect(await uploadsLeft()).toBe(0)
    expect(await open().head('large')).toBeNull()
    expect(await readdir(scratch)).toEqual(['body'])
  })

  it('outlasts lost and throttled parts', async () => {
    await arm({operation: 'UploadPart', fault: 'dropAfter', nth: 1, times: 1})
    await arm({operation: 'UploadPart', fault: 'throttle', nth: 3, times: 1})
    await open().write('large', {file: await largeFile(bytes)})
    expect((await readBytes(open(), 'large')).equals(bytes)).toBe(true)
  })

  it('must be there', async () => {
    const error = await expectCode(open().write('a', {file: join(scratch, 'none')}), 'STORE_UNAVAILABLE')
    expect(error.message).toMatch(/^The file ".*none" could not be read: ENOENT\.$/)
  })
})

describe('deleteBatch', () => {
  it('tells for every key that the call was refused', async () => {
    const store = open()
    for (const key of ['a', 'b', 'c']) await store.write(key, text(key))
    await arm({operation: 'DeleteObjects', fault: 'status', status: 403, code: 'AccessDenied', times: 0})
    const outcomes = await store.deleteBatch([{key: 'a'}, {key: 'none'}, {key: 'b'}])
    expect(outcomes.map(({state}) => state)).toEqual(['failed', 'absent', 'failed'])
    expect(outcomes[0]).toMatchObject({reason: expect.stringMatching(/^S3 refuses s3:DeleteObject of "a"/) as string})
  })

  it('sends a thousand keys a call', async () => {
    const store = open()
    const keys = Array.from({length: 1100}, (_, index) => `k/${String(index).padStart(4, '0')}`)
    for (let start = 0; start < keys.length; start += 100) {
      await Promise.all(
        keys.slice(start, start + 100).map((key) => s3.putObject({Bucket, Key: `lake/${key}`, Body: 'x'})),
      )
    }
    const listed = (await collect(store.list('k/'))).map(({key}) => key)
    expect(listed).toEqual(keys)
    const outcomes = await store.deleteBatch(keys.map((key) => ({key})))
    expect(outcomes).toEqual(keys.map((key) => ({key, state: 'deleted'})))
    expect(await wire('DeleteObjects')).toHaveLength(2)
    expect(await collect(store.list(''))).toEqual([])
  })

  it('takes keys that XML cannot write', async () => {
    const store = open()
    const keys = ['bell\u0007', 'return\rnew\nline', 'tab\t', '<&>"\'', 'last\uffff', '\u0085']
    for (const key of keys) await store.write(key, text(key))
    expect((await collect(store.list(''))).map(({key}) => key)).toEqual(
      [...keys].sort((a, b) => Buffer.compare(text(a), text(b))),
    )
    const outcomes = await store.deleteBatch(keys.map((key) => ({key})))
    expect(outcomes.map(({state}) => state)).toEqual(keys.map(() => 'deleted'))
    expect(await collect(store.list(''))).toEqual([])
  })
})

describe('a place that cannot be used', () => {
  it('is a bucket that is not there', async () => {
    const store = open({uri: 's3://sluice-no-such-bucket-4711/lake'})
    for (const call of calls(store)) {
      const error = await expectCode(call(), 'PLACE_UNUSABLE')
      expect(error.message).toBe(
        'There is no bucket "sluice-no-such-bucket-4711" for "s3://sluice-no-such-bucket-4711/lake".',
      )
    }
  })

  it('is a bucket in another Region', async () => {
    const headers = {'x-amz-bucket-region': 'us-east-2'}
    const redirect = {fault: 'status', status: 301, code: 'PermanentRedirect', headers, times: 0}
    for (const operation of ['PutObject', 'HeadObject']) await arm({operation, ...redirect})
    const store = open()
    for (const call of [() => store.write('a', text('x')), () => store.head('a')]) {
      const error = await expectCode(call(), 'PLACE_UNUSABLE')
      expect(error.message).toBe(`The bucket "${Bucket}" is in us-east-2, not in eu-west-1.`)
      expect(error.fix).toBe('Write `region: us-east-2` into the environment, or name a bucket in eu-west-1.')
    }
  })

  it('is one that credentials do not open', async () => {
    for (const operation of ['PutObject', 'HeadObject', 'GetObject', 'ListObjectsV2', 'GetBucketVersioning']) {
      await arm({operation, fault: 'expiredToken', times: 0})
    }
    for (const call of calls(open())) {
      const error = await expectCode(call(), 'AWS_TOKEN_EXPIRED')
      expect(error.fix).toMatch(/Sign in again/)
    }
  })

  it('is never a version that is not there', async () => {
    await s3.putBucketVersioning({Bucket, VersioningConfiguration: {Status: 'Enabled'}})
    const {versionId} = await open().write('a', text('one'))
    for (const operation of ['HeadObject', 'GetObject']) await arm({operation, fault: 'expiredToken', times: 0})
    await expectCode(open().deleteVersion('a', versionId!), 'AWS_TOKEN_EXPIRED')
    expect(await wire('DeleteObject')).toEqual([])
    for (const id of armed.splice(0)) await fetch(`${gateway}/__faults?id=${id}`, {method: 'DELETE'})
    expect((await collect(open().versions(''))).map((version) => version.versionId)).toEqual([versionId])
    expect(await open().deleteVersion('a', 'no-id-of-a-version')).toBe('absent')
    expect(await open().deleteVersion('a', versionId!)).toBe('deleted')
  })

  it.each([
    ['s3:PutObject', 'PutObject', (store: S3ObjectStore) => store.write('a', text('x'))],
    ['s3:GetObject', 'GetObject', (store: S3ObjectStore) => readText(store, 'a')],
    ['s3:ListBucket', 'ListObjectsV2', (store: S3ObjectStore) => collect(store.list('a'))],
    ['s3:GetBucketVersioning', 'GetBucketVersioning', (store: S3ObjectStore) => collect(store.versions('a'))],
  ] as const)('names %s when it is refused', async (action, operation, call) => {
    await arm({operation, fault: 'status', status: 403, code: 'AccessDenied', times: 0})
    const error: SluiceError = await expectCode(call(open()), 'AWS_ACCESS_DENIED')
    expect(error.message).toMatch(new RegExp(`^S3 refuses ${action} (of|in) "`))
    expect(error.fix).toMatch(new RegExp(`^Allow ${action}`))
  })

  it('may be read only', async () => {
    await open().write('a', text('x'))
    const store = open({readOnly: true})
    await expectCode(store.write('b', text('x')), 'STORE_READ_ONLY')
    await expectCode(store.delete('a'), 'STORE_READ_ONLY')
    await expectCode(store.deleteVersion('a', 'v'), 'STORE_READ_ONLY')
    expect(await store.deleteBatch([{key: 'a'}])).toMatchObject([{key: 'a', state: 'failed'}])
    expect(await readText(store, 'a')).toBe('x')
  })
})

describe('what is in the bucket already', () => {
  it('is not seen when it is a folder, or no reader sees it', async () => {
    for (const key of ['lake/', 'lake/folder/', 'lake/../x', 'lakeside', 'lake/.sluice-store/x', 'lake/ok']) {
      await s3.putObject({Bucket, Key: key, Body: 'x'})
    }
    expect((await collect(open().list(''))).map(({key}) => key)).toEqual(['ok'])
  })

  it('is listed when readers see it, though no call takes its key', async () => {
    const long = `t/${'n'.repeat(256)}`
    const keys = ['/x', 't/day=1//part', long]
    for (const key of keys) await s3.putObject({Bucket, Key: `lake/${key}`, Body: 'x'})
    expect((await collect(open().list(''))).map(({key}) => key)).toEqual(keys)
    expect((await collect(open().list('t/day=1/'))).map(({key}) => key)).toEqual(['t/day=1//part'])
    for (const key of keys) await expectCode(open().head(key), 'KEY_INVALID')
  })

  it('is encrypted as asked', async () => {
    const file = await largeFile(patterned(17 * MEBIBYTE))
    const key = 'arn:aws:kms:eu-west-1:123456789012:key/lake'
    const encrypted = (encryption: Encryption) => open({settings: {...settings, encryption}})
    await encrypted(`kms:${key}`).write('kms', text('x'))
    await encrypted(`kms:${key}`).write('kms-large', {file})
    await encrypted('sse-s3').write('s3', text('x'))
    const look = async (name: string): Promise<unknown[]> => {
      const {ServerSideEncryption, SSEKMSKeyId} = await s3.headObject({Bucket, Key: `lake/${name}`})
      return [ServerSideEncryption, SSEKMSKeyId]
    }
    expect(await look('kms')).toEqual(['aws:kms', key])
    expect(await look('kms-large')).toEqual(['aws:kms', key])
    expect((await look('s3'))[0]).toBe('AES256')
    expect(await open().head('kms')).toMatchObject({encryption: `kms:${key}`})
    expect(await open().head('s3')).toMatchObject({encryption: 'sse-s3'})
  })
})
