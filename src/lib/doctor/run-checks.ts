import pMap from 'p-map'
import {SluiceError} from '../errors.js'
import type {Clock} from '../ports/clock.js'
import type {Check, CheckResult, Verdict} from './types.js'

/** Checks wait for answers of services; this many at a time. */
const AT_ONCE = 12

export interface Limits {
  /** For one check. */
  readonly checkMs: number
  /** For all of them. */
  readonly totalMs: number
}

export const LIMITS: Limits = {checkMs: 5000, totalMs: 14_000}

/** How long checks may take, and what ends them early. */
export interface Watch {
  readonly clock: Pick<Clock, 'sleep' | 'monotonicMs'>
  readonly limits: Limits
  readonly startedMs: number
  /** Services are asked, not this machine. */
  readonly isRemote: boolean
  /** Of whoever wants the command to end. */
  readonly signal: AbortSignal
}

/** Looks at everything, some at a time; no check hides another one. Throws only the signal's reason. */
export async function runChecks(checks: readonly Check[], watch: Watch): Promise<CheckResult[]> {
  const results = await pMap(checks, (check) => resultsOf(check, watch), {concurrency: AT_ONCE})
  watch.signal.throwIfAborted()
  return results.flat()
}

async function resultsOf(check: Check, watch: Watch): Promise<CheckResult[]> {
  const found = await verdictsOf(check, watch)
  return found.map(({state, text, fix, code, of}) => ({
    group: check.group,
    name: check.name,
    of: of ?? check.of,
    state,
    text,
    fix: fix ?? null,
    code: code ?? null,
  }))
}

async function verdictsOf(check: Check, watch: Watch): Promise<readonly Verdict[]> {
  const {checkMs, totalMs} = watch.limits
  const leftMs = totalMs - (watch.clock.monotonicMs() - watch.startedMs)
  if (leftMs <= 0) return [late(`Not looked at: the ${seconds(totalMs)} for all checks were over.`, watch)]
  const answered = new AbortController()
  const stop = AbortSignal.any([answered.signal, watch.signal])
  const limitMs = Math.min(checkMs, leftMs)
  const timeOut = watch.clock.sleep(limitMs, stop).then(() => [late(`No answer within ${seconds(limitMs)}.`, watch)])
  try {
    const found = await Promise.race([check.look(), timeOut])
    return Array.isArray(found) ? (found as readonly Verdict[]) : [found as Verdict]
  } catch (error) {
    return [unseen(error)]
  } finally {
    answered.abort()
    await timeOut.catch(() => undefined)
  }
}

/** Why a check could not look. */
export function unseen(error: unknown): Verdict {
  if (!(error instanceof SluiceError)) {
    const text = error instanceof Error ? error.message || error.name : String(error)
    return {state: 'unknown', code: 'UNEXPECTED', text, fix: 'sluice explain UNEXPECTED'}
  }
  return {state: 'unknown', code: error.code, text: error.message, fix: error.fix ?? `sluice explain ${error.code}`}
}

function late(text: string, {isRemote}: Watch): Verdict {
  return isRemote
    ? {
        state: 'unknown',
        code: 'AWS_UNAVAILABLE',
        text,
        fix: 'Check the network and the endpoints of the environment, then run the command again.',
      }
    : {
        state: 'unknown',
        code: 'STORE_UNAVAILABLE',
        text,
        fix: 'Find out what keeps the disk busy, then run the command again.',
      }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toLocaleString('en-US', {maximumSignificantDigits: 2})} s`
}
