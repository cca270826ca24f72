import {createHash} from 'node:crypto'
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import {beforeAll, describe, expect, it} from 'vitest'
import {armFault, wireOf} from './gateway-control.js'
import {ownName, s3} from './lab-clients.js'

const Bucket = ownName('checks')

beforeAll(async () => {
  await s3.send(new CreateBucketCommand({Bucket, CreateBucketConfiguration: {LocationConstraint: 'eu-west-1'}}))
})

const put = (Key: string, Body: string, conditions: {IfMatch?: string; IfNoneMatch?: string} = {}) =>
  s3.send(new PutObjectCommand({Bucket, Key, Body, ...conditions}))

const read = async (Key: string): Promise<string> =>
  (await (await s3.send(new GetObjectCommand({Bucket, Key}))).Body?.transformToString()) ?? ''

describe('conditional writes', () => {
  it('creates once', async () => {
    await put('once', 'a', {IfNoneMatch: '*'})
    await expect(put('once', 'b', {IfNoneMatch: '*'})).rejects.toMatchObject({name: 'PreconditionFailed'})
    expect(await read('once')).toBe('a')
  })

  it('has one winner of many writers', async () => {
    const tries = await Promise.allSettled(Array.from({length: 24}, (_, n) => put('race', `${n}`, {IfNoneMatch: '*'})))
    expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  })

  it('replaces what was read, and nothing else', async () => {
    const {ETag = ''} = await put('swap', 'a')
    await put('swap', 'b', {IfMatch: ETag})
    await expect(put('swap', 'c', {IfMatch: ETag})).rejects.toMatchObject({name: 'PreconditionFailed'})
    const stale = new DeleteObjectCommand({Bucket, Key: 'swap', IfMatch: ETag})
    await expect(s3.send(stale)).rejects.toMatchObject({name: 'PreconditionFailed'})
    expect(await read('swap')).toBe('b')
  })

  it('copies only the version that was read', async () => {
    const {ETag} = await put('from', 'a')
    await put('from', 'b')
    const copy = new CopyObjectCommand({Bucket, Key: 'to', CopySource: `${Bucket}/from`, CopySourceIfMatch: ETag})
    await expect(s3.send(copy)).rejects.toMatchObject({name: 'PreconditionFailed'})
  })

  it('copies only to where nothing is', async () => {
    await put('source', 'a')
    await put('taken', 'b')
    const copy = (Key: string) =>
      s3.send(new CopyObjectCommand({Bucket, Key, CopySource: `${Bucket}/source`, IfNoneMatch: '*'}))
    await expect(copy('taken')).rejects.toMatchObject({name: 'PreconditionFailed'})
    expect(await read('taken')).toBe('b')
    await copy('free')
    expect(await read('free')).toBe('a')
  })

  it('shows a lost answer as a conflict with oneself', async () => {
    await armFault({match: {service: 's3', operation: 'PutObject', path: `${Bucket}/lost`}, fault: 'dropAfter'})
    const error = await put('lost', 'mine', {IfNoneMatch: '*'}).catch((reason: unknown) => reason)
    expect(error).toMatchObject({name: 'PreconditionFailed', $metadata: {attempts: 2}})
    expect(await read('lost')).toBe('mine')
    const wire = await wireOf(`${Bucket}/lost`)
    expect(wire.map((entry) => [entry.operation, entry.attempt, entry.fault, entry.status])).toEqual([
      ['PutObject', 1, 'dropAfter', null],
      ['PutObject', 2, null, 412],
      ['GetObject', 1, null, 200],
    ])
    expect(wire[0]?.conditions).toEqual({'if-none-match': '*'})
  })
})

