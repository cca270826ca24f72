import type {ChildProcessWithoutNullStreams} from 'node:child_process'
import {setTimeout as wait} from 'node:timers/promises'
import {resultOf} from '../../cli/run-cli.js'
import {control, type FaultWish} from '../checks/gateway-control.js'
import {endedOf, type Ended, type FaultLake} from './fault-lake.js'
import {matchOf, type WirePoint} from './wire-points.js'

/**
 * What a call of sluice meets. `lost-answer`: the effect is there, one answer is not; `no-answers`: none ever again;
 * `dropped`, `storm`, `throttled`: every attempt fails; `busy`: so many that the SDK gives up once, and no more;
 * `expired`: the credentials ran out, from this call on; `kill-before`, `kill-after`: the process dies before or after
 * the effect; `kill-late`: it dies with the call on its way, which arrives while the next process works; `late`: it waits.
 */
export type WireFaultKind =
  | 'lost-answer'
  | 'no-answers'
  | 'dropped'
  | 'storm'
  | 'throttled'
  | 'busy'
  | 'expired'
  | 'kill-before'
  | 'kill-after'
  | 'kill-late'
  | 'late'

export interface WireFault {
  readonly kind: WireFaultKind
  readonly point: WirePoint
}

/** Longer than a process needs to start, and shorter than a resume works. */
const LATE_MS = 3000
/** Longer than another process needs to be refused. */
const LONG_LATE_MS = 12_000
const LOOK_EVERY_MS = 20
/** Time to arm what follows the first refusal. */
const EXPIRY_MS = 300
const FOR_EVER = 0
/** More than the SDK tries. */
const BUSY_TIMES = 6

const EFFECTS: Readonly<
  Record<WireFaultKind, Omit<FaultWish, 'match'> & {readonly times: number; readonly fault: string}>
> = {
  'lost-answer': {fault: 'dropAfter', times: 1},
  'no-answers': {fault: 'dropAfter', times: FOR_EVER},
  dropped: {fault: 'dropBefore', times: FOR_EVER},
  storm: {fault: 'status', status: 503, times: FOR_EVER},
  throttled: {fault: 'throttle', times: FOR_EVER},
  busy: {fault: 'throttle', times: BUSY_TIMES},
  expired: {fault: 'expiredToken', latencyMs: EXPIRY_MS, times: 1},
  'kill-before': {fault: 'hang', times: 1},
  'kill-after': {fault: 'hang', after: true, times: 1},
  'kill-late': {fault: 'latency', latencyMs: LATE_MS, times: 1},
  late: {fault: 'latency', latencyMs: LONG_LATE_MS, times: 1},
}

interface Armed {
  readonly id: number
  readonly fired: number
}

/** One process that meets one fault; the fault is gone when this resolves. Null: the process never came there. */
export async function meetOnWire(
  lake: FaultLake,
  {kind, point}: WireFault,
  argv: readonly string[],
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<Ended | null> {
  const {times, ...effect} = EFFECTS[kind]
  const own = await arm({...effect, match: {...matchOf(point, lake), times}})
  const more: Armed[] = []
  try {
    const child = lake.start(...argv)
    const ended = resultOf(child)
    const hasMet = await Promise.race([met(own), ended.then(() => null)])
    if (hasMet !== null) {
      if (kind === 'expired')
        more.push(await arm({fault: 'expiredToken', match: {accessKey: lake.keys.accessKey, times: FOR_EVER}}))
      if (kind.startsWith('kill')) await kill(child, lake, kind)
      await meanwhile()
    }
    const result = endedOf(await ended)
    return (await firedOf(own)) === 0 ? null : result
  } finally {
    for (const {id} of [own, ...more]) await control('DELETE', `/__faults?id=${id}`)
  }
}

async function arm(wish: object): Promise<Armed> {
  const [armed] = (await control('POST', '/__faults', wish)) as readonly Armed[]
  return armed!
}

async function firedOf({id}: Armed): Promise<number> {
  const standing = (await control('GET', '/__faults')) as readonly Armed[]
  return standing.find((one) => one.id === id)?.fired ?? 0
}

async function met(armed: Armed): Promise<true> {
  while ((await firedOf(armed)) === 0) await wait(LOOK_EVERY_MS)
  return true
}

async function kill(child: ChildProcessWithoutNullStreams, lake: FaultLake, kind: WireFaultKind): Promise<void> {
  if (kind === 'kill-after') await effectOf(lake)
  child.kill('SIGKILL')
}

/** Resolves when what a hung call asked for has been done. */
async function effectOf(lake: FaultLake): Promise<void> {
  for (;;) {
    const hung = (await lake.wire()).filter(({fault}) => fault === 'hang')
    if (hung.some(({milliseconds}) => milliseconds !== null)) return
    await wait(LOOK_EVERY_MS)
  }
}
