import {randomUUID} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import type {HeadObjectCommandOutput} from '@aws-sdk/client-s3'
import {SluiceError, hasCode} from '../errors.js'
import type {ObjectHead, ObjectKey, WriteBody, WriteOptions} from '../ports/object-store.js'
import {attemptsOf, errorName, httpStatus} from './aws-errors.js'
import type {Encryption} from './client-settings.js'
import type {S3Bucket} from './s3-bucket.js'
import {encryptionHeaders, type EncryptionHeaders} from './s3-encryption.js'
import {headOf, lookAt, quoted, unquoted, wholeSeconds} from './s3-head.js'
import type {S3Call} from './s3-errors.js'
import {objectUnavailable, preconditionFailed, s3Error} from './s3-errors.js'
import {uploadParts} from './s3-multipart.js'
import {bytesOfFile, sizeOfFile} from './s3-source-file.js'

/** Files above this are sent in parts. */
const LARGEST_SINGLE_BYTES = 16 * 1024 * 1024
/** S3 answers 409 while another conditional write of the key is under way. */
const MOST_CONFLICTS = 8
const FIRST_PAUSE_MS = 20
const MARK = 'sluice-write'

/** What is sent with an object besides its bytes. */
export interface S3Headers extends EncryptionHeaders {
  readonly Bucket: string
  readonly Key: string
  /** Names the write, so that one whose answer was lost can be found again. */
  readonly Metadata: Readonly<Record<string, string>>
}

export interface S3Condition {
  readonly IfNoneMatch?: '*'
  readonly IfMatch?: string
}

/** What S3 says of an object that was just written. */
export interface S3Written {
  readonly ETag?: string | undefined
  readonly VersionId?: string | undefined
}

/** Writes one object; file bodies are only read. Throws `PRECONDITION_FAILED` when the condition does not hold. */
export async function writeObject(
  bucket: S3Bucket,
  key: ObjectKey,
  body: WriteBody,
  options: WriteOptions & {readonly encryption: Encryption},
): Promise<ObjectHead> {
  const call: S3Call = {action: 's3:PutObject', key}
  if (options.ifAbsent === true && options.ifMatch !== undefined) throw preconditionFailed(key)
  return settled(bucket, call, options, (headers) => send(bucket, {key, headers, body, options}))
}

/**
 * Does a write that carries a mark of its own, again while S3 says that others write the key, and finds out by the mark
 * whether one whose answer was lost was done. Throws `PRECONDITION_FAILED` when the condition does not hold.
 */
export async function settled(
  bucket: S3Bucket,
  call: S3Call,
  options: WriteOptions & {readonly encryption: Encryption},
  write: (headers: S3Headers) => Promise<Sent>,
): Promise<ObjectHead> {
  const mark = randomUUID()
  const headers = headersOf(bucket, call.key, mark, options.encryption)
  for (let conflicts = 0; ; conflicts += 1) {
    try {
      return await headAfter(bucket, call.key, {...(await write(headers)), mark})
    } catch (error) {
      const head = await settle(bucket, call, {error, mark, options, isFirst: conflicts === 0})
      if (head !== null) return head
      if (conflicts === MOST_CONFLICTS) throw objectUnavailable(bucket, call, 'others write it all the time', error)
      await sleep(FIRST_PAUSE_MS * 2 ** conflicts * (0.5 + Math.random()))
    }
  }
}

interface Failure {
  readonly error: unknown
  readonly mark: string
  readonly options: WriteOptions
  /** False where this write was begun before: what it meets may be its own. */
  readonly isFirst: boolean
}

/**
 * What became of a write that failed: its head where it was done after all, because only its answer was lost; null
 * where it may be tried again; else throws.
 */
async function settle(bucket: S3Bucket, call: S3Call, failed: Failure): Promise<ObjectHead | null> {
  const {error, mark, options} = failed
  const failure = s3Error(error, bucket, call)
  const isOnlyOne = failed.isFirst && attemptsOf(error) === 1
  if (error instanceof SluiceError || (isOnlyOne && isRefusal(failure))) throw failure
  const status = Number(httpStatus(error))
  const isBroken = status === 412 || (options.ifMatch !== undefined && errorName(error) === 'NoSuchKey')
  if (isBroken && isOnlyOne) throw preconditionFailed(call.key, error)
  const standing = await lookUp(bucket, call.key).catch(() => Promise.reject(failure))
  if (isMarked(standing, mark)) return headOf(call.key, standing)
  if (isBroken) throw preconditionFailed(call.key, error)
  if (status !== 409) throw failure
  if (!holds(options, standing && headOf(call.key, standing))) throw preconditionFailed(call.key, error)
  return null
}

