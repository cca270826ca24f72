import {expect} from 'vitest'
import {listRunRecords} from '../../src/lib/changelog/index.js'
import {SluiceError} from '../../src/lib/errors.js'
import {readOperation} from '../../src/lib/operation/index.js'
import type {FaultLake, FaultProcess} from './fault-lake.js'
import type {Fault} from './faulty-ports.js'

/**
 * `npm test` meets every point that changes something and one in `EVERY` of the others; `SLUICE_FAULT=all` (as
 * `npm run test:fault` sets it) meets them all.
 */
export const MEETS_ALL = process.env['SLUICE_FAULT'] === 'all'
const EVERY = 12
const CHANGE = '! '

/** The text of a list of points: those that change something are marked. */
export function pointsText(process: FaultProcess): string {
  return process.points.map((point) => `${process.changes.has(point) ? CHANGE : '  '}${point}\n`).join('')
}

/** The points of a list to put a fault at. */
export function chosenPoints(text: string): string[] {
  const lines = text.split('\n').filter((line) => line !== '')
  const others = lines.filter((line) => !line.startsWith(CHANGE))
  const kept = new Set(MEETS_ALL ? others : others.filter((_line, index) => index % EVERY === EVERY - 1))
  return lines.filter((line) => line.startsWith(CHANGE) || kept.has(line)).map((line) => line.slice(CHANGE.length))
}

/** A line for people: how much was met. */
export function tellRuns(what: string, points: number, chosen: number, runs: number): void {
  const part = MEETS_ALL ? 'all of them' : `${chosen} of them, SLUICE_FAULT=all meets the others`
  console.log(`faults of ${what}: ${points} points, ${part}; ${runs} runs`)
}

/** The process met its fault and ended as that fault makes it. */
export function expectEnd(process: FaultProcess, {kind}: Fault, error: unknown): void {
  expect(process.hasFired).toBe(true)
  expect(process.isKilled).toBe(kind.startsWith('kill'))
  if (process.isKilled || error === null) return
  expect(error).toBeInstanceOf(SluiceError)
  expect((error as SluiceError).code).not.toBe('UNEXPECTED')
}

/** Nothing or everything, never a part. */
export async function expectNothingOr(lake: FaultLake, rows: readonly string[]): Promise<void> {
  const seen = await lake.current()
  if (seen.length > 0) expect(seen).toEqual(rows)
}

/** The newest operation's state; null where none was planned. */
export async function stateOf(lake: FaultLake): Promise<string | null> {
  const operation = (await lake.operations()).at(-1)
  return operation === undefined ? null : (await readOperation(lake.store, operation)).state
}

/**
 * The load stands as if nothing had happened: the rows, one run record, no lock, and below the table only the admitted
 * objects and what gc knows. `isLockLeft`: a process that died when all was done but its lock leaves that to gc.
 */
export async function expectLoaded(lake: FaultLake, rows: readonly string[], isLockLeft = false): Promise<void> {
  expect(await stateOf(lake)).toBe('done')
  expect(await lake.current()).toEqual(rows)
  expect(await lake.keys('claims__runs/')).toHaveLength(1)
  if (!isLockLeft) expect(await lake.keys('_sluice/locks/')).toEqual([])
  await lake.start().collectGarbage()
  expect(await lake.rowObjects()).toEqual(await lake.admittedObjects())
  expect(await lake.keys('_sluice/locks/')).toEqual([])
  expect(await lake.current()).toEqual(rows)
}

/** Nothing is visible, and after gc nothing is left below the table. */
export async function expectGone(lake: FaultLake, state: 'undone' | 'cancelled'): Promise<void> {
  expect(await stateOf(lake)).toBe(state)
  expect(await lake.current()).toEqual([])
  expect(await listRunRecords(lake.store, 'claims')).toEqual([])
  await lake.start().collectGarbage()
  expect(await lake.rowObjects()).toEqual([])
  expect(await lake.keys('_sluice/locks/')).toEqual([])
}

/** One load with one fault, then a fresh process that goes on. */
export async function meetFault(lake: FaultLake, fault: Fault, rows: readonly string[]): Promise<void> {
  const first = lake.start(fault)
  expectEnd(first, fault, await first.endOf(() => first.load()))
  await expectNothingOr(lake, rows)
  const wasDone = (await stateOf(lake)) === 'done'
  await lake.start().recover()
  await expectLoaded(lake, rows, wasDone)
}

/** Runs a case at each point; what fails says where. */
export async function atEach(faults: readonly Fault[], meet: (fault: Fault) => Promise<void>): Promise<void> {
  for (const fault of faults) {
    await meet(fault).catch((error: unknown) => {
      throw new Error(`${fault.kind} ${fault.point}: ${String(error)}`, {cause: error})
    })
  }
}

/** Both kills at the chosen points of an undisturbed process; one kill a point where not all are met. */
export function killsOf(process: FaultProcess): Fault[] {
  const points = chosenPoints(pointsText(process))
  const kinds: readonly Fault['kind'][] = MEETS_ALL ? ['kill-before', 'kill-after'] : ['kill-after']
  return kinds.flatMap((kind) => points.map((point) => ({kind, point})))
}
