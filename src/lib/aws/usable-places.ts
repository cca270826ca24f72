import {SluiceError, hasCode} from '../errors.js'
import type {PlaceNeeds} from '../ports/place-needs.js'
import {errorName} from './aws-errors.js'
import type {AwsSettings} from './client-settings.js'
import {impossibleWrite} from './impossible-write.js'
import {S3Bucket} from './s3-bucket.js'
import type {S3Call} from './s3-errors.js'
import {assertBucket} from './s3-head.js'

export interface UsedPlaces {
  readonly settings: AwsSettings
  /** `s3://…/` that plans and journals stand below. */
  readonly operations: string
  /** `s3://…/` of each table, and what is done there. */
  readonly rows: readonly {readonly uri: string; readonly use: PlaceNeeds['rows']}[]
  /** `s3://…/` of results. */
  readonly results: string
  /** Whether the workgroup takes statements and puts results there; throws `PLACE_UNUSABLE` where not. */
  checkWorkgroup(): Promise<void>
}

const PROBE = '.sluice-probe'
const MET_NOTHING = new Set(['BadDigest', 'InvalidDigest', 'NoSuchKey', 'PreconditionFailed'])

/**
 * Looks whether a command will find what it needs, before it begins: what fails here would otherwise fail in the middle
 * of its work. Changes nothing. Throws `PLACE_UNUSABLE`, also for what the caller may not do there, and the errors of
 * calls that got no answer.
 */
export async function checkPlaces(needs: PlaceNeeds, used: UsedPlaces): Promise<void> {
  const {settings, operations, rows, results} = used
  const looks = [
    ...(needs.operations === null ? [] : [checkObjects(settings, operations, needs.operations)]),
    ...rows.flatMap(({uri, use}) => (use === null ? [] : [checkObjects(settings, uri, use)])),
    ...(needs.queries ? [checkResults(settings, results), used.checkWorkgroup()] : []),
  ]
  const failed = (await Promise.allSettled(looks)).find((look) => look.status === 'rejected')
  if (failed !== undefined) throw asUnusable(failed.reason)
}

/** Listed, and where it will be written to asked for a write that cannot happen. */
async function checkObjects(settings: AwsSettings, uri: string, use: 'read' | 'write'): Promise<void> {
  const bucket = new S3Bucket({settings, uri})
  const {root: Prefix, bucket: Bucket} = bucket
  const list: S3Call = {action: 's3:ListBucket', key: ''}
  await bucket.call(list, (s3) => s3.listObjectsV2({Bucket, Prefix, MaxKeys: 1}))
  if (use !== 'write') return
  const put: S3Call = {action: 's3:PutObject', key: PROBE}
  await bucket.call(put, async (s3) => {
    try {
      await s3.putObject({Bucket, Key: `${Prefix}${PROBE}`, ...impossibleWrite(settings.encryption)})
    } catch (error) {
      if (!MET_NOTHING.has(errorName(error))) throw error
    }
  })
}

/** Whoever may not list a bucket is still told whether it is there, and where. */
async function checkResults(settings: AwsSettings, uri: string): Promise<void> {
  await assertBucket(new S3Bucket({settings, uri}), {action: 's3:ListBucket', key: ''})
}

/** Nothing has begun: what is denied is a place that cannot be used, not work that failed. */
function asUnusable(error: unknown): unknown {
  if (!hasCode(error, 'AWS_ACCESS_DENIED')) return error
  const {message, fix, details} = error
  return new SluiceError('PLACE_UNUSABLE', message, {cause: error, ...(fix && {fix}), ...(details && {details})})
}
