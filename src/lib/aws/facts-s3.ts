import type {LifecycleRule as S3Rule} from '@aws-sdk/client-s3'
import type {AwsFacts, LifecycleRule} from '../ports/environment-facts.js'
import {errorName, httpStatus} from './aws-errors.js'
import {asking, type FactClients} from './facts-clients.js'
import {parseS3Uri} from './s3-bucket.js'
import {regionOf} from './s3-errors.js'

type S3Facts = Pick<
  AwsFacts,
  'bucketRegion' | 'versioning' | 'encryption' | 'lifecycle' | 'openToPublic' | 'accessLog' | 'hasObjects'
>

/** What S3 tells of buckets. */
export function s3Facts(clients: FactClients): S3Facts {
  const {options, settings} = clients
  return {
    bucketRegion: async (uri) => {
      const {ListObjectsV2Command} = await import('@aws-sdk/client-s3')
      const {bucket, prefix} = parseS3Uri(uri)
      const s3 = await clients.s3()
      return asking('s3:ListBucket', async () => {
        try {
          // Not HEAD: that may be asked by callers only who may list the whole bucket.
          await s3.send(new ListObjectsV2Command({Bucket: bucket, Prefix: folderOf(prefix), MaxKeys: 1}), options)
          return settings.region
        } catch (error) {
          if (httpStatus(error) === 404) return null
          const region = regionOf(error)
          // S3 answers 301 for a bucket elsewhere, and 400 where it cannot be reached from here
          if (region !== null && [301, 400].includes(Number(httpStatus(error)))) return region
          throw error
        }
      })
    },
    versioning: async (bucket) => {
      const {GetBucketVersioningCommand} = await import('@aws-sdk/client-s3')
      const s3 = await clients.s3()
      const {Status: status} = await asking('s3:GetBucketVersioning', () =>
        s3.send(new GetBucketVersioningCommand({Bucket: bucket}), options),
      )
      if (status === 'Enabled') return 'on'
      return status === 'Suspended' ? 'suspended' : 'off'
    },
    encryption: async (bucket) => {
      const {GetBucketEncryptionCommand} = await import('@aws-sdk/client-s3')
      const s3 = await clients.s3()
      const answer = await orNull('s3:GetEncryptionConfiguration', NO_ENCRYPTION, () =>
        s3.send(new GetBucketEncryptionCommand({Bucket: bucket}), options),
      )
      const rule = answer?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault
      if (rule?.SSEAlgorithm === undefined) return null
      return {algorithm: rule.SSEAlgorithm, key: rule.KMSMasterKeyID ?? null}
    },
    lifecycle: async (bucket) => {
      const {GetBucketLifecycleConfigurationCommand} = await import('@aws-sdk/client-s3')
      const s3 = await clients.s3()
      const answer = await orNull('s3:GetLifecycleConfiguration', NO_LIFECYCLE, () =>
        s3.send(new GetBucketLifecycleConfigurationCommand({Bucket: bucket}), options),
      )
      return (answer?.Rules ?? []).filter(({Status: status}) => status === 'Enabled').map(readRule)
    },
    openToPublic: async (bucket) => {
      const {GetPublicAccessBlockCommand} = await import('@aws-sdk/client-s3')
      const s3 = await clients.s3()
      const answer = await orNull('s3:GetBucketPublicAccessBlock', NO_BLOCK, () =>
        s3.send(new GetPublicAccessBlockCommand({Bucket: bucket}), options),
      )
      const block = answer?.PublicAccessBlockConfiguration ?? {}
      return BLOCKS.filter((name) => block[name] !== true)
    },
    accessLog: async (bucket) => {
      const {GetBucketLoggingCommand} = await import('@aws-sdk/client-s3')
      const s3 = await clients.s3()
      const {LoggingEnabled: log} = await asking('s3:GetBucketLogging', () =>
        s3.send(new GetBucketLoggingCommand({Bucket: bucket}), options),
      )
      return log?.TargetBucket === undefined ? null : `${log.TargetBucket}/${log.TargetPrefix ?? ''}`
    },
    hasObjects: async (uri) => {
      const {ListObjectsV2Command} = await import('@aws-sdk/client-s3')
      const {bucket, prefix} = parseS3Uri(uri)
      const s3 = await clients.s3()
      const list = new ListObjectsV2Command({Bucket: bucket, Prefix: folderOf(prefix), MaxKeys: 2})
      const answer = await orNull('s3:ListBucket', ['NoSuchBucket'], () => s3.send(list, options))
      // the marker that a console makes of a folder is no object of a table
      return (answer?.Contents ?? []).some(({Key: key}) => key?.endsWith('/') === false)
    },
  }
}

function folderOf(prefix: string): string {
  return prefix === '' ? '' : `${prefix}/`
}

const NO_ENCRYPTION = ['ServerSideEncryptionConfigurationNotFoundError']
const NO_LIFECYCLE = ['NoSuchLifecycleConfiguration']
const NO_BLOCK = ['NoSuchPublicAccessBlockConfiguration']
const BLOCKS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const

/** Null for the answers that say that there is no such thing. */
async function orNull<Answer>(
  action: string,
  absences: readonly string[],
  call: () => Promise<Answer>,
): Promise<Answer | null> {
  return asking(action, async () => {
    try {
      return await call()
    } catch (error) {
      if (absences.includes(errorName(error))) return null
      throw error
    }
  })
}

function readRule(rule: S3Rule): LifecycleRule {
  const {Expiration: expiration, NoncurrentVersionExpiration: versions, AbortIncompleteMultipartUpload: abort} = rule
  const moves = [...(rule.Transitions ?? []), ...(rule.NoncurrentVersionTransitions ?? [])]
  return {
    id: rule.ID ?? '(without a name)',
    prefix: prefixOf(rule),
    expires: expiration?.Days !== undefined || expiration?.Date !== undefined,
    expiresVersions: versions !== undefined,
    abortsUploads: abort !== undefined,
    movesTo: [...new Set((rule.Transitions === undefined ? [] : moves).flatMap((move) => move.StorageClass ?? []))],
  }
}

/** A filter with anything beside the prefix still meets nothing outside of it. */
function prefixOf({Filter: filter, Prefix: prefix}: S3Rule & {readonly Prefix?: string | undefined}): string | null {
  return filter?.Prefix ?? filter?.And?.Prefix ?? prefix ?? null
}
