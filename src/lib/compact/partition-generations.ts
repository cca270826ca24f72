import {compactionOfObject, runOfObject} from '../changelog/index.js'
import {generationKey, readGeneration, type StoredGeneration} from '../generations/index.js'
import type {OperationPorts} from '../operation/index.js'
import type {ListedObject, ObjectKey} from '../ports/object-store.js'
import type {RunFates} from './dropped-runs.js'

type Ports = Pick<OperationPorts, 'store'>

/** What is known of the files of one partition of a change log: what was merged, and whose rows are in outputs. */
export class PartitionGenerations {
  private constructor(
    private readonly standing: ReadonlySet<ObjectKey>,
    private readonly merged: ReadonlySet<ObjectKey>,
    private readonly byOperation: ReadonlyMap<string, StoredGeneration>,
  ) {}

  /** `waiting` are the keys of its generations whose sources still lie beside them. */
  static async of(
    files: readonly ListedObject[],
    table: string,
    partition: readonly string[],
    waiting: readonly ObjectKey[],
    {store}: Ports,
  ): Promise<PartitionGenerations> {
    const byOperation = new Map<string, StoredGeneration>()
    const merged = new Set<ObjectKey>()
    for (const key of waiting) {
      const found = await readGeneration(store, key, 'doubled')
      if (found === null) continue
      byOperation.set(found.generation.operation, found)
      for (const source of found.generation.sources) merged.add(source.key)
    }
    for (const operation of new Set(files.map(({key}) => compactionOfObject(key)))) {
      if (operation === null || byOperation.has(operation)) continue
      const key = generationKey({table, partition: [...partition], operation}, 'settled')
      const found = await readGeneration(store, key, 'settled')
      if (found !== null) byOperation.set(operation, found)
    }
    return new PartitionGenerations(new Set(files.map(({key}) => key)), merged, byOperation)
  }

  /** Whether a file was merged, and waits for gc. */
  isMerged(key: ObjectKey): boolean {
    return this.merged.has(key)
  }

  /** Runs of a file's rows that no reader will ever count again; `unfinished` where the file is not to be merged yet. */
  async runsOf(key: ObjectKey, fates: RunFates): Promise<readonly string[] | 'unfinished'> {
    const operation = compactionOfObject(key)
    if (operation === null) {
      const run = runOfObject(key)?.run
      const fate = run === undefined ? 'counts' : await fates.fateOf(run)
      if (fate === 'may come') return 'unfinished'
      return fate === 'gone' ? [run!] : []
    }
    const found = this.byOperation.get(operation)
    if (found === undefined) return []
    // An output of a compaction that is half done, or half taken back, may come again: merged with others, its rows
    // would stand twice for good.
    if (found.state === 'doubled' && !(await this.isPublished(found, fates))) return 'unfinished'
    const runs = Object.keys(found.generation.outputs.find((output) => output.key === key)?.runs ?? {})
    const dropped: string[] = []
    for (const run of runs) if ((await fates.fateOf(run)) === 'gone') dropped.push(run)
    return dropped
  }

  private async isPublished({generation}: StoredGeneration, fates: RunFates): Promise<boolean> {
    if (!generation.outputs.every(({key}) => this.standing.has(key))) return false
    return fates.isOver(generation.operation)
  }
}
