import type {AwsEnvironment, LakeDefinition, TableDefinition} from '../lake/index.js'
import type {AwsFacts, CallerFact} from '../ports/environment-facts.js'
import {folderUri} from './catalog-look.js'
import {placesOf} from './place-checks.js'
import {pass, skipped, unknown, warn} from './verdicts.js'
import type {Check, Verdict} from './types.js'

const OLD_KEY_DAYS = 90
const MS_PER_DAY = 86_400_000

export interface SecurityLook {
  readonly definition: LakeDefinition
  readonly environment: AwsEnvironment
  readonly facts: AwsFacts
  readonly caller: () => Promise<CallerFact>
  readonly now: Date
  /** Tables of which a filter may hide something are added here. */
  readonly mayBeCut: Set<string>
}

/** Keys of buckets and callers, and Lake Formation. */
export function securityChecks(look: SecurityLook): readonly Check[] {
  const {definition, environment} = look
  const buckets = [...new Set(placesOf(definition, environment).map(({bucket}) => bucket))]
  const ownKey = environment.encryption.startsWith('kms:') ? environment.encryption.slice('kms:'.length) : null
  const about = (name: string, of: string, run: Check['look']): Check => ({group: 'security', name, of, look: run})
  return [
    about('access key', environment.account, () => accessKeyVerdict(look)),
    ...(ownKey === null ? [] : [about('key rotation', ownKey, () => keyVerdict(ownKey, look))]),
    ...buckets.map((bucket) => about('key rotation', `s3://${bucket}`, () => rotationVerdict(bucket, look))),
    about('Lake Formation places', environment.state ?? '', () => governedVerdict(look)),
    ...definition.tables.map((table) => about('Lake Formation filters', table.name, () => filterVerdict(table, look))),
  ]
}

async function accessKeyVerdict({caller, facts, now}: SecurityLook): Promise<Verdict> {
  const {accessKeyId, arn} = await caller()
  if (!accessKeyId.startsWith('AKIA')) return pass('credentials that end by themselves')
  const text = `a long-lived access key (…${accessKeyId.slice(-4)}) of ${arn}`
  const fix = 'Sign in by SSO or take a role, and delete the key.'
  const user = /:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1]
  const madeAt = user === undefined ? null : await facts.accessKeyMadeAt(user, accessKeyId).catch(() => null)
  if (madeAt === null) return warn(`${text}, of unknown age`, fix)
  const days = Math.floor((now.getTime() - madeAt.getTime()) / MS_PER_DAY)
  const age = `${days} ${days === 1 ? 'day' : 'days'} old`
  return warn(days > OLD_KEY_DAYS ? `${text}, ${age}: over ${OLD_KEY_DAYS} days` : `${text}, ${age}`, fix)
}

async function rotationVerdict(bucket: string, {facts}: SecurityLook): Promise<Verdict> {
  const encryption = await facts.encryption(bucket)
  if (encryption === null || !encryption.algorithm.startsWith('aws:kms')) return skipped('no key of KMS')
  const {key} = encryption
  // S3's own key, which AWS rotates every year
  if (key === null || key.endsWith('alias/aws/s3')) return pass("AWS's own key, rotated every year")
  return keyVerdict(key, {facts})
}

async function keyVerdict(key: string, {facts}: Pick<SecurityLook, 'facts'>): Promise<Verdict> {
  if (await facts.rotates(key)) return pass(`${key} is rotated`)
  return warn(`${key} is never rotated`, `aws kms enable-key-rotation --key-id ${key}`)
}

async function governedVerdict({definition, environment, facts}: SecurityLook): Promise<Verdict> {
  const governed = (await facts.governedPlaces()).map((uri) => folderUri(uri))
  const hit = placesOf(definition, environment)
    .map(({title, bucket, prefix}) => ({title, uri: `s3://${bucket}/${prefix}`}))
    .filter(({uri}) => governed.some((place) => uri.startsWith(place)))
  if (hit.length === 0) return pass('none of the lake is registered')
  return warn(
    `${hit.map(({title}) => title).join(', ')} registered: Lake Formation decides who reads, beside IAM`,
    'Grant the roles of the lake SELECT on every column and DATA_LOCATION_ACCESS in Lake Formation.',
  )
}

/** A result that a filter may have cut must not pass as the whole. */
async function filterVerdict({name}: TableDefinition, look: SecurityLook): Promise<Verdict> {
  const {environment, facts, mayBeCut} = look
  const table = await facts.table(environment.database ?? '', name)
  if (table === null) return skipped('Glue has no such table')
  if (!table.isGoverned) return pass('not governed by Lake Formation')
  // until the filters are known, and none is there
  mayBeCut.add(name)
  const filters = await facts.dataFilters(environment.account, environment.database ?? '', name)
  if (filters.length === 0) {
    return unknown(
      'governed by Lake Formation without data filters; grants of single columns may still hide some',
      'Ask an administrator of Lake Formation which columns this caller may see.',
    )
  }
  const told = filters.map(({name: filter, hidesColumns, hidesRows}) => {
    const hides = [...(hidesColumns ? ['columns'] : []), ...(hidesRows ? ['rows'] : [])]
    return `${filter} (${hides.length === 0 ? 'nothing' : hides.join(' and ')})`
  })
  return warn(
    `filters may hide parts from this caller: ${told.join(', ')}. Results of ${name} may not be the whole.`,
    'Compare with a caller that sees everything before you rely on counts of this table.',
  )
}
