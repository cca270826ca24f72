import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {leastPolicy, policyNotes, renderPolicy, type LeastPolicy, type PolicyRequest} from '../../src/lib/iam/index.js'
import {policiesOf, sizeOf, type Statement} from '../../src/lib/iam/policy.js'
import {resultSchemas} from '../../src/lib/iam/result-schemas.js'
import {COMMANDS, grantsOf, nameOf} from '../../src/lib/iam/uses.js'
import {loadDefinition} from '../../src/lib/lake/index.js'
import {ROOT} from '../cli/run-cli.js'
import {makeLake} from '../backfill/lake-folder.js'
import {isLike} from './allows.js'
import {TRIED, UNTRIED} from './tried-commands.js'

const environment = (region: string, more = ''): string => `sluice: 1
lake: icpa
blueprint: claims
default: prod
environments:
  local: {backend: local, root: ./lake}
  bare: {backend: aws, region: eu-west-1, account: "111122223333"}
  prod:
    backend: aws
    region: ${region}
    account: "111122223333"
    state: s3://icpa-state/sluice
    database: icpa_db
    workgroup: icpa
    results: s3://icpa-state/results
    tables: {claims: {location: "s3://icpa-lake/claims"}}
${more}`
const REQUEST: PolicyRequest = {commands: [], readOnly: false, exportPlaces: [], kmsKeys: [], asOf: new Date(0)}

async function policyOf(
  request: Partial<PolicyRequest>,
  {text = environment('eu-west-1'), name}: {text?: string; name?: string} = {},
): Promise<LeastPolicy> {
  const lake = await makeLake(text)
  try {
    const named = name === undefined ? {} : {environment: name}
    const definition = await loadDefinition({workingFolder: lake.folder, variables: {}, ...named})
    return leastPolicy({...REQUEST, ...request}, definition)
  } finally {
    await lake.remove()
  }
}

const statementsOf = ({policies}: LeastPolicy): Statement[] => policies.flatMap(({document}) => document.Statement)
const namesOf = ({commands}: LeastPolicy): string[] => commands.map(({command}) => command)

describe('the table of uses', () => {
  it('knows every command of the manifest', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
      commands: Record<string, {pluginName: string}>
    }
    const own = Object.entries(manifest.commands).filter(([, {pluginName}]) => pluginName === 'sluice')
    for (const [id] of own) expect(Object.keys(COMMANDS), id).toContain(id.replaceAll(':', ' '))
  })

  it('has each command tried in the lab, or says why not', () => {
    const asking = Object.keys(COMMANDS).filter((command) => 'uses' in COMMANDS[command]!)
    expect([...Object.values(TRIED).flat(), ...Object.keys(UNTRIED)].sort()).toEqual(asking.sort())
  })

  it('says why nothing but what its uses grant is unproven', () => {
    for (const [command, needs] of Object.entries(COMMANDS)) {
      const names = grantsOf(command).map(nameOf)
      for (const name of Object.keys('uses' in needs ? (needs.unproven ?? {}) : {}))
        expect(names, command).toContain(name)
    }
  })
})

