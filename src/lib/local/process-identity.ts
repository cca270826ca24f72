import type {ProcessIdentity} from '../ports/clock.js'

/** The identity written in a file, or null when the text is none. */
export function parseIdentity(text: string): ProcessIdentity | null {
  try {
    const value: unknown = JSON.parse(text)
    return isIdentity(value) ? value : null
  } catch {
    return null
  }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null) return false
  const {host, bootId, pid, startedAt} = value as Record<string, unknown>
  if (typeof host !== 'string' || typeof bootId !== 'string' || typeof startedAt !== 'string') return false
  // A pid of zero or less would ask the system about a whole group of processes.
  return typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0
}
