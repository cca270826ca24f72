import type {AwsEnvironment, LakeDefinition} from '../lake/index.js'
import type {AwsFacts, LifecycleRule} from '../ports/environment-facts.js'
import {folderUri, placeOfTable} from './catalog-look.js'
import {fail, once, pass, skipped, warn} from './verdicts.js'
import type {Check, Verdict} from './types.js'

/** Storage classes that a read has to wait hours for. */
const ARCHIVES = /^(GLACIER|DEEP_ARCHIVE)$/

/** A place that the environment names. */
export interface Place {
  /** In sentences, e.g. `table claims`. */
  readonly title: string
  readonly bucket: string
  /** Of its keys: empty, or ending with a slash. */
  readonly prefix: string
  /** What is written there stays until sluice deletes it; results of queries do not have to. */
  readonly isKept: boolean
}

export function placesOf({tables}: LakeDefinition, environment: AwsEnvironment): readonly Place[] {
  const {state, results} = environment
  return [
    ...(state === null ? [] : [placeOf('state', state, true)]),
    ...tables.map(({name}) => placeOf(`table ${name}`, placeOfTable(environment, name), true)),
    ...(results === null ? [] : [placeOf('results', results, false)]),
  ]
}

function placeOf(title: string, uri: string, isKept: boolean): Place {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(folderUri(uri)) ?? []
  return {title, bucket, prefix, isKept}
}

/** Every bucket that the environment names. */
export function placeChecks(
  definition: LakeDefinition,
  environment: AwsEnvironment,
  facts: AwsFacts,
): readonly Check[] {
  const places = placesOf(definition, environment)
  const buckets = [...new Set(places.map(({bucket}) => bucket))]
  return buckets.flatMap((bucket) => {
    const own = places.filter((place) => place.bucket === bucket)
    return bucketChecks({bucket, places: own, environment, facts})
  })
}

interface Bucket {
  readonly bucket: string
  readonly places: readonly Place[]
  readonly environment: AwsEnvironment
  readonly facts: AwsFacts
}

function bucketChecks(one: Bucket): readonly Check[] {
  const {bucket, places, facts} = one
  const region = once(() => facts.bucketRegion(`s3://${bucket}/${places[0]!.prefix}`))
  const about = (name: string, look: () => Promise<Verdict | readonly Verdict[]>): Check => ({
    group: 'places',
    name,
    of: `s3://${bucket}`,
    look,
  })
  const ofStanding = (name: string, look: () => Promise<Verdict | readonly Verdict[]>): Check =>
    about(name, async () => {
      // A bucket that may not be listed may still tell the rest.
      const found = await region().catch(() => undefined)
      return found === null ? skipped('the bucket is not there') : look()
    })
  return [
    about('bucket', async () => bucketVerdict(one, await region())),
    ofStanding('versioning', async () => versioningVerdict(one, await facts.versioning(bucket))),
    ofStanding('encryption', async () => encryptionVerdict(one, await facts.encryption(bucket))),
    ofStanding('lifecycle', async () => lifecycleVerdicts(one, await facts.lifecycle(bucket))),
    ofStanding('public access', async () => publicVerdict(one, await facts.openToPublic(bucket))),
    ofStanding('access log', async () => logVerdict(one, await facts.accessLog(bucket))),
  ]
}

function titlesOf(places: readonly Place[]): string {
  return places.map(({title}) => title).join(', ')
}

function bucketVerdict({bucket, places, environment}: Bucket, region: string | null): Verdict {
  const of = titlesOf(places)
  if (region === null) {
    return fail(
      `There is no such bucket, for ${of}.`,
      `Correct the name in the definition, or make it: aws s3 mb s3://${bucket} --region ${environment.region}`,
    )
  }
  if (region === environment.region) return pass(`there, in ${region}, for ${of}`)
  return fail(
    `It is in ${region}, the environment in ${environment.region}.`,
    `Write \`region: ${region}\` into the environment, or name a bucket in ${environment.region}.`,
  )
}