describe('versions', () => {
  it('keeps a marker of what was deleted, also of what never was', async () => {
    const Versioned = ownName('versions')
    await s3.send(
      new CreateBucketCommand({Bucket: Versioned, CreateBucketConfiguration: {LocationConstraint: 'eu-west-1'}}),
    )
    const VersioningConfiguration = {Status: 'Enabled'} as const
    await s3.send(new PutBucketVersioningCommand({Bucket: Versioned, VersioningConfiguration}))
    const place = {Bucket: Versioned, Key: 'a'}
    await s3.send(new PutObjectCommand({...place, Body: 'a'}))
    const {VersionId, DeleteMarker} = await s3.send(new DeleteObjectCommand({...place, IfMatch: '*'}))
    expect(DeleteMarker).toBe(true)
    const marker = new GetObjectCommand({...place, VersionId})
    await expect(s3.send(marker)).rejects.toMatchObject({name: 'MethodNotAllowed', $metadata: {httpStatusCode: 405}})
    const undeleted = await s3.send(new DeleteObjectCommand({...place, VersionId}))
    expect(undeleted.DeleteMarker).toBe(true)
    await s3.send(new GetObjectCommand(place))
    expect(await s3.send(new DeleteObjectCommand({Bucket: Versioned, Key: 'never'}))).toMatchObject({
      DeleteMarker: true,
    })
    const garbage = new GetObjectCommand({...place, VersionId: 'garbage'})
    await expect(s3.send(garbage)).rejects.toMatchObject({name: 'InvalidArgument'})
  })
})

describe('faults', () => {
  it('answers 503 so many times', async () => {
    await armFault({match: {path: `${Bucket}/storm`, times: 2}, fault: 'status', status: 503})
    const {$metadata} = await put('storm', 'a')
    expect($metadata.attempts).toBe(3)
  })

  it('drops a request before it has an effect', async () => {
    await armFault({match: {path: `${Bucket}/early`}, fault: 'dropBefore'})
    const {$metadata} = await put('early', 'a', {IfNoneMatch: '*'})
    expect($metadata.attempts).toBe(2)
  })

  it('cuts and corrupts an answer', async () => {
    await put('body', 'x'.repeat(100_000))
    await armFault({match: {operation: 'GetObject', path: `${Bucket}/body`}, fault: 'truncate'})
    await expect(read('body')).rejects.toThrow(/aborted|ECONNRESET/)
    await armFault({match: {operation: 'GetObject', path: `${Bucket}/body`}, fault: 'corrupt'})
    const ranged = await s3.send(new GetObjectCommand({Bucket, Key: 'body', Range: 'bytes=0-999'}))
    expect(await ranged.Body?.transformToString()).not.toBe('x'.repeat(1000))
  })

  it('forgets a token in the middle', async () => {
    await armFault({match: {path: `${Bucket}/token`, times: 0}, fault: 'expiredToken'})
    await expect(put('token', 'a')).rejects.toMatchObject({name: 'ExpiredToken'})
  })

  it('answers 200 with an error inside', async () => {
    await put('source', 'a')
    await armFault({match: {operation: 'CopyObject', path: `${Bucket}/copied`, times: 0}, fault: 'status', status: 200})
    const copy = new CopyObjectCommand({Bucket, Key: 'copied', CopySource: `${Bucket}/source`})
    await expect(s3.send(copy)).rejects.toMatchObject({name: 'InternalError'})
  })
})

describe('what moto lets through', () => {
  it('refuses a body that is not what its checksum says', async () => {
    const ContentMD5 = createHash('md5').update('other').digest('base64')
    await expect(s3.send(new PutObjectCommand({Bucket, Key: 'm', Body: 'a', ContentMD5}))).rejects.toMatchObject({
      name: 'BadDigest',
    })
    const wrong = new PutObjectCommand({Bucket, Key: 'c', Body: 'a', ChecksumCRC32: 'AAAAAA=='})
    await expect(s3.send(wrong)).rejects.toMatchObject({name: 'BadDigest'})
  })

  it('refuses more than 1,000 keys in a batch', async () => {
    const Objects = Array.from({length: 1001}, (_, n) => ({Key: `k${n}`}))
    const batch = new DeleteObjectsCommand({Bucket, Delete: {Objects}})
    await expect(s3.send(batch)).rejects.toMatchObject({name: 'MalformedXML'})
  })

  it('completes a multipart upload only where nothing is', async () => {
    await put('parts', 'standing')
    const {UploadId} = await s3.send(new CreateMultipartUploadCommand({Bucket, Key: 'parts'}))
    const part = await s3.send(new UploadPartCommand({Bucket, Key: 'parts', UploadId, PartNumber: 1, Body: 'new'}))
    const MultipartUpload = {Parts: [{PartNumber: 1, ETag: part.ETag}]}
    const complete = new CompleteMultipartUploadCommand({
      Bucket,
      Key: 'parts',
      UploadId,
      MultipartUpload,
      IfNoneMatch: '*',
    })
    await expect(s3.send(complete)).rejects.toMatchObject({name: 'PreconditionFailed'})
    expect(await read('parts')).toBe('standing')
  })
})
