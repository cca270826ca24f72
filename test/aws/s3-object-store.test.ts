import type {IncomingMessage, ServerResponse} from 'node:http'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {AwsSettings} from '../../src/lib/aws/client-settings.js'
import {parseS3Uri} from '../../src/lib/aws/s3-bucket.js'
import {S3ObjectStore} from '../../src/lib/aws/s3-object-store.js'
import {checkPlaces} from '../../src/lib/aws/usable-places.js'
import {readText} from '../../src/lib/ports/object-content.js'
import {collect, expectCode} from '../contract/ports/expectations.js'
import {openLoopbackAws, type LoopbackAws} from './loopback-aws.js'

// What no lab answers: S3's words for what goes wrong, and its listings as AWS writes them.

type Answer = (request: {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingMessage['headers']
  readonly body: string
}) => {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

let answer: Answer
let asked: string[]
let settings: AwsSettings
let aws: LoopbackAws

beforeEach(async () => {
  asked = []
  aws = await openLoopbackAws((request, response) => void respond(request, response))
  settings = {
    region: 'eu-west-1',
    profile: null,
    roleArn: null,
    endpoints: {all: aws.endpoint},
    encryption: 'bucket-default',
    version: 'test',
  }
})

afterEach(() => aws.close())

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const url = new URL(request.url ?? '', 'http://s3')
  asked.push(`${request.method} ${url.pathname}`)
  const {
    status = 200,
    headers = {},
    body = '',
  } = answer({
    method: request.method ?? '',
    url,
    headers: request.headers,
    body: Buffer.concat(chunks).toString(),
  })
  response.writeHead(status, {'content-type': 'application/xml', ...headers})
  response.end(request.method === 'HEAD' ? undefined : body)
}

const open = (): S3ObjectStore => new S3ObjectStore({settings, uri: 's3://bucket/lake/'})
const xml = (body: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n${body}`
const refusal = (code: string, message: string): string =>
  xml(`<Error><Code>${code}</Code><Message>${message}</Message><RequestId>R</RequestId></Error>`)

describe('S3ObjectStore.deleteBatch', () => {
  it('reads the outcome of every key inside a 200, and tries passing ones again', async () => {
    const batches: string[][] = []
    answer = ({method, body}) => {
      if (method === 'HEAD') return {headers: {etag: '"e"'}}
      const keys = [...body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key!)
      batches.push(keys)
      const refused = keys.includes('lake/b')
        ? '<Error><Key>lake/b</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
        : ''
      const busy =
        batches.length < 3 ? '<Error><Key>lake/c</Key><Code>InternalError</Code><Message>x</Message></Error>' : ''
      return {body: xml(`<DeleteResult>${refused}${busy}</DeleteResult>`)}
    }
    const outcomes = await open().deleteBatch(['a', 'b', 'c'].map((key) => ({key})))
    expect(outcomes).toEqual([
      {key: 'a', state: 'deleted'},
      {key: 'b', state: 'failed', reason: 'S3 refuses s3:DeleteObject of "b" in "s3://bucket/lake".'},
      {key: 'c', state: 'deleted'},
    ])
    expect(batches).toEqual([['lake/a', 'lake/b', 'lake/c'], ['lake/c'], ['lake/c']])
  })
})

describe('S3ObjectStore.list', () => {
  it('reads keys as AWS writes them in a URL, page by page', async () => {
    const page = (keys: string[], next: string | null): string => {
      const contents = keys.map(
        (key) =>
          `<Contents><Key>lake/${key}</Key><Size>3</Size><LastModified>2026-11-21T21:13:28.000Z</LastModified></Contents>`,
      )
      const more = next === null ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`
      return xml(
        `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${next !== null}</IsTruncated>${more}${contents.join('')}</ListBucketResult>`,
      )
    }
    const tokens: (string | null)[] = []
    answer = ({url}) => {
      const token = url.searchParams.get('continuation-token')
      tokens.push(token)
      expect(url.searchParams.get('start-after')).toBe('lake/a')
      return {body: token === null ? page(['a+b%2Bc', 'new%0Aline'], 't+1') : page(['%F0%9F%98%80'], null)}
    }
    const listed = await collect(open().list('', {after: 'a'}))
    expect(listed.map(({key}) => key)).toEqual(['a b+c', 'new\nline', '\u{1f600}'])
    expect(listed[0]).toEqual({key: 'a b+c', sizeBytes: 3, modifiedAt: new Date('2026-11-21T21:13:28Z')})
    expect(tokens).toEqual([null, 't+1'])
  })

  it('asks which archived objects are restored, and knows them', async () => {
    const entry = (key: string, status: string): string =>
      `<Contents><Key>lake/${key}</Key><Size>3</Size><LastModified>2026-11-21T21:13:28.000Z</LastModified>` +
      `<StorageClass>DEEP_ARCHIVE</StorageClass>${status === '' ? '' : `<RestoreStatus>${status}</RestoreStatus>`}</Contents>`
    const statuses = {
      cold: '',
      restored:
        '<IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>2026-12-21T00:00:00.000Z</RestoreExpiryDate>',
      warming: '<IsRestoreInProgress>true</IsRestoreInProgress>',
    }
    answer = ({headers}) => {
      expect(headers['x-amz-optional-object-attributes']).toBe('RestoreStatus')
      const entries = Object.entries(statuses).map(([key, status]) => entry(key, status))
      return {body: xml(`<ListBucketResult>${entries.join('')}</ListBucketResult>`)}
    }
    const listed = await collect(open().list(''))
    expect(listed.map(({key, storageClass}) => [key, storageClass])).toEqual([
      ['cold', {name: 'DEEP_ARCHIVE', isArchived: true}],
      ['restored', {name: 'DEEP_ARCHIVE', isArchived: false}],
      ['warming', {name: 'DEEP_ARCHIVE', isArchived: true}],
    ])
  })

  it('puts versions and delete markers into one order', async () => {
    const entry = (tag: string, key: string, id: string, second: number, isLatest = false): string =>
      `<${tag}><Key>lake/${key}</Key><VersionId>${id}</VersionId><IsLatest>${isLatest}</IsLatest>` +
      `<LastModified>2026-11-21T21:13:0${second}.000Z</LastModified><Size>1</Size></${tag}>`
    answer = ({url}) => {
      if (url.searchParams.has('versioning')) {
        return {body: xml('<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>')}
      }
      const isFirst = !url.searchParams.has('key-marker')
      if (!isFirst) {
        expect([url.searchParams.get('key-marker'), url.searchParams.get('version-id-marker')]).toEqual([
          'lake/b c',
          'v1',
        ])
        return {body: xml(`<ListVersionsResult>${entry('Version', 'b+c', 'null', 1)}</ListVersionsResult>`)}
      }
      const rows = [
        entry('Version', 'a', 'a2', 2, true),
        entry('DeleteMarker', 'a', 'm1', 2),
        entry('Version', 'a', 'a1', 2),
        entry('DeleteMarker', 'b+c', 'm2', 5, true),
        entry('Version', 'b+c', 'v1', 4),
      ]
      return {
        body: xml(
          '<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>' +
            `<NextKeyMarker>lake/b+c</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>${rows.join('')}</ListVersionsResult>`,
        ),
      }
    }
    const versions = await collect(open().versions(''))
    expect(versions.map(({versionId}) => versionId)).toEqual(['a2', 'm1', 'a1', 'm2', 'v1', 'null'])
    expect(versions.map(({isDeleteMarker}) => isDeleteMarker)).toEqual([false, true, false, true, false, false])
  })
})

