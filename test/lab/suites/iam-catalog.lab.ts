import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {snapshot, succeed} from '../../iam/lab-lake.js'
import {committed, makeRoles, prove, type Roles, type Trial} from '../../iam/lab-trials.js'
import {TRIED} from '../../iam/tried-commands.js'
import type {AwsLake} from '../aws-lake.js'
import {makeCatalogLake, putEvent} from '../catalog-lake.js'

describe('the least policy of the catalog', () => {
  const trials = new Map<string, Trial>()
  const roles = new Map<string, Roles>()
  let lake: AwsLake

  beforeAll(async () => {
    ;({lake} = await makeCatalogLake())
    for (const city of ['Paris', 'Rome']) await putEvent(lake, `day=01/city=${city}/a.json`)
    const unknown = await snapshot(lake)
    await succeed(lake, 'partitions', 'sync', '--yes')
    const known = await snapshot(lake)
    const of = (command: string, ...more: string[]): Trial => ({
      command,
      scenarios: [{argv: [...command.split(' '), ...more], world: known}],
    })
    const sync = ['partitions', 'sync', '--yes']
    const all: Trial[] = [
      of('crawler history'),
      of('crawler list'),
      // a crawl that still ran would be joined by the next run
      of('crawler start', '--force', '--wait', '--yes'),
      of('crawler stop', '--yes'),
      of('partitions diff'),
      of('partitions list'),
      {
        command: 'partitions sync',
        // what stands is compared, what does not is made; the first goes first, as tables are never put back
        scenarios: [
          {argv: sync, world: known},
          {argv: sync, world: unknown},
        ],
      },
    ]
    for (const trial of all) {
      trials.set(trial.command, trial)
      roles.set(trial.command, await makeRoles(lake, trial, `s3://${lake.stateBucket}/exports`))
    }
  }, 600_000)

  // permissions stay enforced, as other suites may rely on it: the lab's own keys may do everything either way
  afterAll(() => lake.remove())

  it.each(TRIED.catalog)(
    '%s needs what is printed for it, and no more',
    async (command) => {
      expect(await prove(lake, trials.get(command)!, roles.get(command)!)).toEqual({command, ...committed(command)})
    },
    600_000,
  )
})
