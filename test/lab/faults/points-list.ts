import {readFileSync} from 'node:fs'
import {MEETS_ALL} from '../../fault/fault-points.js'
import type {WireFault, WireFaultKind} from './wire-faults.js'
import {textOf, type WirePoint} from './wire-points.js'

/** Every call of undisturbed processes. After a change of what they ask: npm run lab -- test/lab/faults/points -u */
export const LIST = new URL('points.txt', import.meta.url)

const CHANGE = '! '
const CHANGING = /^(Put|Delete|Create|Update|Batch|Start|Complete|Upload)/
/** The write that decides what readers see. */
const DECIDES = /claims__runs\/[^?]*$/

/** How many of the cases `npm run lab` meets. */
export interface Sample {
  readonly changes: number
  readonly looks: number
  readonly decisive: number
  readonly statements?: number
  /** Kinds that are met once more, each at another call that changes something. */
  readonly kinds?: readonly WireFaultKind[]
}

/** What loads meet in a sample: one case of each kind at least, in one story or the other. */
export const LOAD_SAMPLES = {
  single: {decisive: 2, statements: 1, changes: 2, looks: 1, kinds: ['lost-answer', 'dropped', 'throttled']},
  chain: {decisive: 1, changes: 1, looks: 0, kinds: ['storm', 'kill-before']},
} as const satisfies Readonly<Record<string, Sample>>

/** `athena` is the single load by Athena. */
export type ListedWork = 'single' | 'chain' | 'athena' | 'undo' | 'cancel' | 'gc'

/** The list of one kind of work: those that change something are marked. */
export function linesOf(work: ListedWork, points: readonly WirePoint[]): string[] {
  return points.map((point) => `${work.padEnd(6)} ${doesChange(point) ? CHANGE : '  '}${textOf(point)}`)
}

export function doesChange({operation}: WirePoint): boolean {
  return CHANGING.test(operation)
}

/** The points of one kind of work, as the list has them. */
export function listedPoints(work: ListedWork): WirePoint[] {
  const lines = readFileSync(LIST, 'utf8').split('\n')
  return lines.filter((line) => line.startsWith(work.padEnd(7))).map((line) => parsed(line.slice(9)))
}

function parsed(text: string): WirePoint {
  const [, service, operation, target = '', nth = '1'] = /^(\S+) (\S+)(?: ([^#]\S*))?(?: #(\d+))?$/.exec(text) ?? []
  return {service: service!, operation: operation!, target, nth: Number(nth)}
}

const KINDS: Readonly<Record<'change' | 'look' | 'decision' | 'statement', readonly WireFaultKind[]>> = {
  change: ['kill-after', 'no-answers', 'expired', 'storm', 'kill-late', 'lost-answer', 'dropped', 'kill-before'],
  look: ['expired', 'storm', 'dropped', 'kill-before'],
  decision: ['no-answers', 'kill-late', 'kill-after', 'expired'],
  statement: ['busy', 'lost-answer', 'kill-after', 'storm', 'throttled'],
}

/** Every kind at every point; in a sample, a kind in turn at a few of each sort of points. */
export function chosenFaults(points: readonly WirePoint[], sample: Sample): WireFault[] {
  const at = (point: WirePoint, kinds: readonly WireFaultKind[]): WireFault[] => kinds.map((kind) => ({kind, point}))
  const all = (point: WirePoint): WireFault[] => at(point, kindsOf(point))
  if (MEETS_ALL) return points.flatMap(all)
  const decisive = points.filter(isDecisive)
  const statements = points.filter((point) => point.operation === 'StartQueryExecution')
  const changes = points.filter((point) => doesChange(point) && !isDecisive(point) && !statements.includes(point))
  const looks = points.filter((point) => !doesChange(point))
  return [
    ...decisive.flatMap((point) => at(point, KINDS.decision)).slice(0, sample.decisive),
    ...statements.flatMap((point) => at(point, KINDS.statement)).slice(0, sample.statements ?? 0),
    ...spread(changes, sample.changes).map((point, index) => ({
      kind: KINDS.change[index % KINDS.change.length]!,
      point,
    })),
    ...spread(looks, sample.looks).map((point, index) => ({kind: KINDS.look[index % KINDS.look.length]!, point})),
    ...oneOfEach(sample.kinds ?? [], points),
  ]
}

/** Each kind at a call that can meet it, all of them spread over the work. */
function oneOfEach(kinds: readonly WireFaultKind[], points: readonly WirePoint[]): WireFault[] {
  return kinds.map((kind, index) => {
    const fitting = points.filter((point) => doesChange(point) && kindsOf(point).includes(kind))
    return {kind, point: spread(fitting, kinds.length)[index]!}
  })
}

/** Every kind that a load can meet. */
export function kindsOfLoads(): WireFaultKind[] {
  return [...new Set([...KINDS.change, ...KINDS.look, ...KINDS.decision, ...KINDS.statement])].sort()
}

/**
 * What a load by Athena meets: S3 and Athena too busy, for ever or for long, and credentials that ran out; in a sample each at the
 * middle one of its calls.
 */
export function athenaFaults(points: readonly WirePoint[]): WireFault[] {
  const at = (kind: WireFaultKind, fits: (point: WirePoint) => boolean): WireFault[] =>
    points.filter(fits).map((point) => ({kind, point}))
  const groups = [
    at('storm', ({service}) => service === 's3'),
    at('throttled', ({operation}) => operation === 'StartQueryExecution'),
    // For ever, and the load waits minutes before it gives up.
    at('busy', ({operation}) => operation === 'GetQueryExecution'),
    at('expired', () => true),
  ]
  return MEETS_ALL ? groups.flat() : groups.flatMap((group) => spread(group, 1))
}

function kindsOf(point: WirePoint): readonly WireFaultKind[] {
  if (point.operation === 'StartQueryExecution') return [...KINDS.change, 'throttled', 'busy']
  if (!doesChange(point))
    return point.service === 'glue' || point.service === 'athena' ? [...KINDS.look, 'throttled'] : KINDS.look
  return point.service === 'glue' ? [...KINDS.change, 'throttled'] : KINDS.change
}

function isDecisive(point: WirePoint): boolean {
  return doesChange(point) && DECIDES.test(point.target)
}

function spread<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items]
  return Array.from({length: most}, (_, n) => items[Math.floor(((n + 0.5) * items.length) / most)]!)
}
