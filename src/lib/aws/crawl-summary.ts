import type {ChangeCounts, CrawlChanges} from '../ports/crawlers.js'

const NAMES = {ADD: 'added', UPDATE: 'updated', DELETE: 'deleted'} as const

/**
 * Counts out of the summary of a crawl: JSON by kind of entity, each a JSON text again, with counts by kind of change.
 * Its form is not documented: null for one that is none of it.
 */
export function changesOf(summary: string | undefined): CrawlChanges | null {
  const entities = parsed(summary)
  if (entities === null) return null
  return {tables: countsOf(entities['TABLE']), partitions: countsOf(entities['PARTITION'])}
}

function countsOf(entity: unknown): ChangeCounts {
  const counts = {added: 0, updated: 0, deleted: 0}
  for (const [kind, change] of Object.entries(parsed(entity) ?? {})) {
    const name = NAMES[kind as keyof typeof NAMES]
    const count = parsed(change)?.['Count']
    if (name !== undefined && typeof count === 'number' && Number.isSafeInteger(count)) counts[name] += count
  }
  return counts
}

/** An object, or the JSON text of one. */
function parsed(value: unknown): Readonly<Record<string, unknown>> | null {
  let found = value
  if (typeof value === 'string') {
    try {
      found = JSON.parse(value)
    } catch {
      return null
    }
  }
  return typeof found === 'object' && found !== null && !Array.isArray(found)
    ? (found as Record<string, unknown>)
    : null
}
