export type CheckState = 'pass' | 'fail' | 'unknown'

/** One thing that was proven, disproven, or could not be looked at. */
export interface Check {
  readonly name: 'record' | 'objects' | 'rows' | 'export' | 'samples' | 'keys' | 'chain'
  /** `unknown`: what would be compared could not be reached. */
  readonly state: CheckState
  /** One sentence; holds no value of the data. */
  readonly text: string
  /** The figures behind it, by name. */
  readonly counts: Readonly<Record<string, number>>
  /** What differs, one by one; never a value of the data. */
  readonly details: readonly string[]
}

/** Of a table whose every object is gone nobody reads each name. */
const MOST_DETAILS = 100

export function check(
  name: Check['name'],
  state: CheckState,
  text: string,
  counts: Check['counts'] = {},
  details: readonly string[] = [],
): Check {
  const more = details.length - MOST_DETAILS
  const shown = more > 0 ? [...details.slice(0, MOST_DETAILS), `and ${more} more`] : details
  return {name, state, text, counts, details: shown}
}

/** One difference outweighs everything; what is not known keeps the rest from being a proof. */
export function stateOf(checks: readonly Check[]): CheckState {
  const states = checks.map(({state}) => state)
  return states.includes('fail') ? 'fail' : states.includes('unknown') ? 'unknown' : 'pass'
}

/** `1,000 lines`, `1 line`. */
export function counted(amount: number, one: string, many = `${one}s`): string {
  return `${figure(amount)} ${amount === 1 ? one : many}`
}

export function figure(amount: number): string {
  return amount.toLocaleString('en-US')
}
