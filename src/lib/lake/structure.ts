import type {z} from 'zod'
import {pathText, type Findings, type Path} from './mistakes.js'
import {nearestName} from '../near-name.js'
import {awsEnvironmentSchema, definitionSchema, localEnvironmentSchema} from './schema.js'
import type {SoundDefinition} from './sound.js'
import {isSplitType} from './source-text.js'

type Issue = z.core.$ZodIssue

/** Expressions and keys that a later version gives a meaning; saying so helps more than "unknown". */
const RESERVED_EXPRESSIONS = ['date_part', 'case', 'hmac_sha256', 'sha256_json']
const RESERVED_KEYS = [
  'explode',
  'normalise',
  'queues',
  'functions',
  'alarms',
  'budgets',
  'identity',
  'retention',
  'encryption',
]
/** What an environment may never change, so that the same tables run everywhere. */
const SAME_EVERYWHERE = [
  'columns',
  'key',
  'when',
  'skip',
  'partition',
  'source',
  'kind',
  'layer',
  'format',
  'mapping',
  'description',
  'max_vanished',
]

/**
 * Checks the shape of a definition, reports everything that does not fit, and answers the value without the broken
 * parts, so that the rules can look at the rest in the same run; null when nothing is left to look at.
 */
export function checkStructure(value: unknown, findings: Findings): SoundDefinition | null {
  if (!isRecord(value)) {
    if (findings.all().length === 0) {
      findings.add([], 'A definition is a map of keys.', 'Start one with `sluice init --blueprint claims`.')
    }
    return null
  }
  const sound = structuredClone(value)
  const parsed = definitionSchema.safeParse(value)
  if (parsed.success) return sound
  const meant = new Set<string>()
  for (const issue of parsed.error.issues) {
    if (issue.code !== 'unrecognized_keys') continue
    for (const key of issue.keys) {
      const path = [...plainPath(issue), key]
      const near = reportKey(path, value, findings)
      if (near !== null) meant.add(pathText([...plainPath(issue), near]))
      prune(sound, path)
    }
  }
  for (const issue of parsed.error.issues) {
    if (issue.code === 'unrecognized_keys') continue
    const path = plainPath(issue)
    // A slip of the pen is one mistake: not the wrong key, and then the missing right one too.
    const isTold = findings.touches(path) || (valueAt(value, path) === undefined && meant.has(pathText(path)))
    if (!isTold) reportValue(issue, path, value, findings)
    prune(sound, path)
  }
  return sound
}

function plainPath(issue: Issue): (string | number)[] {
  return issue.path.filter((part): part is string | number => typeof part !== 'symbol')
}

/** Answers the key that was probably meant, or null. */
function reportKey(path: Path, value: unknown, findings: Findings): string | null {
  const key = String(path.at(-1))
  if (isSplitType(key)) return null
  const parent = path.slice(0, -1)
  const known = knownKeys(parent, value)
  const near = nearestName(key, known)
  if (path[0] === 'environments') {
    reportEnvironmentKey(path, known, findings)
    return near
  }
  const reserved = parent.at(-1) === 'derive' ? RESERVED_EXPRESSIONS : RESERVED_KEYS
  if (reserved.includes(key)) {
    findings.add(path, `${key} is reserved, not built in this version.`, `Remove it; known here: ${known.join(', ')}.`)
    return null
  }
  findings.add(path, `Unknown key ${JSON.stringify(key)}.`, unknownKeyFix(key, known))
  return near
}

function reportEnvironmentKey(path: Path, known: readonly string[], findings: Findings): void {
  const key = String(path.at(-1))
  const area = String(path[2])
  const inside = area === 'tables' ? String(path[3]) : null
  if (inside !== null && path.length > 4 && SAME_EVERYWHERE.includes(key)) {
    const message = `An environment cannot change ${key}: the same tables run in every environment.`
    findings.add(path, message, `Move it to tables.${inside}.${key}.`)
  } else if (path.length === 3 && ['columns', 'mapping', 'mappings', 'source', 'partition'].includes(key)) {
    const message = `An environment cannot change ${key}: the same tables run in every environment.`
    findings.add(path, message, 'Move it to the table, under tables.')
  } else if (path.length === 3 && key === 'tables') {
    const message = 'A local environment has no tables: the same tables run everywhere, and lie below its root.'
    findings.add(path, message, 'Remove it; change columns under tables at the top of the file.')
  } else if (area === 'kpis' && path.length > 4 && path[4] === key) {
    const message = `An environment can change the thresholds of a KPI, not its ${key}.`
    findings.add(path, message, `Move it to kpis.${String(path[3])}.${key}.`)
  } else if (RESERVED_KEYS.includes(key)) {
    findings.add(path, `${key} is reserved, not built in this version.`, `Remove it; known here: ${known.join(', ')}.`)
  } else {
    findings.add(path, `Unknown key ${JSON.stringify(key)}.`, unknownKeyFix(key, known))
  }
}

function unknownKeyFix(key: string, known: readonly string[]): string {
  const near = nearestName(key, known)
  return near === null ? `Remove it; known here: ${known.join(', ')}.` : `Write ${near}.`
}

function reportValue(issue: Issue, path: Path, value: unknown, findings: Findings): void {
  const found = valueAt(value, path)
  const key = String(path.at(-1) ?? 'sluice')
  if (path.length === 1 && key === 'sluice' && found !== undefined) return reportFormat(path, found, findings)
  if (found === undefined) {
    findings.add(path, `The key ${key} is missing.`, `Add ${key}: ${exampleOf(issue, key)}`)
    return
  }
  const {message, fix} = explain(issue, found, key)
  findings.add(path, message, fix)
}

