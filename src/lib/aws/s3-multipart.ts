import type {CompletedPart, CreateMultipartUploadCommandInput, S3} from '@aws-sdk/client-s3'
import type {S3Bucket} from './s3-bucket.js'
import type {SourceFile} from './s3-source-file.js'
import {openFile, partOfFile} from './s3-source-file.js'
import type {S3Condition, S3Headers, S3Written} from './s3-write.js'

const MEBIBYTE = 1024 * 1024
const GIBIBYTE = 1024 * MEBIBYTE
const SMALLEST_PART_BYTES = 8 * MEBIBYTE
const MOST_PARTS = 10_000
/** Memory of one write: this many parts, 32 MiB for files up to 78 GiB. */
const PARTS_AT_A_TIME = 4
/** Far below the 5 GiB that S3 takes: a part that fails is copied again. */
const LARGEST_COPIED_PART_BYTES = GIBIBYTE

/** Sends a file in parts and completes it under the condition. */
export async function uploadParts(
  bucket: S3Bucket,
  headers: S3Headers,
  source: SourceFile,
  condition: S3Condition,
): Promise<S3Written> {
  const checksum = {ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT'} as const
  const parts = (s3: S3, upload: Upload): Promise<CompletedPart[]> => sendParts(s3, bucket, upload, source)
  return inParts(bucket, headers, {sizeBytes: source.sizeBytes, checksum, condition, parts})
}

/** What is copied in parts: an object of S3, which must stay the same. */
export interface CopiedParts {
  readonly CopySource: string
  readonly CopySourceIfMatch: string
  readonly sizeBytes: number
}

/** Copies an object in parts within S3, none of them larger than allowed, and completes it under the condition. */
export async function copyParts(
  bucket: S3Bucket,
  headers: S3Headers,
  {sizeBytes, ...source}: CopiedParts,
  {largestBytes, ...condition}: S3Condition & {readonly largestBytes: number},
): Promise<S3Written> {
  const partBytes = partBytesOf(sizeBytes, Math.min(largestBytes, LARGEST_COPIED_PART_BYTES))
  const parts = (s3: S3, upload: Upload): Promise<CompletedPart[]> =>
    allParts(Math.ceil(sizeBytes / partBytes), async (index, abortSignal) => {
      const start = index * partBytes
      const CopySourceRange = `bytes=${start}-${Math.min(start + partBytes, sizeBytes) - 1}`
      const request = {...upload, ...source, CopySourceRange, PartNumber: index + 1}
      const {CopyPartResult} = await s3.uploadPartCopy(request, {abortSignal})
      return {PartNumber: index + 1, ETag: CopyPartResult?.ETag}
    })
  return inParts(bucket, headers, {sizeBytes, condition, parts})
}

interface Assembly {
  readonly sizeBytes: number
  readonly checksum?: Pick<CreateMultipartUploadCommandInput, 'ChecksumAlgorithm' | 'ChecksumType'>
  readonly condition: S3Condition
  readonly parts: (s3: S3, upload: Upload) => Promise<CompletedPart[]>
}

/**
 * Makes an object of parts and completes it under the condition. A failed upload is aborted: its parts would cost, and a
 * Complete whose answer was lost can no longer take effect unseen.
 */
async function inParts(
  bucket: S3Bucket,
  headers: S3Headers,
  {sizeBytes, checksum = {}, condition, parts}: Assembly,
): Promise<S3Written> {
  const s3 = await bucket.s3()
  const {Bucket, Key} = headers
  const {UploadId} = await s3.createMultipartUpload({...headers, ...checksum})
  const upload = {Bucket, Key, UploadId}
  try {
    const Parts = await parts(s3, upload)
    const {ChecksumType} = checksum
    const whole = {...(ChecksumType === undefined ? {} : {ChecksumType}), MpuObjectSize: sizeBytes}
    return await s3.completeMultipartUpload({...upload, ...condition, ...whole, MultipartUpload: {Parts}})
  } catch (error) {
    // Found again or not is the caller's question; here is nothing more to do.
    await s3.abortMultipartUpload(upload).catch(() => undefined)
    throw error
  }
}

interface Upload {
  readonly Bucket: string
  readonly Key: string
  readonly UploadId: string | undefined
}

async function sendParts(s3: S3, bucket: S3Bucket, upload: Upload, source: SourceFile): Promise<CompletedPart[]> {
  const partBytes = partBytesOf(source.sizeBytes, SMALLEST_PART_BYTES)
  const handle = await openFile(source.file)
  try {
    return await allParts(Math.ceil(source.sizeBytes / partBytes), async (index, abortSignal) => {
      const start = index * partBytes
      const body = await partOfFile(handle, source, start, Math.min(partBytes, source.sizeBytes - start))
      const request = {...upload, PartNumber: index + 1, Body: body}
      const limits = {...bucket.uploadLimits(PARTS_AT_A_TIME * body.length), abortSignal}
      const {ETag, ChecksumCRC32} = await s3.uploadPart(request, limits)
      return {PartNumber: index + 1, ETag, ChecksumCRC32}
    })
  } finally {
    await handle.close()
  }
}

/** Some at a time. All have ended before the upload is completed or aborted: a part that arrives after an abort stays. */
async function allParts(
  count: number,
  sendPart: (index: number, stop: AbortSignal) => Promise<CompletedPart>,
): Promise<CompletedPart[]> {
  const parts: CompletedPart[] = new Array<CompletedPart>(count)
  const stop = new AbortController()
  let next = 0
  const sendSome = async (): Promise<void> => {
    while (next < count && !stop.signal.aborted) {
      const index = next
      next += 1
      parts[index] = await sendPart(index, stop.signal)
    }
  }
  await allEnded(
    Array.from({length: PARTS_AT_A_TIME}, () => sendSome()),
    () => stop.abort(),
  )
  return parts
}

/** Waits for all; the first failure stops the others and is thrown when the last has ended. */
async function allEnded(workers: readonly Promise<void>[], onFailure: () => void): Promise<void> {
  const failures: unknown[] = []
  await Promise.all(
    workers.map((worker) =>
      worker.catch((error: unknown) => {
        failures.push(error)
        onFailure()
      }),
    ),
  )
  if (failures.length > 0) throw failures[0]
}

/** As wished, or larger where there would be too many parts. */
function partBytesOf(sizeBytes: number, wishedBytes: number): number {
  const needed = Math.ceil(sizeBytes / MOST_PARTS / MEBIBYTE) * MEBIBYTE
  return Math.max(wishedBytes, needed)
}