describe('leastPolicy', () => {
  it('allows a command that lists operations to do just that', async () => {
    expect(statementsOf(await policyOf({commands: ['ops', 'list']}))).toEqual([
      {
        Sid: 'Operations',
        Effect: 'Allow',
        Action: ['s3:GetObject'],
        Resource: ['arn:aws:s3:::icpa-state/sluice/_sluice/operations/*'],
      },
      {
        Sid: 'List',
        Effect: 'Allow',
        Action: ['s3:ListBucket'],
        Resource: ['arn:aws:s3:::icpa-state'],
        Condition: {StringLike: {'s3:prefix': ['sluice/_sluice/operations/*']}},
      },
    ])
  })

  it('is for all commands, and its answer is as its schema says', async () => {
    const all = await policyOf({})
    expect(namesOf(all)).toEqual(Object.keys(COMMANDS))
    expect(resultSchemas['lake:iam'].safeParse(all).error).toBeUndefined()
    const sids = statementsOf(all).map(({Sid}) => Sid)
    expect(new Set(sids).size).toBe(sids.length)
    for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/)
    expect(
      statementsOf(all)
        .flatMap(({Action}) => Action)
        .filter((action) => action.includes('*')),
    ).toEqual([])
  })

  it('changes nothing with --read-only', async () => {
    const reads = await policyOf({readOnly: true})
    const actions = statementsOf(reads).flatMap(({Sid, Action}) => Action.map((action) => `${Sid} ${action}`))
    expect(namesOf(reads)).toContain('query')
    expect(namesOf(reads)).not.toContain('ops undo')
    expect(actions.filter((action) => /:(Put|Create|Update|Delete|Batch(Create|Delete)|Export)/.test(action))).toEqual([
      'Results s3:PutObject',
    ])
  })

  it.each([
    [
      ['backfill', 'run', 'kpi', 'show'],
      ['backfill run', 'kpi show'],
    ],
    [['backfill:run'], ['backfill run']],
    [['kpi'], ['kpi list', 'kpi show']],
    [
      ['backfill status', 'status', 'query'],
      ['backfill status', 'query', 'status'],
    ],
    [
      ['kpi', 'query'],
      ['kpi list', 'kpi show', 'query'],
    ],
  ])('takes %j as %j', async (commands, expected) => {
    expect(namesOf(await policyOf({commands}))).toEqual(expected)
  })

  it.each([
    [['quary'], 'Did you mean query?'],
    [['backfill', 'rum'], 'Did you mean backfill run?'],
    [['bakfill', 'run'], 'Did you mean backfill?'],
    [['zzzzzzzzzz'], 'Known: '],
  ])('refuses %j', async (commands, fix) => {
    await expect(policyOf({commands})).rejects.toMatchObject({code: 'USAGE', fix: expect.stringContaining(fix)})
  })

  it('says in words that a command needs nothing', async () => {
    const result = await policyOf({commands: ['explain', 'init']})
    expect(result).toMatchObject({policies: [], unproven: [], notes: []})
    expect(renderPolicy(result)).toBe(`explain needs no permission of AWS: it has its texts with it.
init needs no permission of AWS: it writes the definition into a folder.`)
  })

  it('names commands that need nothing beside the policy of the others', async () => {
    expect(policyNotes(await policyOf({commands: ['explain', 'ops', 'list']}))[0]).toBe(
      'No permission is needed by explain.',
    )
  })

  it.each(['local', 'bare'])('refuses the environment %s', async (name) => {
    const code = name === 'local' ? 'NOT_IN_LOCAL' : 'NOT_IN_THIS_ENVIRONMENT'
    await expect(policyOf({}, {name})).rejects.toMatchObject({code})
  })

  it('reaches exports everywhere until their place is named', async () => {
    const wide = await policyOf({commands: ['backfill plan']})
    expect(statementsOf(wide).find(({Sid}) => Sid === 'Exports')?.Resource).toEqual(['arn:aws:s3:::*/AWSDynamoDB/*'])
    expect(wide.notes[0]).toContain('--export-place')
    const narrow = await policyOf({commands: ['backfill plan'], exportPlaces: ['s3://ex-a/b/', 's3://whole']})
    expect(statementsOf(narrow).find(({Sid}) => Sid === 'Exports')?.Resource).toEqual([
      'arn:aws:s3:::ex-a/b/*',
      'arn:aws:s3:::whole/*',
    ])
    const ofWhole = statementsOf(narrow).find(({Resource}) => Resource.includes('arn:aws:s3:::whole'))
    expect(ofWhole?.Condition).toBeUndefined()
  })

  it.each([{exportPlaces: ['my-bucket']}, {kmsKeys: ['alias/lake']}])('refuses %j', async (request) => {
    await expect(policyOf(request)).rejects.toMatchObject({code: 'USAGE'})
  })

  it('allows a key for reading, and data keys only where something is written', async () => {
    const kmsKeys = ['arn:aws:kms:eu-west-1:111122223333:key/k']
    const keys = async (command: string) =>
      statementsOf(await policyOf({commands: [command], kmsKeys})).find(({Sid}) => Sid === 'Keys')?.Action
    expect(await keys('ops list')).toEqual(['kms:Decrypt'])
    expect(await keys('ops cancel')).toEqual(['kms:Decrypt', 'kms:GenerateDataKey'])
  })

  it('allows the key that the environment writes with, unasked', async () => {
    const key = 'arn:aws:kms:eu-west-1:111122223333:key/own'
    const text = environment('eu-west-1').replace('    database:', `    encryption: kms:${key}\n    database:`)
    const {Action, Resource} = statementsOf(await policyOf({commands: ['backfill run']}, {text})).find(
      ({Sid}) => Sid === 'Keys',
    )!
    expect({Action, Resource}).toEqual({Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: [key]})
  })

  it.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
  ])('writes the ARNs of %s', async (region, partition) => {
    const result = await policyOf({}, {text: environment(region)})
    const arns = statementsOf(result).flatMap(({Resource}) => Resource)
    expect(arns.filter((arn) => arn !== '*' && !arn.startsWith(`arn:${partition}:`))).toEqual([])
  })
})

describe('policies that are too long', () => {
  const resources = Array.from({length: 9}, (_, index) => `arn:aws:s3:::bucket-${index}/${'x'.repeat(50)}`)
  const statements: Statement[] = ['One', 'Two'].map((Sid) => {
    return {Sid, Effect: 'Allow', Action: ['s3:GetObject'], Resource: resources}
  })

  it('are several, each short enough, that allow the same', () => {
    const policies = policiesOf(statements, 500)
    expect(policies.length).toBeGreaterThan(2)
    for (const policy of policies) expect(sizeOf(policy)).toBeLessThanOrEqual(500)
    const allowed = policies.flatMap(({Statement: some}) =>
      some.flatMap(({Sid, Resource}) => Resource.map((arn) => `${Sid.slice(0, 3)} ${arn}`)),
    )
    expect(allowed.sort()).toEqual(statements.flatMap(({Sid}) => resources.map((arn) => `${Sid} ${arn}`)).sort())
  })

  it('are one where they fit', () => {
    expect(policiesOf(statements)).toHaveLength(1)
  })
})

it.each([
  ['a/b/c', 'a/*', true],
  ['a', 'a/*', false],
  ['a*b', 'a${*}b', true],
  ['axb', 'a${*}b', false],
  ['a$b', 'a${$}b', true],
])('%s is like %s: %s', (text, pattern, expected) => {
  expect(isLike(text, pattern)).toBe(expected)
})