function reportFormat(path: Path, found: unknown, findings: Findings): void {
  const shown = JSON.stringify(found)
  const newer = typeof found === 'number' && found > 1
  findings.add(
    path,
    `FORMAT_UNKNOWN: this file has format ${shown}, and this version of sluice reads format 1.`,
    newer ? 'Use a newer sluice, or write sluice: 1.' : 'Write sluice: 1.',
  )
}

function exampleOf(issue: Issue, key: string): string {
  const examples: Record<string, string> = {
    sluice: '1',
    lake: 'my-lake',
    default: 'local',
    environments: '{local: {backend: local, root: ./lake}}',
    backend: 'local',
    root: './lake',
    region: 'eu-west-1',
    account: '"111122223333"',
  }
  if (issue.code === 'invalid_value') return issue.values.map(String).join(' or ')
  return examples[key] ?? '…'
}

function explain(issue: Issue, found: unknown, key: string): {message: string; fix: string} {
  switch (issue.code) {
    case 'invalid_value':
      return explainChoice(issue.values.map(String), found)
    case 'invalid_union':
      return 'discriminator' in issue && issue.discriminator !== undefined
        ? explainChoice(['local', 'aws'], found)
        : {message: issue.message, fix: `Change ${key}; it is ${kindOf(found)} now.`}
    case 'invalid_type':
      return explainType(issue.expected, found, key)
    case 'too_small':
    case 'too_big':
      return explainSize(issue, key)
    default:
      return {message: issue.message, fix: `Correct ${key}.`}
  }
}

function explainChoice(values: readonly string[], found: unknown): {message: string; fix: string} {
  const near = typeof found === 'string' ? nearestName(found, values) : null
  const list = values.join(', ')
  const message = `Expected ${values.length === 1 ? list : `one of ${list}`}; found ${JSON.stringify(found)}.`
  return {message, fix: `Write ${near ?? values.join(' or ')}.`}
}

function explainType(expected: string, found: unknown, key: string): {message: string; fix: string} {
  const names: Record<string, string> = {
    string: 'a text',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    tuple: 'a list',
    object: 'a map of keys',
    record: 'a map of keys',
  }
  const message = `Expected ${names[expected] ?? expected}, found ${kindOf(found)}.`
  if (expected === 'string' && (typeof found === 'number' || typeof found === 'boolean')) {
    return {message, fix: `Put it in quotes: ${key}: "${String(found)}"`}
  }
  if (expected === 'boolean') return {message, fix: `Write ${key}: true or ${key}: false.`}
  if (expected === 'array' || expected === 'tuple') return {message, fix: `Write ${key}: [ … ].`}
  return {message, fix: `Write ${names[expected] ?? expected} here.`}
}

function explainSize(issue: Issue & {code: 'too_small' | 'too_big'}, key: string): {message: string; fix: string} {
  const bound = String(issue.code === 'too_small' ? issue.minimum : issue.maximum)
  const most = issue.code === 'too_small' ? 'at least' : 'at most'
  if (issue.origin === 'array') {
    const noun = `entr${bound === '1' ? 'y' : 'ies'}`
    return {message: `${key} needs ${most} ${bound} ${noun}.`, fix: `Write ${most} ${bound} ${noun}, like [a, b].`}
  }
  return {message: `${key} must be ${most} ${bound}.`, fix: `Write a number that is ${most} ${bound}.`}
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing (null)'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map of keys'
  if (typeof value === 'string') return `the text ${JSON.stringify(value)}`
  return `the ${typeof value} ${String(value)}`
}

/** The keys that the schema knows at a path; follows the value where the schema has alternatives. */
function knownKeys(path: Path, value: unknown): string[] {
  let schema: z.core.$ZodType = definitionSchema
  for (const [index, part] of path.entries()) {
    schema = step(unwrap(schema, valueAt(value, path.slice(0, index))), part) ?? schema
  }
  const {def} = unwrap(schema, valueAt(value, path))._zod
  return def.type === 'object' ? Object.keys((def as z.core.$ZodObjectDef).shape) : []
}

function step(schema: z.core.$ZodType, part: string | number): z.core.$ZodType | undefined {
  const {def} = schema._zod
  if (def.type === 'object') return (def as z.core.$ZodObjectDef).shape[String(part)]
  if (def.type === 'record') return (def as z.core.$ZodRecordDef).valueType
  if (def.type === 'array') return (def as z.core.$ZodArrayDef).element
  return undefined
}

function unwrap(schema: z.core.$ZodType, value: unknown): z.core.$ZodType {
  const {def} = schema._zod
  if (def.type === 'optional' || def.type === 'nullable') {
    return unwrap((def as z.core.$ZodOptionalDef).innerType, value)
  }
  if (def.type !== 'union') return schema
  return isRecord(value) && value['backend'] === 'aws' ? awsEnvironmentSchema : localEnvironmentSchema
}

/** Takes a broken part out; a list keeps its length, so that the positions of the others stay right. */
function prune(value: unknown, path: Path): void {
  const last = path.at(-1)
  const parent = valueAt(value, path.slice(0, -1))
  if (Array.isArray(parent) && typeof last === 'number') parent[last] = undefined
  else if (isRecord(parent) && typeof last === 'string') delete parent[last]
}

function valueAt(value: unknown, path: Path): unknown {
  let current = value
  for (const part of path) {
    if (Array.isArray(current) && typeof part === 'number') current = current[part] as unknown
    else if (isRecord(current) && Object.hasOwn(current, part)) current = current[part]
    else return undefined
  }
  return current
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
