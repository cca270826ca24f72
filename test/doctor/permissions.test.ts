import {describe, expect, it} from 'vitest'
import {renderDoctor} from '../../src/lib/doctor/index.js'
import {SluiceError} from '../../src/lib/errors.js'
import {leastPolicy} from '../../src/lib/iam/index.js'
import type {Permission} from '../../src/lib/ports/environment-facts.js'
import {awsDefinition, examine, told, withDefinition} from './healthy-aws.js'

/** Of the doctor alone, and what DynamoDB asks for where exports are written: that may be anywhere. */
const NOT_OF_COMMANDS = [
  'iam:GetRole',
  'iam:ListAccessKeys',
  'iam:SimulatePrincipalPolicy',
  'kms:GetKeyRotationStatus',
  'lakeformation:ListDataCellsFilter',
  'lakeformation:ListResources',
  's3:GetBucketLogging',
  's3:GetBucketPublicAccessBlock',
  's3:GetBucketVersioning',
  's3:GetEncryptionConfiguration',
  's3:GetLifecycleConfiguration',
  's3:PutObjectAcl',
]

function denied(action: string): () => Promise<never> {
  return async () => {
    const options = {fix: `Allow ${action} in the caller's policy.`, details: {action}}
    throw new SluiceError('AWS_ACCESS_DENIED', `AWS refuses ${action}.`, options)
  }
}

describe('permissions', () => {
  it('that are denied fail, and name the action and who needs it', async () => {
    const result = await examine({
      other: {probe: async ({action}) => (action === 's3:PutObject' ? 'denied' : 'allowed')},
    })
    const failing = result.checks.filter(({state}) => state === 'fail')
    const places = failing.map(({of}) => of.replace('arn:aws:s3:::', '').replace('/.sluice-doctor-probe', ''))
    expect(places.sort()).toEqual(
      [
        'results/athena',
        'state/sluice/_sluice/generations',
        'state/sluice/_sluice/locks',
        'state/sluice/_sluice/operations',
        'state/sluice/_sluice/staging',
        'state/sluice/items__deletes',
        'state/sluice/items__lines',
        'state/sluice/items__quarantine_rows',
        'state/sluice/items__runs',
        'tables/items',
        'tables/items__compact',
      ].sort(),
    )
    expect(failing.find(({of}) => of.includes('/operations/'))).toMatchObject({
      group: 'permissions',
      name: 's3:PutObject',
      text: expect.stringMatching(/^s3:PutObject is denied; it is for .+, .+ and \d+ more$/),
      fix: "Allow s3:PutObject in the caller's policy.",
    })
  })

  it('that a policy denies fail with what that policy is', async () => {
    const message = 'S3 refuses s3:PutObject: denied by a service control policy.'
    const fix = 'Change what denies s3:PutObject in the service control policy: no other policy can allow it.'
    const probe = async ({action}: Permission) => {
      if (action === 's3:PutObject') throw new SluiceError('AWS_ACCESS_DENIED', message, {fix})
      return 'allowed' as const
    }
    const failing = (await examine({other: {probe}})).checks.filter(({state}) => state === 'fail')
    expect(failing.length).toBeGreaterThan(5)
    for (const check of failing) {
      expect(check).toMatchObject({name: 's3:PutObject', fix, text: expect.stringContaining(message)})
    }
  })

  it('are those of `lake iam` for all commands', async () => {
    const request = {commands: [], readOnly: false, exportPlaces: [], kmsKeys: [], asOf: new Date(0)}
    const [result, printed] = await withDefinition(awsDefinition(), async (definition) => [
      await examine(),
      leastPolicy(request, definition),
    ])
    const looked = new Set(result.checks.filter(({group}) => group === 'permissions').map(({name}) => name))
    const statements = printed.policies.flatMap(({document}) => document.Statement)
    const missing = [...new Set(statements.flatMap(({Action}) => Action))].filter((action) => !looked.has(action))
    expect(missing.sort()).toEqual([...NOT_OF_COMMANDS].sort())
  })

  it('that cannot be tried are asked of the policies', async () => {
    const untried = {probe: async () => null}
    const asked: string[] = []
    const result = await examine({
      other: {
        ...untried,
        simulate: async (arn, permissions) => {
          asked.push(arn)
          return permissions.map(({action}) => (action === 'glue:UpdateTable' ? 'denied' : 'allowed'))
        },
      },
    })
    expect(new Set(asked)).toEqual(new Set(['arn:aws:sts::111122223333:assumed-role/lake/session']))
    const refused = told(result).filter((line) => !line.startsWith('skipped'))
    const tables = ['', '__deletes', '__quarantine', '__quarantine_rows', '__runs', '_current'].map(
      (end) => `items${end}`,
    )
    expect(refused.map((line) => /:table\/lakes\/([^:]+): /.exec(line)?.[1]).sort()).toEqual(tables.sort())
    for (const line of refused) {
      expect(line).toMatch(
        /^fail glue:UpdateTable, .*: the caller's policies do not allow glue:UpdateTable, which is for .+; a policy of the thing itself may$/,
      )
    }
    expect(asked).toHaveLength(1)
    const mute = await examine({other: {...untried, simulate: denied('iam:SimulatePrincipalPolicy')}})
    const unknown = mute.checks.filter(({state}) => state === 'unknown')
    expect(unknown.length).toBeGreaterThan(20)
    expect(new Set(unknown.map(({group, code}) => `${group} ${code}`))).toEqual(
      new Set(['permissions AWS_ACCESS_DENIED']),
    )
    // said once, with all their actions
    expect(renderDoctor(mute).match(/may not ask its policies/g)).toHaveLength(1)
  })
})
