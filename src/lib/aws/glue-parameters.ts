import {SluiceError} from '../errors.js'

export type Parameters = Readonly<Record<string, string>>

/** How the names of parameters begin that sluice keeps for itself in Glue. */
export const OWN_PREFIX = 'sluice.'

/** Names of the parameters that a caller of the port set, as a JSON list: others are somebody else's. */
const GIVEN = 'sluice.parameters'

/** Glue's limits. */
const LONGEST_NAME = 255
const LONGEST_VALUE_BYTES = 512_000

/** The parameters that readers of the port see: everything but sluice's own. */
export function shownParameters(standing: Parameters | undefined, hidden: readonly string[] = []): Parameters {
  return Object.fromEntries(
    Object.entries(standing ?? {}).filter(([name]) => !name.startsWith(OWN_PREFIX) && !hidden.includes(name)),
  )
}

/**
 * Parameters to write: those given in place of those given before, somebody else's kept, sluice's `own` on top.
 * Throws `KEY_INVALID` for parameters that Glue cannot hold.
 */
export function mergedParameters(standing: Parameters | undefined, given: Parameters, own: Parameters): Parameters {
  const before = new Set(givenNames(standing))
  const foreign = Object.entries(standing ?? {}).filter(([name]) => !name.startsWith(OWN_PREFIX) && !before.has(name))
  const foreignNow = new Map(foreign)
  // what a caller gives back as it read it stays somebody else's
  const names = Object.keys(given).filter((name) => foreignNow.get(name) !== given[name])
  const list: Parameters = names.length === 0 ? {} : {[GIVEN]: JSON.stringify(names.sort())}
  const merged = {...Object.fromEntries(foreign), ...given, ...own, ...list}
  for (const name of Object.keys(given))
    if (name.startsWith(OWN_PREFIX)) throw refused(name, `begins with ${OWN_PREFIX}`)
  for (const [name, value] of Object.entries(merged)) assertFits(name, value)
  return merged
}

function givenNames(standing: Parameters | undefined): readonly string[] {
  try {
    const names: unknown = JSON.parse(standing?.[GIVEN] ?? '[]')
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
  } catch {
    return []
  }
}

function assertFits(name: string, value: string): void {
  if (name === '' || name.length > LONGEST_NAME) throw refused(name, `has not 1 to ${LONGEST_NAME} characters`)
  const bytes = Buffer.byteLength(value)
  if (bytes > LONGEST_VALUE_BYTES) throw refused(name, `has ${bytes} bytes, and Glue holds ${LONGEST_VALUE_BYTES}`)
}

function refused(name: string, fault: string): SluiceError {
  return new SluiceError('KEY_INVALID', `The catalog parameter "${name.slice(0, 80)}" is refused: it ${fault}.`, {
    fix: 'Give the parameter another name or a shorter value.',
  })
}