/** What a protected environment must have, another one should. */
function required({environment}: Bucket): typeof fail {
  return environment.protect ? fail : warn
}

function versioningVerdict(one: Bucket, found: 'on' | 'suspended' | 'off'): Verdict {
  if (found === 'on') return pass('on')
  if (!one.places.some(({isKept}) => isKept)) return pass(`${found}; results of queries need none`)
  return required(one)(
    `${found}: what is overwritten or deleted by mistake cannot be brought back`,
    `aws s3api put-bucket-versioning --bucket ${one.bucket} --versioning-configuration Status=Enabled`,
  )
}

function encryptionVerdict(one: Bucket, found: {algorithm: string; key: string | null} | null): Verdict {
  const {encryption} = one.environment
  if (encryption !== 'bucket-default') return pass(`${encryption}, sent with everything that is written`)
  if (found !== null) return pass(found.key === null ? found.algorithm : `${found.algorithm} with ${found.key}`)
  return required(one)(
    'no encryption by default',
    `aws s3api put-bucket-encryption --bucket ${one.bucket} --server-side-encryption-configuration '{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}'`,
  )
}

/** The definition knows no retention: nothing that a table or an operation needs may end by a rule. */
function lifecycleVerdicts(one: Bucket, rules: readonly LifecycleRule[]): Verdict | readonly Verdict[] {
  const kept = one.places.filter(({isKept}) => isKept)
  const deleting = rules.flatMap((rule) => {
    const hit = kept.filter((place) => meets(rule, place))
    return rule.expires && hit.length > 0
      ? [fail(`rule ${rule.id} deletes objects of ${titlesOf(hit)}`, ruleFix(rule.id))]
      : []
  })
  const archiving = rules.flatMap((rule) => {
    const hit = kept.filter((place) => meets(rule, place))
    const classes = rule.movesTo.filter((name) => ARCHIVES.test(name))
    return classes.length > 0 && hit.length > 0
      ? [
          warn(
            `rule ${rule.id} moves objects of ${titlesOf(hit)} to ${classes.join(', ')}: queries cannot read them there`,
            ruleFix(rule.id),
          ),
        ]
      : []
  })
  const found = [...deleting, ...archiving, ...untidy(one, rules)]
  if (found.length > 0) return found
  return pass(`${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}, none against the definition`)
}

function untidy({bucket, places}: Bucket, rules: readonly LifecycleRule[]): Verdict[] {
  const unaborted = rules.some(({abortsUploads}) => abortsUploads)
    ? []
    : [
        warn(
          'parts of uploads that were never finished stay, and are paid for',
          `Add a rule with AbortIncompleteMultipartUpload to s3://${bucket}.`,
        ),
      ]
  const results = places.filter((place) => !place.isKept)
  const standing = results.filter((place) => !rules.some((rule) => rule.expires && meets(rule, place)))
  const undeleted = standing.map(({prefix}) =>
    warn(
      'results of queries are never deleted, and hold rows in clear',
      `Add a rule that expires s3://${bucket}/${prefix} after some days.`,
    ),
  )
  return [...unaborted, ...undeleted]
}

function ruleFix(id: string): string {
  return `Take the lake's prefix out of lifecycle rule ${id}.`
}

/** A rule with more than a prefix may meet any object. */
function meets({prefix}: LifecycleRule, place: Place): boolean {
  return prefix === null || place.prefix.startsWith(prefix) || prefix.startsWith(place.prefix)
}

function publicVerdict(one: Bucket, open: readonly string[]): Verdict {
  if (open.length === 0) return pass('blocked')
  return required(one)(
    `the bucket itself does not block public access (${open.join(', ')}); the account may`,
    `aws s3api put-public-access-block --bucket ${one.bucket} --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`,
  )
}

function logVerdict({bucket}: Bucket, target: string | null): Verdict {
  if (target !== null) return pass(`to s3://${target}`)
  return warn(
    'nobody can tell later who read what; data events of CloudTrail would do as well',
    `Switch access logging on for s3://${bucket}, or data events of CloudTrail.`,
  )
}
