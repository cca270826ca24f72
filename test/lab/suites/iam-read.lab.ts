import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {FOREIGN_LOCK, makeClaimsLake, putText, snapshot, succeed, uploadSample} from '../../iam/lab-lake.js'
import {committed, makeRoles, prove, type Roles, type Trial} from '../../iam/lab-trials.js'
import {TRIED} from '../../iam/tried-commands.js'
import type {AwsLake} from '../aws-lake.js'
import {hasTrino} from '../checks/lab-clients.js'

describe.runIf(hasTrino)('the least policy of reading, and of a stream', () => {
  const trials = new Map<string, Trial>()
  const roles = new Map<string, Roles>()
  let lake: AwsLake

  beforeAll(async () => {
    lake = await makeClaimsLake()
    await writeEvents(lake)
    const empty = await snapshot(lake)
    const uri = await uploadSample(lake, 1, '2026-11-21T00:00:00Z')
    await succeed(lake, 'backfill', 'run', '--export', uri, '--yes')
    const loaded = await snapshot(lake)
    const stream = ['ingest', 'stream', '--file', 'events.ndjson', '--yes']
    await succeed(lake, ...stream)
    const streamed = await snapshot(lake)
    await putText(lake.stateBucket, 'sluice/_sluice/locks/table-claims.json', `${JSON.stringify(FOREIGN_LOCK)}\n`)
    const locked = await snapshot(lake)
    const sql = 'SELECT count(*) FROM claims_current'
    const all: Trial[] = [
      {command: 'query', scenarios: [{argv: ['query', sql, '--allow-full-scan'], world: loaded}]},
      {command: 'kpi show', scenarios: [{argv: ['kpi', 'show', 'override_rate'], world: loaded}]},
      {command: 'status', scenarios: [{argv: ['status'], world: locked}]},
      {command: 'backfill verify', scenarios: [{argv: ['backfill', 'verify'], world: loaded}]},
      {
        command: 'ingest stream',
        // again, the first time, and into a lake where nothing is
        scenarios: [streamed, loaded, empty].map((world) => ({argv: stream, world})),
      },
    ]
    for (const trial of all) {
      trials.set(trial.command, trial)
      roles.set(trial.command, await makeRoles(lake, trial, `s3://${lake.stateBucket}/exports`))
    }
  }, 600_000)

  // permissions stay enforced, as other suites may rely on it: the lab's own keys may do everything either way
  afterAll(() => lake.remove())

  it.each(TRIED.read)(
    '%s needs what is printed for it, and no more',
    async (command) => {
      expect(await prove(lake, trials.get(command)!, roles.get(command)!)).toEqual({command, ...committed(command)})
    },
    600_000,
  )
})

/** One new claim. */
async function writeEvents(lake: AwsLake): Promise<void> {
  const created = '2026-11-20T10:00:00Z'
  const keys = {claimId: {S: 'CLM-STREAMED'}}
  const image = {...keys, status: {S: 'open'}, createdAt: {S: created}, updatedAt: {S: created}}
  const dynamodb = {ApproximateCreationDateTime: 1_795_255_200, Keys: keys, NewImage: image, SequenceNumber: '1'}
  await writeFile(join(lake.folder, 'events.ndjson'), `${JSON.stringify({eventName: 'INSERT', dynamodb})}\n`)
}
