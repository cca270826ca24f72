import {CreateTableCommand, UpdateContinuousBackupsCommand} from '@aws-sdk/client-dynamodb'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {leavePlan, makeClaimsLake, snapshot, uploadSample} from '../../iam/lab-lake.js'
import {committed, makeRoles, prove, type Roles, type Trial} from '../../iam/lab-trials.js'
import {TRIED} from '../../iam/tried-commands.js'
import type {AwsLake} from '../aws-lake.js'
import {dynamodb, hasTrino} from '../checks/lab-clients.js'

describe.runIf(hasTrino)('the least policy of loading', () => {
  const trials = new Map<string, Trial>()
  const roles = new Map<string, Roles>()
  let lake: AwsLake

  beforeAll(async () => {
    lake = await makeClaimsLake()
    const uri = await uploadSample(lake, 1, '2026-11-21T00:00:00Z')
    const empty = await snapshot(lake)
    const operation = await leavePlan(lake, uri)
    const planned = await snapshot(lake)
    await makeSource()
    const load = ['--export', uri]
    // the same request again would join the export that the first one made
    const into = ['--into', `s3://${lake.stateBucket}/exports/{n}`, '--wait', '--yes']
    const all: Trial[] = [
      {command: 'backfill plan', scenarios: [{argv: ['backfill', 'plan', ...load], world: empty}]},
      {command: 'backfill run', scenarios: [{argv: ['backfill', 'run', ...load, '--yes'], world: empty}]},
      {command: 'ops resume', scenarios: [{argv: ['ops', 'resume', operation, '--yes'], world: planned}]},
      {command: 'backfill export', scenarios: [{argv: ['backfill', 'export', ...into], world: empty}]},
    ]
    for (const trial of all) {
      trials.set(trial.command, trial)
      roles.set(trial.command, await makeRoles(lake, trial, `s3://${lake.stateBucket}/exports`))
    }
  }, 600_000)

  // permissions stay enforced, as other suites may rely on it: the lab's own keys may do everything either way
  afterAll(() => lake.remove())

  it.each(TRIED.load)(
    '%s needs what is printed for it, and no more',
    async (command) => {
      expect(await prove(lake, trials.get(command)!, roles.get(command)!)).toEqual({command, ...committed(command)})
    },
    600_000,
  )
})

/** The table of the definition, with point-in-time recovery; other suites may have made it. */
async function makeSource(): Promise<void> {
  const TableName = 'ICPA_Claims'
  const table = new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{AttributeName: 'claimId', KeyType: 'HASH'}],
    AttributeDefinitions: [{AttributeName: 'claimId', AttributeType: 'S'}],
  })
  await dynamodb.send(table).catch((error: unknown) => {
    if (!(error instanceof Error) || error.name !== 'ResourceInUseException') throw error
  })
  const PointInTimeRecoverySpecification = {PointInTimeRecoveryEnabled: true}
  await dynamodb.send(new UpdateContinuousBackupsCommand({TableName, PointInTimeRecoverySpecification}))
}
