import type {DraftTable} from './drafts.js'
import type {Findings, Path} from './mistakes.js'
import {nearFix} from '../near-name.js'
import {compactedUri} from './compacted-uri.js'
import type {SoundDefinition, SoundEnvironment} from './sound.js'

/** Fills in the environment's name. */
export function fillName(text: string, environment: string): string {
  return text.replaceAll('{env}', environment)
}

/** The rules of lake, default and environments. */
export function checkEnvironments(file: SoundDefinition, tables: readonly DraftTable[], findings: Findings): void {
  checkLakeName(file, findings)
  const environments = Object.entries(file.environments ?? {})
  const names = environments.map(([name]) => name)
  if (names.length === 0 && !findings.touches(['environments'])) {
    findings.add(['environments'], 'The lake has no environment.', 'Add local: {backend: local, root: ./lake}.')
  }
  if (
    file.default !== undefined &&
    !names.includes(file.default) &&
    !findings.touches(['environments', file.default])
  ) {
    const message = `The default environment ${file.default} is not defined.`
    findings.add(['default'], message, nearFix(file.default, names, 'environment'))
  }
  for (const [name, environment] of environments) checkEnvironment(name, environment, tables, findings)
  checkSourceNames(file, findings)
}

function checkLakeName(file: SoundDefinition, findings: Findings): void {
  if (file.lake === undefined || /^[a-z][a-z0-9_-]{0,62}$/.test(file.lake)) return
  const message = `${JSON.stringify(file.lake)} is no lake name: up to 63 of a-z, 0-9, - and _, beginning with a letter.`
  findings.add(['lake'], message, 'Write a name like my-lake.')
}

function checkEnvironment(
  name: string,
  environment: SoundEnvironment | undefined,
  tables: readonly DraftTable[],
  findings: Findings,
): void {
  const at: Path = ['environments', name]
  if (!/^[a-z][a-z0-9_-]*$/.test(name)) {
    findings.add(
      at,
      `${JSON.stringify(name)} is no environment name.`,
      'Use a-z, 0-9, - and _, beginning with a letter.',
    )
  }
  if (environment?.backend === 'local') checkRoot(environment, at, name, findings)
  if (environment?.backend === 'aws') checkAws(environment, at, name, tables, findings)
}

function checkRoot({root}: SoundEnvironment, at: Path, name: string, findings: Findings): void {
  if (root === undefined) return
  checkPlaceholders(root, [...at, 'root'], findings)
  if (root.trim() === '' || root.includes('\0')) {
    findings.add([...at, 'root'], 'The root is no folder name.', 'Write a folder, like ./lake.')
  } else if (root.startsWith('~')) {
    const message = '~ is not expanded: this would be a folder of that name.'
    findings.add([...at, 'root'], message, `Write a path relative to this file, like ./lake-${name}.`)
  }
}

/** What each text of an AWS environment looks like once `{env}` is replaced. */
const AWS_TEXTS: readonly {key: keyof SoundEnvironment & string; pattern: RegExp; noun: string; example: string}[] = [
  {key: 'region', pattern: /^[a-z]{2}(-[a-z]+)+-\d$/, noun: 'AWS Region', example: 'eu-west-1'},
  {key: 'account', pattern: /^\d{12}$/, noun: 'AWS account of 12 digits', example: '"111122223333"'},
  {
    key: 'role',
    pattern: /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
    noun: 'ARN of a role',
    example: 'arn:aws:iam::111122223333:role/sluice',
  },
  {key: 'database', pattern: /^[a-z0-9_]{1,255}$/, noun: 'Glue database name', example: 'icpa_analytics_db'},
  {key: 'workgroup', pattern: /^[a-zA-Z0-9._-]{1,128}$/, noun: 'Athena workgroup name', example: 'icpa-workgroup'},
  {key: 'state', pattern: bucketPath(), noun: 's3:// place', example: 's3://my-bucket/sluice'},
  {
    key: 'encryption',
    pattern: /^(bucket-default|sse-s3|kms:arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+)$/,
    noun: 'encryption: bucket-default, sse-s3, or kms: and the ARN of a key',
    example: 'kms:arn:aws:kms:eu-west-1:111122223333:key/my-key',
  },
  {key: 'results', pattern: bucketPath(), noun: 's3:// place', example: 's3://my-bucket/results'},
]

