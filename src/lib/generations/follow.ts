import type {Etag, ObjectKey} from '../ports/object-store.js'
import type {Generation, GenerationOutput, StoredGeneration} from './generation.js'

interface NamedObject {
  readonly key: ObjectKey
  readonly etag: Etag
}

/** Every generation that holds rows of an object: those that it was merged into, and those that these were. */
export function generationsHolding(
  object: NamedObject,
  generations: readonly StoredGeneration[],
): readonly StoredGeneration[] {
  const bySource = indexed(generations)
  const holding = new Set<StoredGeneration>()
  const waiting = [nameOf(object)]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    for (const found of bySource.get(name) ?? []) {
      if (holding.has(found)) continue
      holding.add(found)
      waiting.push(...found.generation.outputs.map(nameOf))
    }
  }
  return [...holding]
}

/** What became of objects by now. */
export interface FollowedObjects<Item extends NamedObject> {
  /** Not merged into anything. */
  readonly asTheyWere: readonly Item[]
  /** Hold the rows of all others, each once, beside rows of other objects. */
  readonly outputs: readonly GenerationOutput[]
}

/** Where the rows of these objects stand last: in themselves, or in what they were merged to, however often. */
export function followObjects<Item extends NamedObject>(
  objects: readonly Item[],
  generations: readonly StoredGeneration[],
): FollowedObjects<Item> {
  const bySource = indexed(generations)
  const asTheyWere = objects.filter((object) => !bySource.has(nameOf(object)))
  const outputs = new Map<string, GenerationOutput>()
  const waiting = objects.flatMap((object) => outputsOf(bySource.get(nameOf(object))))
  const seen = new Set<string>()
  for (let output = waiting.pop(); output !== undefined; output = waiting.pop()) {
    const name = nameOf(output)
    if (seen.has(name)) continue
    seen.add(name)
    const next = bySource.get(name)
    if (next === undefined) outputs.set(name, output)
    else waiting.push(...outputsOf(next))
  }
  return {asTheyWere, outputs: [...outputs.values()]}
}

function indexed(generations: readonly StoredGeneration[]): Map<string, StoredGeneration[]> {
  const bySource = new Map<string, StoredGeneration[]>()
  for (const stored of generations) {
    for (const source of stored.generation.sources) {
      const found = bySource.get(nameOf(source))
      if (found === undefined) bySource.set(nameOf(source), [stored])
      else found.push(stored)
    }
  }
  return bySource
}

function outputsOf(stored: readonly StoredGeneration[] | undefined): Generation['outputs'] {
  return stored?.flatMap(({generation}) => generation.outputs) ?? []
}

function nameOf({key, etag}: NamedObject): string {
  return `${etag} ${key}`
}
