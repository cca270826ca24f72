import type {Clock} from '../ports/clock.js'
import type {ObjectStore} from '../ports/object-store.js'
import type {Report} from '../ports/report.js'

/** An attribute value in DynamoDB JSON. */
export type AttributeValue =
  | {readonly S: string}
  | {readonly N: string}
  | {readonly BOOL: boolean}
  | {readonly NULL: true}
  | {readonly B: string}
  | {readonly SS: readonly string[]}
  | {readonly NS: readonly string[]}
  | {readonly BS: readonly string[]}
  | {readonly L: readonly AttributeValue[]}
  | {readonly M: Readonly<Record<string, AttributeValue>>}

export type ExportItem = Readonly<Record<string, AttributeValue>>

/** Whole lines, each with its line end. */
export interface LineChunk {
  readonly text: string
  readonly items: number
}

/** The lines of one data file, made while they are written. */
export interface LineSource {
  /** Items of all chunks together. */
  readonly itemCount: number
  readonly chunks: Iterable<LineChunk>
}

/** The content of one data file: items, ready lines without a line end, or a source of lines. */
export type FileContent = readonly (ExportItem | string)[] | LineSource

export interface ExportRequest {
  readonly table: string
  readonly account: string
  readonly region: string
  readonly bucket: string
  /** Key prefix that the export was asked to use; null for none. */
  readonly prefix: string | null
  readonly exportTime: Date
  /** Tells exports of one table and time apart: other text, other id. */
  readonly salt: string
  /** One data file each; an empty one becomes an empty gzip file, as the service writes them. */
  readonly files: readonly FileContent[]
  readonly report?: Report
  readonly signal?: AbortSignal
}

export interface ExportPorts {
  /** Stands for the export's bucket. */
  readonly output: ObjectStore
  readonly clock: Pick<Clock, 'monotonicMs'>
}

export interface WrittenExport {
  readonly exportId: string
  /** Key prefix of the export in the store, ending in `/`. */
  readonly folder: string
  readonly items: number
  readonly files: number
  /** Data files as they are stored. */
  readonly sizeBytes: number
  /** Lines of the data files before compression. */
  readonly uncompressedBytes: number
}
