import type {S3} from '@aws-sdk/client-s3'
import {SluiceError} from '../errors.js'
import type {ObjectKey} from '../ports/object-store.js'
import type {AwsSettings} from './client-settings.js'
import {clientConfiguration} from './client-settings.js'
import type {S3Call, S3Place} from './s3-errors.js'
import {s3Error} from './s3-errors.js'
import {assertKey, hasReservedSegment, keyInvalid, LONGEST_KEY_BYTES, shown} from '../ports/object-keys.js'

/** How long a connection may be silent, and how long an answer without an upload may take to begin. */
const PATIENCE_MS = 30_000
/** Slowest upload that is waited for: a request's time limit includes the sending of its body. */
const SLOWEST_BYTES_PER_MS = 64

export interface S3BucketOptions {
  readonly settings: AwsSettings
  /** `s3://bucket/prefix`. */
  readonly uri: string
  readonly patienceMs?: number | undefined
}

/** A bucket below a prefix: its client, its keys, its errors. Nothing is loaded or called before the first call. */
export class S3Bucket implements S3Place {
  readonly uri: string
  readonly bucket: string
  readonly region: string
  /** What every key begins with: empty, or ending with a slash. */
  readonly root: string
  readonly patienceMs: number
  readonly #settings: AwsSettings

  constructor({settings, uri, patienceMs = PATIENCE_MS}: S3BucketOptions) {
    const {bucket, prefix} = parseS3Uri(uri)
    this.uri = prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`
    this.bucket = bucket
    this.root = prefix === '' ? '' : `${prefix}/`
    this.region = settings.region
    this.patienceMs = patienceMs
    this.#settings = settings
  }

  s3(): Promise<S3> {
    return clientOf(this.#settings, this.patienceMs)
  }

  /** The key as S3 knows it. Throws `KEY_INVALID`. */
  fullKey(key: ObjectKey): string {
    assertKey(key)
    const fault = faultBelowRoot(this.root, key)
    if (fault !== null) throw keyInvalid(key, fault)
    return `${this.root}${key}`
  }

  /**
   * The store's key of an object that S3 lists, or null for one that is no data: a console's folder, or what every
   * reader passes over. One that calls refuse is told all the same: there are readers that see it.
   */
  ownKey(fullKey: string): ObjectKey | null {
    if (!fullKey.startsWith(this.root)) return null
    const key = fullKey.slice(this.root.length)
    return isFolderMark(key) || hasReservedSegment(key) ? null : key
  }

  /** Time limit of a request that sends so many bytes. */
  uploadLimits(bytes: number): {readonly requestTimeout: number} {
    return {requestTimeout: this.patienceMs + Math.ceil(bytes / SLOWEST_BYTES_PER_MS)}
  }

  /** One call; what the SDK throws leaves as a SluiceError. */
  async call<T>(call: S3Call, action: (s3: S3) => Promise<T>): Promise<T> {
    try {
      return await action(await this.s3())
    } catch (error) {
      throw s3Error(error, this, call)
    }
  }
}

/** Bucket and prefix of `s3://bucket/prefix`. Throws `PLACE_UNUSABLE`. */
export function parseS3Uri(uri: string): {readonly bucket: string; readonly prefix: string} {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(uri) ?? []
  if (bucket === undefined) {
    throw new SluiceError('PLACE_UNUSABLE', `${shown(uri)} is no place in S3.`, {fix: 'Write s3://<bucket>/<prefix>.'})
  }
  return {bucket, prefix: prefix.replace(/\/+$/, '')}
}

const clients = new WeakMap<AwsSettings, Map<number, Promise<S3>>>()

/** One client an environment: its stores share connections, credentials and the allowance of retries. */
function clientOf(settings: AwsSettings, patienceMs: number): Promise<S3> {
  const standing = clients.get(settings) ?? new Map<number, Promise<S3>>()
  clients.set(settings, standing)
  const client = standing.get(patienceMs) ?? openClient(settings, patienceMs)
  standing.set(patienceMs, client)
  return client
}

async function openClient(settings: AwsSettings, patienceMs: number): Promise<S3> {
  const {S3} = await import('@aws-sdk/client-s3')
  const shared = clientConfiguration(settings, 's3')
  return new S3({
    ...shared,
    requestHandler: {...shared.requestHandler, requestTimeout: patienceMs, socketTimeout: patienceMs},
    // An endpoint of one's own has no name for every bucket.
    forcePathStyle: shared.endpoint !== undefined,
  })
}

function isFolderMark(key: string): boolean {
  return key === '' || key.endsWith('/')
}

/** Why S3 cannot hold the key below this root, or null. */
function faultBelowRoot(root: string, key: string): string | null {
  const bytes = Buffer.byteLength(root) + Buffer.byteLength(key)
  return bytes > LONGEST_KEY_BYTES ? `with its location it is longer than ${LONGEST_KEY_BYTES} bytes` : null
}