describe('S3ObjectStore says', () => {
  it('why a look was refused, which only a read can tell', async () => {
    answer = ({method}) =>
      method === 'HEAD'
        ? {status: 400}
        : {status: 400, body: refusal('ExpiredToken', 'The provided token has expired.')}
    expect((await expectCode(open().head('a'), 'AWS_TOKEN_EXPIRED')).message).toBe(
      'The credentials ran out during s3:GetObject: The provided token has expired.',
    )
    answer = ({method}) =>
      method === 'HEAD' ? {status: 403} : {status: 403, body: refusal('AccessDenied', 'Access Denied')}
    const error = await expectCode(open().head('a'), 'AWS_ACCESS_DENIED')
    expect(error.message).toBe('S3 refuses s3:GetObject of "a" in "s3://bucket/lake".')
    expect(error.fix).toBe(
      'Allow s3:GetObject in the policies of the caller and of the bucket, and s3:ListBucket: without it S3 also refuses objects that are not there.',
    )
  })

  it('which permission is missing, as S3 names it', async () => {
    const said =
      'User: arn:aws:sts::1:assumed-role/x is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:k because no identity-based policy allows it'
    answer = () => ({status: 403, body: refusal('AccessDenied', said)})
    expect((await expectCode(collect(open().list('')), 'AWS_ACCESS_DENIED')).message).toBe(
      'S3 refuses kms:GenerateDataKey in "s3://bucket/lake".',
    )
    const error = await expectCode(open().write('a', Buffer.from('x')), 'AWS_ACCESS_DENIED')
    expect(error.message).toBe('S3 refuses kms:GenerateDataKey of "a" in "s3://bucket/lake".')
    expect(error.fix).toBe('Allow kms:GenerateDataKey in the policies of the caller and of the key.')
    expect(error.details).toMatchObject({action: 'kms:GenerateDataKey', said})
  })

  it.each([
    ['a service control policy', 'service control policy'],
    ['a VPC endpoint policy', 'VPC endpoint policy'],
    ['a permissions boundary', 'permissions boundary'],
    ['a resource-based policy', 'resource-based policy (of the bucket, the key or the catalog)'],
    [
      'a service control policy: arn:aws:organizations::1:policy/o-a/service_control_policy/p-b',
      'service control policy arn:aws:organizations::1:policy/o-a/service_control_policy/p-b',
    ],
  ])('that %s denies it, which nothing can allow', async (named, policy) => {
    const said = `User: arn:aws:iam::1:user/u is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::bucket" with an explicit deny in ${named}`
    answer = () => ({status: 403, body: refusal('AccessDenied', said)})
    const error = await expectCode(collect(open().list('')), 'AWS_ACCESS_DENIED')
    expect(error.message).toBe(`S3 refuses s3:ListBucket in "s3://bucket/lake": it is denied by a ${policy}.`)
    expect(error.fix).toBe(`Change what denies s3:ListBucket in the ${policy}: no other policy can allow it.`)
    expect(error.details).toMatchObject({policy})
  })

  it('in which Region the bucket is', async () => {
    const malformed =
      "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The region 'eu-west-1' is wrong; expecting 'eu-central-1'</Message><Region>eu-central-1</Region></Error>"
    answer = () => ({status: 400, body: xml(malformed)})
    const error = await expectCode(readText(open(), 'a'), 'PLACE_UNUSABLE')
    expect(error.message).toBe('The bucket "bucket" is in eu-central-1, not in eu-west-1.')
  })

  it('that an object is archived', async () => {
    answer = () => ({
      status: 403,
      body: refusal('InvalidObjectState', 'The operation is not valid for the storage class'),
    })
    const error = await expectCode(readText(open(), 'a'), 'STORE_UNAVAILABLE')
    expect(error.message).toMatch(/is archived, and cannot be read before it is restored/)
  })

  it.each([
    ['KMS.DisabledException', 400, /^Make the key usable again \(aws kms describe-key\)/],
    ['KMS.InternalException', 500, /^Wait a minute/],
    ['InvalidRequest', 400, /^Read the reason; /],
    ['EntityTooLarge', 400, /^Read the reason; /],
    ['MethodNotAllowed', 405, /^Read the reason; /],
    ['RequestTimeout', 400, /^Wait a minute/],
  ])('what to do about %s', async (code, status, fix) => {
    answer = () => ({status, body: refusal(code, 'So it is.')})
    expect((await expectCode(collect(open().list('')), 'STORE_UNAVAILABLE')).fix).toMatch(fix)
  })

  it('why a bucket was refused, which only a listing can tell', async () => {
    answer = ({method}) => ({status: 400, body: method === 'GET' ? refusal('ExpiredToken', 'It has expired.') : ''})
    const needs = {operations: null, rows: null, queries: true}
    const used = {settings, operations: '', rows: [], results: 's3://bucket/results/', checkWorkgroup: async () => {}}
    await expectCode(checkPlaces(needs, used), 'AWS_TOKEN_EXPIRED')
    expect(asked).toEqual(['HEAD /bucket/', 'GET /bucket/'])
  })

  it('that there are no credentials, and asks nothing', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name]
    process.env['AWS_EC2_METADATA_DISABLED'] = 'true'
    process.env['AWS_CONFIG_FILE'] = '/nonexistent'
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/nonexistent'
    const error = await expectCode(open().head('a'), 'AWS_TOKEN_EXPIRED')
    expect(error.fix).toMatch(/Sign in/)
    expect(asked).toEqual([])
  })

  it('that an answer is not what was asked for', async () => {
    answer = () => ({headers: {'content-length': '3', etag: '"e"'}, body: 'abc'})
    const reading = collect(open().read('a', {range: {start: 1, end: 2}}))
    expect((await expectCode(reading, 'STORE_UNAVAILABLE')).message).toMatch(
      /it answered other bytes than it was asked/,
    )
  })

  it('that a key is too long with its location', async () => {
    const store = new S3ObjectStore({settings, uri: `s3://bucket/${'p'.repeat(1000)}`})
    const error = await expectCode(store.head('k/'.repeat(12) + 'k'), 'KEY_INVALID')
    expect(error.message).toMatch(/with its location it is longer than 1024 bytes/)
  })
})

describe('a place in S3', () => {
  it('is a bucket and a prefix', () => {
    expect(parseS3Uri('s3://bucket')).toEqual({bucket: 'bucket', prefix: ''})
    expect(parseS3Uri('s3://bucket/')).toEqual({bucket: 'bucket', prefix: ''})
    expect(parseS3Uri('s3://bucket/a/b//')).toEqual({bucket: 'bucket', prefix: 'a/b'})
    expect(open().uri).toBe('s3://bucket/lake')
  })

  it.each(['', 'bucket', 's3:/bucket', 's3:///a', '/folder'])('is not %j', async (uri) => {
    await expectCode((async () => new S3ObjectStore({settings, uri}))(), 'PLACE_UNUSABLE')
  })
})
