import type {IncomingHttpHeaders, IncomingMessage, ServerResponse} from 'node:http'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {AwsSettings, Encryption} from '../../src/lib/aws/client-settings.js'
import {awsFacts} from '../../src/lib/aws/facts-aws.js'
import {S3ObjectStore} from '../../src/lib/aws/s3-object-store.js'
import {checkPlaces} from '../../src/lib/aws/usable-places.js'
import {openLoopbackAws, type LoopbackAws} from './loopback-aws.js'

// What no lab has: a bucket whose policy refuses writes by how they are to be encrypted.

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/lake'
const WAYS: readonly (readonly [encryption: Encryption, algorithm: string | undefined, key: string | undefined])[] = [
  ['bucket-default', undefined, undefined],
  ['sse-s3', 'AES256', undefined],
  [`kms:${KEY}`, 'aws:kms', KEY],
]

/** What the bucket's policy wants of a write. */
let wanted: string | undefined
let writes: IncomingHttpHeaders[]
let aws: LoopbackAws

beforeEach(async () => {
  writes = []
  aws = await openLoopbackAws((request, response) => void respond(request, response))
})

afterEach(() => aws.close())

/** The policy first, as S3 does, then what cannot hold. */
async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  for await (const chunk of request) void chunk
  const refuse = (status: number, code: string, message: string) => {
    response.writeHead(status, {'content-type': 'application/xml'})
    response.end(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`)
  }
  if (request.method !== 'PUT') return void response.end('<ListBucketResult/>')
  writes.push(request.headers)
  if (request.headers['x-amz-server-side-encryption'] !== wanted) return refuse(403, 'AccessDenied', 'Access Denied')
  if (request.headers['content-md5'] !== undefined) return refuse(400, 'BadDigest', 'The digest does not match.')
  response.writeHead(200, {etag: '"e"'}).end()
}

function settingsOf(encryption: Encryption): AwsSettings {
  return {
    region: 'eu-west-1',
    profile: null,
    roleArn: null,
    endpoints: {all: aws.endpoint},
    encryption,
    version: 'test',
  }
}

const lookBefore = (encryption: Encryption) =>
  checkPlaces(
    {operations: 'write', rows: null, queries: false},
    {
      settings: settingsOf(encryption),
      operations: 's3://bucket/lake/_sluice/operations/',
      rows: [],
      results: 's3://bucket/results/',
      checkWorkgroup: async () => undefined,
    },
  )

const lookOfDoctor = (encryption: Encryption) => {
  const arn = 'arn:aws:s3:::bucket/lake/.sluice-doctor-probe'
  const facts = awsFacts(settingsOf(encryption), new AbortController().signal)
  return facts.probe({action: 's3:PutObject', arn})
}

describe('a bucket that takes only what is encrypted as the definition says', () => {
  it.each(WAYS)('%s: is asked for the writes that a command sends', async (encryption, algorithm, key) => {
    wanted = algorithm
    await lookBefore(encryption)
    expect(await lookOfDoctor(encryption)).toBe('allowed')
    await new S3ObjectStore({settings: settingsOf(encryption), uri: 's3://bucket/lake/'}).write('a', Buffer.from('x'))
    const sent = writes.map((headers) => [
      headers['x-amz-server-side-encryption'],
      headers['x-amz-server-side-encryption-aws-kms-key-id'],
    ])
    expect(sent).toEqual([
      [algorithm, key],
      [algorithm, key],
      [algorithm, key],
    ])
  })

  it('is no place for another way', async () => {
    wanted = 'aws:kms'
    await expect(lookBefore('sse-s3')).rejects.toMatchObject({code: 'PLACE_UNUSABLE'})
    expect(await lookOfDoctor('sse-s3')).toBe('denied')
    expect(writes).toHaveLength(2)
  })
})
