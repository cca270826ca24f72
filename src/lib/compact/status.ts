import {listGenerations, type GenerationState} from '../generations/index.js'
import type {TableDefinition} from '../lake/index.js'
import {readOperation, type OperationPorts, type OperationState} from '../operation/index.js'
import {graceHoursOf} from './grace.js'

/** One operation's generations of a table that are in one state. */
export interface CompactionStatus {
  readonly table: string
  readonly operation: string
  readonly method: 'beside' | 'swap' | 'in-place'
  readonly state: GenerationState
  readonly operationState: OperationState
  readonly partitions: number
  readonly files: {readonly sources: number; readonly outputs: number}
  readonly sizeBytes: {readonly sources: number; readonly outputs: number}
  readonly publishedAt: string
  /** When gc may delete the sources; null where they are gone. */
  readonly collectableAt: string | null
}

export interface CompactStatusDocument {
  readonly asOf: string
  /** Newest first. */
  readonly compactions: readonly CompactionStatus[]
}

const MS_PER_HOUR = 3_600_000

/** Which compactions stand, and what of them waits for gc. */
export async function compactStatus(
  tables: readonly TableDefinition[],
  asOf: Date,
  ports: Pick<OperationPorts, 'store'>,
): Promise<CompactStatusDocument> {
  const compactions: CompactionStatus[] = []
  for (const {name} of tables) compactions.push(...(await ofTable(name, ports)))
  compactions.sort((left, right) => (left.publishedAt < right.publishedAt ? 1 : -1))
  return {asOf: asOf.toISOString(), compactions}
}

async function ofTable(table: string, ports: Pick<OperationPorts, 'store'>): Promise<CompactionStatus[]> {
  const found = new Map<string, CompactionStatus>()
  for (const {state, generation} of await listGenerations(ports.store, table)) {
    const {operation, method, sources, outputs, publishedAt} = generation
    const name = `${operation} ${state}`
    const before = found.get(name) ?? {
      ...{table, operation, method, state, publishedAt},
      operationState: 'done',
      partitions: 0,
      files: {sources: 0, outputs: 0},
      sizeBytes: {sources: 0, outputs: 0},
      collectableAt: null,
    }
    found.set(name, {
      ...before,
      partitions: before.partitions + 1,
      files: {sources: before.files.sources + sources.length, outputs: before.files.outputs + outputs.length},
      sizeBytes: {
        sources: before.sizeBytes.sources + bytesOf(sources),
        outputs: before.sizeBytes.outputs + bytesOf(outputs),
      },
      publishedAt: publishedAt > before.publishedAt ? publishedAt : before.publishedAt,
    })
  }
  return Promise.all([...found.values()].map((status) => withOperation(status, ports)))
}

async function withOperation(
  status: CompactionStatus,
  ports: Pick<OperationPorts, 'store'>,
): Promise<CompactionStatus> {
  const {state: operationState, endedAt, header} = await readOperation(ports.store, status.operation)
  if (status.state === 'settled' || endedAt === null) return {...status, operationState}
  const collectableMs = Date.parse(endedAt) + graceHoursOf(header.kind) * MS_PER_HOUR
  return {...status, operationState, collectableAt: new Date(collectableMs).toISOString()}
}

function bytesOf(objects: readonly {readonly sizeBytes: number}[]): number {
  return objects.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0)
}
