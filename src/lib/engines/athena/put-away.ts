import {hasCode} from '../../errors.js'

/**
 * Does work, and however it ends puts away what was set up for it: but not where the lock went to another process, which
 * goes on with the same tables and lists.
 */
export async function puttingAway<Result>(
  work: () => Promise<Result>,
  close: () => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  let failure: unknown
  try {
    return await work()
  } catch (error) {
    failure = error
    throw error
  } finally {
    if (!hasCode(failure, 'LOCK_LOST') && !hasCode(signal?.reason, 'LOCK_LOST')) await close()
  }
}
