/** Changes of a table as the AWS server recorded them, oldest first. */
export async function readChanges(awsUrl, region, table) {
  const query = new URLSearchParams({region, table})
  return (await fetch(`${awsUrl}/__changes?${query}`)).json()
}

/** Items as they stood before an instant, in no promised order. */
export function itemsBefore(changes, microseconds) {
  const items = new Map()
  for (const change of changes) {
    if (change.microseconds >= microseconds) break
    if (change.new === null) items.delete(keyText(change.key))
    else items.set(keyText(change.key), change)
  }
  return [...items.values()].map((change) => ({key: change.key, line: {Item: change.new}}))
}

/**
 * The last state of every key that changed in a window, from inclusive, to exclusive; what came and went in it
 * leaves no trace.
 */
export function changesWithin(changes, fromMicroseconds, toMicroseconds, view) {
  const found = new Map()
  for (const change of changes) {
    if (change.microseconds < fromMicroseconds || change.microseconds >= toMicroseconds) continue
    const text = keyText(change.key)
    found.set(text, {...change, old: found.get(text)?.old ?? (found.has(text) ? null : change.old)})
  }
  return [...found.values()]
    .filter((change) => change.old !== null || change.new !== null)
    .map((change) => changeLine(change, view))
}

function changeLine(change, view) {
  const line = {
    Metadata: {WriteTimestampMicros: {N: String(change.microseconds)}},
    Keys: change.key,
    ...(change.old === null || view === 'NEW_IMAGE' ? {} : {OldImage: change.old}),
    ...(change.new === null ? {} : {NewImage: change.new}),
  }
  return {key: change.key, line}
}

/** The same text for the same key, whatever the order of its attributes. */
export function keyText(key) {
  return JSON.stringify(Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1)))
}
