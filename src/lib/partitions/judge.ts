import {isProjected, type CatalogPartition} from '../ports/catalog.js'
import {compareKeys} from '../ports/object-keys.js'
import {isOutsideLake} from '../ports/table-objects.js'
import {folderOf, isCompacted, type Amount, type FoundFolders, type PartitionFolder} from './folders.js'
import {sightOf} from './projection.js'
import {partitionName, type PartitionedTable} from './table-entry.js'
import type {Difference, DifferenceKind} from './types.js'

/** What is different, and how much is not. */
export interface Judgement {
  /** Those with a partition first, in the order of their folders. */
  readonly differences: readonly Difference[]
  readonly folders: number
  readonly total: Amount
  readonly inStep: number
  readonly compacted: number
  readonly moved: number
}

const NOTHING: Amount = {files: 0, sizeBytes: 0}

/** Compares what was found with what the catalog has. Pure. */
export function judgeTable(
  compared: PartitionedTable,
  partitions: readonly CatalogPartition[],
  found: FoundFolders,
  asOf: Date,
): Judgement {
  const judge = new Judge(compared, found, asOf)
  if (isProjected(compared.entry)) judge.projected()
  else {
    for (const partition of partitions) judge.registered(partition)
    judge.shared(partitions)
    judge.unregistered(partitions)
  }
  judge.cases()
  judge.strangers()
  return judge.result()
}

class Judge {
  private readonly differences: Difference[] = []
  private inStep = 0
  private compacted = 0
  private moved = 0

  constructor(
    private readonly compared: PartitionedTable,
    private readonly found: FoundFolders,
    private readonly asOf: Date,
  ) {}

  result(): Judgement {
    const {inStep, compacted, moved, found} = this
    const differences = this.differences.sort((left, right) => compareKeys(placeOf(left), placeOf(right)))
    return {differences, folders: this.folders().length, total: found.total, inStep, compacted, moved}
  }

  /** A partition that the catalog has. */
  registered(partition: CatalogPartition): void {
    const {values, location} = partition
    if (isOutsideLake(location)) {
      return this.tell(
        'outside',
        values,
        location,
        null,
        NOTHING,
        'it lies outside of the lake, where sluice cannot look',
      )
    }
    const standing = this.found.registered.get(location)
    const own = folderOf(this.compared.entry, this.compared.form, values)
    const others = this.foldersOf(values).filter(({folder}) => folder !== location)
    if (standing !== undefined) this.countInStep(location, own)
    else if (others.length === 0) {
      this.tell('empty', values, location, null, NOTHING, 'nothing lies where the catalog points')
    }
    // What a compaction wrote anew elsewhere waits for gc in its old place.
    if (isCompacted(this.compared.entry, location)) return
    for (const other of others) this.tellOther(partition, other, standing !== undefined)
  }

  /** Engines compute partitions: whatever lies in a folder that they never name is never read. */
  projected(): void {
    for (const folder of this.folders()) {
      const below = folder.folder.slice((this.compared.entry.location ?? '').length)
      const sight = sightOf(this.compared.entry, folder.values, below, this.asOf)
      if (sight.state === 'seen') this.inStep += 1
      else {
        const kind = sight.state === 'unseen' ? 'unseen' : 'outside'
        this.tell(kind, folder.values, null, folder.folder, folder, sight.reason)
      }
    }
  }

  shared(partitions: readonly CatalogPartition[]): void {
    const owners = new Map<string, readonly string[]>()
    for (const {location, values} of partitions) {
      const owner = owners.get(location)
      owners.set(location, owner ?? values)
      if (owner === undefined) continue
      const text = `readers see its objects in ${this.name(owner)} too`
      this.tell('shared', values, location, location, this.found.registered.get(location) ?? NOTHING, text)
    }
  }

  /** Folders of no partition of the catalog; of several that mean the same one can be registered. */
  unregistered(partitions: readonly CatalogPartition[]): void {
    const known = new Set(partitions.map(({values}) => JSON.stringify(values)))
    // A folder that another partition points to is looked at there.
    const locations = new Set(partitions.map(({location}) => location))
    for (const [name, folders] of this.found.byValues) {
      if (known.has(name)) continue
      const free = folders.filter(({folder}) => !locations.has(folder))
      const chosen = chooseFolder(free, folderOf(this.compared.entry, this.compared.form, free[0]?.values ?? []))
      for (const folder of free) {
        if (folder === chosen) {
          this.tell('unregistered', folder.values, null, folder.folder, folder, 'the catalog has no such partition')
        } else this.tell('twin', folder.values, null, folder.folder, folder, `${chosen!.folder} means the same values`)
      }
    }
  }

  /** Values that differ in case only are two partitions, and mostly one was meant. */
  cases(): void {
    const seen = new Map<string, PartitionFolder>()
    for (const folder of this.folders()) {
      const name = JSON.stringify(folder.values).toLowerCase()
      const other = seen.get(name)
      seen.set(name, other ?? folder)
      if (other === undefined || JSON.stringify(other.values) === JSON.stringify(folder.values)) continue
      this.tell('twin', folder.values, null, folder.folder, folder, `${other.folder} differs in case only`)
    }
  }

  strangers(): void {
    const {entry} = this.compared
    for (const [folder, amount] of this.found.misfits) {
      const text =
        folder === entry.location ? 'objects lie above the partitions' : 'its path has not the form of the table'
      this.tell('misfit', null, null, folder, amount, text)
    }
    for (const [folder, amount] of this.found.nested) {
      this.tell(
        'nested',
        null,
        null,
        folder,
        amount,
        'it lies inside of a partition: Athena reads it, other engines do not',
      )
    }
  }

  private countInStep(location: string, own: string): void {
    this.inStep += 1
    if (isCompacted(this.compared.entry, location)) this.compacted += 1
    else if (location !== own) this.moved += 1
  }

  private tellOther({values, location}: CatalogPartition, other: PartitionFolder, hasObjects: boolean): void {
    const own = folderOf(this.compared.entry, this.compared.form, values)
    const isSame = location === own || this.foldersOf(values).some(({folder}) => folder === location)
    if (isSame && hasObjects) {
      return this.tell(
        'twin',
        values,
        location,
        other.folder,
        other,
        `${location} means the same values, and is the one that is read`,
      )
    }
    const text = hasObjects ? 'objects lie there and here' : 'nothing lies there, objects lie here'
    this.tell('mismatch', values, location, other.folder, other, `the catalog points to ${location}: ${text}`)
  }

  private foldersOf(values: readonly string[]): readonly PartitionFolder[] {
    return this.found.byValues.get(JSON.stringify(values)) ?? []
  }

  private folders(): readonly PartitionFolder[] {
    return [...this.found.byValues.values()].flat()
  }

  private name(values: readonly string[]): string {
    return partitionName(this.compared.entry, values)
  }

  private tell(
    kind: DifferenceKind,
    values: readonly string[] | null,
    location: string | null,
    folder: string | null,
    {files, sizeBytes}: Amount,
    text: string,
  ): void {
    const partition = values === null ? null : this.name(values)
    this.differences.push({kind, partition, values, location, folder, files, sizeBytes, text})
  }
}

/** The folder that sluice itself would write, else the first. */
function chooseFolder(folders: readonly PartitionFolder[], own: string): PartitionFolder | undefined {
  return folders.find(({folder}) => folder === own) ?? folders[0]
}

function placeOf({folder, location}: Difference): string {
  return folder ?? location ?? ''
}