function bucketPath(): RegExp {
  return /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/(?!\/)[^\s/?#{}]+)*\/?$/
}

function checkAws(
  environment: SoundEnvironment,
  at: Path,
  name: string,
  tables: readonly DraftTable[],
  findings: Findings,
): void {
  for (const {key, pattern, noun, example} of AWS_TEXTS) {
    const value = environment[key]
    if (typeof value === 'string') checkText(value, {path: [...at, key], pattern, noun, example, name}, findings)
  }
  for (const [service, url] of Object.entries(environment.endpoints ?? {})) {
    checkEndpoint(url, [...at, 'endpoints', service], findings)
  }
  checkLocations(environment, at, name, tables, findings)
}

interface TextRule {
  readonly path: Path
  readonly pattern: RegExp
  readonly noun: string
  readonly example: string
  readonly name: string
}

function checkText(value: string, rule: TextRule, findings: Findings): void {
  if (checkPlaceholders(value, rule.path, findings)) return
  const filled = fillName(value, rule.name)
  if (rule.pattern.test(filled)) return
  findings.add(rule.path, `${JSON.stringify(filled)} is no ${rule.noun}.`, `Write it like ${rule.example}.`)
}

/** True when a placeholder other than `{env}` was reported. */
export function checkPlaceholders(value: string, path: Path, findings: Findings): boolean {
  const odd = [...value.matchAll(/\{[^}]*\}?/g)].map(([found]) => found).find((found) => found !== '{env}')
  if (odd === undefined) return false
  findings.add(path, `${odd} is no placeholder; names know {env} only.`, 'Write {env}, or remove the braces.')
  return true
}

function checkEndpoint(url: string, path: Path, findings: Findings): void {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) {
    findings.add(path, `${JSON.stringify(url)} is no http or https address.`, 'Write it like https://host:port.')
  } else if (parsed.username !== '' || parsed.password !== '') {
    findings.add(
      path,
      'An endpoint holds no user or password.',
      'Take them out; credentials come from the AWS profile.',
    )
  } else if (parsed.protocol === 'http:' && !isLoopback(parsed.hostname)) {
    const message = `http is unencrypted, so it may go to this machine only, not to ${parsed.hostname}.`
    findings.add(path, message, `Write https://${parsed.host}.`)
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

function checkLocations(
  environment: SoundEnvironment,
  at: Path,
  name: string,
  tables: readonly DraftTable[],
  findings: Findings,
): void {
  const names = tables.map((table) => table.name)
  const state = environment.state === undefined ? null : folder(fillName(environment.state, name))
  const taken: TablePlace[] = []
  for (const [table, values] of Object.entries(environment.tables ?? {})) {
    const path: Path = [...at, 'tables', table]
    if (!names.includes(table) && !findings.touches(['tables', table])) {
      findings.add(path, `There is no table ${table} in this lake.`, nearFix(table, names, 'table'))
    }
    if (values?.location === undefined) continue
    const place = {path: [...path, 'location'], pattern: bucketPath(), noun: 's3:// place', name}
    checkText(values.location, {...place, example: `s3://my-bucket/${table}`}, findings)
    const location = folder(fillName(values.location, name))
    if (state !== null && (state.startsWith(location) || location.startsWith(state))) {
      const message = `The state ${state} and the table ${table} share a place; readers would take its files for rows.`
      findings.add([...path, 'location'], message, 'Give state a prefix of its own.')
    }
    const own = placesOf(table, location)
    checkApart(own, taken, [...path, 'location'], findings)
    taken.push(...own)
  }
}

/** A folder that holds rows of a table. */
interface TablePlace {
  readonly table: string
  readonly uri: string
}

/** Where a table lies, and where compactions put its rows. */
function placesOf(table: string, location: string): readonly TablePlace[] {
  const compacted = compactedUri(location)
  return [{table, uri: location}, ...(compacted === null ? [] : [{table, uri: compacted}])]
}

/** Of two tables in one place readers of either see the rows of both, and nobody can tell whose an object is. */
function checkApart(own: readonly TablePlace[], taken: readonly TablePlace[], path: Path, findings: Findings): void {
  for (const {table, uri} of own) {
    const other = taken.find((one) => one.uri.startsWith(uri) || uri.startsWith(one.uri))
    if (other === undefined) continue
    const places = uri === other.uri ? uri : `${uri} and ${other.uri}`
    const message = `The tables ${table} and ${other.table} share a place (${places}); readers would take files of one for rows of the other.`
    findings.add(path, message, `Give ${table} a prefix of its own, in which no other table lies.`)
    return
  }
}

function folder(place: string): string {
  return place.endsWith('/') ? place : `${place}/`
}

function checkSourceNames(file: SoundDefinition, findings: Findings): void {
  for (const [table, values] of Object.entries(file.tables ?? {})) {
    const name = values?.source?.dynamodb
    if (name === undefined) continue
    const path: Path = ['tables', table, 'source', 'dynamodb']
    if (checkPlaceholders(name, path, findings)) continue
    if (/^[\w.-]{3,255}$/.test(name.replaceAll('{env}', 'env'))) continue
    findings.add(path, `${JSON.stringify(name)} is no DynamoDB table name.`, 'Write 3 to 255 letters, digits, _ - or .')
  }
}
