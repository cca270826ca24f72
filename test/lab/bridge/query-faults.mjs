import {setTimeout as sleep} from 'node:timers/promises'

/**
 * Ends that a test wishes for a query: {match: regexp of its SQL, state: FAILED | CANCELLED | DELAY, reason,
 * delayMs, times (1), when: before (default) or after its effect}.
 */
export class QueryFaults {
  #armed = []

  page = ({method, query, document}) => {
    if (method === 'POST') this.#armed.push(...[document].flat().map((fault) => ({times: 1, when: 'before', ...fault})))
    // Others may have armed theirs: only those of this match.
    if (method === 'DELETE') this.#armed = this.#armed.filter(({match}) => match !== query.get('match'))
    return this.#armed
  }

  /** Waits, ends the query by an error, or does nothing. */
  async strike(run, when) {
    const fault = this.#armed.find(
      (one) => one.times > 0 && one.when === when && new RegExp(one.match, 'is').test(run.text),
    )
    if (fault === undefined) return
    fault.times -= 1
    if (fault.delayMs !== undefined) await sleep(fault.delayMs)
    if (fault.state === 'CANCELLED') run.stopAsked = true
    if (fault.state !== 'DELAY') throw new Error(fault.reason ?? 'Query exhausted resources at this scale factor')
  }
}
