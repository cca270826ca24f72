import {appendFileSync} from 'node:fs'
import type {FaultProcess} from './fault-process.js'
import type {Fault, FaultKind} from './faulty-ports.js'

/**
 * `npm test` meets a part of the matrix, always the same one; `SLUICE_FAULT=all` (as `npm run test:fault` sets it)
 * meets all of it.
 */
export const MEETS_ALL = process.env['SLUICE_FAULT'] === 'all'
const REPORT = process.env['SLUICE_FAULT_REPORT']
/** Of the points that change something, and of the others. */
const EVERY_CHANGE = 6
const EVERY_OTHER = 40
const CHANGE = '! '
/** The write that decides what readers see, of loads: it meets every fault. */
const DECIDES = /^store\.write claims__runs\//

export const KILLS: readonly FaultKind[] = ['kill-before', 'kill-after']
export const FAILURES: readonly FaultKind[] = ['fail-before', 'lose-answer']

/** The text of a list of points: those that change something are marked. */
export function pointsText(process: FaultProcess): string {
  return process.points.map((point) => `${process.changes.has(point) ? CHANGE : '  '}${point}\n`).join('')
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

/** Every point of a list that changes something. */
export function changesOf(text: string): string[] {
  const changes = linesOf(text).filter((line) => line.startsWith(CHANGE))
  return changes.map((line) => line.slice(CHANGE.length))
}

/** Every point of a list, without its mark. */
export function pointsOf(text: string): string[] {
  return linesOf(text).map((line) => line.slice(CHANGE.length))
}

/**
 * The faults to meet: each kind at each point of a list. In a sample each kind at the write that decides, and one kind
 * in turn at every few of the others.
 */
export function chosenFaults(text: string, kinds: readonly FaultKind[]): Fault[] {
  const changes = new Set(changesOf(text))
  const points = pointsOf(text)
  const others = points.filter((point) => !changes.has(point))
  const at = (point: string): Fault[] => kinds.map((kind) => ({kind, point}))
  if (MEETS_ALL) return points.flatMap((point) => at(point))
  const decisive = [...changes].filter((point) => DECIDES.test(point))
  const plain = [...changes].filter((point) => !DECIDES.test(point))
  return [
    ...decisive.flatMap((point) => at(point)),
    ...sampled(plain, EVERY_CHANGE, kinds),
    ...sampled(others, EVERY_OTHER, kinds),
  ]
}

/** One fault at every few of the points, of each kind in turn. */
export function sampled(points: readonly string[], every: number, kinds: readonly FaultKind[]): Fault[] {
  const chosen = points.filter((_, index) => index % every === every - 1)
  return chosen.map((point, index) => ({kind: kinds[index % kinds.length]!, point}))
}

/** Some of the points, spread evenly over them. */
export function chosenPoints(points: readonly string[], most: number): string[] {
  if (MEETS_ALL || points.length <= most) return [...points]
  return Array.from({length: most}, (_, n) => points[Math.floor(((n + 0.5) * points.length) / most)]!)
}

/** Says to people and to `npm run test:fault` how much was met. */
export function tellCases(what: string, points: number, cases: number): void {
  if (REPORT === undefined) console.log(`faults of ${what}: ${points} points, ${cases} cases`)
  else appendFileSync(REPORT, `${JSON.stringify({what, points, cases})}\n`)
}
