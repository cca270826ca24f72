import {expect} from 'vitest'
import {GetObjectCommand} from '@aws-sdk/client-s3'
import {CODES, type ErrorCode} from '../../../src/lib/errors.js'
import {s3} from '../checks/lab-clients.js'
import type {Ended, FaultLake} from './fault-lake.js'
import {meetOnWire, type WireFault} from './wire-faults.js'
import {textOf} from './wire-points.js'

/** What readers see before and after the work of an undisturbed process. */
export interface Sights {
  readonly before: readonly string[]
  readonly after: readonly string[]
}

const GC = ['ops', 'gc', '--grace-hours', '0', '--yes']

export const nameOf = ({kind, point}: WireFault): string => `${kind} at ${textOf(point)}`

/** It succeeded, or says by a code of the contract what happened and what to do; a killed one says nothing. */
export function expectEnd({exit, stderr, document}: Ended, {kind}: Pick<WireFault, 'kind'>): void {
  expect(stderr).toBe('')
  if (kind.startsWith('kill')) return expect(exit).toBeNull()
  if (exit === 0) return expect(document.error ?? null).toBeNull()
  expectCoded({exit, stderr, document})
  // One lost answer is no reason to fail.
  expect(kind).not.toBe('lost-answer')
  expect(kind).not.toBe('busy')
}

export function expectCoded({exit, document: {error}}: Ended): void {
  expect(Object.keys(CODES)).toContain(error?.code)
  expect(error).toMatchObject({fix: expect.stringMatching(/\w/) as string})
  expect(error?.code).not.toBe('UNEXPECTED')
  expect(exit).toBe(CODES[error?.code as ErrorCode])
  expect(JSON.stringify(error)).not.toMatch(/\\n\s+at |\$metadata|labsecret/)
}

/** Readers see exactly one of both; true for the state after. */
export async function expectBeforeOrAfter(lake: FaultLake, {before, after}: Sights): Promise<boolean> {
  const seen = await lake.rows()
  const isAfter = seen.length === after.length && seen.every((row, index) => row === after[index])
  if (!isAfter) expect(seen).toEqual(before)
  return isAfter
}

/** One load with one fault, then a process that goes on. */
export async function meetLoadFault(lake: FaultLake, fault: WireFault, sights: Sights): Promise<void> {
  const standing = await lake.operations()
  const ended = await meetOnWire(lake, fault, lake.load)
  if (ended === null) throw new Error('the load never came there')
  expectEnd(ended, fault)
  if (fault.kind !== 'kill-late') {
    const isAfter = await expectBeforeOrAfter(lake, sights)
    if (ended.exit === 0) expect(isAfter).toBe(true)
  }
  await recover(lake, standing)
  expect(await lake.rows()).toEqual(sights.after)
  await expectClean(lake)
}

/** `ops resume` of what the load began; where it began nothing, the same command again. */
export async function recover(lake: FaultLake, standing: readonly string[]): Promise<void> {
  const own = (await lake.operations()).filter((id) => !standing.includes(id))
  expect(own.length).toBeLessThan(2)
  const argv = own.length === 0 ? lake.load : ['ops', 'resume', own[0]!, '--yes', '--allow-vanished', '9']
  const ended = await lake.run(...argv)
  // Resume does not know how many items may be set aside.
  if (ended.exit !== 4) expect(ended).toMatchObject({exit: 0, stderr: ''})
}

/** After gc nothing is left that no admitted run names, and no lock. */
export async function expectClean(lake: FaultLake, runs?: number): Promise<void> {
  expect(await lake.run(...GC)).toMatchObject({exit: 0, stderr: ''})
  const admitted = await admittedRuns(lake)
  const objects = await rowObjects(lake)
  expect(objects.filter((key) => !admitted.some((run) => key.includes(`-${run}-`)))).toEqual([])
  expect(await lake.keysBelow('_sluice/locks/')).toEqual([])
  const wanted = runs ?? (lake.bench.story.standing === null ? 1 : 2)
  expect(await lake.keysBelow(`${lake.bench.table}__runs/`)).toHaveLength(wanted)
}

/** Everything below the places of rows, whoever wrote it. */
export async function rowObjects(lake: FaultLake): Promise<string[]> {
  const {table} = lake.bench
  const prefixes = [`${table}/`, `${table}__deletes/`, `${table}__quarantine_rows/`]
  return (await Promise.all(prefixes.map((prefix) => lake.keysBelow(prefix)))).flat()
}

async function admittedRuns(lake: FaultLake): Promise<string[]> {
  const runs: string[] = []
  for (const key of await lake.keysBelow(`${lake.bench.table}__runs/`)) {
    const {Body} = await s3.send(new GetObjectCommand({Bucket: lake.own.stateBucket, Key: `sluice/${key}`}))
    const lines = ((await Body?.transformToString()) ?? '').split('\n').filter((line) => line !== '')
    runs.push(...lines.map((line) => (JSON.parse(line) as {run: string}).run))
  }
  return runs
}
