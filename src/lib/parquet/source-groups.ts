import type {MergeSource} from '../ports/merge-engine.js'
import type {ColumnChunk, Footer, SchemaElement} from './footer.js'
import {boundOf} from './bounds.js'

/** A source with the file that it is read from. */
export interface SourceFile {
  readonly source: MergeSource
  readonly file: string
  readonly rows: number
  /** Index of its group. */
  readonly group: number
}

/** What footers say of one leaf, over all files of a group. */
export interface LeafFacts {
  nulls: number | null
  /** In the unit of storage; null before the first value, and for ever once `isBounded` is false. */
  minimum: bigint | null
  maximum: bigint | null
  isBounded: boolean
}

/** Files whose columns are stored alike. */
export interface SchemaGroup {
  readonly elements: readonly SchemaElement[]
  /** Of the first of them. */
  readonly first: SourceFile
  readonly leaves: readonly LeafFacts[]
  rows: number
}

/** Entries of footers that are equal in all of them, and those that are not. */
export interface FooterEntries {
  readonly shared: ReadonlyMap<string, string>
  readonly differing: ReadonlyMap<string, string>
}

export interface ReadSources {
  readonly files: readonly SourceFile[]
  readonly groups: readonly SchemaGroup[]
  readonly entries: FooterEntries
  /** Of the sources that hold rows. */
  readonly codecs: ReadonlySet<string>
  readonly uncompressedBytes: number
  readonly rows: number
}

/** Gathers what the footers of sources say, one after the other in their order. */
export class SourcesReader {
  private readonly files: SourceFile[] = []
  private readonly groups: SchemaGroup[] = []
  private readonly groupOf = new Map<string, number>()
  private readonly codecs = new Set<string>()
  private readonly entries = new Map<
    string,
    {readonly value: string; readonly key: string; count: number; isShared: boolean}
  >()
  private uncompressedBytes = 0
  private rows = 0

  add(source: MergeSource, file: string, footer: Footer): void {
    const group = this.groupOf.get(footer.schemaText) ?? this.groups.length
    const read = {source, file, rows: footer.rows, group}
    if (group === this.groups.length) {
      this.groupOf.set(footer.schemaText, group)
      const leaves = footer.elements.filter(({type}) => type !== undefined)
      this.groups.push({elements: footer.elements, first: read, leaves: leaves.map(emptyFacts), rows: 0})
    }
    this.files.push(read)
    this.rows += footer.rows
    this.groups[group]!.rows += footer.rows
    this.addEntries(source, footer)
    for (const chunks of footer.chunks) this.addChunks(this.groups[group]!, chunks)
  }

  result(): ReadSources {
    const {files, groups, codecs, uncompressedBytes, rows} = this
    const entries = [...this.entries]
    const isShared = ([, {count, isShared: isEqual}]: (typeof entries)[number]): boolean =>
      isEqual && count === files.length
    return {
      files,
      groups,
      codecs,
      uncompressedBytes,
      rows,
      entries: {
        shared: new Map(entries.filter(isShared).map(([name, {value}]) => [name, value])),
        differing: new Map(entries.filter((entry) => !isShared(entry)).map(([name, {key}]) => [name, key])),
      },
    }
  }

  private addEntries({key}: MergeSource, {keyValues}: Footer): void {
    for (const [name, value] of keyValues) {
      const standing = this.entries.get(name)
      if (standing === undefined) this.entries.set(name, {value, key, count: 1, isShared: true})
      else {
        standing.count += 1
        standing.isShared &&= standing.value === value
      }
    }
  }

  private addChunks({elements, leaves}: SchemaGroup, chunks: readonly ColumnChunk[]): void {
    const leafElements = elements.filter(({type}) => type !== undefined)
    for (const [index, chunk] of chunks.entries()) {
      const leaf = leaves[index]
      if (leaf === undefined) continue
      this.codecs.add(chunk.codec)
      this.uncompressedBytes += chunk.uncompressedBytes
      addFacts(leaf, chunk, leafElements[index]!)
    }
  }
}

function emptyFacts(): LeafFacts {
  return {nulls: 0, minimum: null, maximum: null, isBounded: true}
}

function addFacts(facts: LeafFacts, chunk: ColumnChunk, element: SchemaElement): void {
  facts.nulls = facts.nulls === null || chunk.nulls === null ? null : facts.nulls + chunk.nulls
  if (chunk.nulls === chunk.values || !facts.isBounded) return
  const [minimum, maximum] = [boundOf(chunk.minimum, element), boundOf(chunk.maximum, element)]
  if (minimum === null || maximum === null) {
    facts.isBounded = false
    return
  }
  if (facts.minimum === null || minimum < facts.minimum) facts.minimum = minimum
  if (facts.maximum === null || maximum > facts.maximum) facts.maximum = maximum
}