function holds({ifAbsent, ifMatch}: WriteOptions, standing: ObjectHead | null): boolean {
  if (ifMatch !== undefined) return standing?.etag === ifMatch
  return ifAbsent !== true || standing === null
}

function isMarked(
  standing: HeadObjectCommandOutput | null,
  mark: string | undefined,
): standing is HeadObjectCommandOutput {
  return mark !== undefined && standing?.Metadata?.[MARK] === mark
}

/** True where S3 has written nothing. */
function isRefusal(failure: SluiceError): boolean {
  return hasCode(failure, 'AWS_ACCESS_DENIED', 'AWS_SIGN_IN', 'AWS_TOKEN_EXPIRED', 'PLACE_UNUSABLE', 'KEY_INVALID')
}

async function lookUp(bucket: S3Bucket, key: ObjectKey): Promise<HeadObjectCommandOutput | null> {
  try {
    const s3 = await bucket.s3()
    return await s3.headObject({Bucket: bucket.bucket, Key: bucket.fullKey(key)})
  } catch (error) {
    if (httpStatus(error) === 404) return null
    throw error
  }
}

interface Outgoing {
  readonly key: ObjectKey
  readonly headers: S3Headers
  readonly body: WriteBody
  readonly options: WriteOptions
}

/** What was sent, and what S3 said of it. */
export interface Sent {
  readonly sizeBytes: number
  readonly written: S3Written
}

async function send(bucket: S3Bucket, {key, headers, body, options}: Outgoing): Promise<Sent> {
  const s3 = await bucket.s3()
  const condition = conditionOf(options)
  if (!(body instanceof Uint8Array)) {
    const sizeBytes = await sizeOfFile(body.file)
    if (sizeBytes > LARGEST_SINGLE_BYTES) {
      const done = await writtenBefore(bucket, key, headers, options)
      const written = done ?? (await uploadParts(bucket, headers, {file: body.file, sizeBytes}, condition))
      return {sizeBytes, written}
    }
  }
  // A stream would never be sent a second time.
  const bytes = body instanceof Uint8Array ? body : await bytesOfFile(body.file)
  const request = {...headers, ...condition, Body: bytes}
  return {sizeBytes: bytes.length, written: await s3.putObject(request, bucket.uploadLimits(bytes.length))}
}

/**
 * What an earlier round of this write has left, or null. S3 looks at the condition when every part was sent: what is
 * broken already is not worth the way. Throws `PRECONDITION_FAILED`.
 */
export async function writtenBefore(
  bucket: S3Bucket,
  key: ObjectKey,
  headers: S3Headers,
  options: WriteOptions,
): Promise<S3Written | null> {
  if (options.ifAbsent !== true && options.ifMatch === undefined) return null
  const standing = await lookAt(bucket, key)
  if (isMarked(standing, headers.Metadata[MARK])) return standing
  if (holds(options, standing && headOf(key, standing))) return null
  throw preconditionFailed(key)
}

interface Done extends Sent {
  readonly mark: string
}

/** What `head` says of it; where another write or a refusal hides that, what is known of it: it was written. */
async function headAfter(bucket: S3Bucket, key: ObjectKey, {mark, sizeBytes, written}: Done): Promise<ObjectHead> {
  const s3 = await bucket.s3()
  const standing = await s3.headObject({Bucket: bucket.bucket, Key: bucket.fullKey(key)}).catch(() => null)
  if (isMarked(standing, mark)) return headOf(key, standing)
  const versionId = written.VersionId ?? null
  return {key, sizeBytes, etag: unquoted(written.ETag), versionId, modifiedAt: wholeSeconds(new Date())}
}

function headersOf(bucket: S3Bucket, key: ObjectKey, mark: string, encryption: Encryption): S3Headers {
  const named = {Bucket: bucket.bucket, Key: bucket.fullKey(key), Metadata: {[MARK]: mark}}
  return {...named, ...encryptionHeaders(encryption)}
}

function conditionOf({ifAbsent, ifMatch}: WriteOptions): S3Condition {
  if (ifMatch !== undefined) return {IfMatch: quoted(ifMatch)}
  return ifAbsent === true ? {IfNoneMatch: '*'} : {}
}
