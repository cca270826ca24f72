import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {FOREIGN_LOCK, makeClaimsLake, operations, putText, snapshot, succeed, uploadSample} from '../../iam/lab-lake.js'
import {committed, makeRoles, prove, type Roles, type Trial} from '../../iam/lab-trials.js'
import {TRIED} from '../../iam/tried-commands.js'
import {sluice} from '../../backfill/lake-folder.js'
import type {AwsLake} from '../aws-lake.js'
import {armFault} from '../checks/gateway-control.js'
import {hasTrino} from '../checks/lab-clients.js'

describe.runIf(hasTrino)('the least policy of operations', () => {
  const trials = new Map<string, Trial>()
  const roles = new Map<string, Roles>()
  let lake: AwsLake

  beforeAll(async () => {
    lake = await makeClaimsLake()
    const first = await uploadSample(lake, 1, '2026-11-20T00:00:00Z')
    const second = await uploadSample(lake, 2, '2026-11-21T00:00:00Z')
    await succeed(lake, 'backfill', 'run', '--export', first, '--yes')
    const load = ['backfill', 'run', '--export', second, '--allow-vanished', '1000', '--yes']
    // what is staged stands, and its run record was refused
    await armFault({
      match: {service: 's3', operation: 'PutObject', path: `${lake.stateBucket}/sluice/claims__runs/`},
      fault: 'status',
      status: 403,
      code: 'AccessDenied',
      message: 'not now',
    })
    expect((await sluice(lake, ...load)).exit).toBe(1)
    const staged = {world: await snapshot(lake), operation: (await operations(lake))[0]!.operation}
    await succeed(lake, 'ops', 'resume', staged.operation, '--allow-vanished', '1000', '--yes')
    const done = await snapshot(lake)
    await putText(lake.stateBucket, 'sluice/_sluice/locks/table-claims.json', `${JSON.stringify(FOREIGN_LOCK)}\n`)
    const locked = await snapshot(lake)
    await succeed(lake, 'ops', 'unlock', 'table:claims', '--yes')
    await succeed(lake, 'ops', 'undo', staged.operation, '--yes')
    const undone = await snapshot(lake)
    const of = (command: string, world: Trial['scenarios'][number]['world'], ...more: string[]): Trial => ({
      command,
      scenarios: [{argv: [...command.split(' '), ...more], world}],
    })
    const all: Trial[] = [
      of('ops list', done),
      of('ops show', done, staged.operation),
      of('ops undo', done, staged.operation, '--yes'),
      of('ops cancel', staged.world, staged.operation, '--yes'),
      {...of('ops gc', undone, '--grace-hours', '0', '--yes'), degrades: {'s3:DeleteObject on rows': /kept/}},
      of('ops unlock', locked, 'table:claims', '--yes'),
      of('backfill status', done),
    ]
    for (const trial of all) {
      trials.set(trial.command, trial)
      roles.set(trial.command, await makeRoles(lake, trial, `s3://${lake.stateBucket}/exports`))
    }
  }, 600_000)

  // permissions stay enforced, as other suites may rely on it: the lab's own keys may do everything either way
  afterAll(() => lake.remove())

  it.each(TRIED.operations)(
    '%s needs what is printed for it, and no more',
    async (command) => {
      expect(await prove(lake, trials.get(command)!, roles.get(command)!)).toEqual({command, ...committed(command)})
    },
    600_000,
  )
})
