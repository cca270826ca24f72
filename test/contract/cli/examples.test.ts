import {spawnSync} from 'node:child_process'
import {cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join, resolve} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {manifestCommands} from './manifest.js'

const SLUICE = resolve('bin/run.js')
const EXPORT = 'AWSDynamoDB/01768385930622-efd1a093'
const ANY_OPERATION = '01KAP3Z8V5N6Q4S2T7W9X1Y0AB'
const commands = manifestCommands()

let folder: string

function sluice(...argv: string[]): {status: number | null; stdout: string; stderr: string} {
  return spawnSync(process.execPath, [SLUICE, ...argv], {cwd: folder, encoding: 'utf8'})
}

function succeed(...argv: string[]): string {
  const {status, stdout, stderr} = sluice(...argv)
  expect(`${status} ${stderr}`).toMatch(/^0 /)
  return stdout
}

function operations(): {operation: string; state: string}[] {
  const {operations: list} = JSON.parse(succeed('ops', 'list', '--json')) as {
    operations: {operation: string; state: string}[]
  }
  return list
}

/** Nothing is loaded, and a fresh plan stands in plan.ndjson. */
function planned(): string {
  for (const {operation, state} of operations()) if (state === 'done') succeed('ops', 'undo', operation, '--yes')
  succeed('backfill', 'plan', '--export', EXPORT, '--out', 'plan.ndjson')
  const [header = ''] = readFileSync(join(folder, 'plan.ndjson'), 'utf8').split('\n')
  return (JSON.parse(header) as {operation: string}).operation
}

/** An operation as a kill right after its first write leaves it: the plan stands, nothing else. */
function unfinished(): string {
  const operation = planned()
  const plan = join(folder, 'lake/_sluice/operations', operation, 'plan.ndjson')
  mkdirSync(dirname(plan), {recursive: true})
  cpSync(join(folder, 'plan.ndjson'), plan)
  return operation
}

function done(): string {
  return operations().find(({state}) => state === 'done')?.operation ?? ''
}

/** A compaction of what two more batches of the stream have left. */
function compacted(): string {
  for (const sequence of ['2', '3']) {
    writeEvent(sequence)
    succeed('ingest', 'stream', '--file', 'events.ndjson')
  }
  const answer = succeed('compact', 'run', '--min-files', '2', '--yes', '--json')
  const {tables} = JSON.parse(answer) as {tables: {operation: string}[]}
  return tables[0]?.operation ?? ''
}

function nothing(): string {
  return ''
}

/** What an example needs before it can be typed; gives the operation that it names. In the order of a lake's life. */
const STORY: readonly (readonly [command: string, before: () => string])[] = [
  ['explain', nothing],
  ['lake:check', () => (cpSync(join(folder, 'sluice.yaml'), join(folder, 'lakes/icpa.yaml')), '')],
  ['lake:show', nothing],
  ['lake:sample', nothing],
  ['kpi:list', nothing],
  ['backfill:inspect', nothing],
  ['backfill:plan', nothing],
  ['backfill:run', planned],
  ['backfill:status', nothing],
  ['backfill:verify', nothing],
  ['ingest:stream', streamed],
  ['kpi:show', nothing],
  ['status', nothing],
  ['doctor', nothing],
  ['query', nothing],
  ['compact:plan', nothing],
  ['compact:run', nothing],
  ['compact:status', nothing],
  ['compact:rollback', compacted],
  ['compact:gc', nothing],
  ['ops:list', nothing],
  ['ops:show', done],
  ['ops:undo', done],
  ['ops:resume', unfinished],
  ['ops:cancel', unfinished],
  ['ops:unlock', nothing],
  ['ops:gc', nothing],
]

/** Of services that a lake in a folder does not have; the lab types their examples. */
const ON_AWS = ['backfill:export', 'lake:iam']

/** Run with tables and crawlers of their own: test/compact, test/partitions, test/crawler and the lab. */
const ELSEWHERE = [
  ...['history', 'list', 'start', 'stop'].map((verb) => `crawler:${verb}`),
  ...['diff', 'list', 'sync'].map((verb) => `partitions:${verb}`),
]

function examplesOf(command: string): string[] {
  const examples = (commands.find(({id}) => id === command)?.examples ?? []) as {readonly command: string}[]
  return examples.map((example) =>
    example.command.replace('<%= config.bin %> <%= command.id %>', command.replaceAll(':', ' ')),
  )
}

/** A file of events, one of a claim that no load has. */
function streamed(): string {
  writeEvent('1')
  return ''
}

function writeEvent(sequence: string): void {
  const created = new Date(Date.now() - 60_000).toISOString()
  const keys = {claimId: {S: 'CLM-STREAMED'}}
  const image = {...keys, status: {S: 'open'}, createdAt: {S: created}, updatedAt: {S: created}}
  const dynamodb = {
    ApproximateCreationDateTime: Math.floor(Date.now() / 1000),
    Keys: keys,
    NewImage: image,
    SequenceNumber: sequence,
  }
  writeFileSync(join(folder, 'events.ndjson'), `${JSON.stringify({eventName: 'INSERT', dynamodb})}\n`)
}

/** The words of an example as a shell would hand them over: quotes join, nothing else is special. */
function shellWords(line: string): string[] {
  return (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'(.*)'$/, '$1'))
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-examples-'))
  for (const example of examplesOf('init')) succeed(...example.split(' '))
  succeed('lake', 'sample', '--items', '500', '--days', '3', '--out', 'small')
  mkdirSync(join(folder, 'AWSDynamoDB'))
  const [id = ''] = readdirSync(join(folder, 'small/AWSDynamoDB'))
  renameSync(join(folder, 'small/AWSDynamoDB', id), join(folder, EXPORT))
})

afterAll(() => rmSync(folder, {recursive: true, force: true}))

describe('an example of the help', () => {
  it('is of a command whose story is told here', () => {
    const told = ['init', ...ON_AWS, ...ELSEWHERE, ...STORY.map(([command]) => command)]
    expect(told.sort()).toEqual(commands.map(({id}) => id).sort())
  })

  describe.each(ON_AWS)('%s, in a local lake', (command) => {
    it.each(examplesOf(command))('sluice %s', (example) => {
      const {status, stderr} = sluice(...shellWords(example))
      expect(`${status} ${stderr}`).toMatch(/^2 /)
      expect(stderr).toContain('NOT_IN_LOCAL')
    })
  })

  describe.each(STORY)('%s', (command, before) => {
    it.each(examplesOf(command))('sluice %s', (example) => {
      const operation = before()
      const {status, stderr} = sluice(...shellWords(example.replace(ANY_OPERATION, operation)))
      expect(`${status} ${stderr}`).toMatch(/^0 /)
    })
  })
})
