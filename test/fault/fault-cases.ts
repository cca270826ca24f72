import {expect} from 'vitest'
import {listRunRecords} from '../../src/lib/changelog/index.js'
import {hasCode, SluiceError} from '../../src/lib/errors.js'
import {readOperation} from '../../src/lib/operation/index.js'
import {chosenPoints, KILLS, MEETS_ALL} from './fault-points.js'
import type {FaultLake} from './fault-lake.js'
import type {FaultProcess} from './fault-process.js'
import type {Fault} from './faulty-ports.js'

const KILL_SAMPLE = 2

/** The process met its fault and ended as that fault makes it. */
export function expectEnd(process: FaultProcess, {kind}: Fault, error: unknown): void {
  expect(process.hasFired).toBe(true)
  expect(process.isKilled).toBe(kind.startsWith('kill'))
  if (process.isKilled || error === null) return
  expect(error).toBeInstanceOf(SluiceError)
  expect((error as SluiceError).code).not.toBe('UNEXPECTED')
}

/** Readers see exactly the state before the load or exactly the one after it; true for the latter. */
export async function expectBeforeOrAfter(lake: FaultLake): Promise<boolean> {
  const {before, after} = lake.bench
  const seen = await lake.current()
  const isAfter = seen.length === after.length && seen.every((row, index) => row === after[index])
  if (!isAfter) expect(seen).toEqual(before)
  return isAfter
}

/** The state of the load's newest operation; null where none was planned. */
export async function stateOf(lake: FaultLake): Promise<string | null> {
  const operation = (await lake.ownOperations()).at(-1)
  return operation === undefined ? null : (await readOperation(lake.store, operation)).state
}

/**
 * The load stands as if nothing had happened: the rows, one run object more, no lock, and no objects but the admitted
 * ones, the stream's and the lake's own. `isLockLeft`: a process that died when all was done but its lock leaves that
 * to gc.
 */
export async function expectLoaded(lake: FaultLake, isLockLeft = false): Promise<void> {
  expect(await stateOf(lake)).toBe('done')
  if (!isLockLeft) expect(await lake.keys('_sluice/locks/')).toEqual([])
  await expectClean(lake)
}

/** As `expectLoaded`, whatever became of the operations of processes that lost. */
export async function expectClean(lake: FaultLake): Promise<void> {
  const {after, standing} = lake.bench
  expect(await lake.keys('claims__runs/')).toHaveLength(standing.length + 1)
  await lake.start().collectGarbage()
  expect(await lake.rowObjects()).toEqual(await lake.admittedObjects())
  expect(await lake.streamObjects()).toEqual(await lake.bench.base.streamObjects())
  expect(await lake.keys('_sluice/locks/')).toEqual([])
  expect(await lake.current()).toEqual(after)
}

/** Readers see what they saw before the load, and after gc nothing is left of it. */
export async function expectGone(lake: FaultLake, state: 'undone' | 'cancelled'): Promise<void> {
  const {before, base} = lake.bench
  expect(await stateOf(lake)).toBe(state)
  expect(await lake.current()).toEqual(before)
  expect(await listRunRecords(lake.store, 'claims')).toEqual(await listRunRecords(base.store, 'claims'))
  await lake.start().collectGarbage()
  expect(await lake.rowObjects()).toEqual(await base.rowObjects())
  expect(await lake.keys('_sluice/locks/')).toEqual([])
}

/** One load with one fault, then a fresh process that goes on. */
export async function meetFault(lake: FaultLake, fault: Fault): Promise<void> {
  const first = lake.start(fault)
  const error = await first.endOf(() => first.load())
  expectEnd(first, fault, error)
  if (fault.kind === 'disk-full') expectDiskFull(error)
  const wasAfter = await expectBeforeOrAfter(lake)
  const wasDone = (await stateOf(lake)) === 'done'
  if (fault.kind === 'disk-full' && !wasDone) expectUnchanged(fault, wasAfter)
  await lake.start().recover()
  await expectLoaded(lake, wasDone)
}

/** A write without which a command can do its work does not end it. */
function expectDiskFull(error: unknown): void {
  if (error !== null) expect(hasCode(error, 'DISK_FULL')).toBe(true)
}

/** Only where the run records were written before the disk was full do readers see them. */
function expectUnchanged({point}: Fault, wasAfter: boolean): void {
  if (/claims__runs\/|^parquet\.load /.test(point)) expect(wasAfter).toBe(false)
}

/**
 * One load with one kill, then the same command again in place of a resume. What the first operation left is then
 * resumed, or closed where the second one has admitted the exports.
 */
export async function meetKillAndRunAgain(lake: FaultLake, fault: Fault): Promise<void> {
  const first = lake.start(fault)
  expectEnd(first, fault, await first.endOf(() => first.load()))
  await lake.start().load()
  expect(await lake.current()).toEqual(lake.bench.after)
  for (const operation of await lake.ownOperations()) {
    const resumed = lake.start()
    const error = await resumed.endOf(() => resumed.resume(operation))
    if (error !== null) await closeLoser(lake, operation, error)
  }
  await expectClean(lake)
}

async function closeLoser(lake: FaultLake, operation: string, error: unknown): Promise<void> {
  expect(hasCode(error, 'OPERATION_CONFLICT', 'PLAN_STALE') ? null : error).toBeNull()
  await lake.start().cancelOf(operation)
}

/** Runs a case at each point; what fails says where. */
export async function atEach(faults: readonly Fault[], meet: (fault: Fault) => Promise<void>): Promise<void> {
  for (const fault of faults) {
    await meet(fault).catch((error: unknown) => {
      throw new Error(`${fault.kind} ${fault.point}: ${String(error)}`, {cause: error})
    })
  }
}

/** The kills to meet at the points of an undisturbed process; of a sample only a few, of both kinds in turn. */
export function killsOf(process: FaultProcess): Fault[] {
  const points = chosenPoints(process.points, KILL_SAMPLE)
  if (MEETS_ALL) return points.flatMap((point) => KILLS.map((kind) => ({kind, point})))
  return points.map((point, index) => ({kind: KILLS[index % KILLS.length]!, point}))
}
