const MOST_EDITS = 3

/** The candidate that `name` was probably meant to be, or null. Case, `_` and `-` count as no difference. */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  const wanted = plain(name)
  const allowed = Math.min(MOST_EDITS, Math.max(1, Math.floor(wanted.length / 3)))
  let best: {name: string; edits: number} | null = null
  for (const candidate of candidates) {
    const edits = editDistance(wanted, plain(candidate))
    if (edits <= allowed && (best === null || edits < best.edits)) best = {name: candidate, edits}
  }
  return best?.name ?? null
}

/** `Did you mean x?` when a candidate is near, else the list of all. */
export function nearFix(name: string, candidates: readonly string[], noun: string): string {
  const near = nearestName(name, candidates)
  if (near !== null) return `Did you mean ${near}?`
  return candidates.length === 0 ? `There is no ${noun} yet.` : `Known: ${candidates.join(', ')}.`
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, '')
}

/** Levenshtein: the fewest insertions, deletions and replacements between two short texts. */
export function editDistance(left: string, right: string): number {
  let above = Array.from({length: right.length + 1}, (_, index) => index)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    above = current
  }
  return above[right.length] ?? 0
}
