import type {CompletedPart, S3} from '@aws-sdk/client-s3'
import type {S3Bucket} from './s3-bucket.js'
import type {SourceFile} from './s3-source-file.js'
import {openFile, partOfFile} from './s3-source-file.js'
import type {S3Condition, S3Headers, S3Written} from './s3-write.js'

const MEBIBYTE = 1024 * 1024
const SMALLEST_PART_BYTES = 8 * MEBIBYTE
const MOST_PARTS = 10_000
/** Memory of one write: this many parts, 32 MiB for files up to 78 GiB. */
const PARTS_AT_A_TIME = 4

/**
 * Sends a file in parts and completes it under the condition. A failed upload is aborted: its parts would cost, and a
 * Complete whose answer was lost can no longer take effect unseen.
 */
export async function uploadParts(
  bucket: S3Bucket,
  headers: S3Headers,
  source: SourceFile,
  condition: S3Condition,
): Promise<S3Written> {
  const s3 = await bucket.s3()
  const {Bucket, Key} = headers
  const checksum = {ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT'} as const
  const {UploadId} = await s3.createMultipartUpload({...headers, ...checksum})
  const upload = {Bucket, Key, UploadId}
  try {
    const parts = await sendParts(s3, bucket, upload, source)
    return await s3.completeMultipartUpload({
      ...upload,
      ...condition,
      ChecksumType: 'FULL_OBJECT',
      MpuObjectSize: source.sizeBytes,
      MultipartUpload: {Parts: parts},
    })
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
  const partBytes = partBytesOf(source.sizeBytes)
  const parts: CompletedPart[] = new Array<CompletedPart>(Math.ceil(source.sizeBytes / partBytes))
  const handle = await openFile(source.file)
  const stop = new AbortController()
  let next = 0
  const sendSome = async (): Promise<void> => {
    while (next < parts.length && !stop.signal.aborted) {
      const index = next
      next += 1
      const start = index * partBytes
      const body = await partOfFile(handle, source, start, Math.min(partBytes, source.sizeBytes - start))
      const request = {...upload, PartNumber: index + 1, Body: body}
      const limits = {...bucket.uploadLimits(PARTS_AT_A_TIME * body.length), abortSignal: stop.signal}
      const {ETag, ChecksumCRC32} = await s3.uploadPart(request, limits)
      parts[index] = {PartNumber: index + 1, ETag, ChecksumCRC32}
    }
  }
  try {
    // All have ended before the upload is completed or aborted: a part that arrives after an abort stays.
    await allEnded(
      Array.from({length: PARTS_AT_A_TIME}, () => sendSome()),
      () => stop.abort(),
    )
  } finally {
    await handle.close()
  }
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

function partBytesOf(sizeBytes: number): number {
  const needed = Math.ceil(sizeBytes / MOST_PARTS / MEBIBYTE) * MEBIBYTE
  return Math.max(SMALLEST_PART_BYTES, needed)
}
